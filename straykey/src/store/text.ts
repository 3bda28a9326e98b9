import { hash } from 'node:crypto';

/**
 * Text as both engines can hold, compare and give back. PostgreSQL takes no NUL, neither takes half a surrogate pair, and an index row of
 * PostgreSQL ends at 2,704 bytes; attackers choose all of these. So U+001A (SUBSTITUTE) and four hexadecimal digits stand for each UTF-16
 * unit that cannot be stored, for U+001A itself and for U+10FFFF, which `inside_days` uses as "no key".
 */
const UNSAFE = /[\0\x1a\ud800-\udfff\u{10ffff}]/gu;
const ESCAPED = /\x1a([0-9a-f]{4})/g;
/** After a long text's beginning; cannot come out of {@link escapeText}. */
const LONG = '\x1a=';

/** UTF-16 units of a stored key. Three such columns in one index stay under PostgreSQL's limit, at three bytes a unit. */
const KEY_LIMIT = 255;
/** Units of a long key that stay readable. */
const KEPT_OF_LONG = 64;

/** Quick to look for: what may be unsafe. Whole pairs of surrogates are safe after all. */
const DOUBTFUL = /[\0\x1a\ud800-\udfff]/;

export function escapeText(text: string): string {
  if (!DOUBTFUL.test(text)) return text;
  return text.replace(UNSAFE, (character) =>
    character
      .split('')
      .map((unit) => `\x1a${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

export function unescapeText(stored: string): string {
  if (!stored.includes('\x1a')) return stored;
  return stored.replace(ESCAPED, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/** As stored in columns that are indexed: long ones are cut and carry their hash, see {@link isLong}. */
export function keyOf(text: string): string {
  const escaped = escapeText(text);
  if (escaped.length <= KEY_LIMIT) return escaped;
  return `${beginningOf(escaped)}${LONG}${hash('sha256', escaped)}`;
}

/** Without a cut through a surrogate pair. */
function beginningOf(escaped: string): string {
  const cut = escaped.slice(0, KEPT_OF_LONG);
  return cut.isWellFormed() ? cut : cut.slice(0, -1);
}

/** Whether the text behind this key is in `long_texts`. */
export function isLong(key: string): boolean {
  return key.includes(LONG);
}

/** 22 characters that stand for these texts, in this order. */
export function digestOf(...parts: readonly string[]): string {
  const text = parts.length === 1 ? parts[0]! : parts.map((part) => `${part.length}:${part}`).join('');
  return hash('sha256', escapeText(text), 'base64url').slice(0, 22);
}

/** Order in which both engines compare text: by code point. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (left === right) continue;
    // Surrogates stand for code points above all others.
    const [leftHigh, rightHigh] = [isSurrogate(left), isSurrogate(right)];
    return leftHigh === rightHigh ? left - right : leftHigh ? 1 : -1;
  }
  return a.length - b.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
