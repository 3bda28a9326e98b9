import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { storeCommand } from '../../straykey/src/cli/store.ts';
import { openStore } from '../../straykey/src/store/index.ts';
import { toldTerminal } from '../support/told-terminal.ts';
import { AT, idOf, writeOf } from './fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'straykey-store-cli-'));
after(() => rmSync(folder, { recursive: true, force: true }));

async function run(...args: string[]) {
  const { told, terminal } = toldTerminal(join(folder, 'data'), AT);
  const rim = {
    openStore: (url: string, options?: { readonly create?: boolean }) => openStore(url, { now: () => AT, ...options }),
  };
  await storeCommand(terminal, rim).exitOverride().parseAsync(args, { from: 'user' });
  return told;
}

test('the store of the data folder is checked, vacuumed and copied', async () => {
  const store = await openStore(`sqlite:${join(folder, 'data', 'straykey.db')}`, { now: () => AT });
  await store.findings.put(writeOf());
  await store.close();
  assert.match((await run('check')).stdout, /straykey\.db is whole/);
  assert.match((await run('vacuum')).stdout, /no more space than it needs/);
  const copy = join(folder, 'copy.db');
  assert.match((await run('backup', copy)).stdout, /Copied sqlite:.*straykey\.db to .*copy\.db/);
  const restored = await openStore(`sqlite:${copy}`, { now: () => AT });
  assert.equal((await restored.findings.get([idOf(0)])).length, 1);
  await restored.close();
  await assert.rejects(run('backup', copy), { code: 2, message: /exists/ });
});

test('a store that is not there is not made', async () => {
  const typo = join(folder, 'typo.db');
  await assert.rejects(run('check', '--store', `sqlite:${typo}`), { code: 2, message: /does not exist/ });
  assert.ok(!existsSync(typo));
});

test('a store that is not whole ends with code 1 and says why', async () => {
  const path = join(folder, 'broken.db');
  const store = await openStore(`sqlite:${path}`, { now: () => AT });
  await store.findings.put(writeOf());
  await store.close();
  const database = new DatabaseSync(path);
  database.exec('delete from finding_events');
  database.close();
  await assert.rejects(run('check', '--store', `sqlite:${path}`), { code: 1, message: /restore a backup/ });
});
