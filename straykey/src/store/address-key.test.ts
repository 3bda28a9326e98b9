import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cidrContains, formatIp, lastOf, parseCidr, parseIp } from '../where/index.ts';
import { addressKey } from './address-key.ts';

test('keys of addresses', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['198.51.100.7', '4c6336407'],
    ['0.0.0.0', '400000000'],
    ['2001:db8::1', '620010db8000000000000000000000001'],
    ['2001:DB8:0:0:0:0:0:1', '620010db8000000000000000000000001'],
    ['::', `6${'0'.repeat(32)}`],
    ['2001:db8::198.51.100.7', '620010db80000000000000000c6336407'],
    ['::ffff:198.51.100.7', ''],
    ['198.051.100.7', ''],
    ['fe80::1%eth0', ''],
    ['lambda.amazonaws.com', ''],
    ['', ''],
  ];
  for (const [address, key] of cases) assert.equal(addressKey(address), key, address);
});

test('an address is between the ends of a network exactly when it is in it', () => {
  const address = fc.oneof(fc.ipV4(), fc.ipV6());
  const network = fc.oneof(
    fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })),
    fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })),
  );
  fc.assert(
    fc.property(address, network, fc.boolean(), (other, [base, length], inside) => {
      const cidr = parseCidr(`${base}/${length}`);
      // Host bits that are set make it no network; IPv4 mapped into IPv6 is IPv4.
      if (cidr === undefined || (base.includes(':') && cidr.base.family === 4)) return;
      const one = inside ? base : other;
      const ip = parseIp(one);
      if (ip === undefined || (one.includes(':') && ip.family === 4)) return;
      const key = addressKey(one);
      const between = addressKey(formatIp(cidr.base)) <= key && key <= addressKey(formatIp(lastOf(cidr)));
      assert.equal(between, cidrContains(cidr, ip));
    }),
    { numRuns: 2_000 },
  );
});
