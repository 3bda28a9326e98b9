// CRC-32 without the instruction that WebAssembly lacks for it: a long run of bytes is made short, and keeps its checksum.
//
// A checksum is the remainder of a division of polynomials over GF(2), the message being one with its first bit the highest power. The
// divisor of CRC-32 also divides x^(128 * 300) + x^(128 * 155) + x^(128 * 117) + x^(128 * 89) + 1: found by search, the shortest with
// five terms and whole vectors between them. So a vector may be set to zero when it is added (xor) to the four that come 145, 183, 211
// and 300 vectors after it, and what is left in the end is 300 vectors. The idea is Chorba's (Russell, 2024, arXiv:2412.16398).
import { BLOCK, ROLLED, ROLLED_CHUNK, SHORT, VECTORS_LEFT } from './layout';
import { out } from './state';

const VECTOR: usize = 16;
/** What comes before, for a vector; the last of them is {@link VECTORS_LEFT}. */
const FIRST: usize = 145 * VECTOR;
const SECOND: usize = 183 * VECTOR;
const THIRD: usize = 211 * VECTOR;
const LAST: usize = VECTORS_LEFT * VECTOR;
/** Shorter blocks are not worth it. */
const LEAST: usize = 3 * LAST;

/**
 * Writes to {@link SHORT} bytes with the checksum that the block has after `state` (as the division has it: not inverted), when they begin
 * with a state of 0. How many; 0 when the block is too short.
 */
export function shorten(state: u32): u32 {
  const bytes = out - BLOCK;
  if (bytes < LEAST) return 0;
  const first = load<u32>(BLOCK);
  store<u32>(BLOCK, first ^ state);
  const stop = BLOCK + (bytes & ~(VECTOR - 1)) - LAST;
  memory.fill(ROLLED, 0, LAST);
  let from = BLOCK;
  while (true) {
    const length = min(stop - from, ROLLED_CHUNK);
    roll(ROLLED + LAST, ROLLED + LAST, from, length);
    memory.copy(ROLLED, ROLLED + length, LAST);
    from += length;
    if (from == stop) break;
  }
  // What is left counts as it is: nothing of it is zeroed.
  memory.fill(ROLLED + LAST, 0, LAST);
  roll(SHORT, ROLLED + LAST, from, LAST);
  const rest = out - (from + LAST);
  memory.copy(SHORT + LAST, from + LAST, rest);
  store<u32>(BLOCK, first);
  return <u32>(LAST + rest);
}

/** Vectors at `from`, with what was zeroed before them added; `zeroed` is where the first would be if it were zeroed too. */
function roll(to: usize, zeroed: usize, from: usize, length: usize): void {
  for (let i: usize = 0; i < length; i += VECTOR) {
    const at = zeroed + i;
    const near = v128.xor(v128.load(at - FIRST), v128.load(at - SECOND));
    const far = v128.xor(v128.load(at - THIRD), v128.load(at - LAST));
    v128.store(to + i, v128.xor(v128.load(from + i), v128.xor(near, far)));
  }
}
