import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { HASH_RANGE, hash53 } from './hash.ts';
import { addTo, countOf, isSubset, meets, union } from './sketch.ts';

const hashes = fc.uniqueArray(fc.nat({ max: 60 }), { maxLength: 40 });
const sketchOf = (members: readonly number[], k: number) => {
  const sketch: number[] = [];
  for (const member of members) addTo(sketch, member, k);
  return sketch;
};
const seeded = { seed: 7, numRuns: 300 };

describe('a bottom-k sketch', () => {
  it('holds the k smallest members, whatever the order and the copies', () => {
    fc.assert(
      fc.property(hashes, (members) => {
        const smallest = [...members].sort((a, b) => a - b).slice(0, 8);
        assert.deepEqual(sketchOf([...members, ...members.slice(0, 5)], 8), smallest);
      }),
      seeded,
    );
  });

  it('of a union is the union of the sketches', () => {
    fc.assert(
      fc.property(hashes, hashes, (a, b) => {
        assert.deepEqual(union(sketchOf(a, 8), sketchOf(b, 8), 8), sketchOf([...a, ...b], 8));
      }),
      seeded,
    );
  });

  it('knows subsets and common members', () => {
    fc.assert(
      fc.property(hashes, hashes, (a, b) => {
        const [left, right] = [sketchOf(a, 99), sketchOf(b, 99)];
        assert.equal(
          isSubset(left, right),
          a.every((member) => b.includes(member)),
        );
        assert.equal(
          meets(left, right),
          a.some((member) => b.includes(member)),
        );
      }),
      seeded,
    );
  });

  it('says whether adding changed it', () => {
    const sketch = [1, 3];
    assert.deepEqual(
      [addTo(sketch, 3, 2), addTo(sketch, 9, 2), addTo(sketch, 2, 2), sketch],
      [false, false, true, [1, 2]],
    );
  });

  it('counts exactly below 64 and within a fifth above', () => {
    for (const size of [0, 1, 63, 200, 5000]) {
      const sketch = sketchOf(
        Array.from({ length: size }, (_, i) => hash53(`event ${i}`)),
        64,
      );
      const count = countOf(sketch, 64);
      if (size < 64) assert.equal(count, size);
      else assert.ok(Math.abs(count - size) < size / 5, `${count} for ${size}`);
    }
  });

  it('never counts a full sketch below its size', () => {
    const sketch = Array.from({ length: 64 }, (_, i) => HASH_RANGE - 64 + i);
    assert.equal(countOf(sketch, 64), 64);
  });
});

describe('the hash', () => {
  it('is the one saved states were made with', () => {
    assert.deepEqual(['', 'a', 'ASIAIOSFODNN7EXAMPLE', '\ud800'].map(hash53), VALUES);
  });

  it('spreads over its range', () => {
    const many = Array.from({ length: 4000 }, (_, i) => hash53(`e-${i}`));
    const mean = many.reduce((sum, hash) => sum + hash / HASH_RANGE, 0) / many.length;
    assert.equal(new Set(many).size, 4000);
    assert.ok(Math.abs(mean - 0.5) < 0.02, String(mean));
  });
});

const VALUES = [3338908027751811, 7929297801672961, 1185160418348980, 8925071026939333];
