// The live bench: `node bench/live/run.ts [--files 4000] [--kb 256] [--workers 1,4] [--store postgres|sqlite] [--only throughput|latency] [--samples 200]
// [--profile FOLDER] [--save]`. `--kb`: mean size of an object, decompressed.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { postgresMissing, startPostgres } from '../../test/support/postgres.ts';
import { readExpected } from '../answers.ts';
import { type Expected, writeCorpus } from '../corpus.ts';
import { machine } from '../measure.ts';
import { type Latency, latency } from './latency.ts';
import { startAws } from './processes.ts';
import { readResults, type ThroughputRow, writeResults } from './results.ts';
import { type Setting, scanSame, throughput } from './throughput.ts';

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      files: { type: 'string', default: '4000' },
      kb: { type: 'string', default: '256' },
      workers: { type: 'string', default: '1,4' },
      store: { type: 'string', default: 'postgres' },
      only: { type: 'string' },
      samples: { type: 'string', default: '200' },
      profile: { type: 'string' },
      save: { type: 'boolean', default: false },
    },
  });
  const sqlite = values.store === 'sqlite';
  const missing = sqlite ? undefined : postgresMissing();
  if (missing !== undefined) throw new RangeError(missing);
  const where = machine();
  console.log(`${where.cpu}, ${where.cores} cores, ${where.platform}, Node ${where.node}, load average ${where.load}`);
  const workers = numbers('--workers', values.workers);
  const postgres = sqlite ? undefined : await startPostgres({ fsync: true });
  const rows: ThroughputRow[] = [];
  let delay: Latency | undefined;
  try {
    if (values.only !== 'latency') {
      for (const files of numbers('--files', values.files)) {
        const { expected, trail } = await corpus(Math.ceil((Number(values.kb) * files) / 1024), files);
        for (const count of workers)
          rows.push(await oneRow({ trail, expected, postgres, workers: count, profiles: values.profile }));
      }
    }
    if (values.only !== 'throughput') delay = await latency(Number(values.samples), workers.at(-1)!, postgres);
  } finally {
    await postgres?.close();
  }
  if (rows.length > 0) console.log(table(rows));
  if (delay !== undefined)
    console.log(
      `\nannouncement to webhook, ${delay.objects} objects, ${delay.store}: p50 ${ms(delay.p50)}, p99 ${ms(delay.p99)}, worst ${ms(delay.worst)}`,
    );
  if (values.save) {
    writeResults({
      ...readResults(),
      ...(rows.length === 0 ? {} : { throughput: { machine: where, rows } }),
      ...(delay === undefined ? {} : { latency: { machine: where, figures: delay } }),
    });
  }
  const wrong = rows.filter(({ verdict }) => verdict !== 'exact');
  for (const { objects, verdict, workers: count } of wrong)
    console.error(`${objects} objects, ${count} workers: ${verdict}`);
  return wrong.length > 0 ? 1 : 0;
}

/** A fresh emulator each time: what it holds in memory costs it time. */
async function oneRow(setting: Omit<Setting, 'aws'>): Promise<ThroughputRow> {
  const aws = await startAws(setting.trail);
  try {
    const scan = scanSame(aws, setting.expected);
    return { ...(await throughput({ ...setting, aws })), scan };
  } finally {
    await aws.close();
  }
}

function numbers(flag: string, text: string): number[] {
  const list = text.split(',').map(Number);
  if (list.some((each) => !Number.isInteger(each) || each < 1))
    throw new RangeError(`${flag}: expected whole numbers from 1, got ${text}`);
  return list;
}

async function corpus(mb: number, files: number): Promise<{ readonly trail: string; readonly expected: Expected }> {
  const folder = join(import.meta.dirname, '..', 'corpus', `live-${mb}-${files}`);
  const options = { mb, files, seed: 1 };
  const file = join(folder, 'expected.json');
  const expected = existsSync(file) ? readExpected(file) : await writeCorpus(options, folder);
  return { trail: join(folder, 'trail'), expected };
}

function table(rows: readonly ThroughputRow[]): string {
  const head = [
    'objects',
    'workers',
    'store',
    'objects/s',
    'scan objects/s',
    "of scan's rate",
    'warm: objects/s',
    "of scan's",
    'CPU ms/object',
    "database's",
    'objects/batch',
    'CPU ms/object',
    "scan's",
    "database's",
    "emulator's",
    'store B/object',
    'answer',
  ];
  const body = rows.map((row) => [
    String(row.objects),
    String(row.workers),
    row.store,
    row.objectsPerSecond.toFixed(0),
    row.scan.objectsPerSecond.toFixed(0),
    `${((100 * row.objectsPerSecond) / row.scan.objectsPerSecond).toFixed(0)} %`,
    row.warm.objectsPerSecond.toFixed(0),
    `${((100 * row.warm.objectsPerSecond) / row.scan.objectsPerSecond).toFixed(0)} %`,
    row.warm.workerCpu.toFixed(2),
    row.warm.databaseCpu.toFixed(2),
    row.objectsPerBatch.toFixed(1),
    row.workerCpu.toFixed(2),
    row.scan.cpu.toFixed(2),
    row.databaseCpu.toFixed(2),
    row.emulatorCpu.toFixed(2),
    row.storeBytes.toFixed(0),
    row.verdict,
  ]);
  return `\n${[head, head.map(() => '---'), ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n')}`;
}

function ms(value: number): string {
  return `${value.toFixed(0)} ms`;
}

process.exitCode = await main();
