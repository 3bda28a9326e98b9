import { bitsOf, type Cidr, compareIp, type Ip, lastOf, prefixOf } from './ip.ts';
import { lastAtOrBefore } from './prefix-index.ts';

/**
 * Address ranges that do not overlap, each with a number, in typed arrays. IPv6 keys may be cut to their upper words
 * (`v6.words` = 2: `/64` is the finest grain), which halves a large table.
 */
export interface RangeTable {
  readonly v4: Ranges;
  readonly v6: Ranges;
}

export interface Ranges {
  /** 32-bit words per key: 1 for IPv4; 2 or 4 for IPv6. */
  readonly words: number;
  /** First addresses, ascending. */
  readonly starts: Uint32Array;
  /** Last addresses, inclusive, in the same order. */
  readonly ends: Uint32Array;
  readonly values: Uint32Array;
}

/** Value of the range that holds the address. */
export function valueAt(table: RangeTable, ip: Ip): number | undefined {
  const found = rangeAt(table, ip);
  return found === undefined ? undefined : found.ranges.values[found.position];
}

/** Largest prefix that holds the address and lies within its range: what to show for "the network it was found in". */
export function networkAt(table: RangeTable, ip: Ip): Cidr | undefined {
  const found = rangeAt(table, ip);
  if (found === undefined) return undefined;
  const first = keyAt(found.ranges, found.ranges.starts, found.position, ip, 0);
  const last = keyAt(found.ranges, found.ranges.ends, found.position, ip, 0xffffffff);
  for (let length = 0; length < bitsOf(ip); length++) {
    const cidr = prefixOf(ip, length);
    if (compareIp(cidr.base, first) >= 0 && compareIp(lastOf(cidr), last) <= 0) return cidr;
  }
  return prefixOf(ip, bitsOf(ip));
}

function rangeAt(table: RangeTable, ip: Ip): { readonly ranges: Ranges; readonly position: number } | undefined {
  const ranges = ip.family === 4 ? table.v4 : table.v6;
  const key = ip.words.slice(0, ranges.words);
  const position = lastAtOrBefore(ranges.starts, key);
  if (position === -1 || isBefore(ranges.ends, position * ranges.words, key)) return undefined;
  return { ranges, position };
}

function isBefore(keys: Uint32Array, offset: number, key: readonly number[]): boolean {
  for (const [i, word] of key.entries()) {
    const difference = keys[offset + i]! - word;
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function keyAt(ranges: Ranges, keys: Uint32Array, position: number, like: Ip, fill: number): Ip {
  const words = like.words.map((_, i) => (i < ranges.words ? keys[position * ranges.words + i]! : fill));
  return { family: like.family, words };
}
