import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FactRow } from '../../../straykey/src/store/index.ts';
import type { Fresh } from '../contract.ts';
import { AT, dayOf, useOf } from '../fixtures.ts';

const DAY = 86_400_000;
const OLD = AT - 30 * DAY;
const LIMITS = { keysBefore: AT - 7 * DAY, before: AT - 400 * DAY };

export function sweepSuite(fresh: Fresh): void {
  describe('the sweep', () => {
    test('facts about keys go after their time, unless a kept use has the key', async () => {
      const { evidence } = await fresh();
      const fact = (kind: string, key: string): FactRow => ({ topic: '', kind, key, value: '{}' });
      const kinds = ['issued-key', 'others-key', 'scope', 'log-writer', 'descent', 'child-call'];
      await evidence.addFacts(
        [...kinds.flatMap((kind) => [fact(kind, 'USED'), fact(kind, 'IDLE')]), fact('role-id', 'IDLE')],
        OLD,
      );
      await evidence.addFacts([fact('issued-key', 'NEW')], AT);
      await evidence.addUses([useOf('1', { accessKey: 'USED' })], OLD, (kept) => kept);
      const dropped = await evidence.sweep(LIMITS);
      assert.equal(dropped.facts, kinds.length);
      assert.equal((await evidence.factsByKey(kinds, ['USED'])).length, kinds.length);
      assert.equal((await evidence.factsByKey(kinds, ['IDLE'])).length, 0);
      assert.equal((await evidence.factsByKey(['role-id', 'issued-key'], ['IDLE', 'NEW'])).length, 2);
      assert.equal((await evidence.sweep(LIMITS)).facts, 0);
    });

    test('a chain of keys stays as far as it begins with the key of a kept use', async () => {
      const { evidence } = await fresh();
      const links = [
        ['USED', 'CHILD'],
        ['CHILD', 'GRANDCHILD'],
        ['GRANDCHILD', 'CHILD'],
        ['IDLE', 'IDLE CHILD'],
      ] as const;
      const facts = links.flatMap(([parent, child]) => [
        { topic: '', kind: 'descent', key: parent, value: `{"accessKeyId":"${child}"}` },
        { topic: '', kind: 'descended', key: child, value: parent },
        { topic: '', kind: 'child-call', key: child, value: 'a call' },
        { topic: '', kind: 'scope', key: child, value: '{}' },
      ]);
      await evidence.addFacts(facts, OLD);
      await evidence.addUses([useOf('1', { accessKey: 'USED' })], OLD, (kept) => kept);
      await evidence.sweep(LIMITS);
      const kept = await evidence.factsByKey(['descent', 'descended', 'child-call', 'scope'], [...links.flat()]);
      const names = kept.map(({ kind, key }) => `${kind} ${key}`);
      assert.deepEqual([...new Set(names)].sort(), [
        'child-call CHILD',
        'child-call GRANDCHILD',
        'descended CHILD',
        'descended GRANDCHILD',
        'descent CHILD',
        'descent GRANDCHILD',
        'descent USED',
      ]);
    });

    test('objects and sightings go with the keys; the rest is kept for the long time', async () => {
      const { evidence } = await fresh();
      const ancient = AT - 500 * DAY;
      const habit = {
        principal: 'p',
        topics: [],
        networks: ['n'],
        lastDay: 1,
        bytes: new Uint8Array([1]),
        settled: new Uint8Array(),
      };
      const sighting = { topic: 'invoice', caller: 'c', accessKey: 'K', roleId: '', identity: '', objects: ['o'] };
      await evidence.begin(['old'], OLD);
      await evidence.begin(['new'], AT);
      await evidence.addSightings([sighting], OLD);
      for (const [at, name] of [
        [ancient, 'ancient'],
        [OLD, 'old'],
      ] as const) {
        await evidence.addUses([useOf(name)], at, (kept) => kept);
        await evidence.addInsideDays([dayOf(['K'], { session: name })], at);
        await evidence.addFacts([{ topic: 'invoice', kind: 'function', key: name, value: '{}' }], at);
        await evidence.putHabits([{ ...habit, principal: name }], at);
      }
      assert.deepEqual(await evidence.sweep(LIMITS), {
        facts: 1,
        sightings: 1,
        objects: 1,
        uses: 1,
        inside_days: 1,
        habits: 1,
      });
      assert.deepEqual(await evidence.seen(['old', 'new']), new Set(['new']));
      assert.deepEqual(
        (await evidence.usesOf(['invoice'])).map(({ id }) => id),
        ['old'],
      );
      assert.deepEqual(
        (await evidence.habits({ networks: ['n'], principals: ['ancient'] })).map(({ principal }) => principal),
        ['old'],
      );
    });

    test('more than one chunk goes', async () => {
      const { evidence } = await fresh();
      const names = Array.from({ length: 3_210 }, (_, index) => `o${index}`);
      await evidence.begin(names, OLD);
      await evidence.addFacts(
        names.map((key) => ({ topic: '', kind: 'issued-key', key, value: '' })),
        OLD,
      );
      const { objects, facts } = await evidence.sweep(LIMITS);
      assert.deepEqual([objects, facts], [3_210, 3_210]);
    });

    test('marks are joined, none is lost', async () => {
      const { evidence } = await fresh();
      await evidence.mark(['a', 'b'], AT + 5);
      await evidence.mark(['a'], AT + 1);
      await evidence.sweep(LIMITS);
      assert.deepEqual(await evidence.waiting(), { topics: 2, oldestDueAt: AT + 1 });
    });
  });
}
