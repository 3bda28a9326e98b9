import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Store, UseRow } from '../../../straykey/src/store/index.ts';
import type { Engine } from '../fixtures.ts';
import { AT, dayOf, entryOf, idOf, useOf, writeOf } from '../fixtures.ts';

/** Several processes on one store: here several stores, each with connections of its own. */
export function concurrencySuite(engine: Engine): void {
  const several = async (number: number): Promise<Store[]> => {
    const url = await engine.newUrl();
    return await Promise.all(Array.from({ length: number }, () => engine.open(url)));
  };

  describe('several processes', () => {
    test('open an empty store at once', async () => {
      const stores = await several(4);
      for (const store of stores) await store.ping();
    });

    test('take each object in once', async () => {
      const stores = await several(3);
      const origins = Array.from({ length: 60 }, (_, index) => `object-${index}`);
      const taken = await Promise.all(
        stores.flatMap((store) => [origins, origins.toReversed()].map((each) => store.evidence.begin(each, AT))),
      );
      assert.deepEqual(taken.flatMap((each) => [...each]).sort(), origins.toSorted());
    });

    test('join facts, days, uses and counts without losing any or waiting crosswise', async () => {
      const stores = await several(3);
      const larger = (kept: UseRow, offered: UseRow) => (offered.call > kept.call ? offered : kept);
      const work = async (store: Store, worker: number) => {
        for (let round = 0; round < 8; round++) {
          await store.atomically(async ({ evidence, counters }) => {
            const keys = Array.from({ length: 20 }, (_, index) => (index * (worker + 3) + round) % 30);
            await evidence.addFacts(
              keys.map((key) => ({ topic: 't', kind: 'function', key: `k${key}`, value: 'v' })),
              AT,
            );
            await evidence.addInsideDays(
              keys.map((key) => dayOf([`w${worker}r${round}`], { day: key })),
              AT,
            );
            await evidence.addUses(
              keys.map((key) => useOf(`u${key}`, { call: `w${worker}r${round}` })),
              AT,
              larger,
            );
            await evidence.mark(['t'], AT);
            await counters.add([{ name: 'rounds', by: 1 }], AT);
          });
        }
      };
      await Promise.all(stores.flatMap((store, worker) => [work(store, worker * 2), work(store, worker * 2 + 1)]));
      const [{ evidence, counters }] = stores as [Store];
      assert.equal((await counters.list('rounds'))[0]!.value, 48);
      const facts = await evidence.factsOf(['t']);
      assert.equal(facts.length, new Set(facts.map(({ key }) => key)).size);
      for (const { keys } of await evidence.insideDaysOf(['invoice'])) assert.ok(keys[0]! < keys[1]!);
      const everyUse = await evidence.usesOf(['invoice']);
      assert.ok(
        everyUse.every(({ call }) => call >= 'w5r'),
        'the preferred copy is kept',
      );
    });

    test('write one finding at once: every document gets a revision of its own', async () => {
      const stores = await several(3);
      const puts = stores.flatMap((store, each) =>
        [1, 2, 3].map((count) => store.findings.put(writeOf({ id: idOf(5), count: each * 3 + count }))),
      );
      const revisions = (await Promise.all(puts)).map(({ after }) => after.revision);
      assert.deepEqual(
        revisions.toSorted((a, b) => a - b),
        [1, 2, 3, 4, 5, 6, 7, 8, 9],
      );
      const history = await stores[0]!.findings.history(idOf(5), 99);
      assert.deepEqual(
        history.map(({ kind }) => kind),
        ['created', ...Array.from({ length: 8 }, () => 'updated')],
      );
    });

    test('claim each line once', async () => {
      const stores = await several(3);
      const entries = Array.from({ length: 40 }, (_, index) => entryOf(1, { findingId: idOf(index) }));
      await stores[0]!.outbox.add(entries);
      const claims = stores.flatMap(({ outbox }) => [1, 2].map(() => outbox.claim(AT, 15, 60_000)));
      const ids = (await Promise.all(claims)).flat().map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
      const rest = await stores[0]!.outbox.claim(AT, 99, 60_000);
      assert.equal(ids.length + rest.length, 40);
    });

    test('add and claim at once: no newer line while an older one is held', async () => {
      const [writer, sender] = (await several(2)) as [Store, Store];
      let told = 0;
      const adding = (async () => {
        for (let revision = 1; revision <= 30; revision++) await writer.outbox.add([entryOf(revision)]);
      })();
      const sending = (async () => {
        while (told < 30) {
          const lines = await sender.outbox.claim(AT, 5, 60_000);
          assert.ok(lines.length <= 1);
          for (const { id, revision } of lines) {
            assert.ok(revision > told);
            told = revision;
            await sender.outbox.sent(id, AT);
          }
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      })();
      await Promise.all([adding, sending]);
    });

    test('no mark is lost and no topic judged twice at once, while facts come in and judges fail', async () => {
      const [feeder, ...judges] = (await several(3)) as [Store, Store, Store];
      const topics = ['a', 'b', 'c', 'd', 'e'];
      let fed = false;
      const feed = (async () => {
        for (let round = 0; round < 30; round++) {
          await feeder.atomically(async ({ evidence }) => {
            const chosen = topics.filter((_, index) => (round + index) % 2 === 0);
            await evidence.addFacts(
              chosen.map((topic) => ({ topic, kind: 'function', key: `round ${round}`, value: '' })),
              AT,
            );
            await new Promise((resolve) => setTimeout(resolve, round % 3));
            await evidence.mark(chosen, AT);
          });
        }
        fed = true;
      })();
      const judged = new Map<string, number>();
      const busy = new Set<string>();
      const judge = async (store: Store, worker: number) => {
        for (let turn = 0; ; turn++) {
          const done = fed;
          const taken = await store
            .atomically(async ({ evidence }) => {
              const mine = await evidence.takeMarked(AT, 2);
              for (const topic of mine) assert.ok(!busy.has(topic), 'held by one');
              for (const topic of mine) busy.add(topic);
              try {
                const facts = await evidence.factsOf(mine);
                await new Promise((resolve) => setTimeout(resolve, 2));
                if (turn % 5 === worker) throw new Error('a judge that fails');
                return mine.map((topic) => [topic, facts.filter((fact) => fact.topic === topic).length] as const);
              } finally {
                for (const topic of mine) busy.delete(topic);
              }
            })
            .catch(() => undefined);
          for (const [topic, facts] of taken ?? []) judged.set(topic, Math.max(judged.get(topic) ?? 0, facts));
          if (taken?.length === 0 && done) return;
        }
      };
      await Promise.all([feed, ...judges.map(judge)]);
      assert.equal((await feeder.evidence.waiting()).topics, 0);
      for (const topic of topics) {
        assert.equal(
          judged.get(topic),
          (await feeder.evidence.factsOf([topic])).length,
          `${topic} was judged on all of its facts`,
        );
      }
    });
  });
}
