export const samplingLimits = {
  /** One line of a kind in this time; 1 minute: an outage is seen at once and does not fill a disk. */
  everyMs: 60_000,
  /** Kinds told apart; 500. What comes beyond shares one place, so that hostile input cannot grow it. */
  kinds: 500,
} as const;

interface Place {
  since: number;
  held: number;
}

/** Holds back errors and warnings of a kind that was written less than a minute ago, and counts them. */
export class Sampling {
  readonly #places = new Map<string, Place>();

  /** `undefined`: hold this one back. Else how many like it were held back since the last one written. */
  admit(kind: string, now: number): number | undefined {
    const place = this.#places.get(kind);
    if (place === undefined) {
      if (this.#places.size >= samplingLimits.kinds) this.#forget(now);
      const key = this.#places.size >= samplingLimits.kinds ? '' : kind;
      if (key !== kind && this.#places.has(key)) return this.admit(key, now);
      this.#places.set(key, { since: now, held: 0 });
      return 0;
    }
    // A clock that was set back must not silence anything for longer than the interval.
    if (now - place.since < samplingLimits.everyMs && now >= place.since) {
      place.held += 1;
      return undefined;
    }
    const { held } = place;
    place.since = now;
    place.held = 0;
    return held;
  }

  /** Counts not told yet whose minute is over; with `all`, every count. */
  overdue(now: number, all = false): { readonly kind: string; readonly held: number }[] {
    const due: { kind: string; held: number }[] = [];
    for (const [kind, place] of this.#places) {
      if (place.held === 0 || (!all && now - place.since < samplingLimits.everyMs && now >= place.since)) continue;
      due.push({ kind, held: place.held });
      place.held = 0;
      place.since = now;
    }
    return due;
  }

  #forget(now: number): void {
    for (const [kind, { since, held }] of this.#places) {
      if (held === 0 && Math.abs(now - since) >= samplingLimits.everyMs) this.#places.delete(kind);
    }
  }
}
