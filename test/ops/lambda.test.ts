import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { SQSBatchResponse, SQSEvent, SQSHandler } from 'aws-lambda';
import { deliver, exercise, outsideAddresses, Random } from '../../straykey/src/drill/index.ts';
import { type BatchResponse, createHandler, type LambdaParts, type SqsEvent } from '../../straykey/src/lambda.ts';
import { createLog } from '../../straykey/src/logging/index.ts';
import { loadTables } from '../../straykey/src/reference/index.ts';
import { openStore, type Store, StoreUnavailable } from '../../straykey/src/store/index.ts';
import { type Bucket, engineOver, inOneLine, objectOf, scanned, storedFindings } from '../support/live.ts';

const tables = loadTables({});
const context = { getRemainingTimeInMillis: () => 60_000 };

/** A theft and its benign twin, in files of half an hour. */
const played = exercise({
  seed: 11,
  accountId: '111122223333',
  functionName: 'orders',
  roleName: 'orders-role',
  region: 'eu-west-1',
  fromAddress: outsideAddresses.torExit,
  time: Date.UTC(2026, 9, 5, 12) / 1000,
  benignOnly: false,
});
const bucket: Bucket = new Map(
  deliver(new Random('files'), played.records, { secondsPerFile: 1800 }).map(({ path, records }) => [
    `s3://my-trail/${path}`,
    gzipSync(JSON.stringify({ Records: records })),
  ]),
);
const origins = [...bucket.keys()];

function announcing(...addresses: readonly string[]): string {
  const Records = addresses.map((address) => {
    const [, name, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(address)!;
    return {
      eventSource: 'aws:s3',
      eventName: 'ObjectCreated:Put',
      eventTime: '2026-10-05T12:05:00.000Z',
      s3: { bucket: { name }, object: { key: encodeURIComponent(key!), size: 10 } },
    };
  });
  return JSON.stringify({ Records });
}

function eventOf(bodies: readonly string[]): SQSEvent {
  return {
    Records: bodies.map((body, i) => ({
      messageId: `m${i}`,
      receiptHandle: '',
      body,
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: '1',
        SenderId: 'x',
        ApproximateFirstReceiveTimestamp: '1',
      },
      messageAttributes: {},
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:eu-west-1:111122223333:straykey',
      awsRegion: 'eu-west-1',
    })),
  };
}

interface World {
  readonly handler: (event: SqsEvent | object) => Promise<BatchResponse>;
  readonly store: Store;
  readonly told: { times: number; swept: number };
  readonly lines: string[];
}

async function worldWith(
  change: (parts: LambdaParts) => LambdaParts,
  work: (world: World) => Promise<void>,
): Promise<void> {
  const store = await openStore('sqlite::memory:', { now: Date.now });
  const lines: string[] = [];
  const told = { times: 0, swept: 0 };
  const { engine } = engineOver(store, bucket, tables);
  const parts: LambdaParts = {
    engine,
    open: (origin) => {
      const bytes = bucket.get(origin);
      if (bytes !== undefined) return objectOf(origin, bytes);
      const explain = () => ({ kind: 'vanished', reason: 'was announced and is not there' }) as const;
      return {
        ...objectOf(origin, Buffer.alloc(0)),
        readWhole: () => {
          throw new Error('404');
        },
        explain,
      };
    },
    tell: async () => void told.times++,
    sweep: async () => void told.swept++,
    log: createLog({ write: (line) => void lines.push(line), now: Date.now }),
    now: Date.now,
  };
  const handle = createHandler(async () => change(parts));
  try {
    await work({ handler: (event) => handle(event, context), store, told, lines });
  } finally {
    await store.close();
  }
}

const asIs = (parts: LambdaParts): LambdaParts => parts;
const failures = ({ batchItemFailures }: BatchResponse): string[] =>
  batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);

