import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compile, criteriaFromText, filterFrom, textOf } from '../../straykey/src/criteria/index.ts';
import { type Finding, raise } from '../../straykey/src/findings/index.ts';
import { cidrContains, formatIp, parseCidr, parseIp } from '../../straykey/src/where/index.ts';
import { HOSTILE, hostile, settings, theft } from '../findings/fixtures.ts';

const base = raise(theft, settings);
const CALL = 'service.action.awsApiCallAction';
const run = { numRuns: 300, seed: 20261001 };

function withCall(change: object): Finding {
  const { action } = base.service;
  const awsApiCallAction = { ...action.awsApiCallAction, ...change };
  return { ...base, service: { ...base.service, action: { ...action, awsApiCallAction } } };
}

function holds(criterion: object, finding: Finding): boolean {
  const compiled = compile({ criterion });
  assert.ok(compiled.kind === 'criteria', JSON.stringify(compiled));
  return compiled.matches(finding);
}

const word = fc.constantFrom('', 'a', 'ab', 'A', 'a*', '?', ...HOSTILE);
const words = fc.array(word, { minLength: 1, maxLength: 5 });

test('notEquals is the negation of equals, missing fields included', () => {
  fc.assert(
    fc.property(words, fc.option(word, { nil: undefined }), (values, found) => {
      const finding = withCall(found === undefined ? {} : { errorCode: found });
      const equals = holds({ [`${CALL}.errorCode`]: { equals: values } }, finding);
      assert.equal(equals, found !== undefined && values.includes(found));
      assert.equal(holds({ [`${CALL}.errorCode`]: { notEquals: values } }, finding), !equals);
    }),
    run,
  );
});

test('a pattern fits what the same regular expression fits, and notMatches is its negation', () => {
  const pattern = fc.string({
    unit: fc.constantFrom('a', 'b', '*', '?', '.', '\u{1f511}'),
    minLength: 1,
    maxLength: 5,
  });
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.', '\u{1f511}'), maxLength: 12 });
  fc.assert(
    fc.property(pattern, text, (given, found) => {
      const expression = [...given]
        .map((each) => (each === '*' ? '.*' : each === '?' ? '.' : RegExp.escape(each)))
        .join('');
      const expected = new RegExp(`^${expression}$`, 'su').test(found);
      const finding = withCall({ userAgent: found });
      assert.equal(holds({ [`${CALL}.userAgent`]: { matches: [given] } }, finding), expected);
      assert.equal(holds({ [`${CALL}.userAgent`]: { notMatches: [given] } }, finding), !expected);
    }),
    { ...run, numRuns: 2000 },
  );
});

test('a pattern of many stars over a long text ends quickly', () => {
  const finding = withCall({ userAgent: 'a'.repeat(100_000) });
  assert.equal(holds({ [`${CALL}.userAgent`]: { matches: ['*a*a*a*a*b'] } }, finding), false);
});

test('a CIDR holds the addresses that cidrContains says, of both families', () => {
  const v4 = fc
    .tuple(fc.nat(0xffffffff), fc.nat(0xffffffff), fc.integer({ min: 0, max: 32 }))
    .map(([a, noise, length]) => {
      // Half of the time an address that shares the prefix.
      const host = length === 0 ? noise : ((a & (0xffffffff << (32 - length))) | (noise >>> length)) >>> 0;
      return {
        field: 'ipAddressV4',
        cidr: `${formatIp({ family: 4, words: [a] })}/${length}`,
        addresses: [host, noise].map((word) => formatIp({ family: 4, words: [word] })),
      };
    });
  const word = fc.nat(0xffffffff);
  const v6 = fc
    .tuple(fc.array(word, { minLength: 4, maxLength: 4 }), word, fc.integer({ min: 0, max: 128 }))
    .map(([words, noise, length]) => {
      const near = [...words.slice(0, 3), noise];
      // 2001::/16, so that none is a mapped IPv4 address.
      const text = (each: readonly number[]) =>
        formatIp({ family: 6, words: [(0x20010000 | (each[0]! & 0xffff)) >>> 0, ...each.slice(1)] });
      return {
        field: 'ipAddressV6',
        cidr: `${text(words)}/${length}`,
        addresses: [text(near), text([noise, ...words.slice(1)])],
      };
    });
  fc.assert(
    fc.property(fc.oneof(v4, v6), ({ field, cidr, addresses }) => {
      for (const address of addresses) {
        const expected = cidrContains(parseCidr(cidr)!, parseIp(address)!);
        const finding = withCall({ remoteIpDetails: { [field]: address } });
        const path = `${CALL}.remoteIpDetails.${field}`;
        assert.equal(holds({ [path]: { equals: [cidr] } }, finding), expected, `${address} in ${cidr}`);
        assert.equal(holds({ [path]: { notEquals: [cidr] } }, finding), !expected);
      }
    }),
    run,
  );
});

const condition = fc.oneof(
  words.map((equals) => ({ equals })),
  words.map((notEquals) => ({ notEquals })),
  fc.record({ greaterThanOrEqual: fc.integer(), lessThan: fc.integer() }),
  fc.array(fc.constantFrom('a*', '*', '?b', 'ab'), { minLength: 1, maxLength: 3 }).map((matches) => ({ matches })),
);
const field = fc.constantFrom(
  `${CALL}.errorCode`,
  `${CALL}.userAgent`,
  `${CALL}.api`,
  'service.count',
  'region',
  'accountId',
);
const criterionEntries = fc.uniqueArray(fc.tuple(field, condition), { minLength: 1, selector: ([name]) => name });

test('neither the order of fields nor that of conditions and values matters', () => {
  fc.assert(
    fc.property(criterionEntries, word, word, (entries, errorCode, userAgent) => {
      const finding = withCall({ errorCode, userAgent });
      const turned = [...entries].reverse().map(([name, each]) => {
        const operators = Object.entries(each).reverse();
        return [
          name,
          Object.fromEntries(
            operators.map(([operator, operand]) => [
              operator,
              Array.isArray(operand) ? [...operand].reverse() : operand,
            ]),
          ),
        ];
      });
      assert.equal(holds(Object.fromEntries(turned), finding), holds(Object.fromEntries(entries), finding));
    }),
    run,
  );
});

test('criteria and their short form mean the same', () => {
  fc.assert(
    fc.property(criterionEntries, (entries) => {
      const criteria = { criterion: Object.fromEntries(entries) };
      const read = criteriaFromText(textOf(criteria));
      assert.ok(read.kind === 'criteria');
      assert.deepEqual(JSON.parse(JSON.stringify(read.criteria)), JSON.parse(JSON.stringify(criteria)));
    }),
    run,
  );
});

test('any JSON is criteria or problems, never an exception, and is left as it was', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom('filter', 'search'), (text, purpose) => {
      const given = JSON.parse(text);
      for (const each of [
        given,
        { criterion: given },
        { criterion: { region: given } },
        { criterion: { region: { equals: given } } },
      ]) {
        const compiled = compile(each, purpose as 'filter');
        if (compiled.kind === 'problems') assert.ok(compiled.problems.length > 0);
        else compiled.matches(base);
        filterFrom(each);
      }
      assert.equal(JSON.stringify(given), JSON.stringify(JSON.parse(text)));
    }),
    run,
  );
});

test('hostile text in a finding is compared as text', () => {
  for (const text of HOSTILE) {
    const finding = raise(hostile(text), settings);
    assert.ok(holds({ [`${CALL}.api`]: { equals: [text] } }, finding));
    assert.ok(!holds({ [`${CALL}.api`]: { equals: [`${text} `] } }, finding));
  }
});
