// Skipping what is not looked at: text, scalars, and whole objects and arrays, by quotes and brackets alone.
import {
  BACKSLASH, CLOSE_BRACE, OPEN_BRACE, QUOTE, between, controls64, either64, equal64, equalWith64, escapesAndEscaped, hasEqual64, isBlank,
  splat, strangers64,
} from './bytes';
import { BROKEN, INCOMPLETE, WANT_STRUCTURE, WANT_TEXT, WANT_VALUE, end, stop } from './stop';

/** Records nested deeper than this many levels, the record itself being the first, are not read. CloudTrail's own stay under 20. */
const MOST_LEVELS: u32 = 1000;

/** The record's and userIdentity's, which are not skipped and so not counted. The host counts again, exactly. */
const OUTER_LEVELS: u32 = 2;

/** Set by skipText when it meets a backslash, by skipNested when a record may pass MOST_LEVELS. Cleared by whoever asks. */
export let sawEscape: bool = false;
export let sawTooDeep: bool = false;

export function clearSights(): void {
  sawEscape = false;
  sawTooDeep = false;
}

export function clearEscape(): void {
  sawEscape = false;
}

@inline
export function skipBlanks(p: usize): usize {
  while (isBlank(load<u8>(p))) p++;
  return p;
}

/** From any byte inside text to its closing quote. Control characters are left to whoever reads the text. */
export function skipText(p: usize): usize {
  const quote = splat(QUOTE);
  const backslash = splat(BACKSLASH);
  while (true) {
    const ends = either64(p, quote, backslash);
    if (ends == 0) {
      p += 64;
      if (p >= end) return stop(p, WANT_TEXT);
      continue;
    }
    p += <usize>ctz<u64>(ends);
    if (load<u8>(p) == QUOTE) return p;
    sawEscape = true;
    p += 2;
    if (p > end) return stop(end, WANT_TEXT);
  }
}

/** State of a skip over brackets that reached the last byte before its end; {@link resume} goes on from it. */
export let leftDepth: u32 = 0;
export let leftInText: u64 = 0;
export let leftEscape: u64 = 0;

/**
 * From an opening bracket to one past the bracket that closes it. Looks at quotes, escapes and the balance of brackets; what stands
 * between them is not judged in the first {@link TRUSTED} bytes, and after them only for characters that cannot stand there. (A lost
 * quote turns text and structure inside out: within a few bytes that shows, so no breakage runs away with the rest of a file.)
 */
export function skipNested(p: usize): usize {
  return skipOn(p, p + TRUSTED, 0, 0, 0);
}

/** Values in real records are nearly always shorter, and looking for strangers takes a fifth longer. Unit: bytes. */
export const TRUSTED: usize = 4096;

/** The same from within: `inText` is all ones inside text, `escape` 1 when the byte before `p` escapes it. Strangers count from `trusted` on. */
export function resume(p: usize, trusted: usize, depth: u32, inText: u64, escape: u64): usize {
  return skipOn(p, trusted, depth, inText, escape);
}

function skipOn(start: usize, trusted: usize, depth: u32, inText: u64, escape: u64): usize {
  const quote = splat(QUOTE);
  const backslash = splat(BACKSLASH);
  const brace = splat(OPEN_BRACE);
  const closingBrace = splat(CLOSE_BRACE);
  const pairBit = splat(0x20);
  for (let p = start; p < end; p += 64) {
    let escaped = escape;
    if (hasEqual64(p, backslash) || escape != 0) {
      const backslashes = equal64(p, backslash);
      const both = escapesAndEscaped(backslashes & ~escape);
      escaped = both ^ (backslashes | escape);
      escape = (both & backslashes) >> 63;
      if (end - p < 64) escape = (escaped >> (end - p)) & 1;
    }
    const quotes = equal64(p, quote) & ~escaped;
    const text = between(quotes) ^ inText;
    const opens = equalWith64(p, pairBit, brace) & ~text;
    const closes = equalWith64(p, pairBit, closingBrace) & ~text;
    const opened = <u32>popcnt<u64>(opens);
    const closed = <u32>popcnt<u64>(closes);
    inText = <u64>(<i64>text >> 63);
    if (p + 64 > trusted) {
      let wrong = misplaced(p, text, quotes);
      if (p < trusted) wrong &= ~(<u64>0) << <u64>(trusted - p);
      if (wrong != 0) {
        const last = lastClose(opens, closes, depth);
        if (last == 64 || ctz<u64>(wrong) < last) return stop(p + <usize>ctz<u64>(wrong), WANT_STRUCTURE);
      }
    }
    if (depth + opened + OUTER_LEVELS > MOST_LEVELS) noteDepth(opens, closes, depth);
    if (closed >= depth) {
      const last = lastClose(opens, closes, depth);
      if (last != 64) return p + <usize>last + 1;
    }
    depth += opened - closed;
  }
  leftDepth = depth;
  leftInText = inText;
  leftEscape = escape;
  return INCOMPLETE;
}

