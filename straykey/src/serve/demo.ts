import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ArrivedObject, Delivery } from '../arrivals/index.ts';
import type { Engine } from '../live/index.ts';
import { fileObject, type SourceObject } from '../sources/index.ts';
import { writeDemoTrail } from '../trail-files.ts';

const FOLDER = 'demo-trail';
/** Files of one transaction. */
const BATCH = 64;

/** Feeds a week of an invented organisation to the engine, file by file, as a trail would. The files stay in the data folder. */
export async function playDemo(engine: Engine, dataDir: string): Promise<void> {
  const folder = join(dataDir, FOLDER);
  mkdirSync(folder, { recursive: true });
  const { files } = writeDemoTrail(folder);
  for (let at = 0; at < files.length; at += BATCH) await engine.handle(files.slice(at, at + BATCH).map(deliveryOf));
}

/** A file of the demo again, for a second look. */
export function reopenDemo(origin: string, dataDir: string): SourceObject | undefined {
  const ours = origin.startsWith(join(dataDir, FOLDER)) && statSync(origin, { throwIfNoEntry: false }) !== undefined;
  return ours ? fileObject(origin) : undefined;
}

function deliveryOf(path: string): Delivery {
  const object: ArrivedObject = Object.assign(fileObject(path), { identity: path });
  return {
    id: path,
    objects: [object],
    receivedAt: 0,
    done: async () => {},
    release: async () => {},
    failed: async () => 'dead',
  };
}
