import { globSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore, type Store } from '../../straykey/src/store/index.ts';
import type { PostgresServer } from '../../test/support/postgres.ts';
import type { Expected } from '../corpus.ts';
import { isFailed, run } from '../measure.ts';
import { type AwsProcess, cpuSeconds, serverCpuSeconds, startWorker, type Worker } from './processes.ts';
import { CREDENTIALS, makeQueue } from './queue.ts';

export interface Throughput {
  readonly workers: number;
  readonly store: 'postgres' | 'sqlite';
  readonly objects: number;
  readonly seconds: number;
  readonly objectsPerSecond: number;
  /** The same from {@link WARM} on: workers have compiled their code and met their callers. */
  readonly warm: { readonly objectsPerSecond: number; readonly workerCpu: number; readonly databaseCpu: number };
  /** Mean of objects in one batch, which is one transaction. */
  readonly objectsPerBatch: number;
  /** Milliseconds of CPU for each object: of the workers, of PostgreSQL, of the emulator. */
  readonly workerCpu: number;
  readonly databaseCpu: number;
  readonly emulatorCpu: number;
  /** Bytes of the store for each object. */
  readonly storeBytes: number;
  readonly verdict: 'exact' | `WRONG: ${string}`;
}

export interface Setting {
  readonly trail: string;
  readonly expected: Expected;
  readonly aws: AwsProcess;
  /** Absent: SQLite. */
  readonly postgres: PostgresServer | undefined;
  readonly workers: number;
  /** Folder for a CPU profile of each worker. */
  readonly profiles?: string | undefined;
}

/** Milliseconds between two looks whether all is done; looking costs the workers some milliseconds. */
const LOOK_MS = 250;
/** Share of the objects after which workers count as warm. */
const WARM = 0.4;

