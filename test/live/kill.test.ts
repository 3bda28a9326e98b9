import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { loadConfig } from '../../straykey/src/config/index.ts';
import { Random } from '../../straykey/src/drill/index.ts';
import type { Finding } from '../../straykey/src/findings/index.ts';
import { loadTables } from '../../straykey/src/reference/index.ts';
import { openStore, type Store } from '../../straykey/src/store/index.ts';
import { s3Event, startAws } from '../arrivals/world.ts';
import { killed, type Running, runStraykey, scattered, shuffled, stopped, until } from '../support/killed.ts';
import { inOneLine, scanned, storedFindings } from '../support/live.ts';
import { postgresMissing, startPostgres } from '../support/postgres.ts';

/**
 * kill -9 in the middle of work, again and again: at the end the findings and their counts are those of one `scan` over the same objects, and
 * nobody was told twice about one revision. STRAYKEY_KILL_ROUNDS=50 for the long run (`bench/README.md` has its figures).
 */
const rounds = Number(process.env.STRAYKEY_KILL_ROUNDS ?? 6);
const root = mkdtempSync(join(tmpdir(), 'straykey-kill-'));
after(() => rmSync(root, { recursive: true, force: true }));
const tables = loadTables({ ...loadConfig(undefined, {}), dataDir: join(root, 'no-data') }, []);

function same(actual: readonly Finding[], expected: readonly Finding[]): void {
  assert.deepEqual(actual.map(inOneLine).sort(), expected.map(inOneLine).sort());
  const byId = (findings: readonly Finding[]) => [...findings].sort((a, b) => (a.id < b.id ? -1 : 1));
  assert.deepEqual(byId(actual), byId(expected));
}

async function expectedOf(objects: ReadonlyMap<string, string>): Promise<readonly Finding[]> {
  return await scanned(new Map([...objects].map(([key, text]) => [key, Buffer.from(text)])), tables);
}

/** The outlet's file, message by message. A line that a kill cut off is followed by the whole of it. */
function toldIn(path: string): Finding[] {
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as Finding];
    } catch {
      return [];
    }
  });
}

function keyOf({ service }: Finding): string {
  return (service.additionalInfo as { delivery?: string }).delivery!;
}

/** A message may come twice after a kill, under the same key and with the same words; revisions come in their order. */
function toldInOrder(told: readonly Finding[]): void {
  const said = new Map<string, string>();
  const newest = new Map<string, number>();
  for (const finding of told) {
    const key = keyOf(finding);
    assert.equal(said.get(key) ?? JSON.stringify(finding), JSON.stringify(finding), `${key} was told in two ways`);
    if (!said.has(key)) {
      const revision = Number(key.split('-')[1]);
      assert.ok(revision > (newest.get(finding.id) ?? 0), `${key} came late`);
      newest.set(finding.id, revision);
    }
    said.set(key, JSON.stringify(finding));
  }
}

async function nothingWaits(store: Store): Promise<boolean> {
  return (await store.evidence.waiting()).topics === 0;
}

describe(`kill -9, ${rounds} times`, () => {
  test('one machine on SQLite', { timeout: 600_000 }, async () => {
    const random = new Random('kill sqlite');
    const objects = scattered(random, 6, rounds * 6);
    const folder = join(root, 'trail');
    const data = join(root, 'data');
    const file = join(root, 'told.jsonl');
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, '');
    const config = join(root, 'straykey.yaml');
    writeFileSync(
      config,
      [
        `dataDir: ${data}`,
        'sources:',
        `  - { type: folder, path: ${folder}, every: 100ms }`,
        'outlets:',
        `  - { type: file, name: told, path: ${file} }`,
      ].join('\n'),
    );
    const start = () => runStraykey(['worker', '--config', config], {});
    let running = start();
    const waiting = shuffled(random, [...objects]);
    for (let round = 0; round < rounds; round++) {
      for (const [key, text] of waiting.splice(0, 6)) deliver(folder, key, text);
      await wait(400 + random.int(900));
      await killed(running);
      running = start();
    }
    await until('it has started', async () => /"event":"started"/.test(running.log()));
    const store = await openStore(`sqlite:${join(data, 'straykey.db')}`, { now: Date.now });
    try {
      await until('every object is in', async () => await allIn(store, objects), 60_000);
      await until('everything is judged', async () => await nothingWaits(store));
      same(await storedFindings(store), await expectedOf(objects));
      await until('everything is told', async () =>
        (await store.outbox.list('waiting', 10)).every(({ dueAt }) => dueAt > Date.now()),
      );
      const lines = toldIn(file);
      toldInOrder(lines);
      const told = new Set(lines.map(({ id }) => id));
      for (const { id } of await storedFindings(store)) assert.ok(told.has(id), `${id} was never told`);
      assert.equal(await stopped(running), 0, running.log());
    } finally {
      await killed(running);
      await store.close();
    }
  });

  test('four workers on PostgreSQL and SQS', { timeout: 900_000, skip: postgresMissing() }, async () => {
    const random = new Random('kill postgres');
    const objects = scattered(random, 8, rounds * 8);
    const aws = await startAws();
    const server = await startPostgres({ fsync: true });
    const crew: Running[] = [];
    try {
      const url = await server.newDatabase();
      const queue = await aws.queue('kill', { VisibilityTimeout: '6' });
      const config = join(root, 'workers.yaml');
      writeFileSync(
        config,
        [
          `dataDir: ${join(root, 'workers')}`,
          'sources:',
          `  - { type: sqs, queueUrl: '${queue}', endpoint: '${aws.endpoint}' }`,
        ].join('\n'),
      );
      for (const [key, text] of objects) await aws.put('kill-trail', key, text);
      const start = () =>
        runStraykey(['worker', '--config', config, '--store', url], { AWS_ENDPOINT_URL: aws.endpoint });
      for (let at = 0; at < 4; at++) crew.push(start());
      const waiting = shuffled(random, [...objects.keys()]);
      for (let round = 0; round < rounds; round++) {
        for (const key of waiting.splice(0, 8)) {
          await aws.send(queue, s3Event('kill-trail', key));
          if (random.int(10) === 0) await aws.send(queue, s3Event('kill-trail', key));
        }
        await wait(400 + random.int(900));
        const victim = random.int(crew.length);
        await killed(crew[victim]!);
        crew[victim] = start();
      }
      await until(
        'the queue is empty',
        async () => {
          const { held, visible } = await aws.depth(queue);
          return held + visible === 0;
        },
        120_000,
      );
      const store = await openStore(url, { now: Date.now });
      try {
        await until('everything is judged', async () => await nothingWaits(store));
        same(await storedFindings(store), await expectedOf(objects));
      } finally {
        await store.close();
      }
      for (const running of crew) {
        // A process that is still loading has nobody to hear the signal.
        await until('it has started', async () => /"event":"started"/.test(running.log()));
        assert.equal(await stopped(running), 0, running.log());
      }
    } finally {
      await Promise.all(crew.map(killed));
      await server.close();
      await aws.close();
    }
  });
});

function deliver(folder: string, key: string, text: string): void {
  const path = join(folder, key);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.part`, text);
  renameSync(`${path}.part`, path);
}

/** Folder objects are remembered by name, size and time of writing: the counter of objects tells as well. */
async function allIn(store: Store, objects: ReadonlyMap<string, string>): Promise<boolean> {
  const [counted] = await store.counters.list('objects');
  return (counted?.value ?? 0) >= objects.size;
}
