/** Most signatures of writes remembered at once: 10 MB of memory, and 160 writes a second over the window. */
export const MOST_REMEMBERED = 100_000;

/** Signatures of writes seen, for as long as they could be sent again. */
export interface Replays {
  /** `new` once; `seen` when it came before; `full` when nothing more can be remembered for now. `now`, `until`: epoch milliseconds. */
  see(signature: string, now: number, until: number): 'new' | 'seen' | 'full';
}

/** Of one process: two servers on one store do not know each other's. */
export function rememberReplays(most = MOST_REMEMBERED): Replays {
  const seen = new Map<string, number>();
  return {
    see(signature, now, until) {
      // Oldest first: all are kept for the same time, so the first that must stay ends the search.
      for (const [each, end] of seen) {
        if (end > now) break;
        seen.delete(each);
      }
      if (seen.has(signature)) return 'seen';
      if (seen.size >= most) return 'full';
      seen.set(signature, until);
      return 'new';
    },
  };
}
