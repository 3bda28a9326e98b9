// Draws bench/live/results.json: `node bench/live/plot.ts` writes docs/capacity.svg.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FlatPoint } from './flat-point.ts';
import { readResults } from './results.ts';

const WIDTH = 360;
const HEIGHT = 220;
const LEFT = 48;
const BOTTOM = 40;
const TOP = 34;

const { flat } = readResults();
if (flat === undefined) throw new RangeError('bench/live/results.json has no figures of node bench/live/flat.ts yet');
const { points } = flat;
const byFunctions = points.filter(({ objects }) => objects === 5_000);
const alone = points.filter((point) => !point.gateway && !byFunctions.includes(point));
const gateway = points.filter((point) => point.gateway);
const most = Math.max(1, ...points.map(({ cpu, cpuAtTheEnd }) => Math.max(cpu, cpuAtTheEnd))) * 1.25;
const text = [
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${2 * WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="11" role="img" aria-label="Cost of one object">`,
  `<rect width="${2 * WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
  panel(0, 'objects (100 functions)', (point) => point.objects, alone, gateway),
  panel(WIDTH, 'functions (5,000 objects)', (point) => point.functions, byFunctions),
  '</svg>',
];
writeFileSync(join(import.meta.dirname, '..', '..', 'docs', 'capacity.svg'), `${text.join('\n')}\n`);

/** Logarithmic to the right, from zero upwards: the last tenth of the objects. Dashed: with a gateway that all functions share. */
function panel(
  left: number,
  label: string,
  x: (point: FlatPoint) => number,
  plain: readonly FlatPoint[],
  shared: readonly FlatPoint[] = [],
): string {
  const [first, last] = [Math.log10(x(plain[0]!)), Math.log10(x(plain.at(-1)!))];
  const across = (value: number) =>
    (left + LEFT + ((Math.log10(value) - first) / (last - first)) * (WIDTH - LEFT - 36)).toFixed(1);
  const up = (value: number) => (HEIGHT - BOTTOM - (value / most) * (HEIGHT - BOTTOM - TOP)).toFixed(1);
  const line = (points: readonly FlatPoint[], style: string) => {
    const at = points.map((point) => `${across(x(point))},${up(point.cpuAtTheEnd)}`);
    return `<polyline points="${at.join(' ')}" fill="none" stroke="#05c" stroke-width="2"${style}/>`;
  };
  const grid = [0, 0.25, 0.5, 0.75, 1].map((value) => {
    const [from, to] = [left + LEFT, left + WIDTH - 20];
    return `<line x1="${from}" x2="${to}" y1="${up(value)}" y2="${up(value)}" stroke="#ddd"/><text x="${from - 6}" y="${up(value)}" dy="4" text-anchor="end">${value}</text>`;
  });
  const ticks = plain.map(
    (point) =>
      `<text x="${across(x(point))}" y="${HEIGHT - BOTTOM + 15}" text-anchor="middle">${x(point).toLocaleString('en')}</text>`,
  );
  return [
    ...grid,
    ...ticks,
    `<text x="${left + LEFT}" y="${TOP - 16}">CPU ms for one object, engine and store</text>`,
    `<text x="${left + (WIDTH + LEFT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${label}</text>`,
    line(plain, ''),
    ...(shared.length === 0 ? [] : [line(shared, ' stroke-dasharray="5 4"')]),
  ].join('\n');
}
