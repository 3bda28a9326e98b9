import { type Cidr, compareIp, type Ip, lastOf, nextIp } from './ip.ts';

/**
 * Prefixes, nested or not, made ready for look-ups: the address line of each family is cut where the most specific prefix
 * changes, so that one binary search finds it and its parents follow by number. Entries keep the number they came in with.
 */
export interface PrefixIndex {
  readonly v4: Cuts;
  readonly v6: Cuts;
  /** Entry number to the number of the next wider entry, -1 when there is none. */
  readonly parents: Int32Array;
}

interface Cuts {
  /** Words of each cut's first address, one or four per cut, ascending. */
  readonly starts: Uint32Array;
  /** Most specific entry from this cut to the next; -1 where none holds. */
  readonly entries: Int32Array;
}

/** Equal prefixes are allowed: the later one counts as the more specific. */
export function buildPrefixIndex(cidrs: readonly Cidr[]): PrefixIndex {
  const parents = new Int32Array(cidrs.length).fill(-1);
  return { v4: cutsOf(cidrs, 4, parents), v6: cutsOf(cidrs, 6, parents), parents };
}

/** Number of the most specific entry that holds the address, -1 when none does. */
export function mostSpecific(index: PrefixIndex, ip: Ip): number {
  const cuts = ip.family === 4 ? index.v4 : index.v6;
  const cut = lastAtOrBefore(cuts.starts, ip.words);
  return cut === -1 ? -1 : cuts.entries[cut]!;
}

/** Number of the next wider entry around an entry, -1 when there is none. */
export function widerThan(index: PrefixIndex, entry: number): number {
  return index.parents[entry]!;
}

/**
 * Position of the last key at or before the address; -1 when all come after. Keys lie in one array, as many words each as
 * the address has.
 */
export function lastAtOrBefore(keys: Uint32Array, words: readonly number[]): number {
  const width = words.length;
  let low = 0;
  let high = keys.length / width;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isAfter(keys, middle * width, words)) high = middle;
    else low = middle + 1;
  }
  return low - 1;
}

function isAfter(keys: Uint32Array, offset: number, words: readonly number[]): boolean {
  for (let i = 0; i < words.length; i++) {
    const difference = keys[offset + i]! - words[i]!;
    if (difference !== 0) return difference > 0;
  }
  return false;
}

/** Walks the prefixes in order with the open ones on a stack; prefixes never overlap in part, so the stack is the chain. */
function cutsOf(cidrs: readonly Cidr[], family: 4 | 6, parents: Int32Array): Cuts {
  const starts: Ip[] = [];
  const entries: number[] = [];
  const open: { readonly entry: number; readonly last: Ip }[] = [];
  const cutAt = (start: Ip | undefined) => {
    if (start === undefined) return;
    const previous = starts.at(-1);
    if (previous !== undefined && compareIp(previous, start) === 0) {
      starts.pop();
      entries.pop();
    }
    starts.push(start);
    entries.push(open.at(-1)?.entry ?? -1);
  };
  const closeBefore = (start: Ip | undefined) => {
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      if (start !== undefined && compareIp(top.last, start) >= 0) return;
      open.pop();
      cutAt(nextIp(top.last));
    }
  };
  for (const entry of inOrder(cidrs, family)) {
    const cidr = cidrs[entry]!;
    closeBefore(cidr.base);
    parents[entry] = open.at(-1)?.entry ?? -1;
    open.push({ entry, last: lastOf(cidr) });
    cutAt(cidr.base);
  }
  closeBefore(undefined);
  return { starts: wordsOf(starts, family), entries: Int32Array.from(entries) };
}

function wordsOf(addresses: readonly Ip[], family: 4 | 6): Uint32Array {
  const width = family === 4 ? 1 : 4;
  const words = new Uint32Array(addresses.length * width);
  let at = 0;
  for (const address of addresses) {
    for (const word of address.words) words[at++] = word;
  }
  return words;
}

/** By first address, wider first, then as they came. */
function inOrder(cidrs: readonly Cidr[], family: 4 | 6): number[] {
  const numbers = [...cidrs.keys()].filter((i) => cidrs[i]!.base.family === family);
  return numbers.sort((a, b) => {
    const [left, right] = [cidrs[a]!, cidrs[b]!];
    return compareIp(left.base, right.base) || left.length - right.length || a - b;
  });
}
