import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Delivery, deliver, type Organisation, organisation, Random, type TrailRecord } from './drill/index.ts';

/** The text of a trail file, as CloudTrail delivers it. */
export function trailText(records: readonly TrailRecord[]): string {
  return `${JSON.stringify({ Records: records })}\n`;
}

/** Writes a trail file, gzipped when its name says so; missing folders are made. */
export function writeTrailFile(path: string, records: readonly TrailRecord[]): void {
  mkdirSync(dirname(path), { recursive: true });
  const text = trailText(records);
  writeFileSync(path, path.endsWith('.gz') ? gzipSync(text) : text);
}

/** Writes a delivered file under `root`; returns its path. */
export function writeDelivery(root: string, { path, records }: Delivery): string {
  const file = join(root, path);
  writeTrailFile(file, records);
  return file;
}

/** Monday of the week that is played, and the seed: fixed, so that the demo shows the same on every machine. */
const WEEK = Date.UTC(2026, 7, 10) / 1000;
const SEED = 'demo';

/** The folder of the demo's trail in which the organisation's accounts lie. */
export const DEMO_ORGANISATION = 'o-exampleorg1';

export interface DemoTrail {
  readonly played: Organisation;
  /** Paths of the files written. */
  readonly files: readonly string[];
}

/** Writes the week of an invented organisation, with a theft inside, as CloudTrail would deliver it. */
export function writeDemoTrail(folder: string): DemoTrail {
  const played = organisation(SEED, WEEK);
  const records = played.chapters.flatMap((chapter) => chapter.records);
  const deliveries = deliver(new Random(SEED), records, { organisation: DEMO_ORGANISATION, secondsPerFile: 3600 });
  return { played, files: deliveries.map((delivery) => writeDelivery(folder, delivery)) };
}
