/**
 * Text from a trail, made safe to show in a terminal, a log line or a spreadsheet cell: control characters, escape
 * sequences, bidirectional overrides and lone surrogates become visible `\u{…}` marks; nothing else changes.
 */
export function printable(text: string, maxLength = 512): string {
  const clean = text
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, mark)
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, mark);
  return clean.length > maxLength ? `${clean.slice(0, maxLength - 1)}…` : clean;
}

function mark(character: string): string {
  return `\\u{${character.charCodeAt(0).toString(16)}}`;
}
