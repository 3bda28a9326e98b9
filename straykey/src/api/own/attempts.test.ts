import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAttempts } from './attempts.ts';

function attempts() {
  const clock = { at: 0 };
  return { clock, ...createAttempts(() => clock.at) };
}

test('one address has ten tries in a row, then one every half minute', () => {
  const { clock, take } = attempts();
  assert.deepEqual(Array.from({ length: 11 }, () => take('192.0.2.1')).slice(9), [0, 30]);
  clock.at = 29_000;
  assert.equal(take('192.0.2.1'), 1);
  clock.at = 30_000;
  assert.deepEqual([take('192.0.2.1'), take('192.0.2.1')], [0, 30]);
});

test('an IPv6 host is its /64, an IPv4 address in IPv6 form itself, and no address is one of its own', () => {
  const { take } = attempts();
  for (let i = 0; i < 10; i++) take(`2001:db8::${i}`);
  assert.ok(take('2001:db8::ffff') > 0);
  assert.equal(take('2001:db8:0:1::1'), 0);
  for (let i = 0; i < 10; i++) take('::ffff:192.0.2.1');
  assert.ok(take('192.0.2.1') > 0);
  for (let i = 0; i < 10; i++) take(undefined);
  assert.ok(take('not an address') > 0);
});

test('a clock that goes back gives no tries away and takes none', () => {
  const { clock, take } = attempts();
  clock.at = 1_000_000;
  for (let i = 0; i < 10; i++) take('192.0.2.1');
  clock.at = 0;
  assert.ok(take('192.0.2.1') > 0);
});

test('however many addresses guess, all of them together have a hundred tries', () => {
  const { take } = attempts();
  let allowed = 0;
  for (let i = 0; i < 50_000; i++) if (take(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`) === 0) allowed++;
  assert.equal(allowed, 100);
});
