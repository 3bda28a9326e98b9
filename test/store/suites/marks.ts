import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Fresh } from '../contract.ts';
import { AT } from '../fixtures.ts';

export function marksSuite(fresh: Fresh): void {
  describe('marks', () => {
    test('a topic waits once, from the earliest time asked for', async () => {
      const { evidence, atomically } = await fresh();
      await evidence.mark(['b', 'a', 'b'], AT + 5);
      await evidence.mark(['b'], AT + 1);
      await evidence.mark(['b'], AT + 9);
      assert.deepEqual(await evidence.waiting(), { topics: 2, oldestDueAt: AT + 1 });
      const take = (now: number) => atomically((store) => store.evidence.takeMarked(now, 10));
      assert.deepEqual(await take(AT), []);
      assert.deepEqual(await take(AT + 1), ['b']);
      assert.deepEqual(await take(AT + 9), ['a']);
      assert.deepEqual(await take(AT + 9), []);
      assert.deepEqual(await evidence.waiting(), { topics: 0, oldestDueAt: 0 });
    });

    test('as many as asked for are taken, those due first before the others', async () => {
      const { evidence, atomically } = await fresh();
      for (const each of [3, 1, 2]) await evidence.mark([`t${each}`], AT + each);
      await evidence.mark(new Set<string>(), AT);
      assert.deepEqual(await atomically((store) => store.evidence.takeMarked(AT + 9, 2)), ['t1', 't2']);
    });

    test('a judge that fails leaves the marks as they were', async () => {
      const { evidence, atomically } = await fresh();
      await evidence.mark(['a'], AT);
      const failing = atomically(async (store) => {
        assert.deepEqual(await store.evidence.takeMarked(AT, 10), ['a']);
        throw new Error('no verdict');
      });
      await assert.rejects(failing, /no verdict/);
      assert.equal((await evidence.waiting()).topics, 1);
    });

    test('a judge may ask for its topic again', async () => {
      const { evidence, atomically } = await fresh();
      await evidence.mark(['a'], AT);
      await atomically(async (store) => {
        await store.evidence.takeMarked(AT, 10);
        await store.evidence.mark(['a'], AT + 100);
      });
      assert.deepEqual(await evidence.waiting(), { topics: 1, oldestDueAt: AT + 100 });
    });

    test('taking holds topics, so it must be part of a transaction', async () => {
      const { evidence } = await fresh();
      await assert.rejects(evidence.takeMarked(AT, 1), /atomically/);
    });
  });
}
