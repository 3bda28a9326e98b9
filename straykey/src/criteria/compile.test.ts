import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { onPremises, overIPv6, settings, theft } from '../../../test/findings/fixtures.ts';
import { type Finding, raise } from '../findings/index.ts';
import { compile, type Purpose } from './compile.ts';
import { MESSAGES } from './finding-criteria.ts';

const base = raise(theft, settings);
const REMOTE = 'service.action.awsApiCallAction.remoteIpDetails';
const V4 = `${REMOTE}.ipAddressV4`;
const V6 = `${REMOTE}.ipAddressV6`;
const ERROR = 'service.action.awsApiCallAction.errorCode';

/** Members that GuardDuty's raw findings may have and ours do not. */
const rich = {
  ...base,
  severity: 8.9,
  confidence: 0,
  resource: {
    ...base.resource,
    instanceDetails: {
      instanceId: 'i-0123456789abcdef0',
      outpostArn: 'arn:aws:outposts:eu-west-1:111122223333:outpost/op-1',
      tags: [
        { key: 'team', value: 'orders' },
        { key: 'stage', value: 'prod' },
      ],
      networkInterfaces: [
        { ipv6Addresses: ['2001:db8::1', '2001:db8:0:0::2'], privateIpAddresses: [{ privateIpAddress: '10.0.0.7' }] },
      ],
    },
  },
  service: {
    ...base.service,
    additionalInfo: { ...base.service.additionalInfo, sample: true },
    action: {
      ...base.service.action,
      networkConnectionAction: { blocked: false, localPortDetails: { port: 443 } },
    },
  },
} as unknown as Finding;

function holds(criterion: unknown, finding: Finding = base, purpose: Purpose = 'filter'): boolean {
  const compiled = compile({ criterion }, purpose);
  assert.equal(compiled.kind, 'criteria', JSON.stringify(compiled));
  return compiled.kind === 'criteria' && compiled.matches(finding);
}

/** 2026-07-01T10:01:35Z, the newest call. */
const LAST = 1782900095000;

