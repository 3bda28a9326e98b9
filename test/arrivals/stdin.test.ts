import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { DEAD_LETTER } from '../../straykey/src/arrivals/index.ts';
import { stopTrials, type Trial, textOf, tryOut } from './world.ts';

after(stopTrials);

const stdin = { type: 'stdin' } as const;

async function* input(...pieces: readonly (string | number)[]): AsyncGenerator<Uint8Array, void, void> {
  for (const piece of pieces) {
    // Nobody waits for the long ones.
    if (typeof piece === 'number') await wait(piece, undefined, { ref: piece < 1_000 });
    else yield Buffer.from(piece);
  }
}

async function all(trial: Trial): Promise<string[]> {
  const texts: string[] = [];
  while (!(await trial.quiet(0)) || trial.source.status().state !== 'stopped') {
    const delivery = await trial.next();
    texts.push(await textOf(delivery.objects[0]!));
    await delivery.done();
  }
  return texts;
}

test('lines that come together are one object; a pause makes another; the last needs no line end', async () => {
  const trial = await tryOut(stdin, {
    stdin: input('{"a":1}\n{"b"', ':2}\n', 300, '{"c":3}'),
    limits: { lineWithin: 100 },
  });
  const first = await trial.next();
  assert.equal(await textOf(first.objects[0]!), '{"a":1}\n{"b":2}\n');
  const second = await trial.next();
  assert.equal(await textOf(second.objects[0]!), '{"c":3}');
  await Promise.all([first.done(), second.done()]);
  assert.ok(await trial.quiet(100));
  assert.equal(trial.source.status().state, 'stopped', 'it ends where its input ends');
  await trial.stop();
});

test('a trickle does not put an object off', async () => {
  const trickle = Array.from({ length: 40 }, (_, number) => [`${number}\n`, 10]).flat();
  const trial = await tryOut(stdin, { stdin: input(...trickle), limits: { lineWithin: 100 } });
  const first = await textOf((await trial.next()).objects[0]!);
  assert.ok(first.split('\n').length < 25, first);
  await trial.stop();
});

test('many lines become objects of a bounded size, and nothing more is taken until asked', async () => {
  let given = 0;
  async function* lines(): AsyncGenerator<Uint8Array, void, void> {
    for (; given < 200; given++) yield Buffer.from(`${'x'.repeat(99)}\n`);
  }
  const trial = await tryOut(stdin, { stdin: lines(), limits: { lineBytes: 1_000, deliveriesAhead: 2 } });
  const first = await trial.next();
  assert.equal((await textOf(first.objects[0]!)).length, 1_000);
  await wait(50);
  assert.ok(given <= 60, `${given} lines were taken`);
  let bytes = 1_000;
  while (bytes < 20_000) bytes += (await textOf((await trial.next()).objects[0]!)).length;
  assert.equal(bytes, 20_000);
  await trial.stop();
});

test('a second look finds the same bytes, until too many have come after them', async () => {
  const trial = await tryOut(stdin, {
    stdin: input('first\n', 150, `${'y'.repeat(900)}\n`, 150, `${'z'.repeat(900)}\n`),
    limits: { lineWithin: 50, spoolMost: 1_000 },
  });
  const [first] = (await trial.next()).objects;
  const again = trial.source.reopen(first!.origin);
  assert.ok(again !== undefined);
  assert.equal(Buffer.from(again.readWhole!()!).toString(), 'first\n');
  await trial.next();
  assert.ok(trial.source.reopen(first!.origin) !== undefined);
  const [third] = (await trial.next()).objects;
  assert.equal(trial.source.reopen(first!.origin), undefined);
  assert.ok(trial.source.reopen(third!.origin) !== undefined);
  await trial.stop();
  assert.equal(trial.source.reopen(third!.origin), undefined, 'the copies end with the process');
});

test('the same lines again have the same identity, so that they are known', async () => {
  const trial = await tryOut(stdin, { stdin: input('same\n', 150, 'same\n'), limits: { lineWithin: 50 } });
  const [first, second] = [await trial.next(), await trial.next()];
  assert.equal(first.objects[0]!.identity, second.objects[0]!.identity);
  await trial.stop();
});

test('a line that is too long is left out and said so; the lines around it are read', async () => {
  const trial = await tryOut(stdin, {
    stdin: input('before\n', 'l'.repeat(300), 'l'.repeat(300), 'l'.repeat(10), '\nafter\n'),
    limits: { lineMost: 500 },
  });
  const delivery = await trial.next();
  assert.equal(await textOf(delivery.objects[0]!), 'before\nafter\n');
  assert.match(trial.oddities[0]!.reason, /a line of more than 500 bytes/);
  await trial.stop();
});

test('released lines come again; failed ones are dead letters', async () => {
  const trial = await tryOut({ ...stdin, name: 'pipe' }, { stdin: input('line\n', 5_000) });
  const first = await trial.next();
  await first.release();
  const again = await trial.next();
  assert.equal(await textOf(again.objects[0]!), 'line\n');
  const { origin } = again.objects[0]!;
  assert.equal(await again.failed([{ origin, kind: 'corrupt-gzip', reason: 'odd' }]), 'dead');
  await again.done();
  const [letter] = await trial.store.documents.list<{ source: string; origins: string[] }>(DEAD_LETTER);
  assert.equal(letter!.body.source, 'pipe');
  assert.deepEqual(letter!.body.origins, [origin]);
  await trial.stop();
});

test('a stop does not wait for a line that never comes, and says what was taken and not read', async () => {
  const trial = await tryOut(stdin, { stdin: input('one\n', 100, 'two\n', 10_000), limits: { lineWithin: 20 } });
  await trial.next();
  await wait(250);
  const began = performance.now();
  await trial.stop();
  assert.ok(performance.now() - began < 500);
  assert.ok(trial.warnings.some((line) => line.startsWith('lines of standard input were taken but not read')));
});

test('an empty input ends without a delivery', async () => {
  const trial = await tryOut(stdin, { stdin: input() });
  assert.deepEqual(await all(trial), []);
  await trial.stop();
});
