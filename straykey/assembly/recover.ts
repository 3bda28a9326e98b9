// After something broken: where is the next record? Two ways, the nearer wins. (1) A record, whole, with time, source and name, that begins
// inside the broken piece: the piece was cut short. (2) The end of the piece by its own brackets, if what follows suits a sequence.
import {
  CLOSE_BRACE, CLOSE_BRACKET, CLOSING, COMMA, NEWLINE, OPEN_BRACE, OPEN_BRACKET, QUOTE, equal64, splat,
} from './bytes';
import { EVENT_NAME, EVENT_SOURCE, EVENT_TIME, startOf } from './fields';
import { BROKEN, INCOMPLETE, end, stoppedAt } from './stop';
import { TRUSTED, leftDepth, leftEscape, leftInText, resume, skipBlanks, skipNested } from './structure';
import { walkRecord } from './walk';

/**
 * Bytes that may be walked in vain for each window, and in which a next record must end, so that hostile input costs a bounded
 * multiple of its size. Real breakages need a few KiB.
 */
const BUDGET: usize = 4 << 20;
const CANDIDATE_MOST: usize = 1 << 20;

/** Bytes before this hold no record's beginning. */
let from: usize = 0;
/** How far the piece reaches by its own brackets: 0 not known yet. Only while `bracketed`. */
let reach: usize = 0;
let bracketed: bool = false;
/** While it is not known whether a piece that is no object reaches to the sequence's end. */
let stray: bool = false;
/** Where the skip over the piece, by its brackets or to one, has come to; at `end` of the window before. */
let skipped: usize = 0;
/** Where strangers in it begin to count. */
let trusted: usize = 0;
let begun: bool = false;
/** The bracket that must end it. */
let closing: u32 = 0;
let depth: u32 = 0;
let inText: u64 = 0;
let escape: u64 = 0;
let budget: usize = 0;

export function refillBudget(): void {
  budget = BUDGET;
}

/** The piece at `start` is broken; `known` is its end by brackets when it has been walked already, else 0. */
export function recoverFrom(start: usize, known: usize): void {
  const c = <u32>load<u8>(start);
  from = start + 1;
  bracketed = c == OPEN_BRACE || c == OPEN_BRACKET;
  reach = bracketed ? known : 0;
  stray = !bracketed;
  skipped = bracketed ? start : from;
  trusted = start + TRUSTED;
  closing = c + CLOSING;
  begun = false;
}

/** There is no telling where the present piece ends: only a whole record will do. */
export function recoverBlindly(start: usize): void {
  from = start;
  reach = 0;
  bracketed = false;
  stray = false;
}

/** Before which nothing need be kept. */
export function keptFrom(): usize {
  return reach != 0 && reach < from ? reach : from;
}

/** The window's bytes move down by `by`. */
export function moveRecovery(by: usize): void {
  from -= by;
  skipped -= by;
  trusted = trusted > by ? trusted - by : 0;
  if (reach != 0) reach -= by;
}

/** Where the sequence goes on, or INCOMPLETE. `last`: no more bytes will come. */
export function recover(last: bool): usize {
  while (true) {
    if (bracketed && reach == 0) findReach();
    if (stray) findStrayEnd();
    const limit = reach == 0 ? end : reach;
    const found = findRecord(limit, last);
    if (found != BROKEN) return found;
    if (from < limit) from = limit;
    if (reach == 0) return INCOMPLETE;
    const next = skipBlanks(reach);
    if (next >= end && !last) return INCOMPLETE;
    if (next >= end || follows(reach, next)) return reach;
    recoverBlindly(reach);
  }
}

function findReach(): void {
  const r = begun ? resume(skipped, trusted, depth, inText, escape) : skipNested(skipped);
  begun = true;
  skipped = end;
  depth = leftDepth;
  inText = leftInText;
  escape = leftEscape;
  if (r == BROKEN || (r != INCOMPLETE && load<u8>(r - 1) != closing)) bracketed = false;
  else reach = r;
}

/** A record that begins between `from` and `limit`; INCOMPLETE when one may (`from` is moved to it); BROKEN when none does. */
function findRecord(limit: usize, last: bool): usize {
  for (let p = from; p < limit; ) {
    const braces = equal64(p, splat(OPEN_BRACE));
    if (braces == 0) {
      p += 64;
      continue;
    }
    p += <usize>ctz<u64>(braces);
    if (p >= limit || budget == 0) break;
    const e = looksLikeRecord(p) ? walkRecord(p) : BROKEN;
    const walked = (e > BROKEN ? e : e == BROKEN ? max(stoppedAt, p) : end) - p + 64;
    budget -= min(budget, walked);
    if (e > BROKEN && startOf(EVENT_TIME) != 0 && startOf(EVENT_SOURCE) != 0 && startOf(EVENT_NAME) != 0) return p;
    if (e == INCOMPLETE && !last && end - p < CANDIDATE_MOST) {
      from = p;
      return INCOMPLETE;
    }
    p++;
  }
  return BROKEN;
}

/** A brace and a name, or too few bytes to tell. */
function looksLikeRecord(p: usize): bool {
  const next = skipBlanks(p + 1);
  return next >= end || load<u8>(next) == QUOTE;
}

/** Whether a sequence may go on at `next` after a piece that ends at `piece`. */
function follows(piece: usize, next: usize): bool {
  const c = <u32>load<u8>(next);
  if (c == COMMA || c == CLOSE_BRACKET || c == OPEN_BRACE) return true;
  for (let p = piece; p < next; p++) if (load<u8>(p) == NEWLINE) return true;
  return false;
}

/** A piece that is no object: it reaches to the sequence's end if that is the first bracket behind it. */
function findStrayEnd(): void {
  for (let p = skipped; p < end; p++) {
    const c = <u32>load<u8>(p);
    if (c == CLOSE_BRACKET) reach = p;
    if (c == CLOSE_BRACKET || c == OPEN_BRACE || c == OPEN_BRACKET || c == CLOSE_BRACE || c == QUOTE) {
      stray = false;
      return;
    }
  }
  skipped = end;
}
