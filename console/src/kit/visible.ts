/**
 * Text from a trail, made safe to look at: control characters, escape sequences, invisible and bidirectional marks and lone surrogates become
 * visible `\u{…}` marks. The same marks as the product prints in a terminal.
 */
export function visible(text: string): string {
  return text
    .replace(/[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g, mark)
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, mark);
}

/** The same for text of several lines: line ends and tabs stay what they are. */
export function visibleLines(text: string): string {
  return text
    .replace(/\r\n/g, '\n')
    .split(/([\n\t])/)
    .map((part) => (part === '\n' || part === '\t' ? part : visible(part)))
    .join('');
}

/**
 * For the few places that take a string and not an element (option labels, spoken labels): visible, and inside an isolate, so that letters written
 * from right to left cannot reorder what stands beside them.
 */
export function isolated(text: string): string {
  return `\u2068${visible(text)}\u2069`;
}

function mark(character: string): string {
  return `\\u{${character.charCodeAt(0).toString(16)}}`;
}
