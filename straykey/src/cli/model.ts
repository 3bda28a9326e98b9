import { Command } from 'commander';
import { printable } from '../kit/index.ts';
import {
  createModel,
  defaultSettings,
  type Feedback,
  type Inside,
  type Model,
  type Outside,
  readSettings,
} from '../model/index.ts';
import { canonicalIp } from '../where/index.ts';
import { EXIT, Exit, type Terminal } from './terminal.ts';

/** Where lines come from and go to; the clock is used for forgetting when lines do not say `now`. */
export type ModelContext = Pick<Terminal, 'stdin' | 'stdout' | 'stderr' | 'now'>;

/** `straykey model --jsonl`: the learning model alone, for anyone who wants to test or reuse it. */
export function modelCommand(context: ModelContext): Command {
  return new Command('model')
    .summary('the learning model alone, over JSON lines')
    .description(
      'Reads one JSON object a line and judges each use from outside as it comes: ' +
        '  {"op":"reset","options":{}}          start anew, with parameters by name ' +
        '  {"op":"feedback","feedback":{…}}     a statement: expected, malicious, clear ' +
        '  {"op":"event","event":{…},"now":s}   a use; "inside":true for use inside AWS ' +
        'Writes {"id","finding","reasons","score","explanation"} for each use from outside. ' +
        'A line that cannot be used is told on standard error; the rest goes on, and the exit code is 2.',
    )
    .requiredOption('--jsonl', 'read JSON lines from standard input')
    .action(async () => {
      const malformed = await runModelLines(linesOf(context.stdin), context);
      if (malformed > 0) throw new Exit(EXIT.usage);
    });
}

/**
 * Judges line by line; each answer is written before the next line is read. Returns how many lines could not be used.
 *
 * An event dated more than an hour ahead of its line's `now` is not remembered (one forged date could otherwise push all
 * others out of the window). It is answered all the same, as a finding with the reason `DATED_AHEAD`: nothing is silent only
 * because its clock is wrong. Refused records are counted on standard error at the end.
 */
export async function runModelLines(
  lines: AsyncIterable<string>,
  { now, stderr, stdout }: Omit<ModelContext, 'stdin'>,
): Promise<number> {
  const session = new ModelSession(() => now() / 1000);
  let number = 0;
  let malformed = 0;
  for await (const line of lines) {
    number++;
    if (line.trim() === '') continue;
    const answer = session.take(line);
    if (answer.kind === 'verdict') stdout(`${JSON.stringify(answer.verdict)}\n`);
    if (answer.kind !== 'problem') continue;
    malformed++;
    stderr(`straykey: line ${number}: ${printable(answer.problem, 500)}\n`);
  }
  if (session.refused > 0)
    stderr(`straykey: ${session.refused} records dated more than 1 h ahead were not remembered\n`);
  return malformed;
}

/** One line out for each use from outside. */
export interface ModelVerdict {
  readonly id: string;
  readonly finding: boolean;
  readonly reasons: readonly string[];
  readonly score: number;
  readonly explanation: string;
}

type Answer =
  | { readonly kind: 'verdict'; readonly verdict: ModelVerdict }
  | { readonly kind: 'done' }
  | { readonly kind: 'problem'; readonly problem: string };

const DONE: Answer = { kind: 'done' };

/** Seconds a record may be ahead of the clock: "refuse records dated more than 1 h ahead". */
const AHEAD_ALLOWED = 3600;
const SECONDS_A_DAY = 86_400;

/** The model between two resets. */
class ModelSession {
  refused = 0;
  /** Seconds. */
  readonly #clock: () => number;
  #model: Model = createModel(defaultSettings);
  #prunedOn = Number.NEGATIVE_INFINITY;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  take(line: string): Answer {
    const message = parseObject(line);
    if (!message) return problem('expected a JSON object');
    switch (message.op) {
      case 'reset':
        return this.#reset(message.options ?? {});
      case 'feedback':
        return this.#feedback(message.feedback);
      case 'event':
        return this.#event(message.event, message.now ?? undefined);
      default:
        return problem(`op: expected "reset", "feedback" or "event", found ${show(message.op)}`);
    }
  }

  #reset(options: unknown): Answer {
    const read = readSettings(options);
    if ('problem' in read) return problem(read.problem);
    this.#model = createModel(read.settings);
    this.#prunedOn = Number.NEGATIVE_INFINITY;
    return DONE;
  }

  #feedback(value: unknown): Answer {
    const read = readFields<Feedback>(value, 'feedback', FEEDBACK_FIELDS);
    if ('problem' in read) return read;
    const wrong = this.#model.feedback(read.fields);
    return wrong === undefined ? DONE : problem(`feedback.${wrong}, found ${show(read.fields.cidr)}`);
  }

  #event(value: unknown, now: unknown): Answer {
    if (now !== undefined && !isTime(now)) return problem(`now: expected seconds since 1970, found ${show(now)}`);
    const isInside = isRecord(value) && value.inside === true;
    return isInside ? this.#inside(value, now) : this.#outside(value, now);
  }

  #inside(value: unknown, now: number | undefined): Answer {
    const read = readFields<Inside>(value, 'event', INSIDE_FIELDS);
    if ('problem' in read) return read;
    const { region, source, vpce } = read.fields;
    if (vpce && (source === undefined || region === undefined))
      return problem('event: expected source and region with "vpce": true');
    if (this.#refuses(read.fields, now)) return DONE;
    this.#model.observeInside(read.fields);
    this.#forget(read.fields.t, now);
    return DONE;
  }

  #outside(value: unknown, now: number | undefined): Answer {
    const read = readFields<Outside>(value, 'event', OUTSIDE_FIELDS);
    if ('problem' in read) return read;
    const event = read.fields;
    if (this.#refuses(event, now)) return { kind: 'verdict', verdict: datedAhead(event, now) };
    const { explanation, finding, reasons, score } = this.#model.judge(event);
    this.#forget(event.t, now);
    return { kind: 'verdict', verdict: { id: event.id, finding, reasons, score, explanation: explanation.text } };
  }

  #refuses({ t }: { readonly t: number }, now: number | undefined): boolean {
    const refuses = now !== undefined && t > now + AHEAD_ALLOWED;
    if (refuses) this.refused++;
    return refuses;
  }

  /** Once a day of the stream, so that memory stays bounded. */
  #forget(t: number, now: number | undefined): void {
    const day = Math.floor(t / SECONDS_A_DAY);
    if (day <= this.#prunedOn) return;
    this.#prunedOn = day;
    this.#model.prune(Math.floor((now ?? this.#clock()) / SECONDS_A_DAY));
  }
}

