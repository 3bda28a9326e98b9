import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { archive, callerCriteria, compile, LAMBDA_TYPE, typesNamed } from '../../straykey/src/criteria/index.ts';
import { type Case, evidenceOf, type Finding, raise } from '../../straykey/src/findings/index.ts';
import {
  crossAccount,
  ec2Instance,
  ecsTask,
  everyUse,
  onPremises,
  overIPv6,
  settings,
  theft,
  withCall,
  withDerived,
} from '../findings/fixtures.ts';

/**
 * The rule that GuardDuty's page on this finding recommends: finding type and API caller address, of an on-premises gateway. It must hide
 * what comes through the gateway and nothing else.
 */

/** The base case from another address. */
function from(address: string): Case {
  return {
    ...everyUse(theft, (each) => ({
      ...withCall(each, { sourceIPAddress: address }),
      place: { kind: 'outside', address },
      judgement: { ...each.judgement, scope: { kind: 'host', unit: address } },
    })),
    host: address,
  };
}

/** 193.0.6.0/24 and 2001:67c:2e8::/48 are RIPE NCC's; 185.220.101.1 is a Tor exit, from which the fixtures steal. */
const cases: Readonly<Record<string, Case>> = {
  theft,
  onPremises,
  overIPv6,
  ecsTask,
  ec2Instance,
  crossAccount,
  withDerived,
  first: from('193.0.6.128'),
  inside: from('193.0.6.135'),
  last: from('193.0.6.143'),
  below: from('193.0.6.127'),
  above: from('193.0.6.144'),
  neighbourV6: {
    ...overIPv6,
    ...everyUse(overIPv6, (each) => ({ ...each, place: { kind: 'outside', address: '2001:67c:2e8:23::1' } })),
    host: '2001:67c:2e8:23::/64',
  },
};
const findings = new Map(Object.entries(cases).map(([name, each]) => [name, raise(each, settings)]));

function hiddenBy(criteria: unknown): string[] {
  const compiled = compile(criteria);
  assert.ok(compiled.kind === 'criteria', JSON.stringify(compiled));
  const rule = { name: 'onprem-gw', rank: 1, findingCriteria: compiled.criteria };
  const marked = archive([...findings.values()], [{ rule, criteria: compiled }], 0).findings;
  return [...findings.keys()].filter((_, i) => marked[i]!.service.archived);
}

function wire(type: string, address: string, ...values: string[]): object {
  return {
    criterion: {
      type: { equals: [type] },
      [`service.action.awsApiCallAction.remoteIpDetails.${address}`]: { equals: values },
    },
  };
}

describe('type and API caller', () => {
  const RULES: readonly (readonly [string, object, readonly string[]])[] = [
    ['one address', wire(LAMBDA_TYPE, 'ipAddressV4', '193.0.6.135'), ['inside']],
    ['one address as a CIDR', wire(LAMBDA_TYPE, 'ipAddressV4', '193.0.6.135/32'), ['inside']],
    [
      'a /28, to its ends and not beyond',
      wire(LAMBDA_TYPE, 'ipAddressV4', '193.0.6.128/28'),
      ['onPremises', 'first', 'inside', 'last'],
    ],
    [
      'the same /28 by an address in it',
      wire(LAMBDA_TYPE, 'ipAddressV4', '193.0.6.140/28'),
      ['onPremises', 'first', 'inside', 'last'],
    ],
    ['two addresses', wire(LAMBDA_TYPE, 'ipAddressV4', '193.0.6.127', '193.0.6.144'), ['below', 'above']],
    [
      'the thief, whatever he did',
      wire(LAMBDA_TYPE, 'ipAddressV4', '185.220.101.1'),
      ['theft', 'ecsTask', 'crossAccount', 'withDerived'],
    ],
    [
      'the thief with an instance',
      wire('UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS', 'ipAddressV4', '185.220.101.1'),
      ['ec2Instance'],
    ],
    ['an IPv6 address', wire(LAMBDA_TYPE, 'ipAddressV6', '2001:67c:2e8:22::c100:68b'), ['overIPv6']],
    ['an IPv6 network', wire(LAMBDA_TYPE, 'ipAddressV6', '2001:67c:2e8:22::/64'), ['overIPv6']],
    ['a site of IPv6 networks', wire(LAMBDA_TYPE, 'ipAddressV6', '2001:67c:2e8::/48'), ['overIPv6', 'neighbourV6']],
    [
      'all of IPv4 is not IPv6',
      wire(LAMBDA_TYPE, 'ipAddressV4', '0.0.0.0/0'),
      ['theft', 'onPremises', 'ecsTask', 'crossAccount', 'withDerived', 'first', 'inside', 'last', 'below', 'above'],
    ],
    ['another type', wire('UnauthorizedAccess:IAMUser/TorIPCaller', 'ipAddressV4', '0.0.0.0/0'), []],
    ['a part of the type', wire('ResourceCredentialExfiltration.OutsideAWS', 'ipAddressV4', '0.0.0.0/0'), []],
  ];
  for (const [what, criteria, hidden] of RULES) test(what, () => assert.deepEqual(hiddenBy(criteria), hidden));
});

