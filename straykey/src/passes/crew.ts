import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { SourceObject } from '../sources/index.ts';
import type { PlaceTables } from '../where/index.ts';
import { rereadAll, SurveyPass } from './alone.ts';
import { type Draw, drawFrom, type Numbered } from './draw.ts';
import { pair } from './pair.ts';
import {
  addCounts,
  type Counts,
  type KindTally,
  mergeTallies,
  NOTHING_READ,
  type Passes,
  type Watch,
} from './passes.ts';
import type { FromWorker, ToWorker } from './worker.ts';

/** Files handed to a worker at a time: enough that asking costs nothing, few enough that the last batch does not leave others idle. */
const BATCH = 16;

/** The type of `import.meta.url`'s file, so that the same line works from source and from the build. */
const WORKER = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** Files this thread reads between two looks at its messages: a few milliseconds, so that no worker waits long. */
const OWN_BATCH = 4;

/** Batches a worker has at hand: it never waits for the next one. */
const AHEAD = 2;

/**
 * Reads with several threads, this one among them. Workers take local files; objects that are not files on disk (S3, standard input)
 * are read here, where their transport lives. The survey is the join of all threads' surveys, so it does not depend on who read what. Two threads
 * share the work in another way, see {@link pair}.
 */
export function crew(size: number, tables: PlaceTables, watch: Watch): Passes {
  if (size === 2) return pair(tables, watch);
  const kept = new Map<number, SourceObject>();
  const workers = Array.from({ length: size - 1 }, () => new Worker(WORKER, { workerData: { tables } }));
  return {
    async survey(objects) {
      const own = new SurveyPass(tables, { oddity: watch.oddity, progress: () => {} });
      const readHere = oneAtATime(async ({ file, object }) => {
        await own.read(file, object);
        if (own.survey.roster.lastFile === file) kept.set(file, object);
      });
      const files = drawFrom(objects);
      const shares = new Map<Worker, Counts>();
      const report = () => watch.progress([own.counts, ...shares.values()].reduce(addCounts, NOTHING_READ));
      const tallies: KindTally[] = [];
      const readOwnShare = async () => {
        for (;;) {
          const batch = await files.draw(OWN_BATCH);
          if (batch.length === 0) return;
          for (const each of batch) await readHere(each);
          report();
          await setImmediate();
        }
      };
      const readShareOf = async (worker: Worker) => {
        const share = await work(worker, files, readHere, kept, watch, (counts) => {
          shares.set(worker, counts);
          report();
        });
        tallies.push(...share.tallies);
        own.survey.absorb(share.facts);
      };
      await Promise.all([readOwnShare(), ...workers.map(readShareOf)]);
      report();
      const counts = [own.counts, ...shares.values()].reduce(addCounts, NOTHING_READ);
      return { survey: own.survey, counts, tallies: mergeTallies([...own.tallies(), ...tallies]) };
    },
    async lookAgain(look, take) {
      await rereadAll(look, kept, tables, take, watch);
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** Keeps turns apart: this thread has one reader, and each worker's loop may come with an object to read here. */
function oneAtATime(read: (numbered: Numbered) => Promise<void>): (numbered: Numbered) => Promise<void> {
  let turn: Promise<unknown> = Promise.resolve();
  return (numbered) => {
    const mine = turn.then(() => read(numbered));
    turn = mine.catch(() => {});
    return mine;
  };
}

/** Keeps one worker busy until the input ends, then collects what it found. */
function work(
  worker: Worker,
  files: Draw,
  readHere: (numbered: Numbered) => Promise<void>,
  kept: Map<number, SourceObject>,
  watch: Watch,
  progress: (counts: Counts) => void,
): Promise<Extract<FromWorker, { kind: 'done' }>> {
  const send = (message: ToWorker) => worker.postMessage(message);
  const lent = new Map<number, SourceObject>();
  let outstanding = 0;
  let over = false;
  const next = async () => {
    const batch = over ? [] : await files.draw(BATCH);
    if (batch.length === 0) {
      if (!over && outstanding === 0) send({ kind: 'finish' });
      over ||= outstanding === 0;
      return;
    }
    outstanding++;
    const paths: { file: number; path: string }[] = [];
    for (const { file, object } of batch) {
      if (object.path === undefined) {
        await readHere({ file, object });
      } else {
        lent.set(file, object);
        paths.push({ file, path: object.path });
      }
    }
    send({ kind: 'read', files: paths });
  };
  return new Promise((resolve, reject) => {
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`a reading thread ended early (exit code ${code})`)));
    worker.on('message', (message: FromWorker) => {
      switch (message.kind) {
        case 'read':
          outstanding--;
          for (const oddity of message.oddities) watch.oddity(oddity);
          for (const file of message.noted) kept.set(file, lent.get(file)!);
          for (const file of message.files) lent.delete(file);
          progress(message.counts);
          next().catch(reject);
          return;
        case 'done':
          resolve(message);
          return;
      }
    });
    for (let i = 0; i < AHEAD; i++) next().catch(reject);
  });
}
