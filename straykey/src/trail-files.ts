import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Delivery, TrailRecord } from '../drill/index.ts';

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