test('the rule that a finding brings hides that finding, and of the others only those from its host', () => {
  for (const [name, finding] of findings) {
    const hidden = hiddenBy(evidenceOf(finding)!.suppression.rule.findingCriteria);
    assert.ok(hidden.includes(name), `${name} hides ${hidden}`);
    for (const each of hidden) assert.equal(findings.get(each)!.type, finding.type);
  }
  const ownRule = (name: string) => hiddenBy(evidenceOf(findings.get(name)!)!.suppression.rule.findingCriteria);
  assert.deepEqual(ownRule('below'), ['below']);
  assert.deepEqual(ownRule('overIPv6'), ['overIPv6']);
  assert.deepEqual(ownRule('onPremises'), ['onPremises', 'first', 'inside', 'last', 'above']);
  assert.deepEqual(ownRule('ec2Instance'), ['ec2Instance']);
});

describe('from what a person types', () => {
  test('callers make the same two criteria, host bits cleared', () => {
    const asked = callerCriteria([LAMBDA_TYPE], ['193.0.6.140/28', '193.0.6.7']);
    assert.deepEqual(asked, {
      kind: 'criteria',
      criteria: wire(LAMBDA_TYPE, 'ipAddressV4', '193.0.6.128/28', '193.0.6.7'),
    });
    const v6 = callerCriteria([LAMBDA_TYPE], ['2001:67C:2e8:22::/64', '2001:67c:2e8:22::c100:68b/128']);
    assert.deepEqual(v6, {
      kind: 'criteria',
      criteria: wire(LAMBDA_TYPE, 'ipAddressV6', '2001:67c:2e8:22::/64', '2001:67c:2e8:22::c100:68b'),
    });
  });

  test('what is no caller, and callers of two families, are refused', () => {
    assert.equal(callerCriteria([LAMBDA_TYPE], ['gateway.example']).kind, 'problem');
    assert.equal(callerCriteria([LAMBDA_TYPE], ['193.0.6.7', '2001:67c:2e8::/48']).kind, 'problem');
  });

  const instance = 'UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS';
  const types: readonly (readonly [string, readonly string[]])[] = [
    [LAMBDA_TYPE, [LAMBDA_TYPE]],
    ['ResourceCredentialExfiltration.OutsideAWS', [LAMBDA_TYPE]],
    ['*OutsideAWS', [instance, LAMBDA_TYPE]],
    ['*/Instance*', [instance]],
    ['OutsideAWS', []],
    ['*InsideAWS', []],
    ['', []],
  ];
  for (const [text, expected] of types) {
    test(`the type ${JSON.stringify(text)}`, () => assert.deepEqual(typesNamed(text), expected));
  }
});

test('archiving is idempotent and loses no finding', () => {
  const compiled = compile(wire(LAMBDA_TYPE, 'ipAddressV4', '193.0.6.128/28'));
  assert.ok(compiled.kind === 'criteria');
  const rules = [{ rule: { name: 'gw', rank: 1, findingCriteria: compiled.criteria }, criteria: compiled }];
  const once: readonly Finding[] = archive([...findings.values()], rules, 0).findings;
  assert.deepEqual(archive(once, rules, 0).findings, once);
  assert.deepEqual(
    once.map(({ id }) => id),
    [...findings.values()].map(({ id }) => id),
  );
});
