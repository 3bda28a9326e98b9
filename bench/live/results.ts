import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from '../measure.ts';
import type { FlatPoint } from './flat-point.ts';
import type { Latency } from './latency.ts';
import type { ScanFigures, Throughput } from './throughput.ts';

export interface ThroughputRow extends Throughput {
  readonly scan: ScanFigures;
}

/** What bench/live/results.json holds; each part with the machine and load it was measured on. */
export interface Results {
  readonly throughput?: { readonly machine: Machine; readonly rows: readonly ThroughputRow[] };
  readonly latency?: { readonly machine: Machine; readonly figures: Latency };
  readonly flat?: { readonly machine: Machine; readonly points: readonly FlatPoint[] };
}

const FILE = join(import.meta.dirname, 'results.json');

export function readResults(): Results {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Results) : {};
}

export function writeResults(results: Results): void {
  writeFileSync(FILE, `${JSON.stringify(results, undefined, 2)}\n`);
}
