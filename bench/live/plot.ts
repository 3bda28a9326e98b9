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
const byObjects = points.filter(({ functions }) => functions === 100);
const byFunctions = points.filter(({ objects }) => objects === 5_000);
const most = Math.max(...points.map(({ cpu, cpuAtTheEnd }) => Math.max(cpu, cpuAtTheEnd))) * 1.25;
const text = [
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${2 * WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="11" role="img" aria-label="Cost of one object">`,
  `<rect width="${2 * WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
  panel(
    0,
    'objects taken in before (100 functions)',
    byObjects.filter(({ objects }) => objects !== 5_000),
    (point) => point.objects,
  ),
  panel(WIDTH, 'functions (5,000 objects)', byFunctions, (point) => point.functions),
  '</svg>',
];
writeFileSync(join(import.meta.dirname, '..', '..', 'docs', 'capacity.svg'), `${text.join('\n')}\n`);

/** Logarithmic to the right, from zero upwards. Full: mean; hollow: the last tenth of the objects. */
function panel(left: number, label: string, all: readonly FlatPoint[], x: (point: FlatPoint) => number): string {
  const [first, last] = [Math.log10(x(all[0]!)), Math.log10(x(all.at(-1)!))];
  const across = (value: number) =>
    left + LEFT + ((Math.log10(value) - first) / Math.max(1e-9, last - first)) * (WIDTH - LEFT - 30);
  const up = (value: number) => HEIGHT - BOTTOM - (value / most) * (HEIGHT - BOTTOM - TOP);
  const line = (values: readonly (readonly [number, number])[], style: string) =>
    `<polyline points="${values.map(([a, b]) => `${across(a).toFixed(1)},${up(b).toFixed(1)}`).join(' ')}" fill="none" ${style}/>`;
  const ticks = Array.from({ length: Math.floor(most) + 1 }, (_, value) => value);
  return [
    ...ticks.map(
      (value) =>
        `<line x1="${left + LEFT}" x2="${left + WIDTH - 20}" y1="${up(value)}" y2="${up(value)}" stroke="#ddd"/><text x="${left + LEFT - 6}" y="${up(value) + 4}" text-anchor="end">${value}</text>`,
    ),
    `<text x="${left + LEFT}" y="${TOP - 16}">CPU ms for one object</text>`,
    `<text x="${left + (WIDTH + LEFT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${label}</text>`,
    line(
      all.map((point) => [x(point), point.cpu]),
      'stroke="#05c" stroke-width="2"',
    ),
    line(
      all.map((point) => [x(point), point.cpuAtTheEnd]),
      'stroke="#05c" stroke-dasharray="4 3"',
    ),
    ...all.map(
      (point) =>
        `<circle cx="${across(x(point)).toFixed(1)}" cy="${up(point.cpu).toFixed(1)}" r="4" fill="#05c"/><circle cx="${across(x(point)).toFixed(1)}" cy="${up(point.cpuAtTheEnd).toFixed(1)}" r="4" fill="#fff" stroke="#05c"/><text x="${across(x(point)).toFixed(1)}" y="${HEIGHT - BOTTOM + 15}" text-anchor="middle">${x(point).toLocaleString('en')}</text>`,
    ),
  ].join('\n');
}
