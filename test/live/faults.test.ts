import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { Random } from '../../straykey/src/drill/index.ts';
import { startReceiver } from '../outlets/receiver.ts';
import { doorTo } from '../support/door.ts';
import { killed, type Running, runStraykey, scattered, stopped, until } from '../support/killed.ts';
import { storedFindings } from '../support/live.ts';
import { postgresMissing, startPostgres } from '../support/postgres.ts';
import { copyOut, fill, makeRoom, smallDisk, smallDiskMissing } from '../support/small-disk.ts';
import { beside, deliver, expectedOf, logged, ready, same, settled, started } from './outcome.ts';

/**
 * The real program while something around it fails: it says what is wrong, does not die, loses nothing, goes on by itself when the fault ends, and
 * its findings are those of one `scan` over the same objects. `STRAYKEY_LONG_FAULTS=1` keeps the database away for 30 seconds instead of 8.
 */
const AWAY = process.env.STRAYKEY_LONG_FAULTS === '1' ? 30_000 : 8_000;
const root = mkdtempSync(join(tmpdir(), 'straykey-faults-'));
const crew: Running[] = [];
after(async () => {
  await Promise.all(crew.map(killed));
  rmSync(root, { recursive: true, force: true });
});

/** A place for one test: a watched folder, a data folder, and a configuration that names both. */
function placeFor(name: string, ...more: readonly string[]) {
  const [folder, data] = [join(root, name, 'trail'), join(root, name, 'data')];
  for (const each of [folder, data]) mkdirSync(each, { recursive: true });
  const config = join(root, name, 'straykey.yaml');
  const lines = [`dataDir: ${data}`, 'sources:', `  - { type: folder, path: ${folder}, every: 100ms }`, ...more];
  writeFileSync(config, lines.join('\n'));
  const start = (argv: readonly string[] = [], environment: Readonly<Record<string, string>> = {}) => {
    const running = runStraykey(['worker', '--config', config, '--listen', '127.0.0.1:0', ...argv], environment);
    crew.push(running);
    return running;
  };
  return { folder, data, config, start, store: `sqlite:${join(data, 'straykey.db')}` };
}

function objectsFor(name: string, count: number) {
  const objects = scattered(new Random(name), 5, count);
  const all = [...objects];
  const third = Math.ceil(all.length / 3);
  return { objects, parts: [0, 1, 2].map((at) => all.slice(at * third, (at + 1) * third)) };
}

function troubles(running: Running): string {
  return logged(running, 'store-unavailable')
    .map(({ message }) => String(message))
    .join('\n');
}

