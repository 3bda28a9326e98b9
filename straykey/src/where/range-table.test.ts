import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { hostFacts } from './host-facts.ts';
import { formatCidr, parseIp } from './ip.ts';
import { networkAt, type Ranges, type RangeTable, valueAt } from './range-table.ts';

const NONE: Ranges = { words: 2, starts: new Uint32Array(), ends: new Uint32Array(), values: new Uint32Array() };

function ranges4(list: readonly (readonly [string, string, number])[]): RangeTable {
  const value = (text: string) => parseIp(text)!.words[0]!;
  return {
    v4: {
      words: 1,
      starts: Uint32Array.from(list, ([first]) => value(first)),
      ends: Uint32Array.from(list, ([, last]) => value(last)),
      values: Uint32Array.from(list, ([, , each]) => each),
    },
    v6: NONE,
  };
}

const TWO_NETWORKS = ranges4([
  ['9.9.9.0', '9.9.9.255', 0],
  ['185.220.101.0', '185.220.101.255', 1],
]);

test('a value is found for exactly the addresses of its range', () => {
  const lengths = fc.array(fc.record({ gap: fc.nat(3), size: fc.nat(4) }), { maxLength: 12 });
  fc.assert(
    fc.property(lengths, (pieces) => {
      let next = 0;
      const owner = new Map<number, number>();
      const list = pieces.map(({ gap, size }, i) => {
        const first = next + gap;
        for (let at = first; at <= first + size; at++) owner.set(at, i);
        next = first + size + 1;
        return [`0.0.0.${first}`, `0.0.0.${first + size}`, i] as const;
      });
      const table = ranges4(list);
      for (let at = 0; at <= next; at++) assert.equal(valueAt(table, parseIp(`0.0.0.${at}`)!), owner.get(at));
    }),
  );
});

describe('the network an address was found in is the largest prefix inside its range', () => {
  const table = ranges4([
    ['34.192.0.0', '34.255.255.255', 14618],
    ['52.95.0.0', '52.95.2.255', 16509],
  ]);
  const rows = [
    ['34.200.1.1', '34.192.0.0/10'],
    ['52.95.1.9', '52.95.0.0/23'],
    ['52.95.2.9', '52.95.2.0/24'],
    ['52.95.3.0', undefined],
  ] as const;
  for (const [address, network] of rows) {
    test(`${address}: ${network ?? 'none'}`, () => {
      const found = networkAt(table, parseIp(address)!);
      assert.equal(found && formatCidr(found), network);
    });
  }
});

test('an IPv6 table cut to /64 answers for every host of a link, and shows whole links', () => {
  const v6 = {
    words: 2,
    starts: Uint32Array.of(0x20010db8, 0x00010000),
    ends: Uint32Array.of(0x20010db8, 0x0001ffff),
    values: Uint32Array.of(3333),
  };
  const table = { v4: { ...NONE, words: 1 }, v6 };
  assert.equal(valueAt(table, parseIp('2001:db8:1:ffff:ffff:ffff:ffff:ffff')!), 3333);
  assert.equal(valueAt(table, parseIp('2001:db8:2::')!), undefined);
  assert.equal(formatCidr(networkAt(table, parseIp('2001:db8:1:2::3')!)!), '2001:db8:1::/48');
});

describe('facts about a host', () => {
  const table = {
    time: 1_780_000_000,
    networks: TWO_NETWORKS,
    asns: Uint32Array.of(19281, 60729),
    organisations: ['Quad9', ''],
    registrations: ranges4([['9.0.0.0', '9.255.255.255', 0]]),
    countries: [{ code: 'US', name: 'United States' }],
  };

  test('network, holder and country of registration', () => {
    const quad9 = { asn: 19281, organisation: 'Quad9', countryCode: 'US', countryName: 'United States' };
    assert.deepEqual(hostFacts('9.9.9.9', table), quad9);
    assert.deepEqual(hostFacts('::ffff:9.9.9.9', table), quad9);
  });

  test('what is not known is absent, not empty', () => {
    assert.deepEqual(hostFacts('185.220.101.1', table), { asn: 60729 });
    assert.deepEqual(hostFacts('193.0.6.139', table), {});
    assert.deepEqual(hostFacts('__proto__', table), {});
  });

  test("the operator's own database wins, fact by fact, and is asked in canonical spelling", () => {
    const overlay = (address: string) =>
      address === '9.9.9.9' ? { countryCode: 'CH', countryName: 'Switzerland' } : {};
    assert.deepEqual(hostFacts('::ffff:9.9.9.9', { ...table, overlay }), {
      asn: 19281,
      organisation: 'Quad9',
      countryCode: 'CH',
      countryName: 'Switzerland',
    });
  });
});
