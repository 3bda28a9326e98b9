import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { exercise, outsideAddresses } from '../../straykey/src/drill/index.ts';
import type { PostgresServer } from '../../test/support/postgres.ts';
import { startAws, startWorker, type Worker } from './processes.ts';
import { CREDENTIALS, makeQueue } from './queue.ts';

export interface Latency {
  readonly store: 'postgres' | 'sqlite';
  readonly objects: number;
  /** Milliseconds from the announcement to the webhook's request. */
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
}

/** Milliseconds between two objects: the workers are idle again by then. */
const GAP_MS = 250;
/** Milliseconds that one finding is waited for. */
const PATIENCE_MS = 30_000;

/** One theft a time, each of another function, so that each is a new finding and told at once. */
export async function latency(
  objects: number,
  workers: number,
  postgres: PostgresServer | undefined,
): Promise<Latency> {
  const folder = mkdtempSync(join(tmpdir(), 'straykey-bench-'));
  const aws = await startAws();
  const arrived = new Map<string, (at: number) => void>();
  const receiver = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    const at = performance.now();
    response.end();
    const name = (JSON.parse(body) as { resource: { lambdaDetails?: { functionName?: string } } }).resource
      .lambdaDetails?.functionName;
    arrived.get(name ?? '')?.(at);
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as AddressInfo;
  const queue = await makeQueue(aws.endpoint, 'latency');
  const store = postgres === undefined ? `sqlite:${join(folder, 'straykey.db')}` : await postgres.newDatabase();
  const config = join(folder, 'straykey.yaml');
  writeFileSync(
    config,
    JSON.stringify({
      store,
      sources: [{ type: 'sqs', name: 'trail', queueUrl: queue.url, region: 'us-east-1', endpoint: aws.endpoint }],
      outlets: [{ type: 'webhook', name: 'bench', url: `http://127.0.0.1:${port}/` }],
    }),
  );
  const environment = { ...CREDENTIALS, AWS_REGION: 'us-east-1', STRAYKEY_DATA: folder };
  const running: Worker[] = [];
  for (let i = 0; i < workers; i++) running.push(await startWorker(config, environment));
  const credentials = {
    accessKeyId: CREDENTIALS.AWS_ACCESS_KEY_ID,
    secretAccessKey: CREDENTIALS.AWS_SECRET_ACCESS_KEY,
  };
  const s3 = new S3Client({ endpoint: aws.endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  const times: number[] = [];
  try {
    for (let i = 0; i < objects; i++) {
      const functionName = `bench-${i}`;
      const { records } = exercise({
        seed: i,
        accountId: '111122223333',
        functionName,
        roleName: `${functionName}-role`,
        region: 'us-east-1',
        fromAddress: outsideAddresses.torExit,
        time: Math.floor(Date.now() / 1000),
        benignOnly: false,
      });
      const Key = `AWSLogs/111122223333/CloudTrail/us-east-1/bench/${i}.json.gz`;
      await s3.send(
        new PutObjectCommand({ Bucket: 'my-trail', Key, Body: gzipSync(JSON.stringify({ Records: records })) }),
      );
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      arrived.set(functionName, resolve);
      const timer = setTimeout(
        () => reject(new Error(`no finding of ${functionName} within ${PATIENCE_MS / 1000} s`)),
        PATIENCE_MS,
      );
      const started = performance.now();
      await queue.announce([Key]);
      times.push((await promise) - started);
      clearTimeout(timer);
      await sleep(GAP_MS);
    }
  } finally {
    await Promise.all(running.map((each) => each.stop()));
    s3.destroy();
    queue.close();
    receiver.closeAllConnections();
    receiver.close();
    await aws.close();
    rmSync(folder, { recursive: true, force: true });
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.ceil(share * times.length) - 1)]!;
  return {
    store: postgres === undefined ? 'sqlite' : 'postgres',
    objects,
    p50: at(0.5),
    p99: at(0.99),
    worst: times.at(-1)!,
  };
}
