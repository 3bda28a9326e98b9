import { printable } from '../kit/index.ts';

/** Width of the labels at the left of a report. */
const INDENT = 14;

/** Labelled paragraphs, wrapped; a row with an empty label continues the one above. Text is made safe to print. */
export function rows(
  lines: readonly (readonly [label: string, text: string])[],
  columns: number,
  head: (text: string) => string = (text) => text,
  indent = INDENT,
): string {
  const width = Math.max(30, columns - indent - 1);
  return lines
    .flatMap(([label, text]) =>
      wrap(printable(text, 4000), width).map((line, i) =>
        `${i === 0 ? head(label.padEnd(indent)) : ' '.repeat(indent)}${line}`.trimEnd(),
      ),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** Breaks at spaces only: paths and ARNs stay whole, so that they can be copied. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}
