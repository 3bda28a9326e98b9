import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { inspect } from 'node:util';
import pg from 'pg';
import { openStore, StoreRefusal, StoreUnavailable, StoreUrlError } from '../../straykey/src/store/index.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../support/postgres.ts';
import { AT, idOf, writeOf } from './fixtures.ts';

const now = () => AT;
const PASSWORD = 'wJalrXUtnFEMIEXAMPLE';

describe('PostgreSQL that fails', { skip: postgresMissing() }, () => {
  let server: PostgresServer;
  after(() => server?.close());
  const started = async () => {
    server ??= await startPostgres();
    return server;
  };

  test('comes back by itself: stopped, it is unavailable; started, the same store works', async () => {
    const { newDatabase, stop, start } = await started();
    const store = await openStore(await newDatabase(), { now });
    await store.findings.put(writeOf());
    await stop();
    await assert.rejects(store.ping(), StoreUnavailable);
    await assert.rejects(
      store.atomically((inner) => inner.findings.put(writeOf({ count: 2 }))),
      StoreUnavailable,
    );
    await start();
    const { before, after } = await store.findings.put(writeOf({ count: 3 }));
    assert.deepEqual([before?.revision, after.revision], [1, 2]);
    await store.close();
  });

  test('restarted in the middle of a transaction, nothing of it is there', async () => {
    const { newDatabase, restart } = await started();
    const store = await openStore(await newDatabase(), { now });
    const work = store.atomically(async (inner) => {
      await inner.findings.put(writeOf());
      await restart();
      await inner.findings.put(writeOf({ id: idOf(1) }));
    });
    await assert.rejects(work, StoreUnavailable);
    assert.deepEqual(await store.findings.get([idOf(0), idOf(1)]), []);
    await store.close();
  });

  test('lets two transactions wait crosswise: one is done again, both take effect', async () => {
    const { newDatabase } = await started();
    const store = await openStore(await newDatabase(), { now });
    for (const id of ['a', 'b']) await store.documents.create('k', id, 0, AT);
    let tries = 0;
    const cross = (first: string, second: string) =>
      store.atomically(async ({ documents }) => {
        tries++;
        const bump = async (id: string) => {
          const { body } = (await documents.get<number>('k', id))!;
          await documents.replace('k', id, body + 1, AT);
        };
        await bump(first);
        await new Promise((resolve) => setTimeout(resolve, 100));
        await bump(second);
      });
    await Promise.all([cross('a', 'b'), cross('b', 'a')]);
    assert.deepEqual(
      (await store.documents.list('k')).map(({ version }) => version),
      [3, 3],
    );
    assert.equal(tries, 3);
    await store.close();
  });

  test('is not there at all, or has no such database: said with what to do', async () => {
    const { url } = await started();
    await assert.rejects(openStore('postgres://127.0.0.1:1/none', { now }), /nothing listens/);
    await assert.rejects(openStore(url.replace(/postgres$/, 'none'), { now }), /create the database/);
  });

  test('never shows the password: not in the name, not in an error, whatever is wrong with the URL', async () => {
    const { url } = await started();
    const [host] = new URL(url).host.split(':');
    const urls = [
      `postgres://u:${PASSWORD}@${host}:1/none`,
      `postgres://u:${PASSWORD}@${host}:99999999/none`,
      `postgres://u:${PASSWORD}@%zz/none`,
      `postgres://u:${PASSWORD}@/none?sslmode=require&password=${PASSWORD}`,
      `mysql://u:${PASSWORD}@${host}/none`,
      `${PASSWORD}`,
      url.replace('straykey@', `straykey:${PASSWORD}@`).replace(/postgres$/, 'none'),
    ];
    for (const each of urls) {
      await assert.rejects(openStore(each, { now }), (error) => {
        assert.ok(error instanceof StoreUnavailable || error instanceof StoreUrlError, inspect(error));
        assert.ok(!inspect(error, { depth: 10, showHidden: true }).includes(PASSWORD), inspect(error));
        return true;
      });
    }
    const store = await openStore(url.replace('straykey@', `straykey:${PASSWORD}@`), { now });
    assert.ok(!inspect(store, { depth: 10 }).includes(PASSWORD));
    assert.ok(!store.name.includes('straykey'));
    await store.close();
  });

  test('works in the schema its user works in', async () => {
    const { newDatabase } = await started();
    const url = await newDatabase();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query('create schema watch');
    const store = await openStore(`${url}?options=-c%20search_path%3Dwatch`, { now });
    await store.findings.put(writeOf());
    const { rows } = await client.query("select schemaname from pg_tables where tablename = 'findings'");
    assert.deepEqual(rows, [{ schemaname: 'watch' }]);
    await client.end();
    await store.close();
  });

  test('is backed up with its own tools', async () => {
    const { newDatabase } = await started();
    const store = await openStore(await newDatabase(), { now });
    await assert.rejects(store.upkeep!.backup('x'), StoreRefusal);
    await store.close();
  });
});
