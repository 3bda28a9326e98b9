import type { Row } from './records.ts';
import type { Style } from './world.ts';

const texts = new WeakMap<Row, string>();

/** JSON text of a record, made once. */
export function rowText(row: Row): string {
  let text = texts.get(row);
  if (text === undefined) {
    text = JSON.stringify(row);
    texts.set(row, text);
  }
  return text;
}

/**
 * The document. `delivered` is CloudTrail's own form. The others say the same in other bytes, as re-writers do: keys in
 * alphabetical order, white space, and escapes where JSON allows but does not ask for them.
 */
export function layOut(rows: readonly Row[], style: Style): string {
  switch (style) {
    case 'delivered':
      return `{"Records":[${rows.map(rowText).join(',')}]}`;
    case 'sorted':
      return `{"Records":[${rows.map((row) => JSON.stringify(sortKeys(row))).join(',')}]}`;
    case 'pretty':
      return `${JSON.stringify({ Records: rows }, null, 2)}\n`;
    case 'escaped':
      return `{"Records":[${rows.map((row) => rowText(row).replaceAll('AWS::', 'AWS\\u003a\\u003a').replaceAll('/', '\\/')).join(',')}]}`;
  }
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, sortKeys(member)]));
}
