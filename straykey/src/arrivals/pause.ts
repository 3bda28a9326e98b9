import { setTimeout as wait } from 'node:timers/promises';

/** Waits, or until the signal aborts. Never rejects. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(milliseconds, undefined, { signal });
  } catch {
    // Aborted: that is what the signal is for.
  }
}

/** Doubles from the first to the most with each failure, then takes a random half off, so that many workers do not come back at once. */
export function backoff(failures: number, first: number, most: number, random: () => number): number {
  const full = Math.min(most, first * 2 ** Math.min(failures - 1, 30));
  return full * (1 - random() / 2);
}