describe('a condition', () => {
  const cases: readonly (readonly [string, string, object, boolean])[] = [
    ['equals the whole text', 'accountId', { equals: ['111122223333'] }, true],
    ['equals one of several', 'accountId', { equals: ['444455556666', '111122223333'] }, true],
    ['equals no part of a text', 'accountId', { equals: ['1111'] }, false],
    ['equals with its case', 'region', { equals: ['EU-WEST-1'] }, false],
    ['eq is the old name of equals', 'region', { eq: ['eu-west-1'] }, true],
    ['notEquals another', 'region', { notEquals: ['us-east-1'] }, true],
    ['notEquals none of several', 'region', { notEquals: ['us-east-1', 'eu-west-1'] }, false],
    ['neq is the old name of notEquals', 'region', { neq: ['eu-west-1'] }, false],
    ['equals nothing that is missing', ERROR, { equals: ['AccessDenied'] }, false],
    ['notEquals holds for what is missing', ERROR, { notEquals: ['AccessDenied'] }, true],
    ['no order holds for what is missing', 'confidence', { lessThan: 1 }, false],
    ['every condition of a field must hold', 'severity', { greaterThan: 1, lessThan: 5 }, false],
    ['equals and notEquals together', 'region', { equals: ['eu-west-1'], notEquals: ['eu-west-1'] }, false],
    ['equals and its old name together', 'region', { equals: ['eu-west-1'], eq: ['us-east-1'] }, false],
    ['a boolean as text', 'service.archived', { equals: ['false'] }, true],
    ['a boolean as text, not the other', 'service.archived', { equals: ['true'] }, false],
    ['a number as text', 'service.count', { equals: ['3'] }, true],
    ['greaterThan is strict', 'service.count', { greaterThan: 3 }, false],
    ['greaterThan', 'service.count', { greaterThan: 2 }, true],
    ['gt is the old name', 'service.count', { gt: 3 }, false],
    ['greaterThanOrEqual', 'service.count', { greaterThanOrEqual: 3 }, true],
    ['gte is the old name', 'service.count', { gte: 4 }, false],
    ['lessThan is strict', 'service.count', { lessThan: 3 }, false],
    ['lt is the old name', 'service.count', { lt: 4 }, true],
    ['lessThanOrEqual', 'service.count', { lessThanOrEqual: 3 }, true],
    ['lte is the old name', 'service.count', { lte: 2 }, false],
    [
      'an order over a number that is text',
      `${REMOTE}.organization.asn`,
      { greaterThan: 60728, lessThan: 60730 },
      true,
    ],
    ['no order holds for text', 'region', { greaterThanOrEqual: 0 }, false],
    ['a time in epoch milliseconds', 'updatedAt', { greaterThanOrEqual: LAST, lessThanOrEqual: LAST }, true],
    ['a time a millisecond later', 'updatedAt', { greaterThan: LAST }, false],
    ['a time equal in epoch milliseconds', 'service.eventLastSeen', { equals: [String(LAST)] }, true],
    ['a time equal as it is written', 'updatedAt', { equals: ['2026-07-01T10:01:35.000Z'] }, true],
    ['no time equals an empty text', 'updatedAt', { equals: [''] }, false],
    ['a severity', 'severity', { equals: ['8'] }, true],
    ['a severity with its decimal', 'severity', { equals: ['8.0'] }, true],
    ['the band High', 'severity', { equals: ['7', '8'] }, true],
    ['the band Medium', 'severity', { equals: ['4', '5', '6'] }, false],
    ['an address', V4, { equals: ['185.220.101.1'] }, true],
    ['its neighbour', V4, { equals: ['185.220.101.2'] }, false],
    ['a CIDR', V4, { equals: ['185.220.101.0/24'] }, true],
    ['a CIDR with host bits', V4, { equals: ['185.220.101.77/24'] }, true],
    ['a CIDR next door', V4, { equals: ['185.220.101.128/25'] }, false],
    ['outside of a CIDR', V4, { notEquals: ['185.220.101.0/24'] }, false],
    ['one of several CIDRs', V4, { equals: ['198.51.100.0/24', '185.220.101.1/32'] }, true],
    ['an address mapped into IPv6', V4, { equals: ['::ffff:185.220.101.1'] }, true],
    ['no IPv6 address in an IPv4 finding', V6, { equals: ['::/0'] }, false],
    ['a pattern of addresses', V4, { matches: ['185.220.*'] }, true],
    ['a pattern', 'type', { matches: ['*ResourceCredentialExfiltration.OutsideAWS'] }, true],
    ['a pattern for one character', 'region', { matches: ['eu-west-?'] }, true],
    ['? is exactly one', 'region', { matches: ['eu-west-1?'] }, false],
    ['a pattern fits the whole text', 'region', { matches: ['west'] }, false],
    ['notMatches', 'region', { notMatches: ['us-*'] }, true],
    ['notMatches none of several', 'region', { notMatches: ['us-*', 'eu-*'] }, false],
    ['notMatches holds for what is missing', ERROR, { notMatches: ['*'] }, true],
    ['evidence of ours', 'service.additionalInfo.credential.rung', { equals: ['in-scope-of'] }, true],
    ['a list in the evidence', 'service.additionalInfo.calls.byApi.listed.api', { equals: ['ListBuckets'] }, true],
    [
      'an address in the evidence',
      'service.additionalInfo.place.addresses.listed.address',
      { equals: ['185.220.101.0/24'] },
      true,
    ],
    ['the type of additionalInfo', 'service.additionalInfo.type', { equals: ['straykey/1'] }, true],
    ['a member of a list', 'resource.s3BucketDetails.name', { equals: ['orders-archive'] }, true],
  ];
  for (const [what, field, condition, expected] of cases) {
    test(`${what}: ${field} ${JSON.stringify(condition)} is ${expected}`, () =>
      assert.equal(holds({ [field]: condition }), expected));
  }
});

describe("members of GuardDuty's own findings", () => {
  const cases: readonly (readonly [string, string, object, boolean])[] = [
    ['a severity counts by its integer part', 'severity', { equals: ['8'] }, true],
    ['and is not over it', 'severity', { greaterThan: 8 }, false],
    ['tags by key', 'resource.instanceDetails.tags.key', { equals: ['stage'] }, true],
    ['notEquals holds when no value is it', 'resource.instanceDetails.tags.value', { notEquals: ['prod'] }, false],
    [
      'lists in lists',
      'resource.instanceDetails.networkInterfaces.privateIpAddresses.privateIpAddress',
      { equals: ['10.0.0.0/8'] },
      true,
    ],
    [
      'addresses in any spelling',
      'resource.instanceDetails.networkInterfaces.ipv6Addresses',
      { equals: ['2001:DB8::0:2'] },
      true,
    ],
    ["the guide's spelling of outpostArn", 'resource.instanceDetails.outpostARN', { matches: ['*/op-1'] }, true],
    ['raw members of additionalInfo', 'service.additionalInfo.sample', { equals: ['true'] }, true],
    ['false is a value', 'service.action.networkConnectionAction.blocked', { equals: ['false'] }, true],
    ['0 is a value', 'confidence', { lessThan: 1 }, true],
    ['numbers', 'service.action.networkConnectionAction.localPortDetails.port', { equals: ['443'] }, true],
  ];
  for (const [what, field, condition, expected] of cases) {
    test(what, () => assert.equal(holds({ [field]: condition }, rich), expected));
  }
});

