import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomOf } from './random.ts';

const draw = (...labels: (string | number)[]) => {
  const random = randomOf(1, ...labels);
  return Array.from({ length: 5 }, () => random.next());
};

test('a stream depends on its name and on nothing drawn before', () => {
  const once = draw('attack', 3);
  draw('attack', 4);
  assert.deepEqual(draw('attack', 3), once);
  assert.notDeepEqual(draw('attack', 4), once);
  assert.notDeepEqual(
    Array.from({ length: 5 }, () => randomOf(2, 'attack', 3).next()),
    once,
  );
});

test('whole numbers reach both ends and stay between them, evenly', () => {
  const random = randomOf(1, 'dice');
  const counts = new Map<number, number>();
  for (let i = 0; i < 6000; i++) {
    const n = random.int(1, 6);
    counts.set(n, (counts.get(n) ?? 0) + 1);
  }
  assert.deepEqual([...counts.keys()].sort(), [1, 2, 3, 4, 5, 6]);
  for (const count of counts.values()) assert.ok(count > 850 && count < 1150, `${count} of 1000`);
});

test('shuffling keeps every item and leaves its argument alone', () => {
  const list = Object.freeze([1, 2, 3, 4, 5, 6, 7, 8]);
  const shuffled = randomOf(1, 'cards').shuffle(list);
  assert.notDeepEqual(shuffled, list);
  assert.deepEqual(shuffled.sort(), list);
});

test('picking from nothing is a mistake of the simulator', () => {
  assert.throws(() => randomOf(1, 'empty').pick([]), RangeError);
});
