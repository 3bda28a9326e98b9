// The alphabets of RFC 1951, section 3.2.5, as table entries.
import { END_OF_BLOCK, INVALID, LITERAL, SPECIAL } from './entries';
import { DISTANCE_SYMBOLS, LITLEN_SYMBOLS, PRECODE_SYMBOLS } from './layout';

export const LITLEN_COUNT: u32 = 288;
export const DISTANCE_COUNT: u32 = 32;
export const PRECODE_COUNT: u32 = 19;

const FIRST_LENGTH: u32 = 257;
const LAST_LENGTH: u32 = 285;

export function fillSymbols(): void {
  for (let symbol: u32 = 0; symbol < PRECODE_COUNT; symbol++) set(PRECODE_SYMBOLS, symbol, symbol << 16);
  fillLitlens();
  fillDistances();
}

function fillLitlens(): void {
  for (let symbol: u32 = 0; symbol < 256; symbol++) set(LITLEN_SYMBOLS, symbol, LITERAL | (symbol << 16));
  set(LITLEN_SYMBOLS, 256, SPECIAL | END_OF_BLOCK);
  // Eight lengths without extra bits, then four for each number of extra bits. 258 has a code of its own, without extra bits.
  let base: u32 = 3;
  for (let symbol = FIRST_LENGTH; symbol < LAST_LENGTH; symbol++) {
    const index = symbol - FIRST_LENGTH;
    const extra: u32 = index < 8 ? 0 : (index >> 2) - 1;
    set(LITLEN_SYMBOLS, symbol, (base << 16) | extra);
    base += 1 << extra;
  }
  set(LITLEN_SYMBOLS, LAST_LENGTH, 258 << 16);
  for (let symbol = LAST_LENGTH + 1; symbol < LITLEN_COUNT; symbol++) set(LITLEN_SYMBOLS, symbol, SPECIAL | INVALID);
}

function fillDistances(): void {
  // Four distances without extra bits, then two for each number of extra bits; the last two codes mean nothing.
  let base: u32 = 1;
  for (let symbol: u32 = 0; symbol < 30; symbol++) {
    const extra: u32 = symbol < 4 ? 0 : (symbol >> 1) - 1;
    set(DISTANCE_SYMBOLS, symbol, (base << 16) | extra);
    base += 1 << extra;
  }
  for (let symbol: u32 = 30; symbol < DISTANCE_COUNT; symbol++) set(DISTANCE_SYMBOLS, symbol, SPECIAL | INVALID);
}

function set(table: usize, symbol: u32, entry: u32): void {
  store<u32>(table + (symbol << 2), entry);
}
