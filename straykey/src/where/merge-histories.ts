import type { RangesHistory, RangesRow } from './aws-ranges.ts';

/** A stretch of time, from inclusive, until exclusive. */
interface Span {
  readonly from: number;
  readonly until: number;
}

/**
 * One history from two, as if the versions of both had been read in the order of their times: at each moment the history
 * with the latest version by then is believed, the first on a tie. So a prefix counts from the first version that has it until the first
 * later version that lacks it. The order of merging does not matter, nor does merging the same history again, as long as versions of one
 * time are equal.
 */
export function mergeHistories(a: RangesHistory, b: RangesHistory): RangesHistory {
  const spans = believed(a.versions, b.versions);
  const rows = new Map<string, { row: RangesRow; intervals: Span[] }>();
  const add = (row: RangesRow, within: readonly Span[]) => {
    const key = JSON.stringify([row.prefix, row.region, row.service, row.networkBorderGroup]);
    const entry = rows.get(key) ?? { row, intervals: [] };
    entry.intervals.push(...cut(row.intervals, within));
    rows.set(key, entry);
  };
  for (const row of a.rows) add(row, spans.a);
  for (const row of b.rows) add(row, spans.b);
  return {
    versions: timesOf(a.versions, b.versions),
    rows: [...rows.values()]
      .map(({ row, intervals }) => ({ ...row, intervals: joined(intervals) }))
      .filter(({ intervals }) => intervals.length > 0),
  };
}

/** Which stretches of time each history speaks for. Before the first version of either, nobody does. */
function believed(a: readonly number[], b: readonly number[]): { readonly a: Span[]; readonly b: Span[] } {
  const inA = new Set(a);
  const turns: { readonly from: number; readonly by: 'a' | 'b' }[] = [];
  for (const from of timesOf(a, b)) {
    const by = inA.has(from) ? 'a' : 'b';
    if (turns.at(-1)?.by !== by) turns.push({ from, by });
  }
  const spans = { a: [] as Span[], b: [] as Span[] };
  for (const [i, { from, by }] of turns.entries()) {
    spans[by].push({ from, until: turns[i + 1]?.from ?? Number.POSITIVE_INFINITY });
  }
  return spans;
}

function timesOf(a: readonly number[], b: readonly number[]): number[] {
  return [...new Set([...a, ...b])].sort((x, y) => x - y);
}

function cut(intervals: readonly number[], within: readonly Span[]): Span[] {
  const pieces: Span[] = [];
  for (let i = 0; i < intervals.length; i += 2) {
    for (let at = firstEndingAfter(within, intervals[i]!); at < within.length; at++) {
      const span = within[at]!;
      if (span.from >= intervals[i + 1]!) break;
      pieces.push({ from: Math.max(span.from, intervals[i]!), until: Math.min(span.until, intervals[i + 1]!) });
    }
  }
  return pieces;
}

function firstEndingAfter(spans: readonly Span[], time: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (spans[middle]!.until > time) high = middle;
    else low = middle + 1;
  }
  return low;
}

function joined(spans: readonly Span[]): number[] {
  const intervals: number[] = [];
  for (const { from, until } of [...spans].sort((x, y) => x.from - y.from)) {
    const end = intervals.at(-1);
    if (end !== undefined && from <= end) intervals[intervals.length - 1] = Math.max(end, until);
    else intervals.push(from, until);
  }
  return intervals;
}
