import pino from 'pino';
import type { Fields, Log, LogLevel } from './port.ts';
import { redacted } from './redact.ts';
import { Sampling } from './sampling.ts';

const LOG_LEVELS: readonly LogLevel[] = ['error', 'warn', 'info', 'debug'];

export function isLogLevel(text: string): text is LogLevel {
  return (LOG_LEVELS as readonly string[]).includes(text);
}

export interface LogOptions {
  /** Default `info`. */
  readonly level?: LogLevel;
  /** Takes one line with its newline; standard error as a rule. */
  readonly write: (line: string) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** On every line: `version`, `pid`, … */
  readonly fields?: Fields;
}

/**
 * JSON lines: `time` (ISO 8601), `level`, `event`, `message`, then the fields. Errors and warnings of one kind (event and the fields
 * `kind`, `source`, `outlet`) are written once a minute, with how many were `heldBack` since.
 */
export function createLog(options: LogOptions): Log {
  const shared: Shared = {
    lines: linesTo(options),
    sampling: new Sampling(),
    hidden: new Set(),
    now: options.now,
  };
  return logWith(shared, options.fields ?? {});
}

interface Shared {
  readonly lines: pino.Logger;
  readonly sampling: Sampling;
  readonly hidden: Set<string>;
  readonly now: () => number;
}

function linesTo({ level = 'info', write, now }: LogOptions): pino.Logger {
  const stream = {
    write(line: string) {
      try {
        write(line);
      } catch {
        // Nobody reads any more. The work goes on; /metrics and /healthz still tell.
      }
    },
  };
  return pino(
    {
      level,
      base: null,
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
}

/** Shorter texts would strike out half of every line. */
const SHORTEST_SECRET = 6;
/** Members of every line that fields must not overwrite. */
const OWN = new Set(['level', 'time', 'event', 'message', 'heldBack']);

function logWith(shared: Shared, always: Fields): Log {
  const { lines, sampling, hidden, now } = shared;
  const put = (level: LogLevel, event: string, message: string, fields: Fields, heldBack: number): void => {
    const safe = redacted({ ...always, ...fields }, hidden) as Record<string, unknown>;
    for (const name of Object.keys(safe)) {
      if (!OWN.has(name)) continue;
      safe[`${name}_`] = safe[name];
      delete safe[name];
    }
    const held = heldBack === 0 ? {} : { heldBack };
    lines[level]({ event: redacted(event, hidden), ...safe, ...held }, redacted(message, hidden) as string);
  };
  const flush = (all: boolean): void => {
    for (const { kind, held } of sampling.overdue(now(), all)) {
      put('warn', 'held-back', 'The same was said more often than is shown.', { of: kind }, held);
    }
  };
  const say = (level: LogLevel, event: string, message: string, fields: Fields = {}): void => {
    if (!lines.isLevelEnabled(level)) return;
    const sampled = level === 'error' || level === 'warn';
    const held = sampled ? sampling.admit(kindOf(event, { ...always, ...fields }), now()) : 0;
    if (held !== undefined) put(level, event, message, fields, held);
    flush(false);
  };
  return {
    error: (event, message, fields) => say('error', event, message, fields),
    warn: (event, message, fields) => say('warn', event, message, fields),
    info: (event, message, fields) => say('info', event, message, fields),
    debug: (event, message, fields) => say('debug', event, message, fields),
    with: (fields) => logWith(shared, { ...always, ...fields }),
    hide(secret) {
      if (secret.length >= SHORTEST_SECRET) hidden.add(secret);
    },
    flush: () => flush(true),
  };
}

function kindOf(event: string, fields: Fields): string {
  return [event, fields.kind, fields.source, fields.outlet].filter((part) => typeof part === 'string').join(' ');
}

/** For parts that log in pino's order, fields first. The event is `fields.event` where there is one, else the name given. */
export function fieldsFirst(log: Log, event: string): FieldsFirst {
  const say = (level: LogLevel) => (fields: object, message: string) => {
    const { event: own, ...rest } = fields as { event?: unknown };
    log[level](typeof own === 'string' ? own : event, message, rest);
  };
  return { error: say('error'), warn: say('warn'), info: say('info'), debug: say('debug') };
}

export type FieldsFirst = Readonly<Record<LogLevel, (fields: object, message: string) => void>>;
