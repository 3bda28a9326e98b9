import type { ArrivalLimits } from './limits.ts';

/** What will be the same at every further try: the bytes themselves are at fault. */
const CONTENT: ReadonlySet<string> = new Set([
  'truncated-gzip',
  'corrupt-gzip',
  'gzip-bomb',
  'gzip-too-deep',
  'unsupported-compression',
]);

/** What ends by itself, whatever the object: the way to it is at fault. */
const PASSING: ReadonlySet<string> = new Set(['network-error', 'no-credentials']);

/**
 * How often an object may be tried that failed in this way. Infinite for what is not the object's fault, unless `most` says when the queue itself
 * gives up. It errs towards trying once more: a dead letter needs a person.
 */
export function triesFor(kind: string, most: number | undefined, limits: ArrivalLimits): number {
  if (CONTENT.has(kind)) return 1;
  if (PASSING.has(kind)) return most ?? Number.POSITIVE_INFINITY;
  return Math.min(kind === 'vanished' ? limits.triesVanished : limits.tries, most ?? Number.POSITIVE_INFINITY);
}

/** Milliseconds before the next try, `attempt` counted from 1. */
export function waitBefore(attempt: number, limits: ArrivalLimits): number {
  return Math.min(limits.retryMost, limits.retryFirst * 2 ** Math.min(attempt - 1, 30));
}
