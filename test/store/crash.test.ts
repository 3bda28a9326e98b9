import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, describe, test } from 'node:test';
import { openStore } from '../../straykey/src/store/index.ts';
import { postgresMissing, startPostgres } from '../support/postgres.ts';
import { AT } from './fixtures.ts';

/** Kills of each kind; STRAYKEY_CRASH_ROUNDS=50 for a long night. */
const ROUNDS = Number(process.env.STRAYKEY_CRASH_ROUNDS ?? 4);

const folder = mkdtempSync(join(tmpdir(), 'straykey-crash-'));
after(() => rmSync(folder, { recursive: true, force: true }));

describe('nothing acknowledged is lost, and no batch is torn', () => {
  test('when the process is killed, on SQLite', { timeout: 300_000 }, async () => {
    await surviveKills(`sqlite:${join(folder, 'killed.db')}`, async (writer) => {
      writer.kill('SIGKILL');
    });
  });

  test('when the process is killed, on PostgreSQL', { skip: postgresMissing(), timeout: 300_000 }, async () => {
    const server = await startPostgres();
    await surviveKills(await server.newDatabase(), async (writer) => {
      writer.kill('SIGKILL');
    });
    await server.close();
  });

  test('when the server is killed', { skip: postgresMissing(), timeout: 300_000 }, async () => {
    const server = await startPostgres({ fsync: true });
    try {
      await surviveKills(await server.newDatabase(), () => server.crash());
    } finally {
      await server.close();
    }
  });
});

async function surviveKills(url: string, kill: (writer: ChildProcess) => Promise<void>): Promise<void> {
  let next = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const acknowledged = await writeUntil(url, next, kill, 30 + round * 40);
    next = await assertWhole(url, acknowledged, next);
  }
}

/** The last batch that was acknowledged. */
async function writeUntil(
  url: string,
  first: number,
  kill: (writer: ChildProcess) => Promise<void>,
  afterMs: number,
): Promise<number> {
  const writer = spawn(process.execPath, [join(import.meta.dirname, 'writer.ts'), url, String(first)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  const begun = new Promise<void>((resolve) => {
    writer.stdout!.on('data', (text) => {
      said += text;
      resolve();
    });
  });
  const gone = new Promise((resolve) => writer.once('close', resolve));
  await Promise.race([begun, gone]);
  await new Promise((resolve) => setTimeout(resolve, afterMs));
  await kill(writer);
  await gone;
  assert.ok(said.includes('\n'), 'it had begun');
  return Number(said.trimEnd().split('\n').at(-1));
}

/** The first batch that is not there. */
async function assertWhole(url: string, acknowledged: number, first: number): Promise<number> {
  const store = await openStore(url, { now: () => AT });
  const batches = Array.from({ length: acknowledged + 2 - first }, (_, index) => first + index);
  const seen = await store.evidence.seen(batches.map((batch) => `object-${batch}`));
  const facts = await store.evidence.factsOf(['t']);
  const count = facts.length;
  assert.ok(count > acknowledged, `${count} batches are there, ${acknowledged + 1} were acknowledged`);
  assert.equal(seen.size, count - first);
  assert.equal((await store.counters.list('batches'))[0]!.value, count);
  const counts = (await store.findings.page({ where: [], orderBy: 'id', descending: false, limit: 9 })).map(
    ({ finding }) => finding.service.count,
  );
  assert.equal(Math.max(...counts), count);
  assert.deepEqual(await store.upkeep!.check(), []);
  await store.close();
  return count;
}
