import type { Oddity } from '../kit/index.ts';

/** Samples kept of each kind: enough to act on, few enough that a million malformed addresses cost nothing. */
const KEPT = 100;

export interface OddityCount {
  readonly kind: string;
  readonly count: number;
  /** The first {@link KEPT} by origin and offset, whoever met them first. */
  readonly samples: readonly Oddity[];
}

/** Counts oddities by kind and keeps the first few of each; the order in which workers tell them does not show. */
export class OddityLog {
  private readonly kinds = new Map<string, { count: number; samples: Oddity[] }>();

  readonly add = (oddity: Oddity): void => {
    let entry = this.kinds.get(oddity.kind);
    if (entry === undefined) {
      entry = { count: 0, samples: [] };
      this.kinds.set(oddity.kind, entry);
    }
    entry.count++;
    entry.samples.push(oddity);
    if (entry.samples.length >= 2 * KEPT) entry.samples = smallest(entry.samples);
  };

  /** Sorted by kind. */
  counts(): OddityCount[] {
    return [...this.kinds]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([kind, { count, samples }]) => ({ kind, count, samples: smallest(samples) }));
  }
}

function smallest(samples: Oddity[]): Oddity[] {
  return samples.sort(byPlace).slice(0, KEPT);
}

function byPlace(a: Oddity, b: Oddity): number {
  if (a.origin !== b.origin) return a.origin < b.origin ? -1 : 1;
  return (a.offset ?? -1) - (b.offset ?? -1) || (a.reason < b.reason ? -1 : a.reason > b.reason ? 1 : 0);
}
