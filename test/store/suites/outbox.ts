import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { OutboxEntry, Store } from '../../../straykey/src/store/index.ts';
import type { Fresh } from '../contract.ts';
import { AT, entryOf, findingOf, idOf } from '../fixtures.ts';

const LEASE = 60_000;

export function outboxSuite(fresh: Fresh): void {
  describe('the outbox', () => {
    test('a line is claimed by one, sent, and remembered', async () => {
      const { outbox } = await fresh();
      await outbox.add([entryOf(1)]);
      assert.equal(await outbox.lastSent('pager', idOf(1)), undefined);
      const [line] = await outbox.claim(AT + 2, 10, LEASE);
      assert.deepEqual([line!.revision, line!.kind, line!.attempts, line!.state], [1, 'new', 1, 'waiting']);
      assert.deepEqual(line!.finding, findingOf({ id: idOf(1), count: 1 }));
      assert.deepEqual(await outbox.claim(AT + 2, 10, LEASE), []);
      assert.equal(await outbox.lastSent('pager', idOf(1)), AT, 'about to be told: since it was due');
      await outbox.sent(line!.id, AT + 5);
      assert.equal(await outbox.lastSent('pager', idOf(1)), AT + 5);
      const [sent] = await outbox.list('sent', 10);
      assert.deepEqual([sent!.id, sent!.sentAt, sent!.state], [line!.id, AT + 5, 'sent']);
    });

    test('a revision that was handed over is not taken twice: waiting, held, sent, dead or forgotten', async () => {
      const { outbox } = await fresh();
      const again = async () => {
        await outbox.add([entryOf(1)]);
        return (await outbox.list('waiting', 10)).length;
      };
      await outbox.add([entryOf(1), entryOf(1)]);
      assert.equal(await again(), 1);
      const [line] = await outbox.claim(AT, 10, LEASE);
      assert.equal(await again(), 1);
      await outbox.sent(line!.id, AT);
      assert.equal(await again(), 0);
      assert.equal(await outbox.forget(AT + 1), 1);
      assert.equal(await again(), 0);
      assert.equal(await outbox.lastSent('pager', idOf(1)), AT);
      await outbox.add([entryOf(2)]);
      await outbox.bury((await outbox.claim(AT, 10, LEASE))[0]!.id, AT, 'no such host');
      await outbox.add([entryOf(2)]);
      assert.deepEqual(await outbox.list('waiting', 10), []);
    });

    test('a newer document takes the place of the one that waits, and its kind; an older one changes nothing', async () => {
      const { outbox } = await fresh();
      await outbox.add([entryOf(2, { kind: 'new' })]);
      await outbox.add([entryOf(3, { dueAt: AT + 900 })]);
      await outbox.add([entryOf(1)]);
      const lines = await outbox.list('waiting', 10);
      assert.deepEqual(
        lines.map(({ revision, kind, dueAt }) => [revision, kind, dueAt]),
        [[3, 'new', AT]],
      );
    });

    test('what was an update that waits is told at once when the finding is active again', async () => {
      const { outbox } = await fresh();
      await outbox.add([entryOf(2, { dueAt: AT + 900 })]);
      await outbox.add([entryOf(3, { kind: 'reopened', dueAt: AT })]);
      const [line] = await outbox.claim(AT, 10, LEASE);
      assert.deepEqual([line!.kind, line!.revision], ['reopened', 3]);
    });

    test('a line that is held is left alone: the newer one waits behind it', async () => {
      const { outbox } = await fresh();
      await outbox.add([entryOf(1)]);
      const [held] = await outbox.claim(AT, 10, LEASE);
      await outbox.add([entryOf(2)]);
      await outbox.add([entryOf(3)]);
      assert.deepEqual(
        (await outbox.list('waiting', 10)).map(({ revision }) => revision),
        [1, 3],
      );
      assert.deepEqual(await outbox.claim(AT, 10, LEASE), []);
      await outbox.sent(held!.id, AT);
      assert.deepEqual(
        (await outbox.claim(AT, 10, LEASE)).map(({ revision }) => revision),
        [3],
      );
    });

    test('after the lease the line is given again, before the newer one', async () => {
      const { outbox } = await fresh();
      await outbox.add([entryOf(1)]);
      await outbox.claim(AT, 10, LEASE);
      await outbox.add([entryOf(2)]);
      const [again] = await outbox.claim(AT + LEASE, 10, LEASE);
      assert.deepEqual([again!.revision, again!.attempts], [1, 2]);
      assert.deepEqual(await outbox.claim(AT + LEASE, 10, LEASE), []);
    });

    test('a sender that comes late answers for what it sent, not for what took its place', async () => {
      const { outbox } = await fresh();
      await outbox.add([entryOf(1)]);
      const [slow] = await outbox.claim(AT, 10, LEASE);
      const [quick] = await outbox.claim(AT + LEASE, 10, LEASE);
      await outbox.retry(quick!.id, AT + LEASE, '503');
      await outbox.add([entryOf(2)]);
      await outbox.sent(slow!.id, AT + LEASE);
      assert.deepEqual(
        (await outbox.claim(AT + LEASE, 10, LEASE)).map(({ revision }) => revision),
        [2],
      );
    });

    test('a refused line waits for its time, with its error; a newer document does not shorten the wait', async () => {
      const { outbox } = await fresh();
      await outbox.add([entryOf(1)]);
      const [line] = await outbox.claim(AT, 10, LEASE);
      await outbox.retry(line!.id, AT + 5_000, '429 Too Many Requests');
      await outbox.add([entryOf(2)]);
      assert.deepEqual(await outbox.claim(AT + 4_999, 10, LEASE), []);
      const [next] = await outbox.claim(AT + 5_000, 10, LEASE);
      assert.deepEqual([next!.revision, next!.attempts, next!.error], [2, 2, '429 Too Many Requests']);
    });

    test('a newer line waits while an older one has its rest', async () => {
      const { outbox } = await fresh();
      await outbox.add([entryOf(1)]);
      const [line] = await outbox.claim(AT, 10, LEASE);
      await outbox.add([entryOf(2)]);
      await outbox.retry(line!.id, AT + 5_000, '503');
      assert.deepEqual(await outbox.claim(AT + 1_000, 10, LEASE), []);
      const [first] = await outbox.claim(AT + 5_000, 10, LEASE);
      assert.equal(first!.revision, 1);
    });

    test('dead lines are kept, seen and sent again, unless something newer was told since', async () => {
      const { outbox } = await fresh();
      const other = idOf(2);
      await outbox.add([entryOf(1), entryOf(1, { findingId: other })]);
      for (const { id } of await outbox.claim(AT, 10, LEASE)) await outbox.bury(id, AT, 'gone');
      await outbox.add([entryOf(2, { findingId: other })]);
      const [newer] = await outbox.claim(AT, 10, LEASE);
      await outbox.sent(newer!.id, AT);
      assert.deepEqual(
        (await outbox.list('dead', 10, 'pager')).map(({ error }) => error),
        ['gone', 'gone'],
      );
      assert.equal(await outbox.resend('mail', undefined, AT), 0);
      assert.equal(await outbox.resend('pager', undefined, AT + 1), 1);
      const [line] = await outbox.claim(AT + 1, 10, LEASE);
      assert.deepEqual([line!.findingId, line!.attempts], [idOf(1), 1]);
      await outbox.bury(line!.id, AT, 'gone');
      await outbox.add([entryOf(2)]);
      assert.equal(await outbox.resend('pager', [line!.id], AT), 0, 'the newer one will say it all');
      const [last] = await outbox.claim(AT + 1, 10, LEASE);
      await outbox.bury(last!.id, AT, 'gone');
      assert.equal(await outbox.resend('pager', [line!.id, last!.id], AT), 2);
      assert.deepEqual(
        (await outbox.claim(AT + 1, 10, LEASE)).map(({ revision }) => revision),
        [1],
      );
    });

    test('lines leave oldest first, each outlet and finding for itself', async () => {
      const { outbox } = await fresh();
      await outbox.add([
        entryOf(1, { findingId: idOf(1), dueAt: AT + 2 }),
        entryOf(1, { findingId: idOf(2), dueAt: AT + 1 }),
        entryOf(1, { findingId: idOf(3), dueAt: AT + 9 }),
        entryOf(1, { findingId: idOf(1), outlet: 'mail', dueAt: AT }),
      ]);
      const claimed = await outbox.claim(AT + 2, 2, LEASE);
      assert.deepEqual(
        claimed.map(({ outlet, dueAt }) => [outlet, dueAt]),
        [
          ['mail', AT],
          ['pager', AT + 1],
        ],
      );
      assert.deepEqual(await outbox.depth(), [
        { outlet: 'mail', state: 'waiting', lines: 1, oldestDueAt: AT },
        { outlet: 'pager', state: 'waiting', lines: 3, oldestDueAt: AT + 1 },
      ]);
    });

    test('whatever happens, each outlet hears of a finding in order and never twice under one revision', async () => {
      const step = fc.oneof(
        fc.record({ do: fc.constant('add' as const), finding: fc.nat(2), revision: fc.integer({ min: 1, max: 6 }) }),
        fc.record({ do: fc.constant('claim' as const), limit: fc.integer({ min: 1, max: 3 }) }),
        fc.record({ do: fc.constantFrom('sent' as const, 'retry' as const, 'late' as const, 'wait' as const) }),
      );
      const store = await fresh();
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
          await hearInOrder(store, steps, `outlet-${++run}`);
        }),
        { numRuns: 40 },
      );
    });
  });
}

