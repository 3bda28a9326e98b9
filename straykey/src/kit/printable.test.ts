import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printable } from './printable.ts';

test('what a terminal would obey is shown as text', () => {
  assert.equal(printable('a\u001b[31mred\u0007'), 'a\\u{1b}[31mred\\u{7}');
  assert.equal(printable('abc\u202edef\u2066'), 'abc\\u{202e}def\\u{2066}');
  assert.equal(printable('line\nbreak\r\u2028'), 'line\\u{a}break\\u{d}\\u{2028}');
});

test('lone surrogates are marked and whole characters stay', () => {
  assert.equal(printable('\ud800x😀\udfff'), '\\u{d800}x😀\\u{dfff}');
});

test('long text is cut with an ellipsis', () => {
  assert.equal(printable('x'.repeat(600), 10), `${'x'.repeat(9)}…`);
});
