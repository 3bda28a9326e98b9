import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareText, digestOf, escapeText, isLong, keyOf, unescapeText } from './text.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 }).map((units) => String.fromCharCode(...units)),
);

test('stored text has no NUL, no half pairs and no sentinel, and can be read back', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const stored = escapeText(text);
      assert.ok(stored.isWellFormed());
      assert.ok(!/[\0\u{10ffff}]/u.test(stored));
      assert.equal(unescapeText(stored), text);
    }),
  );
});

test('usual text is stored as it is', () => {
  for (const text of ['', 'my-function', 'é', '\ud83d\ude00', '\n', '\ufffe']) assert.equal(escapeText(text), text);
});

test('keys are short whatever they stand for, and different for different text', () => {
  const long = 'k'.repeat(5_000);
  assert.ok(isLong(keyOf(long)));
  assert.ok(keyOf(long).startsWith('kkkk'));
  assert.notEqual(keyOf(long), keyOf(`${long}k`));
  assert.ok(!isLong(keyOf('\x1a=')));
  for (const text of [
    long,
    '\0'.repeat(300),
    '\ud83d\ude00'.repeat(400),
    `${'a'.repeat(63)}${'\ud83d\ude00'.repeat(300)}`,
  ]) {
    assert.ok(Buffer.byteLength(keyOf(text)) <= 765, 'three of them fit in an index row of PostgreSQL');
    assert.ok(keyOf(text).isWellFormed());
  }
});

test('texts are compared as their UTF-8 bytes are', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
      assert.equal(Math.sign(compareText(a, b)), Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
    }),
  );
});

test('digests tell where one part ends and the next begins', () => {
  assert.notEqual(digestOf('ab', 'c'), digestOf('a', 'bc'));
  assert.notEqual(digestOf('a', ''), digestOf('', 'a'));
  assert.notEqual(digestOf('\ud800'), digestOf('\ufffd'));
  assert.equal(digestOf('a').length, 22);
});
