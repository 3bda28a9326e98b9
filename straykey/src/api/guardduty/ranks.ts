/** Ranks are 1 to 100. Source: the service model. */
export const LAST_RANK = 100;

export interface Ranked {
  readonly name: string;
  readonly rank: number;
}

/**
 * The ranks that change when a filter takes a rank: whoever stands there moves one down, and so on down to the first gap. A rank without a
 * filter stays empty, so that a rank reads back as it was given. Where the row reaches the last rank it moves up instead, into the gap above.
 * Undefined when there is no gap, which 100 filters at most (the new one among them) rule out.
 */
export function ranksAfter(others: readonly Ranked[], rank: number): ReadonlyMap<string, number> | undefined {
  const byRank = Map.groupBy(others, (each) => each.rank);
  return pushed(byRank, rank, 1) ?? pushed(byRank, rank, -1);
}

function pushed(
  byRank: ReadonlyMap<number, readonly Ranked[]>,
  from: number,
  step: 1 | -1,
): ReadonlyMap<string, number> | undefined {
  const moved = new Map<string, number>();
  for (let rank = from; byRank.has(rank); rank += step) {
    if (rank + step < 1 || rank + step > LAST_RANK) return undefined;
    for (const { name } of byRank.get(rank)!) moved.set(name, rank + step);
  }
  return moved;
}
