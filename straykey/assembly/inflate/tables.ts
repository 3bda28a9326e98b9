// From code lengths to decode tables. The way of filling them is libdeflate's: each code is written once, into a table just large
// enough, and the table doubles by copying as codes grow longer.
import { LEADS_ON, LITERAL, PAIR, SPECIAL, withLength } from './entries';
import { COUNTS, LITERAL_CODES, OFFSETS, SORTED } from './layout';

const LONGEST: u32 = 15;

/**
 * Fills `table`, whose root takes `rootBits`, from `count` code lengths. `unused` is the entry of bits that no symbol has. False when
 * the lengths give more codes than there are, or leave some unused; as in zlib, no code at all is let through, and with `mayBeSingle`
 * a single code of one bit is too.
 */
export function buildTable(
  table: usize, rootBits: u32, lengths: usize, count: u32, symbols: usize, unused: u32, mayBeSingle: bool,
): bool {
  memory.fill(COUNTS, 0, 64);
  for (let i: u32 = 0; i < count; i++) {
    const place = COUNTS + (<usize>load<u8>(lengths + i) << 2);
    store<u32>(place, load<u32>(place) + 1);
  }
  const without = load<u32>(COUNTS);
  if (without == count) {
    fill(table, 1 << rootBits, unused, unused);
    return true;
  }
  let left: i32 = 1;
  for (let length: u32 = 1, offset: u32 = 0; length <= LONGEST; length++) {
    store<u32>(OFFSETS + (length << 2), offset);
    offset += countOf(length);
    left = (left << 1) - <i32>countOf(length);
    if (left < 0) return false;
  }
  sortSymbols(lengths, count);
  if (left > 0) {
    if (!mayBeSingle || count - without != 1 || countOf(1) != 1) return false;
    fill(table, 1 << rootBits, withLength(symbolEntry(symbols, 0), 1), unused);
    return true;
  }
  fillComplete(table, rootBits, symbols);
  return true;
}

/**
 * After {@link buildTable} of literals and lengths, and before it builds another table: joins every two literals whose codes fit into the
 * root together.
 */
export function pairLiterals(table: usize, rootBits: u32): void {
  const end = listLiterals(rootBits);
  const root: u32 = 1 << rootBits;
  for (let i = LITERAL_CODES; i < end; i += 4) {
    const first = load<u32>(i);
    const firstBits = (first >> 16) & 15;
    const shared = ((first >> 8) & 0x00ff0000) | (firstBits << 8) | LITERAL | PAIR;
    for (let j = LITERAL_CODES; j < end; j += 4) {
      const second = load<u32>(j);
      const bits = firstBits + ((second >> 16) & 15);
      if (bits > rootBits) break;
      const entry = (second & 0xff000000) | shared | bits;
      const code = (first & 0xffff) | ((second & 0xffff) << firstBits);
      for (let k = code; k < root; k += 1 << bits) store<u32>(table + (<usize>k << 2), entry);
    }
  }
}

/** Writes the literals with codes of at most so many bits to {@link LITERAL_CODES}, shortest first; says where they end. */
function listLiterals(bits: u32): usize {
  let to = LITERAL_CODES;
  let code: u32 = 0;
  for (let length: u32 = 1, rank: u32 = 0; length <= bits; length++) {
    for (let left = countOf(length); left > 0; left--) {
      const symbol = <u32>load<u16>(SORTED + (rank++ << 1));
      if (symbol < 256) {
        store<u32>(to, (symbol << 24) | (length << 16) | code);
        to += 4;
      }
      code = successor(code, 1 << length);
    }
  }
  return to;
}

function sortSymbols(lengths: usize, count: u32): void {
  for (let symbol: u32 = 0; symbol < count; symbol++) {
    const length = load<u8>(lengths + symbol);
    if (length == 0) continue;
    const place = OFFSETS + (<usize>length << 2);
    const offset = load<u32>(place);
    store<u16>(SORTED + (offset << 1), symbol);
    store<u32>(place, offset + 1);
  }
}

@inline
function countOf(length: u32): u32 {
  return load<u32>(COUNTS + (length << 2));
}

@inline
function symbolEntry(symbols: usize, rank: u32): u32 {
  return load<u32>(symbols + (<usize>load<u16>(SORTED + (rank << 1)) << 2));
}

/** Entries by turns: those whose first bit is 0 and 1. */
function fill(table: usize, entries: u32, even: u32, odd: u32): void {
  const pair = <u64>even | (<u64>odd << 32);
  for (let i: u32 = 0; i < entries; i += 2) store<u64>(table + (i << 2), pair);
}

function fillComplete(table: usize, rootBits: u32, symbols: usize): void {
  // Codes are read from the low bit up, so they count up from the high bit down.
  let code: u32 = 0;
  let rank: u32 = 0;
  let length: u32 = 1;
  let left = countOf(1);
  let end: u32 = 2;
  const root: u32 = 1 << rootBits;
  while (true) {
    while (left == 0) {
      length++;
      left = countOf(length);
      if (length <= rootBits) end = double(table, end);
    }
    if (length > rootBits) break;
    store<u32>(table + (code << 2), withLength(symbolEntry(symbols, rank++), length));
    left--;
    if (code == end - 1) {
      while (end < root) end = double(table, end);
      return;
    }
    code = successor(code, end);
  }
  let prefix: u32 = u32.MAX_VALUE;
  let start: u32 = 0;
  end = root;
  while (true) {
    if ((code & (root - 1)) != prefix) {
      prefix = code & (root - 1);
      start = end;
      const bits = subtableBits(length, left, rootBits);
      end = start + (1 << bits);
      store<u32>(table + (prefix << 2), (start << 16) | SPECIAL | LEADS_ON | (bits << 8) | rootBits);
    }
    const entry = withLength(symbolEntry(symbols, rank++), length - rootBits);
    for (let i = start + (code >> rootBits); i < end; i += 1 << (length - rootBits)) store<u32>(table + (i << 2), entry);
    if (code == (1 << length) - 1) return;
    code = successor(code, 1 << length);
    for (left--; left == 0; left = countOf(length)) length++;
  }
}

/** The next code of the same length, `codes` in number; also, as the code only gains zero bits, the first of the next length. */
@inline
function successor(code: u32, codes: u32): u32 {
  const bit: u32 = 0x80000000 >> clz(code ^ (codes - 1));
  return (code & (bit - 1)) | bit;
}

/** Bits that a table for longer codes needs so that it is filled: `left` codes of `length` and then longer ones. */
function subtableBits(length: u32, left: u32, rootBits: u32): u32 {
  let bits = length - rootBits;
  let used = left;
  while (used < <u32>1 << bits) {
    bits++;
    used = (used << 1) + countOf(rootBits + bits);
  }
  return bits;
}

/** Repeats the first `end` entries behind themselves. */
function double(table: usize, end: u32): u32 {
  const bytes: usize = <usize>end << 2;
  if (bytes < 16) {
    store<u64>(table + bytes, load<u64>(table));
  } else {
    for (let i: usize = 0; i < bytes; i += 16) v128.store(table + bytes + i, v128.load(table + i));
  }
  return end << 1;
}
