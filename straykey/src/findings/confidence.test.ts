import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  crossAccount,
  everyUse,
  explanation,
  judged,
  judgement,
  onPremises,
  theft,
  withCall,
  withDerived,
} from '../../../test/findings/fixtures.ts';
import type { Case, JudgedUse } from './case.ts';
import { confidenceOf } from './confidence.ts';
import { gather } from './facts.ts';

const of = (c: Case) => confidenceOf(gather(c));
const names = (c: Case) => [...of(c).for, ...of(c).against].map((each) => each.name);

/** Nothing known but the attribution and a call by an ordinary SDK. */
const bare: Case = {
  ...everyUse(theft, (each) => withCall(each, { userAgent: 'aws-sdk-go-v2/1.36.3 os/linux lang/go#1.26.4' })),
  inside: { days: [] },
};
const unknownInside = everyUse(bare, (each) => ({
  ...each,
  judgement: { ...judgement, explanation: { ...explanation, insideDays: 0 } },
}));

test('a key used by hand outside while the function runs inside is near certain', () => {
  assert.equal(of(theft).level, 'high');
  assert.deepEqual(of(theft).against, []);
});

test('attribution alone, with nothing for or against, is medium', () => {
  assert.equal(of(unknownInside).level, 'medium');
});

test('traffic that left by a shared gateway with the runtime marker intact is low', () => {
  assert.equal(of(onPremises).level, 'low');
  assert.deepEqual(names(onPremises), [
    'RUNG_IN_SCOPE_OF',
    'NOT_USED_INSIDE',
    'RUNTIME_MARKER',
    'SHARED_EGRESS',
    'IN_VPC',
  ]);
});

test('GetCallerIdentity alone is identity proof and never above low, whatever else speaks for it', () => {
  const proof = { ...theft, uses: [judged] };
  assert.equal(of(proof).level, 'low');
  assert.ok(names(proof).includes('IDENTITY_PROOF_ONLY'));
  assert.ok(!names(theft).includes('IDENTITY_PROOF_ONLY'));
});

test('each fact that speaks for theft raises the points, each doubt lowers them', () => {
  const cases: [string, Case, 'for' | 'against'][] = [
    ['ALSO_USED_INSIDE', { ...bare, inside: { days: ['2026-07-01'] } }, 'for'],
    ['USED_INSIDE_BEFORE', { ...bare, inside: { days: ['2026-06-01'] } }, 'for'],
    ['NO_INSIDE_USE_SEEN', unknownInside, 'against'],
    ['NOT_IN_VPC', { ...bare, inside: { days: [], inVpc: false } }, 'for'],
    ['IN_VPC', { ...bare, inside: { days: [], inVpc: true } }, 'against'],
    ['WEAK_ADDRESS_DATA', { ...bare, address: { ...bare.address, weak: true } }, 'against'],
    ['MADE_CREDENTIALS', withDerived, 'for'],
    ['NO_RUNTIME_MARKER', bare, 'for'],
    ['FOREIGN_SYSTEM', theft, 'for'],
    ['HAND_TOOL', theft, 'for'],
    ['OTHER_ENVIRONMENT', everyUse(bare, (each) => withCall(each, { userAgent: 'exec-env/CloudShell' })), 'for'],
    ['RUNTIME_MARKER', everyUse(bare, (each) => withCall(each, { userAgent: 'exec-env/AWS_Lambda_go1.x' })), 'against'],
    ['ALL_FAILED', everyUse(bare, (each) => withCall(each, { errorCode: 'AccessDenied' })), 'against'],
    ['QUERY_SIGNED', everyUse(bare, (each) => withCall(each, { authenticationMethod: 'QueryString' })), 'for'],
    ['PLATFORM_SESSION', everyUse(bare, (each) => ({ ...each, use: { ...each.use, platform: true } })), 'for'],
    ['RUNG_ISSUED_KEY', everyUse(bare, (each) => ({ ...each, use: { ...each.use, rung: 'issued-key' } })), 'for'],
    ['RUNG_LOG_WRITER', everyUse(bare, (each) => ({ ...each, use: { ...each.use, rung: 'log-writer' } })), 'for'],
    ['RUNG_ISSUED_SESSION', crossAccount, 'for'],
    ['KEY_NOT_SEEN_ISSUED', crossAccount, 'against'],
    [
      'CRITICAL_API',
      everyUse(bare, (each) => ({ ...each, judgement: { ...judgement, reasons: ['CRITICAL_API'] } })),
      'for',
    ],
    [
      'HOST_REPORTED_MALICIOUS',
      everyUse(bare, (each) => ({ ...each, judgement: { ...judgement, reasons: ['HOST_REPORTED_MALICIOUS'] } })),
      'for',
    ],
  ];
  for (const [name, c, side] of cases) {
    assert.ok(
      of(c)[side].some((each) => each.name === name),
      `${name} is ${side}: ${names(c).join(' ')}`,
    );
  }
});

test('silent calls from the host do not accuse it', () => {
  const silent: JudgedUse = {
    ...withCall(judged, { id: 'silent', userAgent: 'Boto3/1.34.0 os/windows#10' }),
    judgement: { ...judgement, finding: false, reasons: [] },
  };
  assert.deepEqual(names({ ...bare, uses: [...bare.uses, silent] }), names(bare));
});
