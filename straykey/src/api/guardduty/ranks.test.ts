import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { LAST_RANK, ranksAfter } from './ranks.ts';

describe('a filter that takes a rank', () => {
  for (const [what, taken, rank, moves] of [
    ['a free one moves nobody', [1, 2, 5], 3, {}],
    ['a taken one moves who stands there', [1, 2, 5], 5, { r5: 6 }],
    ['and whoever stands behind, down to the first gap', [1, 2, 3, 5], 1, { r1: 2, r2: 3, r3: 4 }],
    ['at the end, those before it', [98, 100], 100, { r100: 99 }],
    ['at the end, those before it up to the gap', [97, 99, 100], 100, { r100: 99, r99: 98 }],
  ] as const) {
    test(what, () => {
      const others = taken.map((each) => ({ name: `r${each}`, rank: each }));
      assert.deepEqual(Object.fromEntries(ranksAfter(others, rank)!), moves);
    });
  }

  test('stands alone there afterwards, the others keep their order among themselves where they were pushed down', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: LAST_RANK }), { maxLength: LAST_RANK - 1 }),
        fc.integer({ min: 1, max: LAST_RANK }),
        (taken, rank) => {
          const others = taken.map((each) => ({ name: `r${each}`, rank: each }));
          const moves = ranksAfter(others, rank)!;
          const after = others.map(({ name, rank }) => moves.get(name) ?? rank);
          assert.ok(!after.includes(rank));
          assert.equal(new Set(after).size, after.length);
          assert.ok(after.every((each) => each >= 1 && each <= LAST_RANK));
        },
      ),
    );
  });

  test('a hundred others leave no room', () => {
    const others = Array.from({ length: 100 }, (_, i) => ({ name: `r${i + 1}`, rank: i + 1 }));
    assert.equal(ranksAfter(others, 50), undefined);
  });
});
