import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { cidrContains, formatIp, parseCidr, parseIp } from '../../where/index.ts';
import { LIST_FORMATS, type ListFormat, readList } from './list-formats.ts';

const HASH = 'a'.repeat(64);

/** The forms of GuardDuty's page on lists, each with what it holds. */
const examples: readonly (readonly [
  string,
  ListFormat,
  string,
  readonly string[],
  readonly string[],
  (readonly string[])?,
])[] = [
  [
    'plain text: an address, network, domain or hash a line',
    'TXT',
    `\ufeff198.51.100.0/24\r\n203.0.113.1\n# office\n\nevil.example.com\n${HASH.toUpperCase()}\n2001:DB8::1\n203.0.113.1\n`,
    ['198.51.100.0/24', '203.0.113.1/32', '2001:db8::1/128'],
    ['evil.example.com'],
    [HASH],
  ],
  [
    'STIX: values of address, domain and hash objects, a range, and a list of two that is none',
    'STIX',
    `<stix:STIX_Package><cybox:Properties xsi:type="AddressObject:AddressObjectType" category="ipv4-addr">
       <AddressObject:Address_Value condition="Equals">198.51.100.7</AddressObject:Address_Value></cybox:Properties>
     <cybox:Properties><AddressObject:Address_Value condition="InclusiveBetween">203.0.113.126##comma##203.0.113.129</AddressObject:Address_Value></cybox:Properties>
     <cybox:Properties><AddressObj:Address_Value condition="Equals" apply_condition="ANY">192.0.2.1##comma##192.0.2.9</AddressObj:Address_Value></cybox:Properties>
     <cybox:Properties xsi:type="DomainNameObj:DomainNameObjectType"><DomainNameObj:Value>evil.example.com</DomainNameObj:Value></cybox:Properties>
     <cyboxCommon:Simple_Hash_Value>${HASH}</cyboxCommon:Simple_Hash_Value>
     <!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]></stix:STIX_Package>`,
    ['198.51.100.7/32', '203.0.113.126/31', '203.0.113.128/31', '192.0.2.1/32', '192.0.2.9/32'],
    ['evil.example.com'],
    [HASH],
  ],
  [
    'OTX: the second column',
    'OTX_CSV',
    'Indicator type, Indicator, Description\nCIDR, 192.0.2.0/24, "a net, with a comma"\nIPv4, 198.51.100.1, x\nDomain name, example.net, y\n',
    ['192.0.2.0/24', '198.51.100.1/32'],
    ['example.net'],
  ],
  [
    'AlienVault: what stands before the first #',
    'ALIEN_VAULT',
    '198.51.100.1#4#2#Malicious Host#US##0.0,0.0#3\n203.0.113.0/25#1#1#x\n',
    ['198.51.100.1/32', '203.0.113.0/25'],
    [],
  ],
  [
    'Proofpoint: the first column, with either heading',
    'PROOF_POINT',
    'ip, category, score, first_seen, last_seen, ports (|)\n198.51.100.1, 1, 100, 2000-01-01, 2000-01-01,\ndomain, category, score\nexample.org, 1, 100\n',
    ['198.51.100.1/32'],
    ['example.org'],
  ],
  [
    'FireEye: columns by their names, quoted or not',
    'FIRE_EYE',
    `reportId,title,cidr,domain,ip,sha256\n1,"a ""title"", quoted",192.0.2.0/24,,,\n2,t,,example.com,198.51.100.9,${HASH}\n`,
    ['192.0.2.0/24', '198.51.100.9/32'],
    ['example.com'],
    [HASH],
  ],
];

describe('a list in its format', () => {
  for (const [what, format, text, networks, domains, hashes = []] of examples) {
    test(what, () => {
      assert.deepEqual(readList(text, format), { networks, domains, hashes, unusable: 0 });
    });
  }

  test('the examples are of every format', () => {
    assert.deepEqual(new Set(examples.map(([, format]) => format)), new Set(LIST_FORMATS));
  });
});

test('what is neither address, domain nor hash is counted, not taken', () => {
  const text = '999.1.1.1\nhello\n10.0.0.1/33\n__proto__\n=cmd|x\n192.0.2.4 192.0.2.8\n203.0.113.1\n';
  assert.deepEqual(readList(text, 'TXT'), { networks: ['203.0.113.1/32'], domains: [], hashes: [], unusable: 6 });
});

test('a range holds its ends and everything between, and nothing beside', () => {
  const v4 = fc.integer({ min: 1, max: 0xfffffffe });
  const text = (word: number): string => formatIp({ family: 4, words: [word] });
  fc.assert(
    fc.property(v4, v4, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, at) => {
      const [first, last] = a < b ? [a, b] : [b, a];
      const stix = `<A:Address_Value condition="InclusiveBetween">${text(first)}##comma##${text(last)}</A:Address_Value>`;
      const cidrs = readList(stix, 'STIX').networks.map((each) => parseCidr(each)!);
      const holds = (word: number): number => cidrs.filter((cidr) => cidrContains(cidr, parseIp(text(word))!)).length;
      const between = first + Math.floor((last - first) * at);
      assert.deepEqual([first, between, last].map(holds), [1, 1, 1]);
      assert.deepEqual([first - 1, last + 1].map(holds), [0, 0]);
      assert.ok(cidrs.length <= 62);
    }),
  );
});

test('no text of any format throws or takes long', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...LIST_FORMATS),
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.constantFrom('<', '>', 'Value', '"', ',', '#', '\n', ':', '-', '1', '.') }),
      ),
      (format, text) => {
        readList(text, format);
      },
    ),
  );
  const began = performance.now();
  for (const format of LIST_FORMATS) readList('<A:Value '.repeat(100_000), format);
  for (const format of LIST_FORMATS) readList(`"${'a.'.repeat(200_000)}`, format);
  assert.ok(performance.now() - began < 5_000);
});
