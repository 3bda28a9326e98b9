import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Random, timeOf } from '../../straykey/src/drill/index.ts';
import type { Finding } from '../../straykey/src/findings/index.ts';
import { loadTables } from '../../straykey/src/reference/index.ts';
import { openStore, type Store } from '../../straykey/src/store/index.ts';
import { START, trail } from '../learning/trail.ts';
import { shuffled } from '../support/killed.ts';
import { type Bucket, deliveryOf, engineOver, inOneLine, scanned, storedFindings } from '../support/live.ts';

/**
 * Learning while it happens: 150 days with an on-premises gateway, a thief for a night and a patient one, judged a few days at a time, in order
 * and in none. What was silent in history is silent live, and what alarmed alarms; habits are kept in the store between judgements.
 */

const tables = loadTables({});
/** Days in one object. */
const SPAN = 5;
const days = Map.groupBy(trail(), (record) => Math.floor((timeOf(record) - START) / (SPAN * 86_400)));
const bucket: Bucket = new Map(
  [...days].map(([day, Records]) => [`s3://trail/days-${day}`, Buffer.from(JSON.stringify({ Records }))]),
);
const expected = await scanned(bucket, tables);

function same(actual: readonly Finding[]): void {
  assert.deepEqual(actual.map(inOneLine).sort(), expected.map(inOneLine).sort());
  const byId = (findings: readonly Finding[]) => [...findings].sort((a, b) => (a.id < b.id ? -1 : 1));
  assert.deepEqual(byId(actual), byId(expected));
}

async function live(origins: readonly string[], after: (store: Store) => Promise<void> = async () => {}) {
  const store = await openStore('sqlite::memory:', { now: Date.now });
  try {
    const { engine } = engineOver(store, bucket, tables);
    for (const origin of origins) {
      await engine.handle([deliveryOf([origin], bucket, { done: [], released: [] })]);
      await engine.settle();
    }
    same(await storedFindings(store));
    await after(store);
  } finally {
    await store.close();
  }
}

describe('150 days', () => {
  test('five days at a time', async () => {
    await live([...bucket.keys()], async (store) => {
      const hosts = await store.documents.list<{ state: string; principal: string; host: string }>('host');
      const learned = hosts
        .filter(({ body }) => body.state === 'learned')
        .map(({ body }) => body.principal.split('/')[2]);
      assert.deepEqual([...new Set(learned)].sort(), [
        'billing',
        'branch-sync',
        'label-print',
        'price-push',
        'till-report',
      ]);
    });
  });

  test('the days in no order', async () => {
    await live(shuffled(new Random('days'), [...bucket.keys()]));
  });
});
