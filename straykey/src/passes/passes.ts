import type { Oddity } from '../kit/index.ts';
import type { ApiCall, Tally } from '../records/index.ts';
import type { SourceObject } from '../sources/index.ts';
import type { SecondLook, Survey, TallyKind } from '../survey/index.ts';

/** What was read so far. Bytes are decompressed bytes, storedBytes as they lie on disk or in S3. */
export interface Counts {
  readonly files: number;
  readonly storedBytes: number;
  readonly bytes: number;
  readonly records: number;
}

/** Records of one kind: where from, how many, from when to when. */
export interface KindTally extends TallyKind, Tally {}

export interface FirstPass {
  readonly survey: Survey;
  readonly counts: Counts;
  readonly tallies: readonly KindTally[];
}

/** How the input is read. `alone` does it in this thread, `crew` with workers; both give the same survey. */
export interface Passes {
  /** Reads every object once. */
  survey(objects: Iterable<SourceObject> | AsyncIterable<SourceObject>): Promise<FirstPass>;
  /** Reads some objects of the first pass again and hands over the calls of some callers from outside. */
  lookAgain(look: SecondLook, take: (call: ApiCall) => void): Promise<void>;
  /** Ends workers. */
  close(): Promise<void>;
}

export interface Watch {
  readonly oddity: (oddity: Oddity) => void;
  readonly progress: (counts: Counts) => void;
}

export const NOTHING_READ: Counts = { files: 0, storedBytes: 0, bytes: 0, records: 0 };

export function addCounts(a: Counts, b: Counts): Counts {
  return {
    files: a.files + b.files,
    storedBytes: a.storedBytes + b.storedBytes,
    bytes: a.bytes + b.bytes,
    records: a.records + b.records,
  };
}

/** Joins tallies of one kind, wherever they were counted; sorted, so that the split over workers does not show. */
export function mergeTallies(tallies: Iterable<KindTally>): KindTally[] {
  const sums = new Map<string, KindTally>();
  for (const tally of tallies) {
    const key = JSON.stringify([tally.accountId, tally.region, tally.category, tally.s3]);
    const sum = sums.get(key);
    sums.set(key, sum === undefined ? tally : { ...sum, ...joinTally(sum, tally) });
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, tally]) => tally);
}

function joinTally(a: Tally, b: Tally): Tally {
  if (a.lastTime === 0) return { ...b, records: a.records + b.records };
  if (b.lastTime === 0) return { ...a, records: a.records + b.records };
  return {
    records: a.records + b.records,
    firstTime: Math.min(a.firstTime, b.firstTime),
    lastTime: Math.max(a.lastTime, b.lastTime),
  };
}
