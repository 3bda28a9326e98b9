import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StoreUnavailable } from '../../../straykey/src/store/index.ts';
import type { Fresh } from '../contract.ts';
import { AT, entryOf, idOf, writeOf } from '../fixtures.ts';

export function transactionsSuite(fresh: Fresh): void {
  describe('a transaction', () => {
    test('takes effect whole or not at all', async () => {
      const store = await fresh();
      const work = (fail: boolean) =>
        store.atomically(async (inner) => {
          await inner.findings.put(writeOf({ id: idOf(1) }));
          await inner.outbox.add([entryOf(1)]);
          await inner.evidence.begin(['object'], AT);
          await inner.counters.add([{ name: 'n', by: 1 }], AT);
          if (fail) throw new Error('power cut');
          return 'done';
        });
      await assert.rejects(work(true), /power cut/);
      assert.deepEqual(await store.findings.get([idOf(1)]), []);
      assert.deepEqual(await store.counters.list(''), []);
      assert.equal(await work(false), 'done');
      assert.equal((await store.outbox.list('waiting', 9)).length, 1);
      assert.deepEqual(await store.evidence.seen(['object']), new Set(['object']));
    });

    test('inside of one, another is part of it, by either store', async () => {
      const store = await fresh();
      const work = store.atomically(async (inner) => {
        await inner.atomically((deeper) => deeper.documents.create('k', 'deeper', 1, AT));
        await store.atomically(() => store.documents.create('k', 'outer', 1, AT));
        assert.equal((await inner.documents.list('k')).length, 2);
        throw new Error('undo');
      });
      await assert.rejects(work, /undo/);
      assert.deepEqual(await store.documents.list('k'), []);
    });

    test('statements side by side inside of one are done one after the other', async () => {
      const store = await fresh();
      await store.atomically(async (inner) => {
        await Promise.all([1, 2, 3, 4].map((each) => inner.documents.create('k', String(each), each, AT)));
      });
      assert.equal((await store.documents.list('k')).length, 4);
    });

    test('several at once lose no count', async () => {
      const store = await fresh();
      const add = () =>
        store.atomically(async (inner) => {
          await inner.counters.add([{ name: 'n', by: 1 }], AT);
          await new Promise((resolve) => setTimeout(resolve, 1));
          await inner.documents.create('k', String(Math.random()), 1, AT);
        });
      await Promise.all(Array.from({ length: 20 }, add));
      assert.deepEqual((await store.counters.list('n'))[0]!.value, 20);
      assert.equal((await store.documents.list('k')).length, 20);
    });

    test('a failed statement does not harm the next transaction', async () => {
      const store = await fresh();
      await assert.rejects(
        store.atomically((inner) => inner.audit.append({ at: Number.NaN, by: 'a', action: 'b', subject: 'c' })),
      );
      await store.audit.append({ at: AT, by: 'a', action: 'b', subject: 'c' });
      assert.equal((await store.audit.list({ limit: 9 })).length, 1);
    });

    test('what outlives its transaction is refused, and nothing can be closed from within', async () => {
      const store = await fresh();
      const kept = await store.atomically(async (inner) => inner);
      await assert.rejects(kept.documents.list('k'), /ended/);
      await assert.rejects(
        store.atomically((inner) => inner.close()),
        /closed inside/,
      );
    });
  });

  test('a store that was closed is unavailable, and closing twice is harmless', async () => {
    const store = await fresh();
    await store.ping();
    await store.close();
    await assert.rejects(store.ping(), StoreUnavailable);
    await assert.rejects(
      store.atomically((inner) => inner.ping()),
      StoreUnavailable,
    );
    await store.close();
  });

  test('values that engines would store as something else are refused', async () => {
    const { audit } = await fresh();
    const entry = { at: AT, by: 'a', action: 'b', subject: 'c' };
    for (const at of [Number.POSITIVE_INFINITY, new Date(0), {}, Symbol('s')]) {
      await assert.rejects(audit.append({ ...entry, at: at as number }), TypeError);
    }
    await assert.rejects(audit.append({ ...entry, at: undefined as unknown as number }));
    assert.deepEqual(await audit.list({ limit: 9 }), []);
  });

  test('whole numbers up to 2^53 come back as they were', async () => {
    const { positions } = await fresh();
    const largest = Number.MAX_SAFE_INTEGER;
    await positions.put('s', largest, largest);
    assert.deepEqual(await positions.get('s'), { value: largest, at: largest });
  });
}
