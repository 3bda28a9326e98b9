// The same as fast.ts, one symbol at a time and byte by byte, for where input ends. A symbol is used only when all of it is at hand, so a
// call that starves may be made again with more input.
import { copyMatch } from './copy';
import { END_OF_BLOCK, LEADS_ON, LITERAL, SPECIAL, codeBits, takenBits } from './entries';
import { DISTANCE_BITS, LITLEN_BITS } from './fast';
import { DISTANCE, LITLEN } from './layout';
import { bitBuffer, bitCount, have, moveTo, out, use, windowStart } from './state';
import { BAD_DISTANCE_CODE, BAD_LITLEN_CODE, BLOCK_ENDS, GOING_ON, STARVED, TOO_FAR_BACK } from './verdicts';

/** The entry of the code last sought, and how many bits a code that led on to it took. */
let entry: u32 = 0;
let skipped: u32 = 0;

/** Finds the code that begins `from` bits into those at hand. Bits not there read as zero: so a code found too short of bits is no code. */
function seek(table: usize, rootBits: u32, from: u32): bool {
  while (true) {
    const bits = bitBuffer >> from;
    entry = load<u32>(table + (<usize>(bits & ((<u64>1 << rootBits) - 1)) << 2));
    skipped = 0;
    if (entry & LEADS_ON) {
      const index = <usize>(entry >> 16) + <usize>((bits >> rootBits) & ((<u64>1 << codeBits(entry)) - 1));
      entry = load<u32>(table + (index << 2));
      skipped = rootBits;
    }
    const needed = from + skipped + codeBits(entry);
    if (needed <= bitCount) return true;
    if (!have(bitCount + 1)) return false;
  }
}

/** The value of the length or distance sought, whose code begins `from` bits into those at hand. */
function soughtValue(from: u32): usize {
  const extra = takenBits(entry) - codeBits(entry);
  const bits = bitBuffer >> (from + skipped + codeBits(entry));
  return <usize>(entry >> 16) + <usize>(bits & ((<u64>1 << extra) - 1));
}

export function decodeSymbol(): i32 {
  if (!seek(LITLEN, LITLEN_BITS, 0)) return STARVED;
  if (entry & LITERAL) {
    store<u8>(out, <u8>(entry >> 16));
    moveTo(out + 1);
    use(skipped + codeBits(entry));
    return GOING_ON;
  }
  if (entry & SPECIAL) {
    if (!(entry & END_OF_BLOCK)) return BAD_LITLEN_CODE;
    use(skipped + codeBits(entry));
    return BLOCK_ENDS;
  }
  const lengthBits = skipped + takenBits(entry);
  if (!have(lengthBits)) return STARVED;
  const length = soughtValue(0);

  if (!seek(DISTANCE, DISTANCE_BITS, lengthBits)) return STARVED;
  if (entry & SPECIAL) return BAD_DISTANCE_CODE;
  const allBits = lengthBits + skipped + takenBits(entry);
  if (!have(allBits)) return STARVED;
  const distance = soughtValue(lengthBits);
  if (distance > out - windowStart) return TOO_FAR_BACK;
  copyMatch(out, distance, out + length);
  moveTo(out + length);
  use(allBits);
  return GOING_ON;
}
