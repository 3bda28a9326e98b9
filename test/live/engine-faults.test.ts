import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { Delivery, LiveSource } from '../../straykey/src/arrivals/index.ts';
import { Random } from '../../straykey/src/drill/index.ts';
import { steadyClock } from '../../straykey/src/kit/index.ts';
import { type Engine, type EnginePorts, engineLimits } from '../../straykey/src/live/index.ts';
import { openStore, type Store, StoreUnavailable } from '../../straykey/src/store/index.ts';
import { scattered, until } from '../support/killed.ts';
import {
  type Acknowledged,
  type Bucket,
  deliveryOf,
  engineOver,
  objectOf,
  scanned,
  storedFindings,
} from '../support/live.ts';
import { same, tables } from './outcome.ts';

/** The engine by itself while its clock, its judge or what it is brought misbehaves. */

const DAY = 86_400_000;

async function withStore(work: (store: Store) => Promise<void>): Promise<void> {
  const store = await openStore('sqlite::memory:', { now: Date.now });
  try {
    await work(store);
  } finally {
    await store.close();
  }
}

function bucketFor(name: string, count: number): Bucket {
  const objects = scattered(new Random(name), 4, count);
  return new Map([...objects].map(([key, text]) => [`s3://trail/${key}`, Buffer.from(text)]));
}

/** A source that brings these and then waits for the end. */
function bringing(deliveries: readonly Delivery[]): LiveSource {
  return {
    name: 'trail',
    type: 'folder',
    async *deliveries(signal) {
      yield* deliveries;
      while (!signal.aborted) await wait(10);
    },
    reopen: () => undefined,
    status: () => ({ state: 'idle', objects: 0, deadLetters: 0 }),
    close: async () => {},
  };
}

/** Runs an engine until `done`, then stops it. */
async function running(engine: Engine, deliveries: readonly Delivery[], done: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const run = engine.run([bringing(deliveries)], stop.signal);
  try {
    await done();
  } finally {
    stop.abort();
    await run;
  }
}

describe('a clock that jumps by a day', () => {
  for (const [name, jump] of [
    ['ahead', DAY],
    ['back', -DAY],
  ] as const) {
    test(`${name} between taking in and judging delays nothing and changes no finding`, async () => {
      const bucket = bucketFor('clock', 12);
      await withStore(async (store) => {
        const wall = { at: Date.UTC(2026, 10, 23) };
        const now = steadyClock(
          () => wall.at,
          () => wall.at % 1_000,
        );
        const { engine } = engineOver(store, bucket, tables, { now });
        for (const [at, origin] of [...bucket.keys()].entries()) {
          await engine.handle([deliveryOf([origin], bucket, { done: [], released: [] })]);
          wall.at += at % 2 === 0 ? jump : -jump;
          await engine.settle();
          assert.deepEqual((await store.evidence.waiting()).topics, 0, `after ${at + 1} objects`);
        }
        same(await storedFindings(store), await scanned(bucket, tables));
      });
    });
  }
});

test('a judgement that fails for one finding holds up no other, and is made once the cause is gone', async () => {
  const bucket = bucketFor('one fails', 10);
  const expected = await scanned(bucket, tables);
  const victim = expected[0]!.id;
  await withStore(async (store) => {
    let broken = true;
    let ahead = 0;
    const troubles: string[] = [];
    const { engine, ports } = engineOver(store, bucket, tables, {
      now: () => Date.now() + ahead,
      notify: async (_, { after }) => {
        if (broken && after.finding.id === victim) throw new TypeError('a bug');
      },
      watch: quiet((what, error) => troubles.push(`${what}: ${(error as Error).message}`)),
    });
    const deliveries = [...bucket.keys()].map((origin) => deliveryOf([origin], bucket, { done: [], released: [] }));
    const resource = (finding: (typeof expected)[number]) => finding.resource.lambdaDetails?.functionArn;
    // Findings of the same function are judged with the victim.
    const others = expected.filter((finding) => resource(finding) !== resource(expected[0]!));
    assert.ok(others.length > 0);
    await running(engine, deliveries, async () => {
      await until('the others are there', async () => {
        const ids = new Set((await storedFindings(store)).map(({ id }) => id));
        return others.every(({ id }) => ids.has(id)) && troubles.length >= 2;
      });
      assert.ok(!(await storedFindings(store)).some(({ id }) => id === victim));
      assert.ok(troubles.every((trouble) => trouble === 'judging: a bug'));
      const told = troubles.length;
      await wait(1_500);
      assert.ok(troubles.length <= told + 2, 'it is left in peace for some minutes');
      broken = false;
      ahead = engineLimits.setAside;
      await until('it is judged', async () => (await ports.store.evidence.waiting()).topics === 0);
    });
    same(await storedFindings(store), expected);
  });
});

