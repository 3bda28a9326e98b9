import type { Inside, Outside } from '../../straykey/src/model/index.ts';
/** An outside use (the model's own record, MODEL.md 2.1) and who really made it, which no judge sees. */
export interface Use {
  readonly event: Outside;
  readonly truth: Truth;
}

export type Truth =
  | { readonly actor: 'egress'; readonly regular: boolean }
  | { readonly actor: 'developer' }
  | { readonly actor: 'partner' }
  | { readonly actor: 'attacker' /** Index into the world's campaigns. */; readonly campaign: number };

/** Inside use, with the credential that the model does not ask for and "first address per credential" needs. */
export interface InsideUse {
  readonly record: Inside;
  readonly key: string;
}

/** All that happened on one simulated day, each list in the order of event time. */
export interface Day {
  readonly day: number;
  readonly inside: readonly InsideUse[];
  readonly uses: readonly Use[];
}

/** A judge sees records in order of event time, inside use mixed in. */
export interface Judge {
  inside(use: InsideUse): void;
  outside(event: Outside): Verdict;
}

export interface Verdict {
  readonly finding: boolean;
  readonly reasons: readonly string[];
  /** What the product would call the same finding. */
  readonly key: string;
}

/** Day 0 of every world: 2024-10-04, a Friday, in days since 1970. */
export const FIRST_DAY = 20_000;
