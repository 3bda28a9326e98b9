import { globSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '../../straykey/src/store/index.ts';
import type { PostgresServer } from '../../test/support/postgres.ts';
import type { Expected } from '../corpus.ts';
import { isFailed, run } from '../measure.ts';
import { type AwsProcess, cpuSeconds, startWorker, type Worker } from './processes.ts';
import { CREDENTIALS, makeQueue } from './queue.ts';

export interface Throughput {
  readonly workers: number;
  readonly store: 'postgres' | 'sqlite';
  readonly objects: number;
  readonly seconds: number;
  readonly objectsPerSecond: number;
  /** Milliseconds of CPU for each object: of the workers, of the emulator. */
  readonly workerCpu: number;
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

/** Announces every object to workers that are up, and waits until all are committed and judged. */
export async function throughput({ aws, expected, postgres, profiles, trail, workers }: Setting): Promise<Throughput> {
  const folder = mkdtempSync(join(tmpdir(), 'straykey-bench-'));
  const store = postgres === undefined ? `sqlite:${join(folder, 'straykey.db')}` : await postgres.newDatabase();
  const queue = await makeQueue(aws.endpoint, `trail-${workers}-${Date.now()}`);
  const config = join(folder, 'straykey.yaml');
  const source = { type: 'sqs', name: 'trail', queueUrl: queue.url, region: 'us-east-1', endpoint: aws.endpoint };
  writeFileSync(config, JSON.stringify({ store, sources: [source] }));
  const profiling = profiles === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profiles}` };
  const environment = { ...CREDENTIALS, ...profiling, AWS_REGION: 'us-east-1', STRAYKEY_DATA: folder };
  const running: Worker[] = [];
  for (let i = 0; i < workers; i++) running.push(await startWorker(config, environment));
  try {
    const keys = globSync('AWSLogs/**/*.gz', { cwd: trail });
    const before = { workers: running.map(({ pid }) => cpuSeconds(pid)), emulator: cpuSeconds(aws.pid) };
    const started = performance.now();
    const announced = queue.announce(keys);
    const sum = async (name: string) =>
      (await Promise.all(running.map((each) => each.metric(name)))).reduce((a, b) => a + b, 0);
    for (let calm = 0; calm < 2; ) {
      await sleep(100);
      const done = (await sum('straykey_objects_total')) >= keys.length && (await waiting(store)) === 0;
      calm = done ? calm + 1 : 0;
    }
    await announced;
    // The second look at calm is not work.
    const seconds = (performance.now() - started) / 1000 - 0.1;
    const cpu = running.reduce((total, { pid }, i) => total + cpuSeconds(pid) - before.workers[i]!, 0);
    const emulator = cpuSeconds(aws.pid) - before.emulator;
    const verdict = await check(store, expected);
    return {
      workers,
      store: postgres === undefined ? 'sqlite' : 'postgres',
      objects: keys.length,
      seconds,
      objectsPerSecond: keys.length / seconds,
      workerCpu: (1000 * cpu) / keys.length,
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

async function waiting(url: string): Promise<number> {
  const store = await openStore(url, { now: Date.now });
  const { topics } = await store.evidence.waiting();
  await store.close();
  return topics;
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