describe('while it runs', { concurrency: 4 }, () => {
  test(`PostgreSQL cuts connections in the middle of transactions, is restarted, and is gone for ${AWAY / 1000} seconds`, {
    timeout: 180_000,
    skip: postgresMissing(),
  }, async () => {
    const { folder, start } = placeFor('postgres');
    const { objects, parts } = objectsFor('postgres', 30);
    const server = await startPostgres();
    try {
      const url = await server.newDatabase();
      const running = start(['--store', url]);
      await started(running);
      const cutting = cutTransactions(server.url, 5, running);
      for (const each of parts[0]!) {
        deliver(folder, [each]);
        await wait(50);
      }
      await cutting;
      deliver(folder, parts[1]!.slice(0, 5));
      await server.restart();
      deliver(folder, parts[1]!.slice(5));
      await wait(300);
      await server.stop();
      const stoppedAt = Date.now();
      deliver(folder, parts[2]!);
      const reasons = await ready(running, false);
      assert.match(reasons.find(({ what }) => what === 'store')!.found, /cannot be reached: nothing listens there/);
      assert.match(troubles(running), /nothing listens there|lost its connection/);
      await wait(Math.max(0, AWAY - (Date.now() - stoppedAt)));
      await server.start();
      await ready(running, true);
      const expected = await expectedOf(objects);
      await beside(url, async (store) => {
        await settled(store, objects.size);
        same(await storedFindings(store), expected);
      });
      assert.equal(await stopped(running), 0, running.log());
    } finally {
      await server.close();
    }
  });

  test('the disk of the SQLite file is full, then has room again', {
    timeout: 120_000,
    skip: smallDiskMissing(),
  }, async () => {
    const { folder, config } = placeFor('full');
    const mounted = join(root, 'full', 'disk');
    mkdirSync(mounted);
    const disk = smallDisk(mounted, 24);
    const argv = ['worker', '--config', config, '--listen', '127.0.0.1:0', '--store', `sqlite:${mounted}/straykey.db`];
    const running = runStraykey(argv, {}, disk.through);
    crew.push(running);
    await started(running);
    const { objects, parts } = objectsFor('full', 30);
    deliver(folder, parts[0]!);
    const copy = join(root, 'full', 'copy.db');
    const look = async <Result>(work: Parameters<typeof beside<Result>>[1]): Promise<Result> => {
      copyOut(disk, running, 'straykey.db', copy);
      return await beside(`sqlite:${copy}`, work);
    };
    const has = (count: number) =>
      until(
        `${count} objects are in and judged`,
        async () =>
          await look(async (store) => {
            const [counted] = await store.counters.list('objects');
            return (counted?.value ?? 0) >= count && (await store.evidence.waiting()).topics === 0;
          }).catch(() => false),
      );
    await has(parts[0]!.length);
    fill(disk, running);
    deliver(folder, [...parts[1]!, ...parts[2]!]);
    const reasons = await ready(running, false);
    assert.match(reasons.find(({ what }) => what === 'store')!.found, /found the disk full: make room on the volume/);
    assert.match(troubles(running), /found the disk full/);
    makeRoom(disk, running);
    await ready(running, true);
    await has(objects.size);
    same(await look(storedFindings), await expectedOf(objects));
    assert.equal(await stopped(running), 0, running.log());
  });

  test('a SQLite file is served by one; another writer holds it for long; SIGTERM comes in the middle of work', async () => {
    const { folder, config, data, start, store } = placeFor('one');
    const { objects, parts } = objectsFor('one', 60);
    const running = start();
    await started(running);

    const second = runStraykey(['serve', '--config', config, '--listen', '127.0.0.1:0'], {});
    crew.push(second);
    await until('the second ends', async () => second.child.exitCode !== null);
    assert.equal(second.child.exitCode, 2, second.log());
    const sentence = new RegExp(
      `^straykey: The store sqlite:.*straykey\\.db is served by another process \\(process ${running.child.pid}, since `,
    );
    assert.match(second.log(), sentence);
    assert.doesNotMatch(second.log(), /unexpected|\n\s+at /);

    const writer = new DatabaseSync(join(data, 'straykey.db'), { timeout: 5_000 });
    writer.exec('begin immediate');
    deliver(folder, parts[0]!);
    const reasons = await ready(running, false);
    assert.match(reasons.find(({ what }) => what === 'store')!.found, /is busy with another process|no answer within/);
    writer.exec('rollback');
    writer.close();
    await ready(running, true);

    deliver(folder, parts[1]!);
    await until(
      'it is at work',
      async () => await beside(store, async ({ counters }) => (await counters.list('objects')).length > 0),
    );
    deliver(folder, parts[2]!);
    await wait(150);
    const asked = Date.now();
    assert.equal(await stopped(running), 0, running.log());
    assert.ok(Date.now() - asked < 25_000);
    assert.equal(logged(running, 'stopped').length, 1, running.log());

    const again = start();
    await beside(store, async (opened) => {
      await settled(opened, objects.size);
      same(await storedFindings(opened), await expectedOf(objects));
    });
    assert.equal(await stopped(again), 0, again.log());
  });

  test('a receiver is away, comes back, and the program is killed between its taking a message and the note of it', async () => {
    const receiver = await startReceiver();
    const { folder, start, store } = placeFor(
      'receiver',
      'outlets:',
      `  - { type: webhook, name: pager, url: '${receiver.url}' }`,
    );
    const { objects } = objectsFor('receiver', 12);
    await receiver.down();
    const running = start();
    await started(running);
    deliver(folder, objects);
    await until('it was tried', async () => logged(running, 'outlet-retry').length > 0);
    await beside(store, (opened) => settled(opened, objects.size));
    // It takes the next message and says nothing: whoever is killed now cannot know.
    receiver.script = ['silent'];
    await receiver.up();
    await until('a message was taken', async () => receiver.received.length > 0);
    await killed(running);
    const [unknown] = receiver.received;
    const back = Date.now();
    const again = start();
    const keyOf = ({ headers }: typeof unknown & object) => String(headers['idempotency-key']);
    await until(
      'it is repeated',
      async () => receiver.received.filter((each) => keyOf(each) === keyOf(unknown!)).length > 1,
    );
    assert.ok(Date.now() - back < 30_000, 'without waiting for the lease of the dead process');
    await beside(store, async (opened) => {
      await until('all is told', async () => (await opened.outbox.list('waiting', 1)).length === 0);
      const findings = await storedFindings(opened);
      same(findings, await expectedOf(objects));
      const told = Map.groupBy(receiver.received, keyOf);
      assert.deepEqual(
        [...new Set([...told.keys()].map((key) => key.split('-')[0]!))].sort(),
        findings.map(({ id }) => id).sort(),
      );
      for (const [key, messages] of told) {
        assert.equal(new Set(messages.map(({ body }) => body)).size, 1, `${key} was told in two ways`);
      }
    });
    assert.equal(await stopped(again), 0, again.log());
    await receiver.down();
  });

  test('the clock is set back by a day while notifications wait, and then ahead by one', async () => {
    const name = 'clock';
    const receiver = await startReceiver();
    const { folder, start, store } = placeFor(
      name,
      'outlets:',
      `  - { type: webhook, name: pager, url: '${receiver.url}' }`,
    );
    await receiver.down();
    const { objects, parts } = objectsFor(name, 24);
    const offset = join(root, name, 'offset');
    const setClock = (days: number) => writeFileSync(offset, String(days * 86_400_000));
    setClock(1);
    const hook = `data:text/javascript,${encodeURIComponent(
      `import { readFileSync } from 'node:fs';
       const real = Date.now;
       Date.now = () => real() + Number(readFileSync(${JSON.stringify(offset)}, 'utf8'));`,
    )}`;
    const running = start([], { NODE_OPTIONS: `--import=${hook}` });
    await started(running);
    deliver(folder, parts[0]!);
    await until('it was tried', async () => logged(running, 'outlet-retry').length > 0);
    setClock(0);
    deliver(folder, parts[1]!);
    await receiver.up();
    await beside(store, async (opened) => {
      await settled(opened, parts[0]!.length + parts[1]!.length);
      const ids = () =>
        new Set(receiver.received.map(({ headers }) => String(headers['idempotency-key']).split('-')[0]));
      await until('every finding is told', async () => (await storedFindings(opened)).every(({ id }) => ids().has(id)));
      await ready(running, true);
      setClock(1);
      deliver(folder, parts[2]!);
      await ready(running, true);
      await settled(opened, objects.size);
      same(await storedFindings(opened), await expectedOf(objects));
    });
    assert.equal(await stopped(running), 0, running.log());
    await receiver.down();
  });

  test('a second signal ends it at once', async () => {
    const receiver = await startReceiver();
    receiver.script = Array.from({ length: 20 }, () => 'silent');
    const { folder, start } = placeFor(
      'twice',
      'outlets:',
      `  - { type: webhook, name: pager, url: '${receiver.url}' }`,
    );
    const running = start();
    await started(running);
    deliver(folder, objectsFor('twice', 6).objects);
    await until('a message is under way', async () => receiver.received.length > 0);
    running.child.kill('SIGINT');
    await until('it stops', async () => logged(running, 'stopping').length > 0);
    const gone = new Promise<number | null>((resolve) => running.child.once('exit', resolve));
    const asked = Date.now();
    running.child.kill('SIGINT');
    assert.equal(await gone, 130);
    assert.ok(Date.now() - asked < 2_000);
    await receiver.down();
  });

  test('a database that answers nothing does not keep it from stopping in time', {
    skip: postgresMissing(),
  }, async () => {
    const server = await startPostgres();
    try {
      const door = await doorTo(Number(new URL(server.url).port));
      const url = new URL(await server.newDatabase());
      url.port = String(door.port);
      const { folder, start } = placeFor('frozen');
      const running = start(['--store', url.href]);
      await started(running);
      door.freeze();
      deliver(folder, objectsFor('frozen', 6).objects);
      await wait(500);
      const asked = Date.now();
      assert.equal(await stopped(running), 0, running.log());
      assert.ok(Date.now() - asked < 25_000);
      assert.equal(logged(running, 'stop-overdue').length, 1, running.log());
      await door.shut();
    } finally {
      await server.close();
    }
  });
});

/** Breaks connections that are in the middle of a transaction, so many, or as many as there are while the program lives. */
async function cutTransactions(url: string, count: number, { child, log }: Running): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'cutter' });
  client.on('error', () => {});
  await client.connect();
  const cut = `select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'straykey' and xact_start is not null and pid <> pg_backend_pid()`;
  const until = Date.now() + 20_000;
  for (let done = 0; done < count; ) {
    assert.equal(child.exitCode, null, log());
    assert.ok(Date.now() < until, `only ${done} transactions were cut: ${log()}`);
    done += (await client.query(cut)).rowCount ?? 0;
  }
  await client.end();
}