test('every field must hold', () => {
  assert.ok(holds({ region: { equals: ['eu-west-1'] }, severity: { equals: ['8'] } }));
  assert.ok(!holds({ region: { equals: ['eu-west-1'] }, severity: { equals: ['7'] } }));
});

test('an IPv6 caller, by its address and its network', () => {
  const finding = raise(overIPv6, settings);
  assert.ok(holds({ [V6]: { equals: ['2001:67C:2e8:22::c100:68b'] } }, finding));
  assert.ok(holds({ [V6]: { equals: ['2001:67c:2e8:22::/64'] } }, finding));
  assert.ok(!holds({ [V6]: { equals: ['2001:67c:2e8:23::/64'] } }, finding));
  assert.ok(!holds({ [V4]: { notEquals: ['9.9.9.9'], matches: ['*'] } }, finding));
});

test('a text in additionalInfo that is no JSON has no members', () => {
  const finding = { ...base, service: { ...base.service, additionalInfo: { type: 'default', value: '{' } } };
  assert.ok(!holds({ 'service.additionalInfo.credential.rung': { equals: ['in-scope-of'] } }, finding));
  assert.ok(holds({ 'service.additionalInfo.value': { equals: ['{'] } }, finding));
});

test('a search without criteria finds everything, archived or not', () => {
  assert.ok(holds({}, raise(onPremises, settings), 'search'));
  const compiled = compile({}, 'search');
  assert.ok(
    compiled.kind === 'criteria' && compiled.matches({ ...base, service: { ...base.service, archived: true } }),
  );
});

test('criteria are kept as they were given', () => {
  const criteria = { criterion: { severity: { gte: 7 }, region: { eq: ['eu-west-1'] } } };
  const compiled = compile(criteria);
  assert.ok(compiled.kind === 'criteria');
  assert.deepEqual(compiled.criteria, criteria);
  assert.deepEqual([...compiled.fields], ['severity', 'region']);
});