function datedAhead({ id, t }: Outside, now: number | undefined): ModelVerdict {
  const ahead = Math.round((t - (now ?? t)) / 60);
  const explanation =
    `This record is dated ${ahead} minutes ahead of the clock, so it was not remembered and cannot be compared with what was learned. ` +
    'It counts as a finding. Check the clock of the sender, or that the date was not forged.';
  return { id, finding: true, reasons: ['DATED_AHEAD'], score: 50, explanation };
}

/** What a field must be, in the words of the error. */
interface Field {
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
  readonly optional?: true;
}

const text: Field = { expected: 'a text', fits: (value) => typeof value === 'string' };
const name: Field = {
  expected: 'a text that is not empty',
  fits: (value) => typeof value === 'string' && value !== '',
};
const flag: Field = { expected: 'true or false', fits: (value) => typeof value === 'boolean' };
const time: Field = { expected: 'seconds since 1970', fits: isTime };
const optional = (field: Field): Field => ({ ...field, optional: true });
const oneOf = (...values: string[]): Field => ({
  expected: values.map(show).join(' or '),
  fits: (value) => typeof value === 'string' && values.includes(value),
});

const ACCEPTABLE = ['RECON', 'SECRETS', 'ROLE_CHAIN', 'CRITICAL'];

const OUTSIDE_FIELDS: Readonly<Record<keyof Outside, Field>> = {
  id: name,
  t: time,
  principal: name,
  role: name,
  key: text,
  ip: {
    expected: 'an IPv4 or IPv6 address',
    fits: (value) => typeof value === 'string' && canonicalIp(value) !== undefined,
  },
  ua: optional(text),
  source: name,
  name,
  readOnly: optional(flag),
  region: text,
  error: optional(text),
};

const INSIDE_FIELDS: Readonly<Record<keyof Inside, Field>> = {
  inside: flag,
  t: time,
  principal: name,
  vpce: flag,
  source: optional(text),
  region: optional(text),
};

const FEEDBACK_FIELDS: Readonly<Record<keyof Feedback, Field>> = {
  id: name,
  t: time,
  verdict: oneOf('expected', 'malicious', 'clear'),
  principal: optional(name),
  cidr: optional(text),
  accept: optional({
    expected: `a list of ${ACCEPTABLE.join(', ')}`,
    fits: (value) => Array.isArray(value) && value.every((each) => ACCEPTABLE.includes(each)),
  }),
  ttlDays: optional({
    expected: 'a number of days',
    fits: (value) => typeof value === 'number' && value > 0 && value <= 36_500,
  }),
};

/** The fields of a record, checked; others are let pass, `null` is absent. */
function readFields<Fields extends object>(
  value: unknown,
  what: string,
  fields: Readonly<Record<keyof Fields & string, Field>>,
): { readonly fields: Fields } | Extract<Answer, { kind: 'problem' }> {
  if (!isRecord(value)) return problem(`${what}: expected an object, found ${show(value)}`);
  const read: [string, unknown][] = [];
  for (const [key, field] of Object.entries<Field>(fields)) {
    const found = Object.hasOwn(value, key) ? (value[key] ?? undefined) : undefined;
    if (found === undefined && field.optional) continue;
    if (!field.fits(found)) return problem(`${what}.${key}: expected ${field.expected}, found ${show(found)}`);
    read.push([key, found]);
  }
  return { fields: Object.fromEntries(read) as Fields };
}

function parseObject(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Up to the year 9999, so that every day has a date. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < 253_402_300_800;
}

function problem(text: string): Extract<Answer, { kind: 'problem' }> {
  return { kind: 'problem', problem: text };
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : (JSON.stringify(value) ?? '').slice(0, 100);
}

/** Lines of UTF-8 bytes, as soon as each is complete; the last one need not end. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    if (!text.includes('\n')) {
      rest += text;
      continue;
    }
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}
