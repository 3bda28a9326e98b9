import { categories } from './categories.ts';
import { type DayRecord, FACETS_KEPT, type InsideDay } from './day-record.ts';
import type { Settings } from './settings.ts';
import { isSubset, meets, type Sketch } from './sketch.ts';

/** The days of one principal at one scope: facts joined over its hosts, volumes summed. */
export interface ScopeDays {
  readonly facts: (day: number) => Readonly<DayRecord> | undefined;
  readonly volume: (day: number) => number;
}

/** What the settled days say of one principal at one scope, as of the end of day `through`: MODEL.md 2.4. */
export interface Evidence {
  /** The last day looked at. */
  readonly through: number;
  /** n: evidence days. */
  readonly days: number;
  /** First and last evidence day; NaN without any. */
  readonly first: number;
  readonly last: number;
  /** A: the days' weights in 1/64 day, so that the sum is a whole number. */
  readonly weight: number;
  /** Evidence days with a client without the runtime marker. */
  readonly unmarkedDays: number;
  /** sp: evidence days on which the principal also ran inside AWS. */
  readonly splitDays: number;
  /** The last day with a critical call, when such calls are too rare to be habit: evidence up to it is void. */
  readonly taintedOn?: number;
  /** Evidence days that show a category (by bit position), a client, a region (by hash). */
  readonly categoryDays: readonly number[];
  readonly clientDays: ReadonlyMap<number, number>;
  readonly regionDays: ReadonlyMap<number, number>;
  /** Most different denied calls on an evidence day. */
  readonly mostDenied: number;
  /** Calls on the second busiest recent evidence day. */
  readonly usualVolume: number;
  /** +1 mostly also in AWS at the same time; -1 visibly not in AWS; 0 cannot tell. Meaningless without evidence days. */
  readonly origin: Origin;
  /** "routed(P,S,T) = n > 0 and origin = -1": sent through somebody's own egress, as far as the trail shows. */
  readonly routed: boolean;
}

export type Origin = -1 | 0 | 1;

/** w(a) for ages 0 to window-1: "64 for a < plateau, else floor(64 * 2^(-(a-plateau)/fade))". The only rounding there is. */
export function weightTable({ window, plateau, fade }: Settings): readonly number[] {
  return Array.from({ length: window }, (_, age) =>
    age < plateau ? WEIGHT_OF_A_DAY : Math.floor(WEIGHT_OF_A_DAY * 2 ** (-(age - plateau) / fade)),
  );
}

export const WEIGHT_OF_A_DAY = 64;

/** Gathers evidence from the days of one principal at one scope. Proof is days with successful, non-critical calls. */
export function gatherEvidence(
  days: ScopeDays,
  inside: ReadonlyMap<number, InsideDay>,
  through: number,
  settings: Settings,
  weights: readonly number[],
): Evidence {
  const from = through - settings.window + 1;
  const window = datedFacts(days, from, through);
  const taintedOn = taintOf(window, settings.kHabit);
  const evidenceDays = evidenceDaysOf(taintedOn === undefined ? window : window.filter(({ day }) => day > taintedOn));
  const tally = count(evidenceDays, inside);
  const first = evidenceDays[0]?.day ?? Number.NaN;
  const origin = originOf(evidenceDays.length, tally.splitDays, inside, { first, from, through });
  return {
    through,
    days: evidenceDays.length,
    first,
    last: evidenceDays.at(-1)?.day ?? Number.NaN,
    weight: evidenceDays.reduce((sum, { day }) => sum + (weights[through - day] ?? 0), 0),
    ...tally,
    ...(taintedOn === undefined ? {} : { taintedOn }),
    usualVolume: usualVolumeOf(evidenceDays, days, through - settings.volWindow),
    origin,
    routed: evidenceDays.length > 0 && origin === -1,
  };
}

interface DatedFacts {
  readonly day: number;
  readonly facts: Readonly<DayRecord>;
}

/** "Window: days in [T-W+1, T]": those with use, in order. Other days do not exist for the rules below. */
function datedFacts(days: ScopeDays, from: number, through: number): readonly DatedFacts[] {
  const found: DatedFacts[] = [];
  for (let day = from; day <= through; day++) {
    const facts = days.facts(day);
    if (facts) found.push({ day, facts });
  }
  return found;
}

