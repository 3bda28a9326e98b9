// The sequence of records in the window: commas and white space between them, an unmatched `]` behind them.
import { CLOSE_BRACKET, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE, isBlank } from './bytes';
import { clearFields } from './fields';
import { DONE, judge } from './judge';
import { OUT, OUT_END, OUT_START, OUT_STOPPED_AT, OUT_WANTED, WINDOW } from './layout';
import { keptFrom, moveRecovery, recover, recoverBlindly, recoverFrom } from './recover';
import { BROKEN, INCOMPLETE, WANT_END, end, setEnd, stop, stoppedAt, wanted } from './stop';
import { clearSights, leftDepth, leftEscape, leftInText, resume, skipNested, skipScalar, skipText } from './structure';
import { walkRecord } from './walk';

/** One record's bytes at most. CloudTrail's are under 256 KiB (larger ones are cut by AWS); exports may add to them. */
const RECORD_MOST: usize = 16 << 20;
/** A record this long that is not whole yet is not walked anew with each chunk; a skip over its brackets waits for its end. */
const PATIENCE: usize = 16384;

// What `advance` answers; DONE (0), PARSE and TELL are judge's.
const MORE: i32 = 0;
const CLOSED: i32 = 3;
const NOT_JSON: i32 = 4;
const TRUNCATED: i32 = 5;
const TOO_LARGE: i32 = 6;

// What the next byte belongs to.
const RECORDS: i32 = 0;
const RECOVERING: i32 = 1;
const TOO_LARGE_RECORD: i32 = 2;
const AFTER: i32 = 3;

let mode: i32 = RECORDS;
/** First byte not dealt with. */
let position: usize = WINDOW;
/** Whether a skip over the record at `position` has begun, and where it has come to. */
let waiting: bool = false;
let waited: usize = WINDOW;
let waitDepth: u32 = 0;
let waitInText: u64 = 0;
let waitEscape: u64 = 0;
/** The record last handed to the host. */
let handed: usize = WINDOW;

export function restart(): void {
  mode = RECORDS;
  position = WINDOW;
  waiting = false;
  setEnd(WINDOW);
}

export function unread(): usize {
  return end - position;
}

/** Moves what is kept to the window's start and says how far it moved. */
export function compact(): usize {
  const keep = mode == RECOVERING ? min(keptFrom(), end) : position;
  const by = keep - WINDOW;
  if (by == 0) return 0;
  memory.copy(WINDOW, keep, end - keep);
  position -= by;
  waited -= by;
  moveRecovery(by);
  setEnd(end - by);
  return by;
}

export function advance(last: bool): i32 {
  while (true) {
    if (mode == RECORDS) {
      const answer = nextRecord(last);
      if (answer >= 0) return answer;
    } else if (mode == RECOVERING) {
      const found = recover(last);
      if (found == INCOMPLETE) {
        position = min(keptFrom(), end);
        return MORE;
      }
      position = found;
      mode = RECORDS;
    } else if (mode == TOO_LARGE_RECORD) {
      if (!passLargeRecord()) return MORE;
    } else {
      return MORE;
    }
  }
}

const AGAIN: i32 = -1;

function nextRecord(last: bool): i32 {
  let p = position;
  while (isBlank(load<u8>(p)) || load<u8>(p) == COMMA) p++;
  position = p;
  if (p >= end) {
    position = end;
    return MORE;
  }
  const c = <u32>load<u8>(p);
  if (c == CLOSE_BRACKET) {
    position = p + 1;
    mode = AFTER;
    return CLOSED;
  }
  if (waiting && !last && !isWhole()) return end - p > RECORD_MOST ? tooLarge() : MORE;
  const e = c == OPEN_BRACE ? walkRecord(p) : walkStray(p, last);
  if (e == BROKEN) return broken();
  if (e == INCOMPLETE) return last ? truncated() : wait();
  waiting = false;
  position = e;
  handed = p;
  const todo = judge(p, e);
  if (todo == DONE) return AGAIN;
  place(p, e);
  return todo;
}

/** A value that is no object: the host will say so. Fields are cleared, so it is not taken for plain. */
function walkStray(p: usize, last: bool): usize {
  clearFields();
  clearSights();
  const c = <u32>load<u8>(p);
  if (c == OPEN_BRACKET) return skipNested(p);
  if (c == QUOTE) {
    const close = skipText(p + 1);
    return close <= BROKEN ? close : close + 1;
  }
  const after = skipScalar(p);
  // A number ends with the byte behind it.
  return after == end && !last ? stop(after, WANT_END) : after;
}

function place(start: usize, e: usize): void {
  store<i32>(OUT, <i32>(start - WINDOW), OUT_START);
  store<i32>(OUT, <i32>(e - WINDOW), OUT_END);
}

function broken(): i32 {
  waiting = false;
  place(position, stoppedAt);
  store<i32>(OUT, <i32>(stoppedAt - WINDOW), OUT_STOPPED_AT);
  store<i32>(OUT, wanted, OUT_WANTED);
  recoverFrom(position, 0);
  mode = RECOVERING;
  return NOT_JSON;
}

/** The last bytes end inside a record, unless a whole one begins in them: then this one was cut short before. */
function truncated(): i32 {
  waiting = false;
  place(position, end);
  store<i32>(OUT, <i32>(end - WINDOW), OUT_STOPPED_AT);
  store<i32>(OUT, WANT_END, OUT_WANTED);
  recoverBlindly(position + 1);
  const found = recover(true);
  if (found == INCOMPLETE) {
    position = end;
    mode = AFTER;
    return TRUNCATED;
  }
  position = found;
  return NOT_JSON;
}

/** Keeps the record for the next bytes. */
function wait(): i32 {
  const length = end - position;
  if (length > PATIENCE) {
    const c = <u32>load<u8>(position);
    if (c == OPEN_BRACE || c == OPEN_BRACKET) {
      waiting = true;
      waited = position;
      keepWait(skipNested(position));
    }
  }
  return length > RECORD_MOST ? tooLarge() : MORE;
}

/** Goes on waiting. True when the record's end, or a breakage, has come. */
function isWhole(): bool {
  return keepWait(resume(waited, waited, waitDepth, waitInText, waitEscape));
}

function keepWait(e: usize): bool {
  if (e != INCOMPLETE) {
    waiting = false;
    return true;
  }
  waited = end;
  waitDepth = leftDepth;
  waitInText = leftInText;
  waitEscape = leftEscape;
  return false;
}

function tooLarge(): i32 {
  place(position, end);
  if (waiting) mode = TOO_LARGE_RECORD;
  else {
    mode = RECOVERING;
    recoverBlindly(end);
  }
  position = end;
  return TOO_LARGE;
}

/** Skips on without keeping. False when more bytes are needed. */
function passLargeRecord(): bool {
  const e = resume(waited, waited, waitDepth, waitInText, waitEscape);
  if (e == INCOMPLETE) {
    keepWait(e);
    position = end;
    return false;
  }
  waiting = false;
  if (e == BROKEN) {
    mode = RECOVERING;
    recoverBlindly(stoppedAt);
  } else {
    mode = RECORDS;
    position = e;
  }
  return true;
}

/** The host could not parse the record handed to it: its end is not to be trusted either. */
export function distrust(): void {
  recoverFrom(handed, position);
  mode = RECOVERING;
}
