import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { migrate } from './migrations.ts';
import { openStore } from './open.ts';
import { StoreUnavailable } from './port.ts';
import { RootSession } from './session.ts';
import { shelvesOf } from './sql-store.ts';
import { bindable, openDatabase, sqliteKysely } from './sqlite.ts';
import { sqliteWords } from './words.ts';

const folder = mkdtempSync(join(tmpdir(), 'straykey-sqlite-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const now = () => 0;

test('only what engines store as it is gets through', () => {
  for (const value of ['', 'a', 0, -1.5, 7n, null, new Uint8Array([1])]) assert.equal(bindable(value), value);
  assert.equal(bindable(true), 1);
  assert.equal(bindable(false), 0);
  assert.equal(bindable(2 ** 60), 2n ** 60n);
  for (const value of [undefined, Number.NaN, Number.POSITIVE_INFINITY, {}, [], () => 1, Symbol('s')]) {
    assert.throws(() => bindable(value), /cannot store/);
  }
  assert.throws(() => bindable(new Date(0)), /cannot store a Date/);
});

test('a commit is on the disk: write-ahead log, synchronous FULL', () => {
  const database = openDatabase(join(folder, 'pragmas.db'));
  const ask = (pragma: string) => Object.values(database.prepare(`pragma ${pragma}`).get()!)[0];
  assert.equal(ask('journal_mode'), 'wal');
  assert.equal(ask('synchronous'), 2);
  assert.equal(ask('foreign_keys'), 1);
  database.close();
});

test('a full disk is unavailable, loses nothing that was committed, and is over when there is room', async () => {
  const path = join(folder, 'full.db');
  const database = openDatabase(path);
  const session = new RootSession('sqlite:full', sqliteWords, sqliteKysely(database, 'sqlite:full'), () => false);
  await migrate(session);
  const { documents, atomically } = shelvesOf(session, now);
  const pages = Number(database.prepare('pragma page_count').get()!.page_count);
  database.exec(`pragma max_page_count = ${pages + 40}`);
  let kept = 0;
  const write = (id: string) =>
    atomically(async (store) => {
      await store.documents.create('k', `${id}a`, 'x'.repeat(9_000), 0);
      await store.documents.create('k', `${id}b`, 'x'.repeat(9_000), 0);
    });
  await assert.rejects(
    async () => {
      for (; kept < 100; kept++) await write(String(kept).padStart(3, '0'));
    },
    (error) => error instanceof StoreUnavailable && /disk full/.test(error.message),
  );
  assert.equal((await documents.list('k')).length, kept * 2);
  database.exec('pragma max_page_count = 100000');
  await write('later');
  assert.equal((await documents.list('k')).length, kept * 2 + 2);
  await session.close();
});

test('while another process writes, a write waits, and this process goes on', async () => {
  const path = join(folder, 'busy.db');
  const store = await openStore(`sqlite:${path}`, { now });
  const other = new DatabaseSync(path);
  other.exec('begin immediate');
  let turns = 0;
  const timer = setInterval(() => turns++, 10);
  const write = store.documents.create('k', 'i', 1, 0);
  const transaction = store.atomically((inner) => inner.documents.create('k', 'j', 1, 0));
  await new Promise((resolve) => setTimeout(resolve, 300));
  other.exec('commit');
  assert.deepEqual(await Promise.all([write, transaction]), [true, true]);
  clearInterval(timer);
  assert.ok(turns > 2, 'timers ran meanwhile');
  other.close();
  await store.close();
});

test('what is no store, and a place where none can be, is said with what to do', async () => {
  const text = join(folder, 'text.db');
  writeFileSync(text, 'this is a text and no database, long enough to be read as one. '.repeat(20));
  await assert.rejects(openStore(`sqlite:${text}`, { now }), /is not a Straykey store/);
  await assert.rejects(openStore(`sqlite:${folder}`, { now }), StoreUnavailable);
  await assert.rejects(openStore(`sqlite:${join(text, 'below.db')}`, { now }), StoreUnavailable);
  const absent = join(folder, 'absent.db');
  await assert.rejects(openStore(`sqlite:${absent}`, { now, create: false }), /does not exist/);
});
