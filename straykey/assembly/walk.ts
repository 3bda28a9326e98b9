// Walks one record: every member of its top level and of userIdentity by the grammar, everything else skipped whole. For an issue, afterwards,
// what of its request and response is looked at.
import { CLOSE_BRACE, CLOSING, COLON, COLON_QUOTE, COMMA, COMMA_QUOTE, OPEN_BRACE, OPEN_BRACKET, QUOTE, BACKSLASH, either64, splat } from './bytes';
import {
  CREDENTIALS, LAST_KEPT, LAST_TEXT, MANAGEMENT_EVENT, NONE, USER_IDENTITY, clearFields, clearIdentity, clearIssuedKey, isQuoted, lengthOf,
  setField, startOf,
} from './fields';
import { CREDENTIAL_NAMES, IDENTITY_NAMES, TOP_NAMES } from './layout';
import { fieldAt } from './names';
import { BROKEN, WANT_COLON, WANT_COMMA, WANT_NAME, WANT_STRUCTURE, stop } from './stop';
import { clearEscape, clearSights, sawEscape, skipBlanks, skipNested, skipScalar, skipText } from './structure';

/** Whether every member looked at so far is in its plain form: no backslash in its name or value, and of the type it has in CloudTrail. */
export let plain: bool = true;

/** From a record's opening brace to one past its end. Fills the fields; a member given twice counts as JSON.parse has it, the last. */
export function walkRecord(p: usize): usize {
  plain = true;
  clearSights();
  clearFields();
  return walkMembers(p + 1, TOP_NAMES);
}

/**
 * Walks the object that a kept field holds, for the members in `names`. False when it holds no object, when its members are no JSON, or
 * when one that is looked at is not in its plain form.
 */
export function walkKept(field: i32, names: usize): bool {
  const start = startOf(field);
  if (start == 0 || load<u8>(start) != OPEN_BRACE || isQuoted(field)) return false;
  plain = true;
  return walkMembers(start + 1, names) == start + <usize>lengthOf(field) && plain;
}

/** `p` is one past an opening brace. */
function walkMembers(p: usize, names: usize): usize {
  p = skipBlanks(p);
  if (load<u8>(p) == CLOSE_BRACE) return p + 1;
  if (load<u8>(p) != QUOTE) return stop(p, WANT_NAME);
  p++;
  const quote = splat(QUOTE);
  const backslash = splat(BACKSLASH);
  while (true) {
    // `p` is the first byte of a name. These 64 bytes nearly always hold name and value both.
    let ends = either64(p, quote, backslash);
    let after = p + <usize>ctz<u64>(ends);
    let field = NONE;
    if (ends != 0 && load<u8>(after) == QUOTE) {
      field = fieldAt(p, <u32>(after - p), names);
    } else {
      clearEscape();
      after = skipText(p);
      if (after <= BROKEN) return after;
      // A name with an escape may be any name. A long one without is none of ours.
      if (sawEscape) plain = false;
      ends = 0;
    }
    after++;

    if (ends != 0 && load<u16>(after) == COLON_QUOTE && after - p < 63) {
      const start = after + 2;
      let rest = ends & (ends - 1);
      rest &= rest - 1;
      // With no third mark among the 64 bytes, the text goes on behind them.
      let close = p + (rest == 0 ? 64 : <usize>ctz<u64>(rest));
      if (load<u8>(close) != QUOTE) {
        clearEscape();
        close = skipText(close);
        if (close <= BROKEN) return close;
        if (sawEscape && isText(field)) plain = false;
      }
      setField(field, start, close);
      if (field >= MANAGEMENT_EVENT) plain = false;
      after = close + 1;
    } else {
      after = skipBlanks(after);
      if (load<u8>(after) != COLON) return stop(after, WANT_COLON);
      after = walkValue(skipBlanks(after + 1), field);
      if (after <= BROKEN) return after;
    }

    if (load<u16>(after) == COMMA_QUOTE) {
      p = after + 2;
      continue;
    }
    after = skipBlanks(after);
    const c = <u32>load<u8>(after);
    if (c == CLOSE_BRACE) return after + 1;
    if (c != COMMA) return stop(after, WANT_COMMA);
    after = skipBlanks(after + 1);
    if (load<u8>(after) != QUOTE) return stop(after, WANT_NAME);
    p = after + 1;
  }
}

/** Any value: to one past it. */
function walkValue(p: usize, field: i32): usize {
  const c = <u32>load<u8>(p);
  if (c == QUOTE) {
    clearEscape();
    const close = skipText(p + 1);
    if (close <= BROKEN) return close;
    if ((sawEscape && isText(field)) || field >= MANAGEMENT_EVENT) plain = false;
    setField(field, p + 1, close);
    return close + 1;
  }
  if (c == OPEN_BRACE && field == USER_IDENTITY) {
    clearIdentity();
    return walkMembers(p + 1, IDENTITY_NAMES);
  }
  if (c == OPEN_BRACE && field == CREDENTIALS) {
    clearIssuedKey();
    return walkMembers(p + 1, CREDENTIAL_NAMES);
  }
  const nested = c == OPEN_BRACE || c == OPEN_BRACKET;
  const after = nested ? skipNested(p) : skipScalar(p);
  if (after <= BROKEN) return after;
  if (nested && load<u8>(after - 1) != c + CLOSING) return stop(after - 1, WANT_STRUCTURE);
  if (isText(field) || (field > LAST_KEPT && (nested || !isFlag(p, field)))) plain = false;
  setField(field, p, after);
  return after;
}

@inline
function isText(field: i32): bool {
  return field != NONE && field <= LAST_TEXT;
}

/** managementEvent as `true` or `false`. */
function isFlag(p: usize, field: i32): bool {
  return field == MANAGEMENT_EVENT && (load<u8>(p) == 0x74 || load<u8>(p) == 0x66);
}
