import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  eventId,
  NOON,
  onPremises,
  overIPv6,
  sent,
  settings,
  TOR_EXIT,
  theft,
} from '../../../test/findings/fixtures.ts';
import { type Case, type Finding, raise } from '../findings/index.ts';
import { archive, type ReadyRule } from './archive.ts';
import { compile } from './compile.ts';
import type { Rule } from './rule.ts';
import { standsFor } from './stands-for.ts';

const REMOTE = 'service.action.awsApiCallAction.remoteIpDetails';
const CALL = 'service.action.awsApiCallAction';
const NOW = Date.parse('2026-10-01T00:00:00Z');

const fromTor = raise(theft, settings);
const fromOffice = raise(onPremises, settings);

function ruleOf(change: Partial<Rule>, criterion: object = { region: { equals: ['eu-west-1'] } }): ReadyRule {
  const criteria = compile({ criterion });
  assert.ok(criteria.kind === 'criteria', JSON.stringify(criteria));
  return { criteria, rule: { name: 'rule', rank: 1, findingCriteria: criteria.criteria, ...change } };
}

function isHidden(finding: Finding, criterion: object): boolean {
  return archive([finding], [ruleOf({}, criterion)], NOW).suppressed.length > 0;
}

describe('which rule archives', () => {
  const tor = { [`${REMOTE}.ipAddressV4`]: { equals: [TOR_EXIT] } };
  const rules = [
    ruleOf({ name: 'wide', rank: 2 }),
    ruleOf({ name: 'tor', rank: 1 }, tor),
    ruleOf({ name: 'also-wide', rank: 2 }),
  ];
  const orders = [rules, [...rules].reverse(), [rules[1]!, rules[0]!, rules[2]!]];

  test('the one of the lowest rank, of equal ranks the first by name, in whatever order they come', () => {
    for (const order of orders) {
      assert.deepEqual(archive([fromTor, fromOffice, fromOffice], order, NOW).suppressed, [
        { rule: 'also-wide', findings: 2 },
        { rule: 'tor', findings: 1 },
      ]);
    }
  });

  test('marks the finding and changes nothing else', () => {
    const { findings } = archive([fromTor, fromOffice], [ruleOf({}, tor)], NOW);
    assert.equal(findings[1], fromOffice);
    const text = JSON.stringify(fromTor).replace('"archived":false', '"archived":true');
    assert.equal(JSON.stringify(findings[0]), text);
    assert.equal(fromTor.service.archived, false);
  });

  test('none, without rules', () =>
    assert.deepEqual(archive([fromTor], [], NOW), { findings: [fromTor], suppressed: [], lapsed: [] }));
});

describe('the end of a rule', () => {
  const until = (expiresAt: string) => archive([fromTor], [ruleOf({ expiresAt })], NOW);

  test('a rule holds until the millisecond of its end', () => {
    assert.deepEqual(until('2026-10-01T00:00:00.001Z').suppressed, [{ rule: 'rule', findings: 1 }]);
    assert.deepEqual(until('2026-10-01T00:00:00.000Z').suppressed, []);
  });

  test('a rule that is over says what it would have hidden', () => {
    const expiresAt = '2026-09-30T23:59:59Z';
    assert.deepEqual(until(expiresAt).lapsed, [{ rule: 'rule', expiresAt, findings: 1 }]);
    assert.equal(until(expiresAt).findings[0], fromTor);
  });

  test('a rule that is over says nothing of findings that another hides', () => {
    const rules = [ruleOf({ name: 'old', expiresAt: '2026-01-01T00:00:00Z' }), ruleOf({ name: 'new', rank: 9 })];
    const { suppressed, lapsed } = archive([fromTor], rules, NOW);
    assert.deepEqual([suppressed, lapsed], [[{ rule: 'new', findings: 1 }], []]);
  });
});

