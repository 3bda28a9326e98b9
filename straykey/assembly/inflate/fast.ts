// The loop that does nearly all the work, while there is input and room for a whole round. After libdeflate's.
import { copyMatch } from './copy';
import { END_OF_BLOCK, LEADS_ON, LITERAL, PAIR, SPECIAL } from './entries';
import { BLOCK_FULL, DISTANCE, LITLEN } from './layout';
import { bitBuffer, bitCount, inputEnd, moveTo, next, out, resume, windowStart } from './state';
import { BAD_DISTANCE_CODE, BAD_LITLEN_CODE, BLOCK_ENDS, GOING_ON, TOO_FAR_BACK } from './verdicts';

/**
 * Codes up to so long need one look. Literals of trails have codes of 6 bits on average, so 12 let one look find two of them: a tenth less
 * time than 11 without pairs. Three looks and a length are then all that 56 bits allow. For distances a bit more or less makes no difference.
 */
export const LITLEN_BITS: u32 = 12;
export const DISTANCE_BITS: u32 = 9;

/** Input that one round needs at most: it takes twice at most 7 bytes, and looks at 8. */
const ROUND_INPUT: usize = 24;
/** Input with which the loop runs at least one round, after it has taken its first 7 bytes. */
export const FAST_INPUT: usize = ROUND_INPUT + 8;

const LITLEN_MASK: u64 = (1 << LITLEN_BITS) - 1;
const DISTANCE_MASK: u64 = (1 << DISTANCE_BITS) - 1;
/** Bits of the longest distance code and its extra bits. */
const DISTANCE_MOST: u64 = 28;

@inline
function litlenAt(index: u64): u64 {
  return load<u32>(<usize>index << 2, LITLEN);
}

@inline
function distanceAt(index: u64): u64 {
  return load<u32>(<usize>index << 2, DISTANCE);
}

/** One literal or a pair; behind a single one a byte without meaning, which the next overwrites. */
@inline
function putLiterals(to: usize, entry: u64): usize {
  store<u16>(to, <u16>(entry >> 16));
  return to + 1 + <usize>((entry & PAIR) >> 6);
}

/** Among the codes that a {@link LEADS_ON} entry leads on to, the index of the one at hand. */
@inline
function longer(entry: u64, bits: u64): u64 {
  return (entry >> 16) + (bits & (((<u64>1) << ((entry >> 8) & 15)) - 1));
}

/** Bytes that filling up takes: as many as fit whole behind the bits at hand, at most 7. */
@inline
function taken(left: u64): usize {
  return <usize>(~left >> 3) & 7;
}

/** The value of a length or distance: its base and the extra bits that lie above its code in `before`; `after` is what is left of that. */
@inline
function valueOf(entry: u64, before: u64, after: u64): u64 {
  // Shifts use the low six bits of the count only, which is what the entry's layout is made for.
  return (entry >> 16) + ((before ^ (after << entry)) >> (entry >> 8));
}

/**
 * Decodes until input or room run short ({@link GOING_ON}), the block ends, or the data is wrong. The caller has seen that
 * {@link FAST_INPUT} bytes of input are left and the block is not full.
 */
export function decodeFast(): i32 {
  const inputStop = inputEnd - ROUND_INPUT;
  const reach = windowStart;
  let verdict = GOING_ON;
  let at = next;
  let to = out;
  // `left` counts the bits at hand in its low byte; entries are subtracted from it whole.
  let left = <u64>bitCount;
  let bits = bitBuffer | (load<u64>(at) << left);
  at += taken(left);
  left |= 56;
  let entry = litlenAt(bits & LITLEN_MASK);

  while (at <= inputStop && to < BLOCK_FULL) {
    // At least 56 bits are at hand, enough for three looks at literals (36) and a length (20), and the entry is that of the next code.
    let before = bits;
    bits >>= entry;
    left -= entry;
    if (entry & LITERAL) {
      to = putLiterals(to, entry);
      entry = litlenAt(bits & LITLEN_MASK);
      before = bits;
      bits >>= entry;
      left -= entry;
      if (entry & LITERAL) {
        to = putLiterals(to, entry);
        entry = litlenAt(bits & LITLEN_MASK);
        before = bits;
        bits >>= entry;
        left -= entry;
        if (entry & LITERAL) {
          to = putLiterals(to, entry);
          entry = litlenAt(bits & LITLEN_MASK);
          before = bits;
          bits >>= entry;
          left -= entry;
          if (entry & LITERAL) {
            to = putLiterals(to, entry);
            bits |= load<u64>(at) << left;
            at += taken(left);
            left |= 56;
            entry = litlenAt(bits & LITLEN_MASK);
            continue;
          }
        }
      }
    }
    if (entry & SPECIAL) {
      if (entry & LEADS_ON) {
        entry = litlenAt(longer(entry, bits));
        before = bits;
        bits >>= entry;
        left -= entry;
      }
      if (entry & LITERAL) {
        store<u8>(to++, <u8>(entry >> 16));
        bits |= load<u64>(at) << left;
        at += taken(left);
        left |= 56;
        entry = litlenAt(bits & LITLEN_MASK);
        continue;
      }
      if (entry & SPECIAL) {
        verdict = entry & END_OF_BLOCK ? BLOCK_ENDS : BAD_LITLEN_CODE;
        break;
      }
    }
    const end = to + <usize>valueOf(entry, before, bits);

    if ((left & 63) < DISTANCE_MOST) {
      bits |= load<u64>(at) << left;
      at += taken(left);
      left |= 56;
    }
    entry = distanceAt(bits & DISTANCE_MASK);
    if (entry & SPECIAL) {
      if (entry & LEADS_ON) {
        bits >>= entry;
        left -= entry;
        entry = distanceAt(longer(entry, bits));
      }
      if (entry & SPECIAL) {
        verdict = BAD_DISTANCE_CODE;
        break;
      }
    }
    before = bits;
    bits >>= entry;
    left -= entry;
    const distance = <usize>valueOf(entry, before, bits);
    if (distance > to - reach) {
      verdict = TOO_FAR_BACK;
      break;
    }
    bits |= load<u64>(at) << left;
    at += taken(left);
    left |= 56;
    // The next entry is on its way while the copy runs.
    entry = litlenAt(bits & LITLEN_MASK);
    copyMatch(to, distance, end);
    to = end;
  }

  moveTo(to);
  resume(bits, <u32>left & 63, at);
  return verdict;
}
