import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FIRST_WAIT, LONGEST_WAIT, MOST_ATTEMPTS, waitAfter } from './backoff.ts';

test('waits double from a second to an hour, with full jitter', () => {
  assert.deepEqual(
    [1, 2, 3, 12, 13, 60].map((attempts) => waitAfter(attempts, 0.999_999_9)),
    [FIRST_WAIT, 2_000, 4_000, 2_048_000, LONGEST_WAIT, LONGEST_WAIT],
  );
  assert.equal(waitAfter(12, 0), 0);
});

test('no wait is negative or longer than the longest, however often it failed', () => {
  fc.assert(
    fc.property(fc.nat(), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (attempts, random) => {
      const wait = waitAfter(attempts + 1, random);
      assert.ok(Number.isSafeInteger(wait) && wait >= 0 && wait <= LONGEST_WAIT);
    }),
  );
});

test('all tries together take about a day', () => {
  const hours =
    Array.from({ length: MOST_ATTEMPTS }, (_, i) => waitAfter(i + 1, 0.5)).reduce((a, b) => a + b) / 3_600_000;
  assert.ok(hours > 22 && hours < 27, `${hours} hours`);
});
