import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meanOver, quantile, wilson } from './intervals.ts';

// Newcombe 1998 (Statistics in Medicine 17, 857-872), table I, score method without continuity correction.
const PUBLISHED = [
  { hits: 81, of: 263, low: 25.53, high: 36.62 },
  { hits: 15, of: 148, low: 6.24, high: 16.05 },
  { hits: 0, of: 20, low: 0, high: 16.11 },
  { hits: 1, of: 29, low: 0.61, high: 17.18 },
] as const;

for (const { hits, of, low, high } of PUBLISHED) {
  test(`the Wilson interval of ${hits} of ${of} is the published one`, () => {
    const interval = wilson({ hits, of });
    assert.equal(interval.low.toFixed(2), low.toFixed(2));
    assert.equal(interval.high.toFixed(2), high.toFixed(2));
  });
}

test('the error of a mean is 1.96 standard errors, and unknown from one seed', () => {
  assert.deepEqual(meanOver([3]), { mean: 3 });
  const { mean, error } = meanOver([1, 2, 3, 4]);
  assert.equal(mean, 2.5);
  // Sample variance 5/3, standard error sqrt(5/12).
  assert.equal(error?.toFixed(6), (1.96 * Math.sqrt(5 / 12)).toFixed(6));
});

test('quantiles are values that occurred', () => {
  const days = [9, 7, 8, 20, 7];
  assert.equal(quantile(days, 0.5), 8);
  assert.equal(quantile(days, 0.9), 20);
  assert.equal(quantile([], 0.5), undefined);
  assert.deepEqual(days, [9, 7, 8, 20, 7]);
});
