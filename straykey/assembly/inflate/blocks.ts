// The headers of deflate's blocks, RFC 1951, section 3.2. Every step either has all its bits or changes nothing, so each may be made again
// when it starved.
import { INVALID, SPECIAL, codeBits, withLength } from './entries';
import { DISTANCE_BITS, LITLEN_BITS } from './fast';
import {
  DISTANCE, DISTANCE_SYMBOLS, LENGTHS, LITLEN, LITLEN_SYMBOLS, PRECODE, PRECODE_LENGTHS, PRECODE_SYMBOLS,
} from './layout';
import { bitBuffer, bitCount, giveBack, have, haveMany, inputEnd, next, use } from './state';
import { DISTANCE_COUNT, LITLEN_COUNT, PRECODE_COUNT } from './symbols';
import { buildTable, pairLiterals } from './tables';
import {
  BAD_DISTANCE_CODES, BAD_LITLEN_CODES, BAD_PRECODE, BAD_REPEAT, GOING_ON, NO_END_OF_BLOCK, STARVED, TOO_MANY_SYMBOLS,
} from './verdicts';

const PRECODE_BITS: u32 = 7;
const END_OF_BLOCK_SYMBOL: u32 = 256;
/** What RFC 1951 lets a block declare; the fixed codes have two more of each, without meaning. */
const LITLENS_MOST: u32 = 286;
const DISTANCES_MOST: u32 = 30;
/** Bits that no symbol has read as an error of one bit, as in zlib. */
const UNUSED: u32 = SPECIAL | INVALID | (1 << 8) | 1;

/** With less input than this at hand, joining literals saves nothing. */
const PAIRS_INPUT: usize = 4096;

/** In this order the lengths of the code that packs the code lengths are stored. */
const ORDER = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

let litlens: u32 = 0;
let distances: u32 = 0;
let precodes: u32 = 0;
/** Code lengths read so far, first of the packing code, then of the block's. */
let read: u32 = 0;
/** Whether the tables are those of the fixed codes, from an earlier block. */
let fixed: bool = false;

export function useFixedCodes(): void {
  if (fixed) return;
  memory.fill(LENGTHS, 8, 144);
  memory.fill(LENGTHS + 144, 9, 112);
  memory.fill(LENGTHS + 256, 7, 24);
  memory.fill(LENGTHS + 280, 8, 8);
  buildTable(LITLEN, LITLEN_BITS, LENGTHS, LITLEN_COUNT, LITLEN_SYMBOLS, UNUSED, false);
  memory.fill(LENGTHS, 5, DISTANCE_COUNT);
  buildTable(DISTANCE, DISTANCE_BITS, LENGTHS, DISTANCE_COUNT, DISTANCE_SYMBOLS, UNUSED, false);
  fixed = true;
}

/** How many codes there are. */
export function readCounts(): i32 {
  if (!have(14)) return STARVED;
  litlens = (<u32>bitBuffer & 31) + 257;
  distances = (<u32>(bitBuffer >> 5) & 31) + 1;
  precodes = (<u32>(bitBuffer >> 10) & 15) + 4;
  use(14);
  if (litlens > LITLENS_MOST || distances > DISTANCES_MOST) return TOO_MANY_SYMBOLS;
  read = 0;
  memory.fill(PRECODE_LENGTHS, 0, PRECODE_COUNT);
  return GOING_ON;
}

/** The code that packs the code lengths. */
export function readPrecode(): i32 {
  for (; read < precodes; read++) {
    if (!have(3)) return STARVED;
    store<u8>(PRECODE_LENGTHS + load<u8>(ORDER + read), <u8>bitBuffer & 7);
    use(3);
  }
  read = 0;
  // zlib takes the bits of a code without symbols for lengths of zero, and finds out later.
  const nothing = withLength(0, 1);
  const sound = buildTable(PRECODE, PRECODE_BITS, PRECODE_LENGTHS, PRECODE_COUNT, PRECODE_SYMBOLS, nothing, false);
  return sound ? GOING_ON : BAD_PRECODE;
}

/** The code lengths of the block, then its tables. */
export function readCodes(): i32 {
  const verdict = readLengths();
  if (verdict != GOING_ON) return verdict;
  giveBack();
  if (load<u8>(LENGTHS + END_OF_BLOCK_SYMBOL) == 0) return NO_END_OF_BLOCK;
  fixed = false;
  if (!buildTable(LITLEN, LITLEN_BITS, LENGTHS, litlens, LITLEN_SYMBOLS, UNUSED, true)) return BAD_LITLEN_CODES;
  if (inputEnd - next >= PAIRS_INPUT) pairLiterals(LITLEN, LITLEN_BITS);
  if (!buildTable(DISTANCE, DISTANCE_BITS, LENGTHS + litlens, distances, DISTANCE_SYMBOLS, UNUSED, true))
    return BAD_DISTANCE_CODES;
  return GOING_ON;
}

function readLengths(): i32 {
  const all = litlens + distances;
  while (read < all) {
    haveMany();
    let entry: u32 = 0;
    while (true) {
      entry = load<u32>(PRECODE + (<usize>(<u32>bitBuffer & ((1 << PRECODE_BITS) - 1)) << 2));
      if (codeBits(entry) <= bitCount) break;
      if (!have(bitCount + 1)) return STARVED;
    }
    const symbol = entry >> 16;
    if (symbol < 16) {
      use(codeBits(entry));
      store<u8>(LENGTHS + read++, <u8>symbol);
      continue;
    }
    // 16 repeats the length before, 17 and 18 zero; each with extra bits for how often.
    const extra: u32 = symbol == 16 ? 2 : symbol == 17 ? 3 : 7;
    if (!have(codeBits(entry) + extra)) return STARVED;
    const more = <u32>(bitBuffer >> codeBits(entry)) & ((1 << extra) - 1);
    if (symbol == 16 && read == 0) return BAD_REPEAT;
    const times = (symbol == 18 ? 11 : 3) + more;
    if (read + times > all) return BAD_REPEAT;
    use(codeBits(entry) + extra);
    memory.fill(LENGTHS + read, symbol == 16 ? load<u8>(LENGTHS + read - 1) : 0, times);
    read += times;
  }
  return GOING_ON;
}