/** Control characters in text, and characters outside text that JSON has no use for there; only of bytes before the end. */
function misplaced(p: usize, text: u64, quotes: u64): u64 {
  const wrong = (controls64(p) & text) | (strangers64(p) & ~(text | quotes));
  return end - p < 64 ? wrong & ((<u64>1 << <u64>(end - p)) - 1) : wrong;
}

/** Index of the bracket that brings `depth` to 0, or 64. */
@inline
function lastClose(opens: u64, closes: u64, depth: u32): u64 {
  let left = closes;
  let before = depth;
  while (left != 0) {
    const below = (left & (0 - left)) - 1;
    if (before + <u32>popcnt<u64>(opens & below) == 1) return ctz<u64>(left);
    before--;
    left &= left - 1;
  }
  return 64;
}

function noteDepth(opens: u64, closes: u64, depth: u32): void {
  let left = opens;
  while (left != 0) {
    const below = (left & (0 - left)) - 1;
    const level = depth + <u32>popcnt<u64>(opens & below) + 1 - <u32>popcnt<u64>(closes & below);
    if (level + OUTER_LEVELS > MOST_LEVELS) sawTooDeep = true;
    left &= left - 1;
  }
}

/** `true`, `false`, `null` or a number, whole: to one past it. */
export function skipScalar(p: usize): usize {
  const c = <u32>load<u8>(p);
  // `true`, `null`, and `false` from its second letter: four letters each.
  const word = select<u32>(0x65757274, select<u32>(0x6c6c756e, 0x65736c61, c == 0x6e), c == 0x74);
  const letters = p + <usize>(c == 0x66);
  if (load<u32>(letters) == word) return letters + 4;
  if (c == 0x2d || c - 48 <= 9) return skipNumber(p);
  return c == 0x74 || c == 0x6e || c == 0x66 ? stopInWord(letters, word) : stop(p, WANT_VALUE);
}

/** At the first letter that differs: the last bytes may end inside a word. */
function stopInWord(p: usize, word: u32): usize {
  while ((word & 0xff) == load<u8>(p)) {
    p++;
    word >>= 8;
  }
  return stop(p, WANT_VALUE);
}

function skipNumber(p: usize): usize {
  if (load<u8>(p) == 0x2d) p++;
  if (load<u8>(p) == 0x30) p++;
  else {
    p = skipDigits(p);
    if (p <= BROKEN) return p;
  }
  if (load<u8>(p) == 0x2e) {
    p = skipDigits(p + 1);
    if (p <= BROKEN) return p;
  }
  if ((load<u8>(p) | 0x20) == 0x65) {
    const sign = <u32>load<u8>(p, 1);
    p = skipDigits(sign == 0x2b || sign == 0x2d ? p + 2 : p + 1);
  }
  return p;
}

/** One digit at least. */
function skipDigits(p: usize): usize {
  if (<u32>load<u8>(p) - 48 > 9) return stop(p, WANT_VALUE);
  while (<u32>load<u8>(p) - 48 <= 9) p++;
  return p;
}
