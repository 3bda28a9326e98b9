import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { claimServing, openStore, type Store } from '../../straykey/src/store/index.ts';
import { postgresMissing, startPostgres } from '../support/postgres.ts';
import { AT, entryOf } from './fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'straykey-claim-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const MINUTE = 60_000;
const DAY = 86_400_000;

async function dueNow(store: Store, at: number): Promise<number[]> {
  return (await store.outbox.claim(at, 10, 2 * MINUTE)).map(({ revision }) => revision);
}

test('notifications that a killed process had in hand go out at once when the same file is served again', async () => {
  const url = `sqlite:${join(folder, 'leases.db')}`;
  let at = AT;
  const killed = await openStore(url, { now: () => at });
  await killed.outbox.add([entryOf(1)]);
  assert.deepEqual(await dueNow(killed, at), [1]);
  // What may have been sent stays first in line, and keeps its words.
  await killed.outbox.add([entryOf(2)]);
  await killed.close();
  at += 5_000;
  const next = await openStore(url, { now: () => at });
  assert.deepEqual(await dueNow(next, at), [], 'a command beside serve frees nothing');
  const release = await claimServing(next);
  const [line] = await next.outbox.claim(at, 10, 2 * MINUTE);
  assert.equal(line?.revision, 1);
  await next.outbox.sent(line.id, at);
  assert.deepEqual(await dueNow(next, at), [2]);
  await release();
  await next.close();
});

describe('what a clock a day ahead has put off comes due when the store is served by one that is right', () => {
  const trial = async (url: string) => {
    // PostgreSQL goes by the server's clock, which is some milliseconds later.
    const present = Date.now();
    const ahead = present + DAY;
    const wrong = await openStore(url, { now: () => ahead });
    await wrong.outbox.add([entryOf(1, { dueAt: ahead, at: ahead })]);
    await wrong.evidence.mark(['waits'], ahead);
    await wrong.close();
    const right = await openStore(url, { now: () => present });
    await right.outbox.add([entryOf(1, { outlet: 'later', dueAt: present + 6 * 60 * MINUTE, at: present })]);
    await right.evidence.mark(['later'], present + 10 * MINUTE);
    const release = await claimServing(right);
    const taken = await right.atomically(({ evidence }) => evidence.takeMarked(present + MINUTE, 10));
    assert.deepEqual(taken, ['waits']);
    assert.deepEqual(
      (await right.outbox.claim(present + MINUTE, 10, 2 * MINUTE)).map(({ outlet }) => outlet),
      [entryOf(1).outlet],
    );
    await release();
    await right.close();
  };

  test('SQLite', () => trial(`sqlite:${join(folder, 'ahead.db')}`));

  test('PostgreSQL', { skip: postgresMissing() }, async () => {
    const server = await startPostgres();
    try {
      await trial(await server.newDatabase());
    } finally {
      await server.close();
    }
  });
});
