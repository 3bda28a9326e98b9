// Inflate, RFC 1951: what the host (src/sources/inflater.ts) may call. Overview in README.md.
import { readCodes, readCounts, readPrecode, useFixedCodes } from './blocks';
import { decodeSymbol } from './careful';
export { shorten } from './checksum';
import { fillPatterns } from './copy';
import { decodeFast, FAST_INPUT } from './fast';
import { BLOCK, BLOCK_FULL, HISTORY, HISTORY_BYTES, INPUT, INPUT_BYTES, SHORT } from './layout';
import { bitBuffer, clearBits, have, inputEnd, moveTo, next, out, setInput, setOutput, use, windowStart } from './state';
import { fillSymbols } from './symbols';
import {
  BAD_BLOCK_TYPE, BAD_STORED_LENGTH, BLOCK_ENDS, BLOCK_FILLED, DATA_ENDS, GOING_ON, STARVED,
} from './verdicts';

/** What comes next. */
const BLOCK_HEADER: i32 = 0;
const STORED_HEADER: i32 = 1;
const STORED_BYTES: i32 = 2;
const COUNTS: i32 = 3;
const PRECODE: i32 = 4;
const CODES: i32 = 5;
const SYMBOLS: i32 = 6;

let step: i32 = BLOCK_HEADER;
let lastBlock: bool = false;
let storedLeft: usize = 0;

export function start(): void {
  fillSymbols();
  fillPatterns();
}

/** Where the host writes stored bytes, and how many fit. */
export function inputAt(): u32 {
  return <u32>INPUT;
}

export function inputBytes(): u32 {
  return <u32>INPUT_BYTES;
}

/** Where blocks of decoded bytes begin, and where the present one ends so far. */
export function blockAt(): u32 {
  return <u32>BLOCK;
}

export function blockEnd(): u32 {
  return <u32>out;
}

/** Where {@link shorten} writes. */
export function shortAt(): u32 {
  return <u32>SHORT;
}

/** The first byte of input that was not used. */
export function position(): u32 {
  return <u32>next;
}

/** New deflate data: nothing came before it. */
export function begin(): void {
  step = BLOCK_HEADER;
  clearBits();
  setOutput(BLOCK, BLOCK);
}

/** Decodes what lies between two addresses of the input, until one of the host's verdicts (verdicts.ts). */
export function decode(from: u32, to: u32): i32 {
  setInput(from, to);
  if (out >= BLOCK_FULL) keepHistory();
  while (true) {
    const verdict = act();
    if (verdict == GOING_ON) continue;
    // A stored block may have ended just where the block is full, with nothing behind it yet: it is handed on first.
    if (verdict == STARVED) return out >= BLOCK_FULL ? BLOCK_FILLED : GOING_ON;
    if (verdict != BLOCK_ENDS) return verdict;
    if (lastBlock) {
      clearBits();
      return DATA_ENDS;
    }
    step = BLOCK_HEADER;
  }
}

/** The host has had the block: its end becomes what matches reach back to, and the next block begins. */
function keepHistory(): void {
  memory.copy(HISTORY, out - HISTORY_BYTES, HISTORY_BYTES);
  setOutput(BLOCK, max(windowStart - (out - BLOCK), HISTORY));
}

function act(): i32 {
  switch (step) {
    case BLOCK_HEADER:
      return readBlockHeader();
    case STORED_HEADER:
      return readStoredHeader();
    case STORED_BYTES:
      return copyStored();
    case COUNTS:
      return after(readCounts(), PRECODE);
    case PRECODE:
      return after(readPrecode(), CODES);
    case CODES:
      return after(readCodes(), SYMBOLS);
    default:
      return decodeSymbols();
  }
}

/** Goes on to a step when the one before it is done. */
function after(verdict: i32, following: i32): i32 {
  if (verdict == GOING_ON) step = following;
  return verdict;
}

function readBlockHeader(): i32 {
  if (!have(3)) return STARVED;
  lastBlock = <bool>(bitBuffer & 1);
  const type = <u32>(bitBuffer >> 1) & 3;
  use(3);
  if (type == 3) return BAD_BLOCK_TYPE;
  if (type == 1) useFixedCodes();
  step = type == 0 ? STORED_HEADER : type == 1 ? SYMBOLS : COUNTS;
  // Stored data begins at a byte. Less than one is left of what the header was taken from.
  if (type == 0) clearBits();
  return GOING_ON;
}

function readStoredHeader(): i32 {
  if (!have(32)) return STARVED;
  const length = <u32>bitBuffer & 0xffff;
  const complement = <u32>(bitBuffer >> 16) & 0xffff;
  if (length != (complement ^ 0xffff)) return BAD_STORED_LENGTH;
  use(32);
  storedLeft = length;
  step = STORED_BYTES;
  return GOING_ON;
}

function copyStored(): i32 {
  const bytes = min(storedLeft, min(inputEnd - next, BLOCK_FULL - min(out, BLOCK_FULL)));
  memory.copy(out, next, bytes);
  setInput(next + bytes, inputEnd);
  moveTo(out + bytes);
  storedLeft -= bytes;
  if (storedLeft == 0) return BLOCK_ENDS;
  return next == inputEnd ? STARVED : BLOCK_FILLED;
}

function decodeSymbols(): i32 {
  while (true) {
    if (out >= BLOCK_FULL) return BLOCK_FILLED;
    const verdict = inputEnd - next >= FAST_INPUT ? decodeFast() : decodeSymbol();
    if (verdict != GOING_ON) return verdict;
  }
}