describe('a finding is archived only when all calls behind it are named', () => {
  /** A pool that called from two of its blocks, the newest from .139. */
  const pool = (addresses: readonly string[]): Case => ({
    ...onPremises,
    uses: addresses.map((address, i) => ({
      ...onPremises.uses[1]!,
      place: { kind: 'outside', address },
      use: {
        ...onPremises.uses[1]!.use,
        call: { ...onPremises.uses[1]!.use.call, id: eventId(100 + i), time: NOON + i, sourceIPAddress: address },
      },
    })),
  });
  const two = raise(pool(['193.0.6.145', '193.0.6.139']), settings);
  const many = raise(pool(Array.from({ length: 120 }, (_, i) => `193.0.6.${128 + (i % 32)}`).slice(0, 120)), settings);
  const [getCallerIdentity, listBuckets] = theft.uses;
  const failedLast = raise({ ...theft, uses: [getCallerIdentity!, listBuckets!] }, settings);
  const failed = raise({ ...theft, uses: [listBuckets!] }, settings);
  const twoKeys = raise(
    {
      ...theft,
      uses: [
        getCallerIdentity!,
        sent({
          id: eventId(2),
          time: NOON + 20,
          identity: { ...getCallerIdentity!.use.call.identity, accessKeyId: 'ASIAORDERSEXAMPLE002' } as never,
        }),
      ],
    },
    settings,
  );

  /** Longer than the evidence keeps, and not printable. */
  const userAgent = `\u001b[2J${'curl/8.0 '.repeat(40)}`;
  const longAgent = raise({ ...theft, uses: [sent({ userAgent })] }, settings);

  const V4 = `${REMOTE}.ipAddressV4`;
  const cases: readonly (readonly [string, Finding, object, boolean])[] = [
    ['the newest address only', two, { [V4]: { equals: ['193.0.6.139'] } }, false],
    ['the newest block only', two, { [V4]: { equals: ['193.0.6.128/28'] } }, false],
    ['both blocks', two, { [V4]: { equals: ['193.0.6.128/28', '193.0.6.144/28'] } }, true],
    ['both addresses', two, { [V4]: { equals: ['193.0.6.139', '193.0.6.145'] } }, true],
    ['everything but the older address', two, { [V4]: { notEquals: ['193.0.6.145'] } }, false],
    ['every listed address of a pool', many, { [V4]: { equals: ['193.0.6.128/27'] } }, true],
    ['the newest API only', fromTor, { [`${CALL}.api`]: { equals: ['GetObject'] } }, false],
    ['all APIs', fromTor, { [`${CALL}.api`]: { equals: ['GetObject', 'ListBuckets', 'GetCallerIdentity'] } }, true],
    ['the newest service only', fromTor, { [`${CALL}.serviceName`]: { equals: ['s3.amazonaws.com'] } }, false],
    ['the newest user agent only', fromTor, { [`${CALL}.userAgent`]: { matches: ['[aws-cli*'] } }, false],
    ['a user agent that the evidence cuts', longAgent, { [`${CALL}.userAgent`]: { equals: [userAgent] } }, true],
    ['all user agents', fromTor, { [`${CALL}.userAgent`]: { matches: ['*aws-cli/2.17.0*'] } }, true],
    [
      'a failure, when other calls succeeded',
      failedLast,
      { [`${CALL}.errorCode`]: { equals: ['AccessDenied'] } },
      false,
    ],
    ['a failure, when all calls failed', failed, { [`${CALL}.errorCode`]: { equals: ['AccessDenied'] } }, true],
    [
      'the newest key only',
      twoKeys,
      { 'resource.accessKeyDetails.accessKeyId': { equals: ['ASIAORDERSEXAMPLE002'] } },
      false,
    ],
    ['both keys', twoKeys, { 'resource.accessKeyDetails.accessKeyId': { matches: ['ASIAORDERSEXAMPLE00?'] } }, true],
    ['the function', fromTor, { 'resource.lambdaDetails.functionName': { equals: ['orders'] } }, true],
  ];
  for (const [what, finding, criterion, hidden] of cases) {
    test(`a rule that names ${what} ${hidden ? 'hides it' : 'does not hide it'}`, () =>
      assert.equal(isHidden(finding, criterion), hidden));
    test(`the newest call is one that a rule for ${what} fits`, () =>
      assert.equal(ruleOf({}, criterion).criteria.matches(finding), true));
  }

  /** One address more than evidence lists: a /64 whose host changes its address. */
  const prefix = '2001:67c:2e8:22';
  const wandering = raise(
    {
      ...overIPv6,
      uses: Array.from({ length: 150 }, (_, i) => {
        const address = `${prefix}::${(i + 1).toString(16)}`;
        const first = overIPv6.uses[0]!;
        const call = { ...first.use.call, id: eventId(i), time: NOON + i, sourceIPAddress: address };
        return { ...first, place: { kind: 'outside' as const, address }, use: { ...first.use, call } };
      }),
    },
    settings,
  );
  const V6 = `${REMOTE}.ipAddressV6`;

  test('where not every address is listed, the rule must hold the whole host', () => {
    assert.ok(isHidden(wandering, { [V6]: { equals: [`${prefix}::/64`] } }));
    assert.ok(!isHidden(wandering, { [V6]: { equals: [`${prefix}::/65`] } }));
    assert.ok(!isHidden(wandering, { [V6]: { equals: [`${prefix}::/120`] } }));
  });

  test("a finding of GuardDuty's own stands for what it shows", () => {
    const theirs = { ...fromTor, service: { ...fromTor.service, additionalInfo: { type: 'default', value: '{}' } } };
    assert.deepEqual(standsFor(theirs), [theirs]);
    assert.ok(isHidden(theirs, { [`${CALL}.api`]: { equals: ['GetObject'] } }));
  });
});
