/**
 * How often a source brings something, learned from its own history. Plain data, to be kept between runs. Objects that come within
 * `burstMs` of each other are one arrival, so that twenty files in a second do not make a source look busy.
 */
export interface Cadence {
  /** When the last arrival began; epoch ms. 0: never. */
  readonly last: number;
  /** When the last object came; epoch ms. 0: never. */
  readonly latest: number;
  /** Gaps between the newest arrivals, oldest first; ms. */
  readonly gaps: readonly number[];
  /** The longest gap that ended on each of the newest UTC days, oldest first. */
  readonly days: readonly { readonly day: number; readonly longest: number }[];
}

export const NO_CADENCE: Cadence = Object.freeze({ last: 0, latest: 0, gaps: [], days: [] });

export const cadenceLimits = {
  /** 1 minute: what comes closer together is one arrival. */
  burstMs: 60_000,
  /** Gaps kept; 64: five hours of CloudTrail's usual five minutes. */
  gaps: 64,
  /** Days kept; 8, so that a whole week with its weekend is known. */
  days: 8,
  /** Gaps needed before the median counts; 8. */
  enough: 8,
  /** No source is silent before this; 15 minutes: CloudTrail delivers about every 5, and says "within an average of about 5 minutes". */
  leastMs: 900_000,
  /** Times the median gap; 5. */
  medians: 5,
  /** Times the second-longest of the days' longest gaps; 1.5. Nights and weekends are no alarm; one outage does not set the bar for the next. */
  longest: 1.5,
  /** Before anything is learned; 1 hour. A quiet account may deliver less often than every quarter of an hour. */
  unlearnedMs: 3_600_000,
} as const;

const DAY_MS = 86_400_000;

/** The cadence after an object has come. Times that run backwards change nothing. */
export function arrived(cadence: Cadence, at: number): Cadence {
  if (cadence.last === 0) return { ...cadence, last: at, latest: at };
  const latest = Math.max(cadence.latest, at);
  const gap = at - cadence.last;
  if (gap < cadenceLimits.burstMs) return latest === cadence.latest ? cadence : { ...cadence, latest };
  const day = Math.floor(at / DAY_MS);
  const today = cadence.days.at(-1);
  const days =
    today?.day === day
      ? [...cadence.days.slice(0, -1), { day, longest: Math.max(today.longest, gap) }]
      : [...cadence.days, { day, longest: gap }].slice(-cadenceLimits.days);
  return { last: at, latest, gaps: [...cadence.gaps, gap].slice(-cadenceLimits.gaps), days };
}

/**
 * After how many milliseconds without an object a source counts as silent. Errs towards saying it late: a pause as long as one that two of
 * the last days knew is not told. `undefined`: nothing is expected of it from the start, and little has come.
 */
export function silenceLimit(cadence: Cadence, expectedFromStart: boolean): number | undefined {
  const { gaps, days } = cadence;
  const longest = days.map((each) => each.longest).sort((a, b) => b - a);
  const usual = cadenceLimits.longest * (longest[1] ?? 0);
  if (gaps.length < cadenceLimits.enough) {
    return expectedFromStart
      ? Math.max(cadenceLimits.unlearnedMs, cadenceLimits.medians * medianOf(gaps), usual)
      : undefined;
  }
  return Math.max(cadenceLimits.leastMs, cadenceLimits.medians * medianOf(gaps), usual);
}

function medianOf(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
