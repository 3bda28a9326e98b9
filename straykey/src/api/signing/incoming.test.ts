import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isForwarded, isFromElsewhere, isLoopback, namesLoopback } from './incoming.ts';

describe('the loopback', () => {
  for (const [address, expected] of [
    ['127.0.0.1', true],
    ['127.255.0.1', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['192.0.2.1', false],
    ['::2', false],
    ['::ffff:10.0.0.1', false],
    ['0.0.0.0', false],
    ['localhost', false],
    ['', false],
    [undefined, false],
  ] as const) {
    test(`${address} is ${expected ? '' : 'not '}an address of it`, () => assert.equal(isLoopback(address), expected));
  }

  for (const [host, expected] of [
    ['localhost', true],
    ['LOCALHOST:8787', true],
    ['127.0.0.1:8787', true],
    ['[::1]:8787', true],
    ['[::1]', true],
    ['localhost.example:8787', false],
    ['127.0.0.1.example', false],
    ['example', false],
    ['10.0.0.1', false],
    ['localhost:99999999', false],
    ['user@localhost', false],
    ['', false],
    [undefined, false],
  ] as const) {
    test(`a Host of ${host} ${expected ? 'names' : 'does not name'} it`, () =>
      assert.equal(namesLoopback(host), expected));
  }
});

test('a browser says when a page of another site sent something', () => {
  const from = (headers: Record<string, string>): boolean =>
    isFromElsewhere(new Map(Object.entries({ host: '127.0.0.1:8787', ...headers })));
  assert.equal(from({}), false);
  assert.equal(from({ origin: 'http://127.0.0.1:8787' }), false);
  assert.equal(from({ origin: 'http://127.0.0.1:9999' }), true);
  assert.equal(from({ origin: 'null' }), true);
  assert.equal(from({ 'sec-fetch-site': 'none' }), false);
  assert.equal(from({ 'sec-fetch-site': 'same-site' }), true);
});

test('a proxy leaves its mark', () => {
  assert.equal(isForwarded(new Map([['x-forwarded-for', '203.0.113.1']])), true);
  assert.equal(isForwarded(new Map([['host', 'x']])), false);
});
