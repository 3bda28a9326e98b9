import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Fresh } from '../contract.ts';
import { AT } from '../fixtures.ts';

export function smallSuite(fresh: Fresh): void {
  describe('documents', () => {
    test('are made once, replaced under their version, listed by rank and id, removed', async () => {
      const { documents } = await fresh();
      assert.equal(await documents.create('filter', 'b', { name: 'b' }, AT), true);
      assert.equal(await documents.create('filter', 'b', { name: 'other' }, AT), false);
      assert.equal(await documents.create('filter', 'a', { name: 'a' }, AT, 2), true);
      assert.equal(await documents.create('filter', 'c', { name: 'c' }, AT), true);
      assert.equal(await documents.create('view', 'b', { name: 'view' }, AT), true);
      assert.deepEqual(
        (await documents.list('filter')).map(({ id, rank }) => [id, rank]),
        [
          ['b', 0],
          ['c', 0],
          ['a', 2],
        ],
      );
      assert.equal(await documents.replace('filter', 'b', { name: 'B' }, AT + 1, { version: 1 }), true);
      assert.equal(await documents.replace('filter', 'b', { name: 'lost' }, AT + 1, { version: 1 }), false);
      assert.equal(await documents.replace('filter', 'b', { name: 'BB' }, AT + 2, { rank: 5 }), true);
      assert.equal(await documents.replace('filter', 'unknown', {}, AT), false);
      assert.deepEqual(await documents.get('filter', 'b'), {
        id: 'b',
        body: { name: 'BB' },
        rank: 5,
        version: 3,
        createdAt: AT,
        updatedAt: AT + 2,
      });
      assert.equal(await documents.remove('filter', 'b'), true);
      assert.equal(await documents.remove('filter', 'b'), false);
      assert.equal(await documents.get('filter', 'b'), undefined);
      assert.deepEqual((await documents.get<{ name: string }>('view', 'b'))?.body.name, 'view');
    });

    test('a body must be JSON', async () => {
      const { documents } = await fresh();
      await assert.rejects(documents.create('filter', 'x', undefined, AT), TypeError);
    });
  });

  describe('the audit trail', () => {
    test('is read newest first, page by page, by subject', async () => {
      const { audit } = await fresh();
      for (const each of [1, 2, 3, 4]) {
        const subject = each % 2 === 0 ? 'filter/even' : 'filter/odd';
        await audit.append({ at: AT + each, by: 'ann', action: 'filter.create', subject, detail: { each } });
      }
      await audit.append({ at: AT, by: 'bob', action: 'key.revoke', subject: 'key/1', reason: 'left' });
      const [first, second] = await audit.list({ limit: 2 });
      assert.deepEqual([first!.by, first!.reason, first!.detail], ['bob', 'left', undefined]);
      assert.deepEqual(second!.detail, { each: 4 });
      const rest = await audit.list({ limit: 9, before: second!.id });
      assert.deepEqual(
        rest.map(({ at }) => at - AT),
        [3, 2, 1],
      );
      const even = await audit.list({ limit: 9, subject: 'filter/even' });
      assert.deepEqual(
        even.map(({ at }) => at - AT),
        [4, 2],
      );
    });
  });

  describe('positions', () => {
    test('are replaced, and listed by source', async () => {
      const { positions } = await fresh();
      assert.equal(await positions.get('trail'), undefined);
      await positions.put('trail', { after: 'a' }, AT);
      await positions.put('trail', { after: 'b' }, AT + 1);
      await positions.put('queue', null, AT);
      assert.deepEqual(await positions.get('trail'), { value: { after: 'b' }, at: AT + 1 });
      assert.deepEqual(await positions.list(), [
        { source: 'queue', value: null, at: AT },
        { source: 'trail', value: { after: 'b' }, at: AT + 1 },
      ]);
    });
  });

  describe('counters', () => {
    test('grow, and are listed by the beginning of their name', async () => {
      const { counters } = await fresh();
      const several = [
        { name: 'oddity:b', by: 2 },
        { name: 'oddity:a', by: 1 },
        { name: 'oddity:b', by: 3 },
        { name: 'oddities', by: 7 },
      ];
      await counters.add(several, AT);
      await counters.add([{ name: 'oddity:b', by: 5 }], AT + 1);
      await counters.add([], AT);
      assert.deepEqual(await counters.list('oddity:'), [
        { name: 'oddity:a', value: 1, at: AT },
        { name: 'oddity:b', value: 10, at: AT + 1 },
      ]);
      assert.equal((await counters.list('')).length, 3);
    });
  });
}