/**
 * "Let C = window days with crit. If 0 < |C| < kHabit, all days <= max C are ignored." One critical call voids all earlier
 * evidence; on kHabit days it is the host's habit (and alarms each time all the same).
 */
function taintOf(window: readonly DatedFacts[], kHabit: number): number | undefined {
  const critical = window.filter(({ facts }) => facts.crit);
  return critical.length < kHabit ? critical.at(-1)?.day : undefined;
}

/**
 * "Evidence day d: ok, and (|creds_d| >= 8 or creds_d is not a subset of creds_{d-1})": a burst is one day, and a stolen
 * credential that outlives midnight does not count twice. Errs towards fewer days.
 */
function evidenceDaysOf(window: readonly DatedFacts[]): readonly DatedFacts[] {
  return window.filter(({ day, facts }, at) => {
    const previous = window[at - 1];
    const before = previous?.day === day - 1 ? previous.facts.creds : NONE;
    return facts.ok && (facts.creds.length >= FACETS_KEPT || !isSubset(facts.creds, before));
  });
}

const NONE: Sketch = [];

type Tally = Pick<Evidence, 'unmarkedDays' | 'splitDays' | 'categoryDays' | 'clientDays' | 'regionDays' | 'mostDenied'>;

function count(evidenceDays: readonly DatedFacts[], inside: ReadonlyMap<number, InsideDay>): Tally {
  const masks = new Map<number, number>();
  const clientDays = new Map<number, number>();
  const regionDays = new Map<number, number>();
  let unmarkedDays = 0;
  let splitDays = 0;
  let mostDenied = 0;
  for (const { day, facts } of evidenceDays) {
    if (facts.un) unmarkedDays++;
    if (isSplit(facts, inside.get(day))) splitDays++;
    mostDenied = Math.max(mostDenied, facts.den.length);
    masks.set(facts.cats, (masks.get(facts.cats) ?? 0) + 1);
    for (const client of facts.clients) clientDays.set(client, (clientDays.get(client) ?? 0) + 1);
    for (const region of facts.regions) regionDays.set(region, (regionDays.get(region) ?? 0) + 1);
  }
  return { unmarkedDays, splitDays, categoryDays: daysByCategory(masks), clientDays, regionDays, mostDenied };
}

/** Days that show each category, from the number of days for each set of them: most days of a host show the same set. */
function daysByCategory(masks: ReadonlyMap<number, number>): number[] {
  return categories.map((_, bit) => {
    let days = 0;
    for (const [mask, count] of masks) if ((mask >> bit) & 1) days += count;
    return days;
  });
}

/** "Split days: ins(P,d).pub, or svcs_d meets ins(P,d).svcs": the function ran in AWS while its credential was elsewhere. */
function isSplit(facts: Readonly<DayRecord>, inside: Readonly<InsideDay> | undefined): boolean {
  return inside !== undefined && (inside.pub || meets(facts.svcs, inside.svcs));
}

/**
 * "+1 the function mostly runs in AWS at the same time; -1 nothing inside, or inside use visibly stopped (at least 3 inside
 * days were to be expected, none came); 0 cannot tell (idle function, mixed use)." A thief can move this towards 0 or -1
 * only by choosing a victim that is idle; he cannot switch it off.
 */
function originOf(
  evidenceDays: number,
  splitDays: number,
  inside: ReadonlyMap<number, InsideDay>,
  { first, from, through }: { readonly first: number; readonly from: number; readonly through: number },
): Origin {
  if (evidenceDays === 0) return 0;
  if (2 * splitDays >= evidenceDays) return 1;
  let before = 0;
  let since = 0;
  for (const [day, { pub }] of inside) {
    if (!pub || day < from || day > through) continue;
    if (day < first) before++;
    else since++;
  }
  if (splitDays > 0 || since > 0) return 0;
  const stopped = before * (through - first + 1) >= 3 * (first - from);
  return before === 0 || stopped ? -1 : 0;
}

/** "Second largest day volume among evidence days in (T-volWindow, T] (the largest if there is one, 0 if none)." */
function usualVolumeOf(evidenceDays: readonly DatedFacts[], { volume }: ScopeDays, after: number): number {
  const volumes = evidenceDays.filter(({ day }) => day > after).map(({ day }) => volume(day));
  volumes.sort((a, b) => b - a);
  return volumes[1] ?? volumes[0] ?? 0;
}
