import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ago, clock, span } from '../../console/src/kit/time.ts';
import { visible, visibleLines } from '../../console/src/kit/visible.ts';
import {
  criteriaOf,
  guess,
  isCountable,
  packTokens,
  tokensOf,
  unpackTokens,
} from '../../console/src/pages/findings/fields.ts';
import { COUNTRY_IDS, SMALL_COUNTRIES } from '../../console/src/pages/overview/country-ids.ts';
import { networkOf, sizeOf } from '../../console/src/pages/suppress/cidr.ts';
import { printable } from '../../straykey/src/kit/index.ts';
import { canonicalIp, formatCidr, parseCidr } from '../../straykey/src/where/index.ts';

const CALL = 'service.action.awsApiCallAction';
const V4 = `${CALL}.remoteIpDetails.ipAddressV4`;

describe('text from a trail', () => {
  test('is marked at least where the product marks it for a terminal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        assert.equal(printable(visible(text), 10_000), visible(text));
      }),
    );
  });
  test('keeps its lines where lines are meant', () => {
    assert.equal(visibleLines('a\r\n\tb\u001b[31m\n'), 'a\n\tb\\u{1b}[31m\n');
  });
});

describe('times', () => {
  const now = Date.parse('2026-10-06T12:00:00Z');
  for (const [iso, says] of [
    ['2026-10-06T11:59:58.000Z', 'just now'],
    ['2026-10-06T11:58:59.000Z', '1 minute ago'],
    ['2026-10-05T12:00:01.000Z', '23 hours ago'],
    ['2026-10-04T11:00:00.000Z', '2 days ago'],
    ['nonsense', 'never'],
  ] as const) {
    test(`${iso} is ${says}`, () => assert.equal(ago(iso, now), says));
  }
  test('that cannot be read are shown as they are', () => assert.equal(clock('<b>soon</b>'), '<b>soon</b>'));
  test('are cut to the greatest unit', () => assert.equal(span(5400), '1 hour'));
});

describe('what is typed into the filter without a field', () => {
  for (const [text, field] of [
    ['111122223333', 'accountId'],
    ['19a1ed8e165ff2d87cf0f2b99f0bed17', 'id'],
    ['ASIAIOSFODNN7EXAMPLE', 'resource.accessKeyDetails.accessKeyId'],
    ['198.51.100.0/24', V4],
    ['2001:db8::1', `${CALL}.remoteIpDetails.ipAddressV6`],
    ['eu-central-1', 'region'],
    ['us-gov-west-1', 'region'],
    ['High', 'severity'],
    ['orders', 'resource.lambdaDetails.functionName'],
  ] as const) {
    test(`${text} is a ${field}`, () => assert.equal(guess(text).propertyKey, field));
  }
});

describe('filter tokens', () => {
  test('become criteria: values of one field together, severities by their numbers, days in epoch milliseconds', () => {
    const tokens = [
      { propertyKey: 'severity', operator: '=', value: 'High' },
      { propertyKey: V4, operator: '=', value: '198.51.100.7' },
      { propertyKey: V4, operator: '=', value: '203.0.113.0/24' },
      { propertyKey: 'region', operator: '!=', value: 'us-east-1' },
      { propertyKey: 'updatedAt', operator: '>=', value: '2026-10-01' },
      { propertyKey: 'updatedAt', operator: '<=', value: 'never' },
      { propertyKey: 'service.count', operator: '>=', value: '10' },
    ];
    assert.deepEqual(criteriaOf(tokens), {
      criterion: {
        severity: { equals: ['7', '8'] },
        [V4]: { equals: ['198.51.100.7', '203.0.113.0/24'] },
        region: { notEquals: ['us-east-1'] },
        updatedAt: { greaterThanOrEqual: Date.UTC(2026, 9, 1) },
        'service.count': { greaterThanOrEqual: 10 },
      },
    });
  });
  test('survive the page address, and nothing else comes out of it', () => {
    const tokens = [{ propertyKey: V4, operator: '=', value: '198.51.100.7' }];
    assert.deepEqual(unpackTokens(packTokens(tokens)), tokens);
    for (const text of ['', '{', '{"a":1}', '[1]', '[["__proto__","=","x"]]', '[["id","=",7]]', null]) {
      assert.deepEqual(unpackTokens(text), []);
    }
  });
  test('come back from a rule that says no more than they can', () => {
    const rule = { criterion: { accountId: { equals: ['1', '2'] }, 'service.count': { greaterThanOrEqual: 3 } } };
    assert.deepEqual(criteriaOf(tokensOf(rule)!), rule);
    assert.equal(tokensOf({ criterion: { severity: { greaterThanOrEqual: 7 } } }), undefined);
    assert.equal(tokensOf({ criterion: { 'resource.unknown': { equals: ['x'] } } }), undefined);
  });
});

