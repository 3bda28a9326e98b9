import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { loadConfig } from '../../straykey/src/config/index.ts';
import type { Finding } from '../../straykey/src/findings/index.ts';
import { loadTables } from '../../straykey/src/reference/index.ts';
import { openStore, type Store } from '../../straykey/src/store/index.ts';
import { stories } from '../golden/stories/index.ts';
import { trailOf } from '../property/trails.ts';
import { type Bucket, deliveryOf, engineOver, inOneLine, scanned, storedFindings } from '../support/live.ts';

/**
 * Live equals history: whatever way objects arrive (any order, any batches, again and again, on several engines over one store), the findings
 * in the store are those of one `scan` over the same objects, byte for byte.
 */

const noData = join(import.meta.dirname, 'no-data');
const tables = loadTables({ ...loadConfig(undefined, {}), dataDir: noData }, []);

function same(actual: readonly Finding[], expected: readonly Finding[]): void {
  assert.deepEqual(actual.map(inOneLine).sort(), expected.map(inOneLine).sort());
  const byId = (findings: readonly Finding[]) => [...findings].sort((a, b) => (a.id < b.id ? -1 : 1));
  assert.deepEqual(byId(actual), byId(expected));
}

async function withStore(work: (store: Store) => Promise<void>): Promise<void> {
  const store = await openStore('sqlite::memory:', { now: Date.now });
  try {
    await work(store);
  } finally {
    await store.close();
  }
}

describe('every golden story', () => {
  const golden = join(import.meta.dirname, '..', 'golden');
  for (const story of stories) {
    for (const side of ['benign', 'malicious'] as const) {
      test(`${story.name}, ${side}: a record an object, last record first`, async () => {
        const folder = join(golden, story.name, side);
        const config = existsSync(join(folder, 'config.yaml')) ? join(folder, 'config.yaml') : undefined;
        const own = loadTables({ ...loadConfig(config, {}), dataDir: noData }, globSync(join(folder, 'ranges.csv')));
        const lines = globSync(join(folder, 'events*.jsonl'))
          .sort()
          .flatMap((file) => readFileSync(file, 'utf8').split('\n'));
        const bucket = new Map(
          lines.filter((line) => line !== '').map((line, at) => [`s3://trail/${at}`, Buffer.from(line)] as const),
        );
        await withStore(async (store) => {
          const { engine } = engineOver(store, bucket, own);
          for (const origin of [...bucket.keys()].reverse()) {
            await engine.handle([deliveryOf([origin], bucket, { done: [], released: [] })]);
            await engine.settle();
          }
          same(await storedFindings(store), await scanned(bucket, own));
        });
      });
    }
  }
});

/** Records over objects, objects over batches, batches over engines; some come twice. */
const arrival = fc.record({
  trail: fc.integer({ min: 0, max: 40 }),
  objects: fc.integer({ min: 1, max: 24 }),
  order: fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 40, maxLength: 40 }),
  batch: fc.integer({ min: 1, max: 5 }),
  engines: fc.integer({ min: 1, max: 3 }),
  settleAt: fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
  again: fc.array(fc.nat({ max: 23 }), { maxLength: 6 }),
});

test('any trail in any order, batches, repetitions and engines', async () => {
  await fc.assert(
    fc.asyncProperty(arrival, async ({ again, batch, engines, objects, order, settleAt, trail }) => {
      const bucket = bucketOf(trail, objects);
      const origins = [...bucket.keys()]
        .map((origin, at) => ({ origin, rank: order[at % order.length]! * 100 + at }))
        .sort((a, b) => a.rank - b.rank)
        .map(({ origin }) => origin);
      const arriving = [...origins, ...again.map((at) => origins[at % origins.length]!)];
      await withStore(async (store) => {
        const crew = Array.from({ length: engines }, () => engineOver(store, bucket, tables).engine);
        for (let at = 0; at * batch < arriving.length; at++) {
          const engine = crew[at % crew.length]!;
          const taken = [...new Set(arriving.slice(at * batch, (at + 1) * batch))];
          await engine.handle(taken.map((origin) => deliveryOf([origin], bucket, { done: [], released: [] })));
          if (settleAt[at % settleAt.length]) await crew[(at + 1) % crew.length]!.settle();
        }
        await crew[0]!.settle();
        same(await storedFindings(store), await scanned(bucket, tables));
      });
    }),
    { numRuns: 60 },
  );
});

function bucketOf(trail: number, objects: number): Bucket {
  const records = trailOf(trail);
  const files = Array.from({ length: objects }, (): object[] => []);
  for (const [at, record] of records.entries()) files[(at * 7 + trail) % objects]!.push(record);
  return new Map(
    files.map((file, at) => [`s3://trail/AWSLogs/${at}.json`, Buffer.from(JSON.stringify({ Records: file }))]),
  );
}
