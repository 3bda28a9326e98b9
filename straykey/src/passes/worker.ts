import { parentPort, workerData } from 'node:worker_threads';
import type { Oddity } from '../kit/index.ts';
import { fileObject } from '../sources/index.ts';
import type { SurveyFacts } from '../survey/index.ts';
import type { PlaceTables } from '../where/index.ts';
import { SurveyPass } from './alone.ts';
import type { Counts, KindTally } from './passes.ts';

export type ToWorker =
  | { readonly kind: 'read'; readonly files: readonly { readonly file: number; readonly path: string }[] }
  | { readonly kind: 'finish' };

export type FromWorker =
  | {
      readonly kind: 'read';
      readonly files: readonly number[];
      readonly counts: Counts;
      readonly noted: readonly number[];
      readonly oddities: readonly Oddity[];
    }
  | { readonly kind: 'done'; readonly facts: SurveyFacts; readonly tallies: readonly KindTally[] };

/** A reading thread: reads the files it is told, answers what may be read again and what was odd, ends with its facts. */
function main(tables: PlaceTables, send: (message: FromWorker) => void): (message: ToWorker) => Promise<void> {
  let oddities: Oddity[] = [];
  const pass = new SurveyPass(tables, { oddity: (oddity) => oddities.push(oddity), progress: () => {} });
  return async (message) => {
    if (message.kind === 'finish') {
      send({ kind: 'done', facts: pass.survey.facts(), tallies: pass.tallies() });
      return;
    }
    const noted: number[] = [];
    for (const { file, path } of message.files) {
      await pass.read(file, fileObject(path));
      if (pass.survey.roster.lastFile === file) noted.push(file);
    }
    send({ kind: 'read', files: message.files.map(({ file }) => file), counts: pass.counts, noted, oddities });
    oddities = [];
  };
}

if (parentPort !== null) {
  const port = parentPort;
  const { tables } = workerData as { tables: PlaceTables };
  const handle = main(tables, (message) => port.postMessage(message));
  let turn = Promise.resolve();
  // One batch after the other: there is one reader. A rejection is a bug of ours: it ends the thread, and the crew hears of it.
  port.on('message', (message: ToWorker) => {
    turn = turn.then(() => handle(message));
  });
}
