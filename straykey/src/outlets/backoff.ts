/** Milliseconds; the first wait is at most this. 1 s: most failures are a restart or a lost connection. */
export const FIRST_WAIT = 1_000;

/** Milliseconds; no wait is longer. 1 h: a receiver that comes back is told within the hour. */
export const LONGEST_WAIT = 3_600_000;

/**
 * Tries before a message is given up: about a day, because twelve waits grow to the longest and the others last half an hour on average.
 * A day covers a night and most repairs; what is given up is kept and can be sent again.
 */
export const MOST_ATTEMPTS = 60;

/**
 * Milliseconds before the next try after so many failed ones (1 and up): exponential with full jitter, so that a thousand messages that
 * failed together do not come back together. `random` is in [0, 1).
 */
export function waitAfter(attempts: number, random: number): number {
  const ceiling = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(30, attempts - 1));
  return Math.round(ceiling * random);
}
