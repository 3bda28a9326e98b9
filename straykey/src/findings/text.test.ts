import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { byText, count, isoTime, jsonText, several } from './text.ts';

test('JSON text reads back as the same value and holds nothing a terminal would obey', () => {
  fc.assert(
    fc.property(fc.json({ stringUnit: 'binary' }), fc.string({ unit: 'binary' }), (json, text) => {
      const value = { json: JSON.parse(json) as unknown, text, escape: '\u001b[31m\u009b\u202e\u2028\u007f\ud800' };
      const written = jsonText(value);
      assert.deepEqual(JSON.parse(written), value);
      assert.ok(written.isWellFormed());
      assert.doesNotMatch(
        written,
        /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/,
      );
    }),
  );
});

test('order is by code unit, in every locale', () => {
  assert.deepEqual(['b', 'é', 'B', 'a', '_'].sort(byText), ['B', '_', 'a', 'b', 'é']);
});

test('counts and lists read as English', () => {
  assert.equal(count(1, 'call'), '1 call');
  assert.equal(count(0, 'call'), '0 calls');
  assert.equal(count(2, 'address', 'addresses'), '2 addresses');
  assert.equal(several([]), '');
  assert.equal(several(['a']), 'a');
  assert.equal(several(['a', 'b', 'c']), 'a, b and c');
  assert.equal(several(['a', 'b', 'c', 'd', 'e']), 'a, b, c and 2 more');
});

test("times are GuardDuty's", () => {
  assert.equal(isoTime(1782900000), '2026-07-01T10:00:00.000Z');
});
