import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cells, cut, fit, padEnd, padStart, wrap } from './layout.ts';

test('wide characters take two cells and combining marks none', () => {
  assert.equal(cells('orders'), 6);
  assert.equal(cells('注文'), 4);
  assert.equal(cells('e\u0301'), 1);
  assert.equal(cells('🦝'), 2);
});

test('a long name keeps both ends, an organisation its beginning', () => {
  assert.equal(fit('prod-eu-west-1-checkout-worker-v2', 16), 'prod-eu-…rker-v2');
  assert.equal(fit('orders', 16), 'orders');
  assert.equal(cut('Stiftung Erneuerbare Freiheit', 12), 'Stiftung Er…');
  assert.equal(cut('orders', 0), '');
});

test('nothing is wider than it may be, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 40 }), (text, width) => {
      assert.ok(cells(fit(text, width)) <= width, 'fit');
      assert.ok(cells(cut(text, width)) <= width, 'cut');
      for (const line of wrap(text, width)) assert.ok(cells(line) <= width, 'wrap');
      assert.equal(wrap(text, width).join('').replaceAll(' ', ''), text.replaceAll(' ', ''), 'wrap loses nothing');
    }),
  );
});

test('padding fills to the width and never cuts', () => {
  assert.equal(padEnd('注', 4), '注  ');
  assert.equal(padStart('12', 4), '  12');
  assert.equal(padStart('12345', 4), '12345');
});