type Step =
  | { readonly do: 'add'; readonly finding: number; readonly revision: number }
  | { readonly do: 'claim'; readonly limit: number }
  | { readonly do: 'sent' | 'retry' | 'late' | 'wait' };

/** A receiver that remembers (finding, revision), as idempotency keys ask of it. */
async function hearInOrder({ outbox }: Store, steps: readonly Step[], outlet: string): Promise<void> {
  let now = AT;
  const held: { readonly id: number; readonly findingId: string; readonly revision: number; readonly until: number }[] =
    [];
  const newest = new Map<string, number>();
  const told = new Map<string, number>();
  const answered = new Set<string>();
  const hear = (findingId: string, revision: number): void => {
    assert.ok((told.get(findingId) ?? 0) <= revision, `${findingId} told ${revision} after ${told.get(findingId)}`);
    assert.ok(!answered.has(`${findingId} ${revision}`), 'told again after the answer was taken');
    told.set(findingId, revision);
  };
  const claim = async (limit: number): Promise<void> => {
    const lines = (await outbox.claim(now, limit, LEASE)).filter((line) => line.outlet === outlet);
    for (const { id, findingId, revision } of lines) {
      hear(findingId, revision);
      held.push({ id, findingId, revision, until: now + LEASE });
    }
  };
  for (const each of steps) {
    if (each.do === 'add') {
      const findingId = idOf(each.finding);
      newest.set(findingId, Math.max(newest.get(findingId) ?? 0, each.revision));
      const entry: OutboxEntry = entryOf(each.revision, { outlet, findingId, dueAt: now, at: now });
      await outbox.add([entry]);
    } else if (each.do === 'claim') {
      await claim(each.limit);
    } else if (each.do === 'wait') {
      now += LEASE;
    } else {
      const line = held.shift();
      if (line === undefined) continue;
      if (each.do === 'retry') await outbox.retry(line.id, now, 'refused');
      else await outbox.sent(line.id, now);
      if (each.do === 'sent' && line.until > now) answered.add(`${line.findingId} ${line.revision}`);
    }
  }
  for (let round = 0; round < 20; round++) {
    now += LEASE;
    await claim(10);
    for (const { id } of held.splice(0)) await outbox.sent(id, now);
  }
  assert.deepEqual(told, newest, 'everybody hears the newest in the end');
}
