// How a walk ends before its end. Positions are addresses, all far above these two.

/** The bytes end first; more may come. */
export const INCOMPLETE: usize = 0;
/** Not JSON; {@link stoppedAt} and {@link wanted} say where and why. */
export const BROKEN: usize = 1;

// What was expected where the walk stopped. The host turns these into words (scanner.ts keeps the same order).
export const WANT_VALUE: i32 = 0;
export const WANT_NAME: i32 = 1;
export const WANT_COLON: i32 = 2;
export const WANT_COMMA: i32 = 3;
export const WANT_TEXT: i32 = 4;
export const WANT_STRUCTURE: i32 = 5;
export const WANT_END: i32 = 6;

/** One past the last byte in the window. */
export let end: usize = 0;
export let stoppedAt: usize = 0;
export let wanted: i32 = 0;

export function setEnd(at: usize): void {
  end = at;
}

/** Ends a walk at a byte that does not fit: behind the last byte that only means that more is needed. */
export function stop(at: usize, want: i32): usize {
  stoppedAt = at;
  wanted = want;
  return at >= end ? INCOMPLETE : BROKEN;
}
