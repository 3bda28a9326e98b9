import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { dayOf, dayPath, markOf, SeenWindow } from './seen-window.ts';

const advance = { lateDays: 2, most: 1_000, keepFrom: Number.POSITIVE_INFINITY, today: 100 };

test('a day is written as the folder that CloudTrail makes of it', () => {
  assert.equal(dayPath(dayOf(Date.parse('2027-01-31T23:59:59Z'))), '2027/01/31');
});

test('days two and more before the newest are closed, the others keep what was done one by one', () => {
  const window = new SeenWindow(0);
  for (const day of [90, 97, 98, 100]) window.add(day, markOf(`at ${day}`));
  window.advance(advance);
  assert.equal(window.open, 98);
  assert.ok(window.has(97, markOf('never seen')), 'a closed day is done as a whole');
  assert.ok(window.has(98, markOf('at 98')));
  assert.ok(!window.has(98, markOf('late')), 'a late one of an open day is new');
});

test('a day of which something is in hand stays open, and so do all after it', () => {
  const window = new SeenWindow(0);
  for (const day of [90, 95, 100]) window.add(day, markOf(`at ${day}`));
  window.advance({ ...advance, keepFrom: 91 });
  assert.equal(window.open, 91);
  assert.ok(!window.has(91, markOf('in hand')));
});

test('a name that claims to be of the future closes nothing', () => {
  const window = new SeenWindow(0);
  window.add(99, markOf('honest'));
  window.add(40_000, markOf('far future'));
  window.advance(advance);
  assert.equal(window.open, 97);
  assert.ok(window.has(40_000, markOf('far future')));
});

test('with too many marks the oldest days are closed, but never the newest', () => {
  const window = new SeenWindow(0);
  for (const day of [98, 99, 100]) for (let each = 0; each < 10; each++) window.add(day, markOf(`${day} ${each}`));
  window.advance({ ...advance, most: 15 });
  assert.equal(window.open, 100);
  window.advance({ ...advance, most: 5 });
  assert.equal(window.open, 100);
});

test('written and read again it is the same', () => {
  const seed = 20_270_131;
  const things = fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.string()));
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 30 }), things, (open, done) => {
      const window = new SeenWindow(open);
      for (const [day, name] of done) window.add(day, markOf(name));
      const again = SeenWindow.fromValue(JSON.parse(JSON.stringify(window.toValue())))!;
      for (const [day, name] of done) assert.ok(again.has(day, markOf(name)));
      assert.deepEqual(again.toValue(), window.toValue());
    }),
    { seed },
  );
});

test('what is no such value reads as nothing: everything is new then', () => {
  for (const value of [
    undefined,
    null,
    7,
    'x',
    {},
    { version: 2, open: 1, days: [] },
    { version: 1, open: 'x', days: [] },
    { version: 1, open: 1, days: [7] },
  ]) {
    assert.equal(SeenWindow.fromValue(value), undefined);
  }
});
