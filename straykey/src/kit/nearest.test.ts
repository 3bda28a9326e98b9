import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from './nearest.ts';

test('a slip of the fingers finds the name that was meant', () => {
  assert.equal(nearest('ownNetwork', ['ownNetworks', 'accounts']), 'ownNetworks');
  assert.equal(nearest('acounts', ['ownNetworks', 'accounts']), 'accounts');
});

test('a word unlike all names finds none', () => {
  assert.equal(nearest('zebra', ['ownNetworks', 'accounts']), undefined);
});
