import { HASH_RANGE } from './hash.ts';

/**
 * The k smallest hashes of a set, ascending and distinct. Below k members it is the set itself; above, a fair sample of
 * it. Union of two sketches is the sketch of the union, so order, duplicates and shards cannot change one.
 */
export type Sketch = readonly number[];

/** Puts a hash into a sketch of at most `k`, in place. True when the sketch changed. */
export function addTo(sketch: number[], hash: number, k: number): boolean {
  const at = position(sketch, hash);
  if (sketch[at] === hash || at >= k) return false;
  sketch.splice(at, 0, hash);
  if (sketch.length > k) sketch.pop();
  return true;
}

/** "union, keep 8 smallest": a sketch of both; `a` itself when `b` adds nothing, never `b`. */
export function union(a: number[], b: Sketch, k: number): number[] {
  if (isSubset(b, a)) return a;
  const both: number[] = [];
  let i = 0;
  let j = 0;
  while (both.length < k && (i < a.length || j < b.length)) {
    const left = a[i] ?? Number.POSITIVE_INFINITY;
    const right = b[j] ?? Number.POSITIVE_INFINITY;
    both.push(Math.min(left, right));
    if (left <= right) i++;
    if (right <= left) j++;
  }
  return both;
}

export function isSubset(a: Sketch, b: Sketch): boolean {
  if (a.length > b.length) return false;
  let at = 0;
  for (let i = 0; i < a.length; i++) {
    while (at < b.length && b[at]! < a[i]!) at++;
    if (b[at] !== a[i]) return false;
  }
  return true;
}

export function meets(a: Sketch, b: Sketch): boolean {
  return a.some((hash) => b[position(b, hash)] === hash);
}

/**
 * How many members the sketched set has: "size if < 64, else max(64, floor(63 * range / largest))". Exact below `k`,
 * within about 1/sqrt(k) above. `63 * range` and the division are exact enough to be the same on every machine (IEEE 754).
 */
export function countOf(sketch: Sketch, k: number): number {
  if (sketch.length < k) return sketch.length;
  const largest = sketch[k - 1] ?? 0;
  return Math.max(k, Math.floor(((k - 1) * HASH_RANGE) / Math.max(1, largest)));
}

/** Index of the first member not below `hash`. */
function position(sketch: Sketch, hash: number): number {
  let low = 0;
  let high = sketch.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sketch[middle] ?? 0) < hash) low = middle + 1;
    else high = middle;
  }
  return low;
}