test('a filter is counted only where that is cheap', () => {
  const token = (propertyKey: string, value: string, operator = '=') => ({ propertyKey, operator, value });
  assert.equal(isCountable([]), true);
  assert.equal(isCountable([token('accountId', '111122223333'), token('severity', 'High')]), true);
  assert.equal(isCountable([token(V4, '198.51.100.7'), token(`${CALL}.api`, 'GetObject')]), true);
  assert.equal(isCountable([token(V4, '198.51.100.0/24')]), false);
  assert.equal(isCountable([token(V4, '198.51.100.7', '!=')]), false);
  assert.equal(isCountable([token(`${CALL}.api`, 'GetObject')]), false);
});

describe('widening a caller to a network', () => {
  for (const [address, length, network] of [
    ['185.220.101.1', 32, '185.220.101.1'],
    ['185.220.101.77', 26, '185.220.101.64/26'],
    ['10.200.113.255', 16, '10.200.0.0/16'],
    ['2001:db8:1:2:3:4:5:6', 64, '2001:db8:1:2::/64'],
    ['2001:db8::1', 128, '2001:db8::1'],
  ] as const) {
    test(`${address} at /${length} is ${network}`, () => assert.equal(networkOf(address, length), network));
  }
  test('what is no address has no network', () => {
    for (const text of ['', 'x', '1.2.3', '1.2.3.256', '1::2::3', 'g::1']) assert.equal(networkOf(text, 24), undefined);
  });
  test('agrees with the product, for every address and length', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(128), (address, asked) => {
        // The console meets addresses as the product writes them.
        const canonical = canonicalIp(address);
        fc.pre(canonical !== undefined && !canonical.includes('.') === address.includes(':'));
        const length = canonical!.includes(':') ? asked : asked % 33;
        const ours = networkOf(canonical!, length)!;
        const text = ours.includes('/') ? ours : `${ours}/${length}`;
        assert.equal(text, formatCidr(parseCidr(`${canonical}/${length}`)!));
      }),
    );
  });
  test('says how many addresses that is', () => {
    assert.equal(sizeOf('198.51.100.7', 32), 'this address alone');
    assert.equal(sizeOf('198.51.100.7', 24), '256 addresses');
    assert.equal(sizeOf('2001:db8::1', 64), '2^64 addresses');
  });
});

test('every country that the map draws has its letters', () => {
  const world = JSON.parse(
    readFileSync(join(import.meta.dirname, '..', '..', 'node_modules', 'world-atlas', 'countries-110m.json'), 'utf8'),
  ) as { objects: { countries: { geometries: readonly { id?: string; properties: { name: string } }[] } } };
  const known = new Set(COUNTRY_IDS.values());
  const unknown = world.objects.countries.geometries.filter(({ id }) => id !== undefined && !known.has(id));
  assert.deepEqual(
    unknown.map(({ properties }) => properties.name),
    [],
  );
  assert.equal(new Set(COUNTRY_IDS.values()).size, COUNTRY_IDS.size, 'no number twice');
  for (const code of SMALL_COUNTRIES.keys()) assert.ok(!COUNTRY_IDS.has(code), `${code} is drawn already`);
});

test('the console takes nothing but types from the product, and nothing from elsewhere at run time', () => {
  const root = join(import.meta.dirname, '..', '..', 'console', 'src');
  for (const file of globSync('**/*.{ts,tsx}', { cwd: root })) {
    const text = readFileSync(join(root, file), 'utf8');
    for (const [line, from] of text.matchAll(/^(?:import|export)[^;]*?from '([^']*straykey\/src[^']*)';/gms)) {
      assert.match(line, /^(?:import|export) type /, `${file} takes more than types from ${from}`);
    }
    assert.doesNotMatch(text, /dangerouslySetInnerHTML|innerHTML|\beval\(|new Function/, file);
  }
});