describe('the worker as a Lambda function', () => {
  test('takes and answers what AWS’s own types say', () => {
    const handler = createHandler(async () => assert.fail('not opened before it is needed'));
    const typed: (event: SQSEvent, context: Parameters<SQSHandler>[1]) => Promise<SQSBatchResponse> = handler;
    assert.equal(typeof typed, 'function');
  });

  test('finds what a scan of the same objects finds, acknowledges them, and tells', () =>
    worldWith(asIs, async ({ handler, store, told }) => {
      for (const origin of origins) assert.deepEqual(failures(await handler(eventOf([announcing(origin)]))), []);
      const expected = await scanned(bucket, tables);
      assert.equal(expected.length, 1);
      assert.deepEqual((await storedFindings(store)).map(inOneLine), expected.map(inOneLine));
      assert.equal(told.times, origins.length);
      assert.equal(told.swept, 0);
    }));

  test('a message twice, and two in one batch, change nothing', () =>
    worldWith(asIs, async ({ handler, store }) => {
      await handler(eventOf([announcing(...origins), announcing(...origins)]));
      const first = await storedFindings(store);
      await handler(eventOf([announcing(...origins)]));
      assert.deepEqual(await storedFindings(store), first);
    }));

  test('only what failed comes again: an object that is not there, and text that is no notification', () =>
    worldWith(asIs, async ({ handler, store, lines }) => {
      const bodies = [
        announcing(...origins),
        announcing('s3://my-trail/gone.json.gz'),
        'no notification',
        '{"Event":"s3:TestEvent"}',
      ];
      assert.deepEqual(failures(await handler(eventOf(bodies))), ['m1', 'm2']);
      assert.equal((await storedFindings(store)).length, 1);
      assert.ok(
        lines.some(
          (line) =>
            line.includes('"event":"object-failed"') && line.includes('"kind":"vanished"') && line.includes('m1'),
        ),
      );
      assert.ok(lines.some((line) => line.includes('"event":"message-unreadable"') && line.includes('m2')));
    }));

  test('digests and other services’ logs are acknowledged and not read', () =>
    worldWith(asIs, async ({ handler, lines }) => {
      const digest = 's3://my-trail/AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/10/05/x.json.gz';
      assert.deepEqual(failures(await handler(eventOf([announcing(digest)]))), []);
      assert.deepEqual(lines, []);
    }));

  test('when the store is away every message comes again', () =>
    worldWith(
      (parts) => ({
        ...parts,
        engine: {
          handle: async () => {
            throw new StoreUnavailable('the database does not answer');
          },
          settle: async () => {},
        },
      }),
      async ({ handler, lines }) => {
        assert.deepEqual(
          failures(await handler(eventOf([announcing(origins[0]!), announcing(origins[1] ?? origins[0]!)]))),
          ['m0', 'm1'],
        );
        assert.equal(
          lines.filter((line) => line.includes('batch-failed')).length,
          2,
          'once, and the count of what was held back',
        );
      },
    ));

  test('one message that nobody can digest holds up no other', () =>
    worldWith(
      (parts) => ({
        ...parts,
        engine: {
          handle: async (deliveries) => {
            if (deliveries.some(({ id }) => id === 'm0')) throw new TypeError('a bug of ours');
            await parts.engine.handle(deliveries);
          },
          settle: () => parts.engine.settle(),
        },
      }),
      async ({ handler }) => {
        assert.deepEqual(failures(await handler(eventOf([announcing(origins[0]!), announcing(origins[0]!)]))), ['m0']);
      },
    ));

  test('judging that fails fails no message: it is tried again with the next invocation', () =>
    worldWith(
      (parts) => ({
        ...parts,
        engine: { handle: (some) => parts.engine.handle(some), settle: () => Promise.reject(new Error('lost')) },
      }),
      async ({ handler, lines }) => {
        assert.deepEqual(failures(await handler(eventOf([announcing(...origins)]))), []);
        assert.ok(lines.some((line) => line.includes('afterwards-failed')));
      },
    ));

  test('a schedule’s event is upkeep', () =>
    worldWith(asIs, async ({ handler, told }) => {
      assert.deepEqual(await handler({ source: 'aws.scheduler' }), { batchItemFailures: [] });
      assert.deepEqual(told, { times: 1, swept: 1 });
    }));

  test('a start that failed is tried again by the next invocation', async () => {
    let tries = 0;
    const handle = createHandler(async () => {
      tries += 1;
      throw new StoreUnavailable('away');
    });
    await assert.rejects(handle({}, context), StoreUnavailable);
    await assert.rejects(handle({}, context), StoreUnavailable);
    assert.equal(tries, 2);
  });
});
