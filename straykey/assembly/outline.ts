// What a caller is judged by, and what a record testifies, put together so that the host decodes it at once.
import { BACKSLASH } from './bytes';
import {
  ERROR_CODE, EVENT_ID, IN_SCOPE_OF, REQUEST_PARAMETERS, RESPONSE_ELEMENTS, USER_AGENT, isNull, isQuoted, lengthOf, startOf,
} from './fields';
import { OUTLINE, OUTLINE_MOST } from './layout';

let to: usize = OUTLINE;

/**
 * Copies the record's values, from EVENT_ID to IN_SCOPE_OF and, when `last` is behind these, from ERROR_CODE to `last`, one behind the other to
 * OUTLINE. Their length in all; 0 when they are not ASCII, uncommonly long, or not in the form that CloudTrail writes.
 */
export function outline(last: i32): usize {
  to = OUTLINE;
  if (startOf(IN_SCOPE_OF) != 0 && isQuoted(IN_SCOPE_OF)) return 0;
  if (!copyFields(EVENT_ID, IN_SCOPE_OF)) return 0;
  if (last > IN_SCOPE_OF && !(testifiesPlainly(last) && copyFields(ERROR_CODE, last))) return 0;
  return isAscii(to) ? to - OUTLINE : 0;
}

function copyFields(first: i32, last: i32): bool {
  for (let field = first; field <= last; field++) {
    const length = <usize>lengthOf(field);
    if (to + length > OUTLINE + OUTLINE_MOST) return false;
    copy(to, startOf(field), length);
    to += length;
  }
  return true;
}

/** Texts without escapes where CloudTrail writes text, and none where it writes objects. */
function testifiesPlainly(last: i32): bool {
  return isPlainText(ERROR_CODE) && isPlainText(USER_AGENT) && isNoText(REQUEST_PARAMETERS) && (last < RESPONSE_ELEMENTS || isNoText(RESPONSE_ELEMENTS));
}

function isPlainText(field: i32): bool {
  const start = startOf(field);
  if (start == 0 || isNull(field)) return true;
  if (!isQuoted(field)) return false;
  for (let p = start; p < start + <usize>lengthOf(field); p++) if (<u32>load<u8>(p) == BACKSLASH || load<u8>(p) < 0x20) return false;
  return true;
}

function isNoText(field: i32): bool {
  return startOf(field) == 0 || !isQuoted(field);
}

/** By whole vectors: what lies behind the value is overwritten by the next one. For so few bytes memory.copy costs more. */
@inline
function copy(to: usize, from: usize, length: usize): void {
  for (let i: usize = 0; i < length; i += 16) v128.store(to + i, v128.load(from + i));
}

function isAscii(end: usize): bool {
  v128.store(end, i64x2.splat(0));
  for (let p = OUTLINE; p < end; p += 16) if (i8x16.bitmask(v128.load(p)) != 0) return false;
  return true;
}
