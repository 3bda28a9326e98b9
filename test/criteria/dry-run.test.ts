import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { callerCriteria, compile, dryRun, LAMBDA_TYPE, typesNamed } from '../../straykey/src/criteria/index.ts';
import { type Case, type Finding, raise } from '../../straykey/src/findings/index.ts';
import { eventId, NOON, onPremises, overIPv6, sent, settings, theft, withDerived } from '../findings/fixtures.ts';

/** Who owns what, by the first two numbers: enough to tell networks apart. */
function facts(address: string) {
  const owners: Readonly<Record<string, { asn: number; organisation: string }>> = {
    '193.0': { asn: 3333, organisation: 'RIPE NCC' },
    '185.220': { asn: 60729, organisation: 'Stiftung Erneuerbare Freiheit' },
  };
  return owners[address.split('.').slice(0, 2).join('.')] ?? {};
}

function criteriaFor(caller: string, type = LAMBDA_TYPE as string) {
  const asked = callerCriteria(typesNamed(type), [caller]);
  assert.ok(asked.kind === 'criteria');
  const compiled = compile(asked.criteria);
  assert.ok(compiled.kind === 'criteria');
  return compiled;
}

function tried(caller: string, cases: readonly Case[], madeFor?: Case, type?: string) {
  const findings = cases.map((each) => raise(each, settings));
  const made: Finding | undefined = madeFor && raise(madeFor, settings);
  const run = dryRun(criteriaFor(caller, type), findings, facts, made);
  return { ...run, hidden: run.hidden.map((each) => findings.indexOf(each)) };
}

const arn = 'arn:aws:lambda:eu-west-1:111122223333:function:billing';
const billing: Case = { ...theft, issuedTo: { ...theft.issuedTo, arn, name: 'billing' } };
const otherAccount: Case = {
  ...theft,
  accountId: '444455556666',
  issuedTo: { ...theft.issuedTo, accountId: '444455556666', arn: arn.replace('111122223333', '444455556666') },
};
const createsUser: Case = {
  ...theft,
  uses: [
    ...theft.uses,
    sent({ id: eventId(30), time: NOON + 300, eventSource: 'iam.amazonaws.com', eventName: 'CreateUser' }),
  ],
};
const malicious: Case = {
  ...theft,
  uses: theft.uses.map((each) => ({
    ...each,
    judgement: { ...each.judgement, explanation: { ...each.judgement.explanation, state: 'malicious' as const } },
  })),
};

describe('a dry run', () => {
  test('of a rule for one function behind its gateway has nothing against it', () => {
    const { hidden, kept, warnings } = tried('193.0.6.128/27', [theft, onPremises, overIPv6], onPremises);
    assert.deepEqual([hidden, kept, warnings], [[1], [], []]);
  });

  const cases: readonly (readonly [string, Parameters<typeof tried>, RegExp])[] = [
    [
      'another function',
      ['185.220.101.1', [theft, billing], theft],
      /also hide findings of another function, task or instance: .*:billing; it was made for .*:orders/,
    ],
    [
      'several functions',
      ['185.220.101.1', [theft, billing]],
      /findings of 2 functions, tasks or instances: .*billing, .*orders/,
    ],
    [
      'another account',
      ['185.220.101.1', [theft, otherAccount], theft],
      /another account: 444455556666; it was made for 111122223333/,
    ],
    ['another role', ['185.220.101.1', [theft, otherAccount], theft], /another role: 444455556666\/orders-role/],
    [
      'another network',
      ['0.0.0.0/0', [theft, onPremises], onPremises],
      /another network: AS60729 Stiftung Erneuerbare Freiheit; it was made for AS3333 RIPE NCC/,
    ],
    ['a critical call', ['185.220.101.1', [createsUser]], /critical calls, .*: iam:CreateUser/],
    [
      'derived credentials',
      ['185.220.101.1', [withDerived]],
      /a finding whose keys were used to make further credentials/,
    ],
    ['a host reported malicious', ['185.220.101.1', [malicious]], /reported malicious/],
  ];
  for (const [what, args, says] of cases) {
    test(`warns of ${what}`, () =>
      assert.ok(
        tried(...args).warnings.some((each) => says.test(each)),
        tried(...args).warnings.join('\n'),
      ));
  }

  test('warns of several organisations in the CIDR of a rule', () => {
    const mixed = (address: string) =>
      address.startsWith('198.51.100.1') ? { asn: 64496, organisation: 'A' } : { asn: 64497, organisation: 'B' };
    const warnings = (caller: string) => dryRun(criteriaFor(caller), [], mixed).warnings;
    assert.deepEqual(warnings('198.51.100.0/24'), [
      '198.51.100.0/24 holds networks of 2 organisations: AS64496 A, AS64497 B.',
    ]);
    assert.deepEqual(warnings('198.51.100.1'), []);
    assert.deepEqual(warnings('2001:db8::/32'), []);
  });

  test('asks about addresses all over a wide CIDR', () => {
    const asked = new Set<string>();
    dryRun(criteriaFor('2001:db8::/32'), [], (address) => {
      asked.add(address);
      return {};
    });
    assert.equal(asked.size, 256);
    assert.ok(asked.has('2001:db8::') && asked.has('2001:db8:ff00::'));
  });

  test('says which findings fit only by their newest call', () => {
    const criteria = compile({ criterion: { 'service.action.awsApiCallAction.api': { equals: ['GetObject'] } } });
    assert.ok(criteria.kind === 'criteria');
    const finding = raise(theft, settings);
    const { hidden, kept } = dryRun(criteria, [finding], facts);
    assert.deepEqual([hidden, kept], [[], [finding]]);
  });
});
