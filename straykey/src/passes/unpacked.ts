import type { Oddity } from '../kit/index.ts';
import type { ReadResult } from '../sources/index.ts';

/** Kinds of pieces in the ring: the first of all, empty; some of a file's bytes; that there are no more of them. */
export const [READY, BYTES, DONE] = [0, 1, 2] as const;

/** Behind the bytes of a file, as JSON: a few hundred bytes. `begun`: the file could be opened, though it may be empty. */
export interface Done extends ReadResult {
  readonly begun: boolean;
  readonly oddities: readonly Oddity[];
}

/** Paths, to be unpacked in this order. */
export type Paths = readonly string[];
