import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cidrOf, includes, readHost, readHosts } from './host.ts';

const LENGTHS = { poolBlock: 28, poolBlock6: 60 };
const hostOf = (address: string) => readHost(address, LENGTHS)!;

describe('a host', () => {
  it('of an IPv4 address is the address, also when it is mapped into IPv6', () => {
    assert.deepEqual(hostOf('::ffff:198.51.100.7'), hostOf('198.51.100.7'));
    const { block, network, unit } = hostOf('198.51.100.7');
    assert.deepEqual([unit, network, block], ['198.51.100.7', '198.51.100.0/24', '198.51.100.0/28']);
  });

  it('of an IPv6 address is its /64, so privacy addresses are one host', () => {
    assert.deepEqual(hostOf('2001:db8:1:2::a'), hostOf('2001:db8:1:2:ffff::1'));
    const { block, network, unit } = hostOf('2001:0DB8:1:12::a');
    assert.deepEqual([unit, network, block], ['2001:db8:1:12::/64', '2001:db8:1::/48', '2001:db8:1:10::/60']);
  });

  it('is nothing for text that is not an address', () => {
    for (const text of [
      '',
      'AWS Internal',
      '198.51.100',
      '198.51.100.007',
      '1.2.3.4/32',
      ':::',
      'fe80::1%eth0',
      '__proto__',
    ]) {
      assert.equal(readHost(text, LENGTHS), undefined, text);
    }
  });
});

describe('the hosts a statement covers', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['198.51.100.7', '198.51.100.7', true],
    ['198.51.100.0/28', '198.51.100.14', true],
    ['198.51.100.0/28', '198.51.100.16', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::ffff:198.51.100.0/120', '198.51.100.200', true],
    ['2001:db8:1:2::a', '2001:db8:1:2::b', true],
    ['2001:db8:1:2::a/128', '2001:db8:1:3::a', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
  ];
  for (const [text, address, covered] of cases) {
    it(`${text} ${covered ? 'covers' : 'does not cover'} ${address}`, () => {
      assert.equal(includes(readHosts(text)!, hostOf(address)), covered);
    });
  }

  it('can be written for any host, and cover it', () => {
    for (const address of ['198.51.100.7', '2001:db8:1:2::a']) {
      assert.ok(includes(readHosts(cidrOf(hostOf(address)))!, hostOf(address)));
    }
  });
});
