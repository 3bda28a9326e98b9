/** Text in columns of a terminal. Widths are terminal cells, not characters. */

/** Cells a text takes: East Asian wide characters and pictographs two, combining marks none. Expects printable text. */
export function cells(text: string): number {
  let sum = 0;
  for (const character of text) sum += cellsOf(character);
  return sum;
}

function cellsOf(character: string): number {
  if (/^\p{Mark}$/u.test(character)) return 0;
  return /^[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]$/u.test(
    character,
  )
    ? 2
    : 1;
}

/** Cut in the middle to at most `width` cells: long function names differ at either end. */
export function fit(text: string, width: number): string {
  if (cells(text) <= width) return text;
  const characters = [...text];
  const tail: string[] = [];
  for (let room = Math.floor((width - 1) / 2); ; ) {
    const next = characters.at(-1 - tail.length) ?? '';
    room -= cellsOf(next);
    if (room < 0) break;
    tail.unshift(next);
  }
  return `${cutTo(text, width - 1 - cells(tail.join('')))}…${tail.join('')}`;
}

/** Cut at the end to at most `width` cells; nothing when there is no room. */
export function cut(text: string, width: number): string {
  if (width < 1) return '';
  return cells(text) <= width ? text : `${cutTo(text, width - 1)}…`;
}

/** Without a mark. */
function cutTo(text: string, width: number): string {
  let sum = 0;
  let kept = '';
  for (const character of text) {
    sum += cellsOf(character);
    if (sum > width) break;
    kept += character;
  }
  return kept;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - cells(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - cells(text))) + text;
}

/** Lines of at most `width` cells, broken at spaces; a word longer than a line is broken where it must be. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').filter((each) => each !== '')) {
    if (line !== '' && cells(line) + 1 + cells(word) <= width) {
      line = `${line} ${word}`;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (cells(line) > width) {
      const head = cutTo(line, Math.max(1, width));
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  return line === '' ? lines : [...lines, line];
}
