import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const BEGIN = '<!-- begin bench/model/report.md: Comparison -->';
const END = '<!-- end -->';
/** Columns of the report's comparison that docs/detection.md quotes, by their place. */
const QUOTED = [0, 1, 2, 4, 5, 7, 10];

/** `docs/detection.md` with the comparison of `bench/model/report.md` between its marks. */
export function withComparison(page: string, root: string): string {
  const report = readFileSync(join(root, 'bench', 'model', 'report.md'), 'utf8');
  const section = report.split('\n## Comparison\n')[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  const quoted = rows.map((row) => {
    const cells = row.slice(1, -1).split('|');
    return `|${QUOTED.map((column) => cells[column]).join('|')}|`;
  });
  const [before, rest] = page.split(BEGIN) as [string, string];
  return `${before}${BEGIN}\n\n${quoted.join('\n')}\n\n${END}${rest.slice(rest.indexOf(END) + END.length)}`;
}