/** Announces every object to workers that are up, and waits until all are committed and judged. */
export async function throughput({ aws, expected, postgres, profiles, trail, workers }: Setting): Promise<Throughput> {
  const folder = mkdtempSync(join(tmpdir(), 'straykey-bench-'));
  const store = postgres === undefined ? `sqlite:${join(folder, 'straykey.db')}` : await postgres.newDatabase();
  const queue = await makeQueue(aws.endpoint, `trail-${workers}-${Date.now()}`);
  const config = join(folder, 'straykey.yaml');
  const source = { type: 'sqs', name: 'trail', queueUrl: queue.url, region: 'us-east-1', endpoint: aws.endpoint };
  writeFileSync(config, JSON.stringify({ store, sources: [source] }));
  const profiling: Record<string, string> =
    profiles === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profiles}` };
  const environment = { ...CREDENTIALS, ...profiling, AWS_REGION: 'us-east-1', STRAYKEY_DATA: folder };
  const running: Worker[] = [];
  for (let i = 0; i < workers; i++) running.push(await startWorker(config, environment));
  try {
    const watching = await openStore(store, { now: Date.now });
    const keys = globSync('AWSLogs/**/*.gz', { cwd: trail });
    const before = usedBy(running);
    const emulatorBefore = cpuSeconds(aws.pid);
    const started = performance.now();
    const announced = queue.announce(keys);
    let warm: { readonly at: number; readonly taken: number; readonly used: Used } | undefined;
    for (let calm = 0; calm < 2; ) {
      await sleep(LOOK_MS);
      const taken = await takenIn(watching);
      if (taken >= WARM * keys.length) warm ??= { at: performance.now(), taken, used: usedBy(running) };
      const done = taken >= keys.length && (await watching.evidence.waiting()).topics === 0;
      calm = done ? calm + 1 : 0;
    }
    await announced;
    // The second look at calm is not work.
    const seconds = (performance.now() - started - LOOK_MS) / 1000;
    const after = usedBy(running);
    const emulator = cpuSeconds(aws.pid) - emulatorBefore;
    await watching.close();
    const batches = await Promise.all(running.map((each) => each.metric('straykey_batches_total')));
    const left = keys.length - warm!.taken;
    const verdict = await check(store, expected);
    return {
      workers,
      store: postgres === undefined ? 'sqlite' : 'postgres',
      objects: keys.length,
      seconds,
      objectsPerSecond: keys.length / seconds,
      warm: {
        objectsPerSecond: left / (seconds - (warm!.at - started) / 1000),
        workerCpu: (1000 * (after.workers - warm!.used.workers)) / left,
        databaseCpu: (1000 * (after.database - warm!.used.database)) / left,
      },
      objectsPerBatch: keys.length / batches.reduce((a, b) => a + b, 0),
      workerCpu: (1000 * (after.workers - before.workers)) / keys.length,
      databaseCpu: (1000 * (after.database - before.database)) / keys.length,
      emulatorCpu: (1000 * emulator) / keys.length,
      storeBytes: (await sizeOf(store, folder)) / keys.length,
      verdict,
    };
  } finally {
    await Promise.all(running.map((each) => each.stop()));
    queue.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function takenIn({ counters }: Store): Promise<number> {
  return (await counters.list('objects'))[0]?.value ?? 0;
}

/** CPU seconds so far. */
interface Used {
  readonly workers: number;
  readonly database: number;
}

function usedBy(workers: readonly Worker[]): Used {
  return {
    workers: workers.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0),
    database: serverCpuSeconds('postgres'),
  };
}

/** The planted findings, by function and address. */
async function check(url: string, expected: Expected): Promise<Throughput['verdict']> {
  const store = await openStore(url, { now: Date.now });
  try {
    const stored = await store.findings.page({ where: [], orderBy: 'createdAt', descending: false, limit: 100_000 });
    const found = stored.map(({ finding: { resource, service } }) => {
      const { ipAddressV4, ipAddressV6 } = service.action.awsApiCallAction.remoteIpDetails;
      return `${resource.lambdaDetails?.functionArn} ${ipAddressV4 ?? ipAddressV6}`;
    });
    const wanted = expected.findings.map(({ functionArn, address }) => `${functionArn} ${address}`);
    const missing = new Set(wanted).difference(new Set(found)).size;
    const extra = new Set(found).difference(new Set(wanted)).size;
    return missing + extra === 0 ? 'exact' : `WRONG: ${missing} missing, ${extra} too many`;
  } finally {
    await store.close();
  }
}

async function sizeOf(url: string, folder: string): Promise<number> {
  if (url.startsWith('sqlite:'))
    return globSync('straykey.db*', { cwd: folder }).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query('select pg_database_size(current_database())::text as bytes');
  await client.end();
  return Number(rows[0]!.bytes);
}

export interface ScanFigures {
  readonly objects: number;
  readonly objectsPerSecond: number;
  /** Milliseconds of CPU for each object. */
  readonly cpu: number;
}

/** `straykey scan s3://…` on the same bucket and cores. */
export function scanSame(aws: AwsProcess, expected: Expected): ScanFigures {
  const straykey = join(import.meta.dirname, '..', '..', 'straykey', 'bin', 'straykey.js');
  const environment = [
    `AWS_ENDPOINT_URL=${aws.endpoint}`,
    'AWS_REGION=us-east-1',
    ...Object.entries(CREDENTIALS).map((pair) => pair.join('=')),
  ];
  const out = join(mkdtempSync(join(tmpdir(), 'straykey-bench-')), 'findings.ndjson');
  const result = run(
    [
      'env',
      ...environment,
      process.execPath,
      straykey,
      'scan',
      's3://my-trail/AWSLogs/',
      '--quiet',
      '--format',
      'ndjson',
    ],
    out,
  );
  if (isFailed(result)) throw new Error(result.failed);
  const { files } = expected.statistics;
  return { objects: files, objectsPerSecond: files / result.wall, cpu: (1000 * result.cpu) / files };
}