test('a delivery that brings out a bug of ours ends as a dead letter; those of the same batch go in', async () => {
  const bucket = bucketFor('bug', 10);
  await withStore(async (store) => {
    const acknowledged: Acknowledged = { done: [], released: [] };
    const troubles: string[] = [];
    const { engine } = engineOver(store, bucket, tables, { watch: quiet((what) => troubles.push(what)) });
    const waiting: Delivery[] = [];
    const again = (delivery: Delivery): Delivery => ({
      ...delivery,
      release: async () => {
        acknowledged.released.push(delivery.id);
        waiting.push(again(delivery));
      },
    });
    const told: string[] = [];
    const bad: Delivery = {
      ...deliveryOf([], bucket, acknowledged),
      id: 'bad',
      objects: [
        {
          ...objectOf('s3://trail/bad', Buffer.alloc(0)),
          readWhole: () => {
            throw new Error('unreadable');
          },
          explain: () => {
            throw new TypeError('a bug');
          },
        },
      ],
      done: async () => void acknowledged.done.push('bad'),
      failed: async (problems) => {
        told.push(...problems.map(({ kind, reason }) => `${kind}: ${reason}`));
        return told.length < 2 ? 'retry' : 'dead';
      },
    };
    waiting.push(...[...bucket.keys()].map((origin) => again(deliveryOf([origin], bucket, acknowledged))));
    waiting.splice(4, 0, again(bad));
    const source: LiveSource = {
      ...bringing([]),
      async *deliveries(signal) {
        while (!signal.aborted) {
          const next = waiting.shift();
          if (next === undefined) await wait(10);
          else yield next;
          // What was to be tried again comes again.
          if (told.length === 1 && waiting.length === 0 && !acknowledged.done.includes('bad')) waiting.push(again(bad));
        }
      },
    };
    const stop = new AbortController();
    const run = engine.run([source], stop.signal);
    await until('all have ended', async () => acknowledged.done.length >= bucket.size + 1);
    stop.abort();
    await run;
    assert.deepEqual(new Set(acknowledged.done), new Set([...bucket.keys(), 'bad']));
    assert.match(told[0]!, /^unexpected: unexpected error, please report it: a bug$/);
    assert.ok(troubles.length > 0);
    await engine.settle();
    same(await storedFindings(store), await scanned(bucket, tables));
  });
});

test('deliveries are held while the store is away, and judged by themselves when it is back', async () => {
  const bucket = bucketFor('away', 8);
  await withStore(async (store) => {
    let away = true;
    const failing: Store = {
      ...store,
      atomically: async (work) => {
        if (away) throw new StoreUnavailable('The store cannot be reached.');
        return await store.atomically(work);
      },
    };
    const acknowledged: Acknowledged = { done: [], released: [] };
    const wrote: string[] = [];
    const { engine } = engineOver(failing, bucket, tables, {
      watch: { ...quiet(() => {}), wrote: (_, outcome) => wrote.push(outcome) },
    });
    const deliveries = [...bucket.keys()].map((origin) => deliveryOf([origin], bucket, acknowledged));
    await running(engine, deliveries, async () => {
      await until('it was tried', async () => wrote.includes('error'));
      assert.deepEqual(acknowledged, { done: [], released: [] });
      assert.ok(engine.sinceTurn.judge < 5_000 && engine.sinceTurn.intake < 5_000, 'both loops turn');
      away = false;
      await until('all are done', async () => acknowledged.done.length === bucket.size);
      await until('all is judged', async () => (await store.evidence.waiting()).topics === 0);
    });
    assert.deepEqual(acknowledged.released, []);
    assert.ok(wrote.includes('ok'));
    same(await storedFindings(store), await scanned(bucket, tables));
  });
});

test('an intake that stands still shows, while the judge turns', async () => {
  const bucket = bucketFor('stuck', 3);
  await withStore(async (store) => {
    const stuck = Promise.withResolvers<void>();
    const { engine } = engineOver(store, bucket, tables);
    const [origin] = bucket.keys();
    const delivery: Delivery = {
      ...deliveryOf([origin!], bucket, { done: [], released: [] }),
      done: () => stuck.promise,
    };
    await running(engine, [delivery], async () => {
      await until('it is stuck', async () => engine.sinceTurn.intake > 1_000);
      assert.ok(engine.sinceTurn.judge < 900);
      stuck.resolve();
      await until('it goes on', async () => engine.sinceTurn.intake === 0);
    });
  });
});

function quiet(trouble: EnginePorts['watch']['trouble']): EnginePorts['watch'] {
  return { oddity: () => {}, ingested: () => {}, judged: () => {}, trouble };
}
