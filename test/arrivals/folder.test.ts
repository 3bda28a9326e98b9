import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openStore } from '../../straykey/src/store/index.ts';
import { originsOf, stopTrials, type Trial, textOf, tryOut, until } from './world.ts';

const root = mkdtempSync(join(tmpdir(), 'straykey-folder-'));
after(async () => {
  await stopTrials();
  rmSync(root, { recursive: true, force: true });
});

let folders = 0;
function freshFolder(): string {
  const path = join(root, `watched-${++folders}`);
  mkdirSync(path);
  return path;
}
const folder = (path: string) => ({ type: 'folder', path, every: 50 }) as const;

async function draw(trial: Trial, objects: number): Promise<string[]> {
  const origins: string[] = [];
  while (origins.length < objects) {
    const delivery = await trial.next();
    origins.push(...originsOf(delivery));
    await delivery.done();
  }
  return origins.sort();
}

test('files there at the start and files that come later are read once, in subfolders too', async () => {
  const path = freshFolder();
  mkdirSync(join(path, 'us-east-1'));
  writeFileSync(join(path, 'a.json'), 'a');
  writeFileSync(join(path, 'us-east-1', 'b.json'), 'b');
  const trial = await tryOut(folder(path));
  assert.deepEqual(await draw(trial, 2), [join(path, 'a.json'), join(path, 'us-east-1', 'b.json')]);
  writeFileSync(join(path, 'us-east-1', 'c.json'), 'c');
  writeFileSync(join(path, '.hidden'), 'no');
  writeFileSync(join(path, 'empty'), '');
  assert.deepEqual(await draw(trial, 1), [join(path, 'us-east-1', 'c.json')]);
  assert.ok(await trial.quiet(250), 'something came twice, or should not have come');
  assert.deepEqual(
    trial.oddities.map(({ kind }) => kind),
    ['hidden-file'],
    'told once, not at every look',
  );
  await trial.stop();
});

test('a file that is being written waits until it stays as it is', async () => {
  const path = freshFolder();
  const file = join(path, 'growing.json');
  writeFileSync(file, 'begin');
  const trial = await tryOut(folder(path), { limits: { fileRecheck: 150 } });
  for (let piece = 0; piece < 8; piece++) {
    appendFileSync(file, ` ${piece}`);
    assert.ok(await trial.quiet(40), 'it was taken while it grew');
  }
  const delivery = await trial.next();
  assert.equal(await textOf(delivery.objects[0]!), 'begin 0 1 2 3 4 5 6 7');
  await delivery.done();
  await trial.stop();
});

test('a file moved in, finished long ago, is taken at first sight', async () => {
  const path = freshFolder();
  const outside = join(root, 'finished.json');
  writeFileSync(outside, 'done');
  utimesSync(outside, new Date('2027-01-01'), new Date('2027-01-01'));
  // Looking again would take for ever.
  const trial = await tryOut(
    { ...folder(path), every: 60_000 },
    { limits: { fileRecheck: 60_000 }, now: () => Date.parse('2027-01-31') },
  );
  assert.ok(await trial.quiet(100));
  renameSync(outside, join(path, 'finished.json'));
  const delivery = await trial.next();
  assert.deepEqual(originsOf(delivery), [join(path, 'finished.json')]);
  assert.equal(delivery.eventTime, Date.parse('2027-01-01'));
  await delivery.done();
  await trial.stop();
});

test('a file that is replaced comes again, under another identity', async () => {
  const path = freshFolder();
  const file = join(path, 'latest.json');
  writeFileSync(file, 'first');
  const trial = await tryOut(folder(path));
  const first = await trial.next();
  await first.done();
  writeFileSync(file, 'second one');
  const second = await trial.next();
  assert.equal(second.objects[0]!.origin, first.objects[0]!.origin);
  assert.notEqual(second.objects[0]!.identity, first.objects[0]!.identity);
  await second.done();
  await trial.stop();
});

test('a restart repeats what was not done; files that were done and removed come back unread', async () => {
  const path = freshFolder();
  const store = await openStore('sqlite::memory:', { now: Date.now });
  for (let number = 0; number < 12; number++) writeFileSync(join(path, `${10 + number}.json`), 'x');
  const before = await tryOut(folder(path), { store });
  const first = await before.next();
  await first.done();
  const done = originsOf(first);
  await before.stop();
  renameSync(done[0]!, join(root, 'away'));
  const during = await tryOut(folder(path), { store });
  const second = await draw(during, 12 - done.length);
  assert.deepEqual(
    second.filter((origin) => done.includes(origin)),
    [],
  );
  renameSync(join(root, 'away'), done[0]!);
  assert.ok(await during.quiet(250), 'it was there before');
  await during.stop();
});

test('a delivery that is released comes again at once', async () => {
  const path = freshFolder();
  writeFileSync(join(path, 'a.json'), 'a');
  const trial = await tryOut(folder(path));
  const first = await trial.next();
  await first.release();
  const again = await trial.next();
  assert.deepEqual(originsOf(again), originsOf(first));
  await again.done();
  assert.ok(await trial.quiet(150));
  await trial.stop();
});

test('a folder that is not there is said to fail, and is read when it appears', async () => {
  const path = join(root, 'later');
  const trial = await tryOut(folder(path));
  await until('it fails', () => trial.source.status().state === 'failing');
  assert.match(trial.source.status().error!, /later/);
  mkdirSync(path);
  writeFileSync(join(path, 'a.json'), 'a');
  await (await trial.next()).done();
  assert.equal(trial.source.status().error, undefined);
  await trial.stop();
});

test('a file is opened again by its path, and nothing outside the folder is', async () => {
  const path = freshFolder();
  writeFileSync(join(path, 'a.json'), 'a');
  const trial = await tryOut(folder(path));
  await (await trial.next()).done();
  assert.equal(trial.source.reopen(join(path, 'a.json'))?.path, join(path, 'a.json'));
  assert.equal(trial.source.reopen(`${path}/../other/a.json`), undefined);
  assert.equal(trial.source.reopen(`${path}-other/a.json`), undefined);
  assert.equal(trial.source.reopen('s3://bucket/a.json'), undefined);
  await trial.stop();
});
