import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  canonicalIp,
  cidrContains,
  compareIp,
  formatCidr,
  formatIp,
  hostOf,
  lastOf,
  networkOf,
  nextIp,
  parseCidr,
  parseIp,
  prefixOf,
} from './ip.ts';

describe('an address has one spelling', () => {
  const spellings: readonly (readonly [written: string, canonical: string])[] = [
    ['192.0.2.1', '192.0.2.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['2001:DB8::1', '2001:db8::1'],
    ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
    ['2001:db8:0:1:0:0:0:1', '2001:db8:0:1::1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
    ['::ffff:198.51.100.7', '198.51.100.7'],
    ['::FFFF:198.51.100.7', '198.51.100.7'],
    ['::ffff:c633:6407', '198.51.100.7'],
    ['0:0:0:0:0:ffff:198.51.100.7', '198.51.100.7'],
  ];
  for (const [written, canonical] of spellings) {
    test(`${written} is ${canonical}`, () => assert.equal(canonicalIp(written), canonical));
  }
});

describe('what only looks like an address is none', () => {
  const texts = [
    ['253.252.51.07', 'a leading zero, as anonymisers leave it'],
    ['075.050.255.67', 'octal or decimal, nobody knows'],
    ['255.18.064.253', 'a leading zero inside'],
    ['30.*.0.210', 'a wildcard'],
    ['x.y.z.a', 'letters'],
    ['256.1.1.1', 'a part too large'],
    ['1.2.3', 'three parts'],
    ['1.2.3.4.5', 'five parts'],
    ['1.2.3.', 'an empty part'],
    ['.1.2.3', 'an empty first part'],
    ['1..2.3', 'an empty middle part'],
    ['3232235777', 'a bare number'],
    ['0x7f.0.0.1', 'hexadecimal'],
    ['198.51.100.7:443', 'a port'],
    ['[2001:db8::1]', 'brackets'],
    ['[2001:db8::1]:443', 'brackets and a port'],
    ['fe80::1%eth0', 'a zone id'],
    [' 198.51.100.7', 'a space before'],
    ['198.51.100.7\n', 'a line end'],
    ['１９８.51.100.7', 'full-width digits'],
    ['2001:db8::1::2', 'two gaps'],
    ['2001:db8:1:2:3:4:5', 'seven groups'],
    ['1:2:3:4:5:6:7:8:9', 'nine groups'],
    ['1:2:3:4::5:6:7:8', 'a gap of nothing'],
    [':1:2:3:4:5:6:7', 'a lone colon before'],
    ['1:2:3:4:5:6:7:', 'a lone colon after'],
    ['12345::1', 'a group of five'],
    ['2001:db8::g', 'no hexadecimal digit'],
    ['::ffff:198.51.100.07', 'a leading zero in the tail'],
    ['198.51.100.7::', 'an IPv4 part in front'],
    ['::198.51.100.7:1', 'an IPv4 part in the middle'],
    ['', 'nothing'],
    ['-', 'a dash'],
    ['AWS Internal', 'a service'],
    ['1.1.1.1'.padEnd(200, '0'), 'far too long'],
  ] as const;
  for (const [text, why] of texts) {
    test(`${JSON.stringify(text.slice(0, 50))}: ${why}`, () => assert.equal(parseIp(text), undefined));
  }

  test('text of any kind never throws, and what Node takes for an address we take too, zones aside', () => {
    const texty = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'0123456789abcfF:.%/ ') }),
      fc.ipV4(),
      fc.ipV4Extended(),
      fc.ipV6(),
    );
    fc.assert(
      fc.property(texty, (text) => {
        const known = isIP(text) !== 0 && !text.includes('%');
        assert.equal(parseIp(text) !== undefined, known, text);
      }),
      { numRuns: 5000 },
    );
  });
});

const words = fc.oneof(
  fc.tuple(fc.nat(0xffffffff)),
  fc.tuple(fc.nat(0xffffffff), fc.nat(0xffffffff), fc.nat(0xffffffff), fc.nat(0xffffffff)),
  // Zero groups in all places: what shortening has to get right.
  fc.tuple(...Array.from({ length: 4 }, () => fc.constantFrom(0, 1, 0x10000, 0xffffffff))),
);
const ips = words
  .map((each) => ({ family: each.length === 1 ? (4 as const) : (6 as const), words: [...each] }))
  .filter((ip) => ip.family === 4 || parseIp(formatIp(ip))!.family === 6);

test('every address reads back from its canonical text', () => {
  fc.assert(fc.property(ips, (ip) => assert.deepEqual(parseIp(formatIp(ip)), ip)));
});

test('the canonical text is the shortest that Node agrees on', () => {
  fc.assert(
    fc.property(ips, (ip) => {
      const host = ip.family === 4 ? formatIp(ip) : `[${formatIp(ip)}]`;
      assert.equal(new URL(`http://${host}/`).hostname, host);
    }),
  );
});

describe('prefixes', () => {
  const spellings: readonly (readonly [string, string | undefined])[] = [
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['10.1.2.3/16', '10.1.0.0/16'],
    ['192.0.2.1', '192.0.2.1/32'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['2001:db8::1', '2001:db8::1/128'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['::/0', '::/0'],
    ['::ffff:10.0.0.0/104', '10.0.0.0/8'],
    ['::ffff:10.0.0.0/64', undefined],
    ['10.0.0.0/33', undefined],
    ['2001:db8::/129', undefined],
    ['10.0.0.0/', undefined],
    ['10.0.0.0/08', undefined],
    ['10.0.0.0/-1', undefined],
    ['10.0.0.0/8/8', undefined],
    ['10.0.0/8', undefined],
    ['/8', undefined],
  ];
  for (const [written, canonical] of spellings) {
    test(`${written} is ${canonical ?? 'none'}`, () => {
      const cidr = parseCidr(written);
      assert.equal(cidr && formatCidr(cidr), canonical);
    });
  }

  test('a prefix holds exactly the addresses from its first to its last', () => {
    fc.assert(
      fc.property(ips, ips, fc.nat(128), (ip, other, bits) => {
        const cidr = prefixOf(ip, Math.min(bits, ip.family === 4 ? 32 : 128));
        assert.ok(cidrContains(cidr, ip) && cidrContains(cidr, cidr.base) && cidrContains(cidr, lastOf(cidr)));
        const within =
          other.family === ip.family && compareIp(cidr.base, other) <= 0 && compareIp(other, lastOf(cidr)) <= 0;
        assert.equal(cidrContains(cidr, other), within);
        const after = nextIp(lastOf(cidr));
        assert.ok(after === undefined || !cidrContains(cidr, after));
        assert.deepEqual(parseCidr(formatCidr(cidr)), cidr);
      }),
    );
  });

  test('a host is one IPv4 address or one IPv6 link; a network is a /24 or a /48', () => {
    const shown = (text: string) => [hostOf(parseIp(text)!), networkOf(parseIp(text)!)].map(formatCidr);
    assert.deepEqual(shown('198.51.100.7'), ['198.51.100.7/32', '198.51.100.0/24']);
    assert.deepEqual(shown('2001:db8:1:2:55:66:77:88'), ['2001:db8:1:2::/64', '2001:db8:1::/48']);
    assert.deepEqual(shown('::ffff:198.51.100.7'), ['198.51.100.7/32', '198.51.100.0/24']);
  });

  test('the address after the last is none', () => {
    assert.equal(nextIp(parseIp('255.255.255.255')!), undefined);
    assert.equal(formatIp(nextIp(parseIp('2001:db8::ffff:ffff')!)!), '2001:db8::1:0:0');
  });
});
