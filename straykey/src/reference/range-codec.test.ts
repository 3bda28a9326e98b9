import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Ranges } from '../where/index.ts';
import { decodeRanges, encodeRanges } from './range-codec.ts';

const number64 = fc.oneof(
  fc.bigInt(0n, 2n ** 64n - 1n),
  fc.bigInt(0n, 300n),
  fc.constantFrom(0xffffffffn, 2n ** 32n, 2n ** 35n),
);

/** Ranges from gaps and spans, as many as fit into the key. */
function rangesFrom(words: number, pieces: readonly (readonly [bigint, bigint, number])[]): Ranges {
  const limit = 2n ** BigInt(32 * words) - 1n;
  const keep: { start: bigint; end: bigint; value: number }[] = [];
  let next = 0n;
  for (const [gap, span, value] of pieces) {
    const [start, end] = [next + gap, next + gap + span];
    if (end > limit) continue;
    keep.push({ start, end, value });
    next = end + 1n;
  }
  const split = (key: bigint) => (words === 1 ? [Number(key)] : [Number(key >> 32n), Number(key & 0xffffffffn)]);
  return {
    words,
    starts: Uint32Array.from(keep.flatMap(({ start }) => split(start))),
    ends: Uint32Array.from(keep.flatMap(({ end }) => split(end))),
    values: Uint32Array.from(keep, ({ value }) => value),
  };
}

const ranges = fc
  .tuple(fc.constantFrom(1, 2), fc.array(fc.tuple(number64, number64, fc.nat(0xffffffff)), { maxLength: 30 }))
  .map(([words, pieces]) =>
    rangesFrom(words, words === 1 ? pieces.map(([a, b, c]) => [a % 2n ** 28n, b % 2n ** 28n, c]) : pieces),
  );

test('ranges read back as they were written, wherever they lie in the file', () => {
  fc.assert(
    fc.property(ranges, fc.uint8Array({ maxLength: 5 }), (written, before) => {
      const bytes = Uint8Array.from([...before, ...encodeRanges(written), 1, 2, 3]);
      const read = decodeRanges(bytes, before.length);
      assert.deepEqual(read.ranges, written);
      assert.equal(read.end, bytes.length - 3);
    }),
  );
});

test('the last address of all can be written', () => {
  const all = {
    words: 2,
    starts: Uint32Array.of(0, 0),
    ends: Uint32Array.of(0xffffffff, 0xffffffff),
    values: Uint32Array.of(1),
  };
  assert.deepEqual(decodeRanges(encodeRanges(all), 0).ranges, all);
});

test('a file cut short is refused', () => {
  const bytes = encodeRanges(
    rangesFrom(1, [
      [1n, 300n, 7],
      [2n, 4000n, 8],
    ]),
  );
  for (let length = 0; length < bytes.length; length++) {
    assert.throws(() => decodeRanges(bytes.subarray(0, length), 0), /address data is damaged/, `${length} bytes`);
  }
});

test('ranges that overlap cannot be written', () => {
  const overlapping = {
    words: 1,
    starts: Uint32Array.of(1, 5),
    ends: Uint32Array.of(5, 9),
    values: Uint32Array.of(0, 0),
  };
  assert.throws(() => encodeRanges(overlapping), /range 1 overlaps/);
});
