import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { steadyClock } from './steady-clock.ts';

const DAY = 86_400_000;

function world() {
  const at = { wall: 1_000 * DAY, elapsed: 0 };
  const clock = steadyClock(
    () => at.wall,
    () => at.elapsed,
  );
  const pass = (milliseconds: number) => {
    at.wall += milliseconds;
    at.elapsed += milliseconds;
  };
  return { at, clock, pass };
}

test('a clock that nobody sets is followed to the millisecond', () => {
  const { at, clock, pass } = world();
  for (const milliseconds of [0, 1, 7, 500, DAY]) {
    pass(milliseconds);
    assert.equal(clock(), at.wall);
  }
});

test('set ahead it is followed at once; set back time goes on, and the two meet again', () => {
  const { at, clock, pass } = world();
  at.wall += DAY;
  assert.equal(clock(), at.wall);
  const ahead = clock();
  at.wall -= DAY;
  pass(60_000);
  assert.equal(clock(), ahead + 54_000);
  pass(10 * DAY);
  assert.equal(clock(), at.wall);
});

test('whatever is done to the clock, time never runs back and never stands still for long', () => {
  const step = fc.record({ set: fc.integer({ min: -DAY, max: DAY }), pass: fc.nat(100_000) });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const { at, clock, pass } = world();
      for (const each of steps) {
        const before = clock();
        at.wall += each.set;
        pass(each.pass);
        const after = clock();
        assert.ok(after - before >= Math.floor(each.pass * 0.9) - 1);
        assert.ok(Number.isSafeInteger(after));
      }
    }),
  );
});
