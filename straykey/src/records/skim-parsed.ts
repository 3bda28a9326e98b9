import type { ApiCall } from './api-call.ts';
import type { Unusable } from './parse.ts';
import type { SkimHooks, Standing } from './skim.ts';

export type ToCall = (value: unknown) => ApiCall | Unusable;

/** Where a value came from. */
export interface Place {
  readonly origin: string;
  /** Absent when the value has no place of its own in the input. */
  readonly offset?: number;
}

/** Levels of nesting in one record, itself included, beyond which it is not read. CloudTrail's own stay under 20. */
const MOST_LEVELS = 1000;

/**
 * The slow lane: one parsed value, same meaning and same questions as the scanner, nothing remembered. For records that come out of
 * other envelopes. Which records are read is a function of the parsed value alone, so both lanes hand over the same; every issue is read,
 * which is what {@link SkimHooks.issued} abbreviates.
 */
export function skimParsed(value: unknown, at: Place, hooks: SkimHooks, toCall: ToCall): void {
  const call = isShallow(value, at, hooks) ? usableCall(value, at, hooks, toCall) : undefined;
  if (call === undefined) return;
  hooks.tallyOf(call);
  if (isWantedByKind(hooks.kindOf(call.eventSource, call.eventName), value)) hooks.read(call, at.offset ?? 0);
  else act(call, at, hooks, hooks.meet(call));
}

/** The call a value stands for, or nothing once its oddity is told. */
export function usableCall(value: unknown, at: Place, hooks: SkimHooks, toCall: ToCall): ApiCall | undefined {
  const call = toCall(value);
  if (!('unusable' in call)) return call;
  hooks.oddity({ kind: call.unusable, ...at, reason: call.reason });
  return undefined;
}

export type Kind = ReturnType<SkimHooks['kindOf']>;

/** Whether a record is handed over whoever called. */
export function isWantedByKind(kind: Kind, value: unknown): boolean {
  return kind === 'read' || kind === 'issue' || (kind === 'read-function-arn' && mayNameFunction(value));
}

/** What becomes of a record whose caller was met. */
export function act(call: ApiCall, at: Place, hooks: SkimHooks, standing: Standing): void {
  if (standing === 'read' || standing === 'read-once') hooks.read(call, at.offset ?? 0);
  if (typeof standing === 'object') hooks.note(standing.note);
}

/** Whether a value's nesting is within bounds; the oddity is told when not. */
export function isShallow(value: unknown, at: Place, hooks: SkimHooks): boolean {
  if (!isDeeper(value, MOST_LEVELS)) return true;
  hooks.oddity({ kind: 'too-deep', ...at, reason: `expected at most ${MOST_LEVELS} levels of nesting, found more` });
  return false;
}

/** Whether there are more than so many levels. Never calls itself deeper than that, so no nesting can exhaust the stack. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  // Values that come from parsing have members of their own alone.
  for (const name in value) if (isDeeper((value as Readonly<Record<string, unknown>>)[name], levels - 1)) return true;
  return false;
}

function containersIn(values: readonly unknown[]): object[] {
  return values.filter((value) => typeof value === 'object' && value !== null);
}

/** Whether a name or text holds `FunctionArn`, or an escape (of JSON inside text) behind which it may hide. */
function mayNameFunction(value: unknown): boolean {
  const hides = (text: string) => text.includes('FunctionArn') || text.includes('\\u');
  let level = [value];
  while (level.length > 0) {
    if (level.some((one) => typeof one === 'string' && hides(one))) return true;
    const containers = containersIn(level);
    if (containers.some((one) => !Array.isArray(one) && Object.keys(one).some(hides))) return true;
    level = containers.flatMap((one) => Object.values(one));
  }
  return false;
}
