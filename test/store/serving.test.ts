import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, test } from 'node:test';
import { claimServing, openStore, StoreRefusal } from '../../straykey/src/store/index.ts';
import { AT, idOf, writeOf } from './fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'straykey-serving-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const now = () => AT;

test('a second process that would serve the same file is refused by name; commands are not', async () => {
  const url = `sqlite:${join(folder, 'one.db')}`;
  const first = await openStore(url, { now });
  const second = await openStore(url, { now });
  const release = await claimServing(first);
  await assert.rejects(claimServing(second), (error) => {
    assert.ok(error instanceof StoreRefusal);
    assert.match(error.message, new RegExp(`process ${process.pid}, since 2027-01-15T08:00:00.000Z`));
    return true;
  });
  await second.findings.put(writeOf());
  await first.findings.put(writeOf({ count: 2 }));
  await release();
  await release();
  const again = await claimServing(second);
  await again();
  await first.close();
  await second.close();
});

test('a killed process holds nothing', async () => {
  const url = `sqlite:${join(folder, 'killed.db')}`;
  const holder = spawn(process.execPath, [join(import.meta.dirname, 'server.ts'), url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => holder.stdout!.once('data', resolve));
  const store = await openStore(url, { now });
  await assert.rejects(claimServing(store), new RegExp(`process ${holder.pid}`));
  const gone = new Promise((resolve) => holder.once('exit', resolve));
  holder.kill('SIGKILL');
  await gone;
  const release = await claimServing(store);
  await release();
  await store.close();
});

test('what is only in memory can always be served', async () => {
  const store = await openStore('sqlite::memory:', { now });
  await (await claimServing(store))();
  await store.close();
});

test('a backup is a store of its own as of one moment, taken while others write, and replaces nothing', async () => {
  const store = await openStore(`sqlite:${join(folder, 'live.db')}`, { now });
  for (let each = 0; each < 50; each++) await store.findings.put(writeOf({ id: idOf(each) }));
  const copy = join(folder, 'copy.db');
  const writing = (async () => {
    for (let each = 50; each < 100; each++) await store.findings.put(writeOf({ id: idOf(each) }));
  })();
  await store.upkeep!.backup(copy);
  await writing;
  const restored = await openStore(`sqlite:${copy}`, { now });
  const { count } = (await restored.findings.count([]))[0]!;
  assert.ok(count >= 50 && count <= 100, `${count}`);
  assert.deepEqual(await restored.upkeep!.check(), []);
  await assert.rejects(store.upkeep!.backup(copy), StoreRefusal);
  await assert.rejects(store.upkeep!.backup(join(folder, 'no', 'folder.db')));
  await restored.close();
  await store.close();
});

test('a store in memory is backed up as well', async () => {
  const store = await openStore('sqlite::memory:', { now });
  await store.findings.put(writeOf());
  const copy = join(folder, 'memory.db');
  await store.upkeep!.backup(copy);
  const restored = await openStore(`sqlite:${copy}`, { now, create: false });
  assert.equal((await restored.findings.get([idOf(0)])).length, 1);
  await restored.close();
  await store.close();
});

test('only the owner may read the file, its log and its backups', { skip: process.platform === 'win32' }, async () => {
  const path = join(folder, 'new', 'private.db');
  const store = await openStore(`sqlite:${path}`, { now });
  await store.findings.put(writeOf());
  const copy = join(folder, 'private-copy.db');
  await store.upkeep!.backup(copy);
  for (const file of [path, `${path}-wal`, `${path}-shm`, copy]) {
    assert.ok(existsSync(file), file);
    assert.equal(statSync(file).mode & 0o077, 0, file);
  }
  await store.close();
});

test('check names what is wrong', async () => {
  const store = await openStore('sqlite::memory:', { now });
  await store.findings.put(writeOf());
  const copy = join(folder, 'broken.db');
  await store.upkeep!.backup(copy);
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(copy);
  database.exec(
    "update findings set severity = 1; delete from finding_events; insert into finding_topics values ('t', 'none')",
  );
  database.close();
  const broken = await openStore(`sqlite:${copy}`, { now });
  const problems = (await broken.upkeep!.check()).join('; ');
  for (const sentence of [
    /columns and document disagree: 0{32}/,
    /without a history/,
    /topics of findings that are not there/,
  ]) {
    assert.match(problems, sentence);
  }
  await broken.close();
  await store.close();
});