describe('what is refused, in the words of GuardDuty', () => {
  const many = (n: number) => Array.from({ length: n }, (_, i) => String(i));
  const { invalid, malformed } = MESSAGES;
  const cases: readonly (readonly [string, unknown, string, RegExp, Purpose?])[] = [
    ['no object', 'type=x', malformed, /expected an object/],
    ['null', null, malformed, /expected an object/],
    ['a list', [], malformed, /expected an object/],
    ['criterion as a list', { criterion: [] }, malformed, /expected an object/],
    ['another member', { criterion: {}, criterium: {} }, malformed, /"criterium"/],
    ['no field', { criterion: {} }, invalid, /1 to 50 fields, found 0/],
    [
      'too many fields',
      { criterion: Object.fromEntries(many(51).map((each) => [each, { equals: ['1'] }])) },
      invalid,
      /found 51/,
    ],
    ['an unknown field', { criterion: { regoin: { equals: ['x'] } } }, invalid, /did you mean region\?/],
    [
      'the end of a field',
      { criterion: { functionName: { equals: ['x'] } } },
      invalid,
      /did you mean .*functionName\?/,
    ],
    [
      'a field of the language',
      { criterion: JSON.parse('{"__proto__":{"notEquals":["x"]}}') },
      invalid,
      /no such field/,
    ],
    ['another one', { criterion: { constructor: { notEquals: ['x'] } } }, invalid, /no such field/],
    [
      'a way out of the evidence',
      { criterion: { 'service.additionalInfo.__proto__.x': { notEquals: ['x'] } } },
      invalid,
      /no such field/,
    ],
    [
      'a misspelt field of ours',
      { criterion: { 'service.additionalInfo.credential.rnug': { notEquals: ['x'] } } },
      invalid,
      /credential\.rung\?/,
    ],
    ['a condition that is text', { criterion: { region: 'eu-west-1' } }, malformed, /expected a condition/],
    ['no condition', { criterion: { region: {} } }, invalid, /found none/],
    ['an unknown condition', { criterion: { region: { equal: ['x'] } } }, malformed, /did you mean equals\?/],
    [
      'a condition of the language',
      { criterion: { region: JSON.parse('{"__proto__":["x"]}') } },
      malformed,
      /"__proto__"/,
    ],
    ['a text for a list', { criterion: { region: { equals: 'eu-west-1' } } }, malformed, /a list of texts/],
    ['numbers for texts', { criterion: { severity: { equals: [8] } } }, malformed, /a list of texts/],
    ['an empty list', { criterion: { region: { equals: [] } } }, invalid, /1 to 50 values/],
    ['an empty list of exceptions', { criterion: { region: { notEquals: [] } } }, invalid, /1 to 50 values/],
    ['51 values', { criterion: { region: { equals: many(51) } } }, invalid, /1 to 50 values/],
    ['51 exceptions', { criterion: { region: { neq: many(51) } } }, invalid, /1 to 50 values/],
    ['a text for a number', { criterion: { severity: { greaterThan: '7' } } }, malformed, /a whole number/],
    ['a fraction', { criterion: { severity: { greaterThan: 7.5 } } }, malformed, /a whole number/],
    ['a number too large to be exact', { criterion: { severity: { lt: 2 ** 60 } } }, malformed, /a whole number/],
    ['a date for a time', { criterion: { updatedAt: { greaterThan: '2026-07-01' } } }, malformed, /epoch milliseconds/],
    ['no pattern', { criterion: { region: { matches: [] } } }, invalid, /1 to 5 patterns/],
    ['six patterns', { criterion: { region: { matches: many(6) } } }, invalid, /1 to 5 patterns/],
    ['an empty pattern', { criterion: { region: { notMatches: [''] } } }, invalid, /1 to 512 characters/],
    ['a long pattern', { criterion: { region: { matches: ['x'.repeat(513)] } } }, invalid, /1 to 512 characters/],
    ['six wildcards', { criterion: { region: { matches: ['*a?b*c?d*e*'] } } }, invalid, /at most 5 wildcards/],
    [
      'no address',
      { criterion: { [V4]: { equals: ['gateway.example'] } } },
      invalid,
      /an IPv4 address or CIDR, not "gateway\.example"/,
    ],
    ['an impossible CIDR', { criterion: { [V4]: { notEquals: ['198.51.100.0/33'] } } }, invalid, /198\.51\.100\.0\/33/],
    [
      'an address of the other family',
      { criterion: { [V4]: { notEquals: ['2001:db8::/32'] } } },
      invalid,
      /an IPv4 address/,
    ],
    [
      'an address of the other family, too',
      { criterion: { [V6]: { equals: ['198.51.100.7'] } } },
      invalid,
      /an IPv6 address/,
    ],
    ['a pattern in a search', { criterion: { region: { matches: ['eu-*'] } } }, invalid, /for filters only/, 'search'],
  ];
  for (const [what, criteria, message, detail, purpose] of cases) {
    test(what, () => {
      const compiled = compile(criteria, purpose);
      assert.ok(compiled.kind === 'problems');
      assert.equal(compiled.problems.length > 0, true);
      assert.equal(compiled.problems[0]!.message, message);
      assert.match(compiled.problems[0]!.detail, detail);
    });
  }

  test('50 fields, 50 values and 5 patterns of 512 characters are taken', () => {
    assert.equal(
      compile({ criterion: { region: { equals: many(50), matches: many(5).map((n) => n.repeat(512)) } } }).kind,
      'criteria',
    );
  });

  test('every field that is wrong is named', () => {
    const compiled = compile({ criterion: { regoin: { equals: ['x'] }, severity: { gt: 'x' }, type: { eq: ['x'] } } });
    assert.ok(compiled.kind === 'problems');
    assert.deepEqual(
      compiled.problems.map(({ about }) => about),
      ['regoin', 'severity'],
    );
  });

  test('the sentences are those that clients compare', () => {
    assert.deepEqual(
      [invalid, malformed, MESSAGES.parameter('detectorId')],
      [
        'The request is rejected because the one or more input parameters have invalid values.',
        'The request is rejected because the JSON could not be processed',
        'The request is rejected because the parameter detectorId has an invalid value.',
      ],
    );
  });
});
