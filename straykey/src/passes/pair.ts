import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { ReadResult, Sink, SourceObject } from '../sources/index.ts';
import type { PlaceTables } from '../where/index.ts';
import { rereadAll, SurveyPass } from './alone.ts';
import { drawFrom, type Numbered } from './draw.ts';
import type { Passes, Watch } from './passes.ts';
import { RingReader, ringMemory } from './ring.ts';
import { BYTES, type Done, type Paths, READY } from './unpacked.ts';

/** Files handed to the other thread at a time: some megabytes, after which timers get a turn here. */
const BATCH = 64;

/** Files this thread reads between two looks whether the other has started: a few milliseconds. */
const MEANWHILE = 4;

/** Milliseconds without a byte after which this thread looks whether the other is still there. */
const PATIENCE = 50;

/** The type of `import.meta.url`'s file, so that the same line works from source and from the build. */
const UNPACKING = new URL(import.meta.url.endsWith('.ts') ? './unpacking.ts' : './unpacking.js', import.meta.url);

/**
 * Reads with two threads: the other one reads local files and decompresses them, this one does everything else. With two threads that is
 * better than two that each do all: nothing is learned, compiled or kept twice. Objects that are not files on disk are read here.
 */
export function pair(tables: PlaceTables, watch: Watch): Passes {
  const kept = new Map<number, SourceObject>();
  const memory = ringMemory();
  const worker = new Worker(UNPACKING, { workerData: { ring: memory } });
  const ring = new RingReader(memory);
  let failure: Error | undefined;
  worker.on('error', (error) => {
    failure = error instanceof Error ? error : new Error(String(error));
  });
  worker.on('exit', (code) => {
    failure ??= new Error(`the unpacking thread ended early (exit code ${code})`);
  });

  let ready = false;
  const isReady = (): boolean => {
    ready ||= ring.next(0)?.kind === READY;
    return ready;
  };

  /** What the other thread found in the file that comes next in the ring. */
  const receive = async (origin: string, sink: Sink): Promise<ReadResult> => {
    let begun = false;
    for (;;) {
      const piece = ring.next(PATIENCE);
      if (piece === undefined) {
        await setImmediate();
        if (failure !== undefined) throw failure;
        continue;
      }
      if (piece.kind === BYTES) {
        if (!begun) sink.begin(origin);
        begun = true;
        sink.push(piece.bytes);
        continue;
      }
      const done = readDone(piece.bytes);
      if (done.begun && !begun) sink.begin(origin);
      if (done.begun) sink.end();
      for (const oddity of done.oddities) watch.oddity(oddity);
      return done;
    }
  };

  return {
    async survey(objects) {
      const pass = new SurveyPass(tables, watch);
      const files = drawFrom(objects);
      const take = async ({ file, object }: Numbered, unpackedThere: boolean) => {
        if (!unpackedThere || object.path === undefined) await pass.read(file, object);
        else await pass.readBy(file, object.origin, (sink) => receive(object.origin, sink));
        if (pass.survey.roster.lastFile === file) kept.set(file, object);
      };
      // A thread takes some tenths of a second to start.
      while (!isReady()) {
        const batch = await files.draw(MEANWHILE);
        if (batch.length === 0) return pass.result();
        for (const each of batch) await take(each, false);
        await setImmediate();
        if (failure !== undefined) throw failure;
      }
      const send = async (): Promise<readonly Numbered[]> => {
        const batch = await files.draw(BATCH);
        const paths: Paths = batch.flatMap(({ object }) => object.path ?? []);
        if (paths.length > 0) worker.postMessage(paths);
        return batch;
      };
      // One batch ahead: the other thread always has work at hand.
      let ahead = await send();
      while (ahead.length > 0) {
        const batch = ahead;
        ahead = await send();
        for (const each of batch) await take(each, true);
        await setImmediate();
      }
      return pass.result();
    },
    async lookAgain(look, take) {
      await rereadAll(look, kept, tables, take, watch);
    },
    async close() {
      await worker.terminate();
    },
  };
}

function readDone(bytes: Uint8Array): Done {
  return JSON.parse(new TextDecoder().decode(bytes)) as Done;
}
