import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Outside } from './input.ts';
import { createModel, type Model } from './learn.ts';

const DAY_0 = 20_000;
let serial = 0;

function call(day: number, rest: Partial<Outside> = {}): Outside {
  return {
    id: `e${serial++}`,
    t: (DAY_0 + day) * 86_400 + 30_000,
    principal: '111122223333/role-orders/orders',
    role: '111122223333/role-orders',
    key: `ASIA${day}`,
    ip: '198.51.100.7',
    ua: 'Boto3/1.39.7 exec-env/AWS_Lambda_python3.12 Botocore/1.39.17',
    source: 'ec2.amazonaws.com',
    name: 'DescribeTags',
    region: 'eu-west-1',
    ...rest,
  };
}

function after(days: number, rest: Partial<Outside> = {}, alsoInside = false): Model {
  const model = createModel();
  for (let day = 0; day < days; day++) {
    const { principal, t } = call(day, rest);
    if (alsoInside) model.observeInside({ inside: true, t, principal, vpce: false });
    model.judge(call(day, rest));
  }
  return model;
}

const SECRETS = { source: 'secretsmanager.amazonaws.com', name: 'GetSecretValue' };

describe('an explanation, read cold', () => {
  const texts: readonly (readonly [string, string, string])[] = [
    [
      'a new host',
      createModel().judge(call(0)).explanation.text,
      'Function `orders` (role 111122223333/role-orders) used from 198.51.100.7: new, no evidence day for this function there up to 2024-10-02. ' +
        '7 days needed: base 14. Against it: nothing. For it: RUNTIME_MARKER -3 (the user agent names the Lambda runtime); ' +
        'NOT_USED_INSIDE_AWS -4 (on the days that count so far, the function is not seen inside AWS). 0 other roles use this host as its established egress. ' +
        'This call: ec2:DescribeTags (READ, boto3+lambda, eu-west-1), nothing of it seen from there before. ' +
        'Missing before such a call is silent: 7 more evidence days. An evidence day is a UTC day with a successful, non-critical call ' +
        'under a fresh credential; it counts 2 days later. Not silenced before 2024-10-11. ' +
        'If expected: archive as *expected* for this function and 198.51.100.7/32. If not: treat its credentials as stolen.',
    ],
    [
      'a host being learned, of a function that also runs in AWS, and a call for secrets',
      after(5, { ua: 'aws-cli/2.15' }, true).judge(call(5, { ...SECRETS, ua: 'aws-cli/2.15' })).explanation.text,
      'Function `orders` (role 111122223333/role-orders) used from 198.51.100.7: learning, 4 of 21 evidence days, 2024-10-04 to 2024-10-07. ' +
        '21 days needed: base 14. Against it: NO_RUNTIME_MARKER +3 (no Lambda runtime marker in the user agent on 4 of 4 days); ' +
        'ALSO_USED_INSIDE_AWS +4 (the same function was also called from inside AWS on 4 of 4 days). For it: nothing. ' +
        '0 other roles use this host as its established egress. ' +
        'This call: secretsmanager:GetSecretValue; SECRETS: never seen from there; aws-cli: seen from there on 4 days, 5 needed; ' +
        'eu-west-1: seen from there on 4 days. ' +
        'Never silenced because SECRETS calls are learned only for functions that visibly do not run in AWS. ' +
        'Missing before such a call is silent: 17 more evidence days; an *expected* statement that accepts SECRETS. ' +
        'An evidence day is a UTC day with a successful, non-critical call under a fresh credential; it counts 2 days later. ' +
        'Not silenced before 2024-10-26. ' +
        'If expected: archive as *expected* for this function and 198.51.100.7/32, accepting SECRETS. If not: treat its credentials as stolen.',
    ],
    [
      'a learned host',
      after(12).judge(call(12)).explanation.text,
      'Function `orders` (role 111122223333/role-orders) used from 198.51.100.7: learned since 2024-10-12 ' +
        '(11 evidence days, 7 needed, 2024-10-04 to 2024-10-14). ' +
        '7 days needed: base 14. Against it: nothing. For it: RUNTIME_MARKER -3 (the user agent names the Lambda runtime); ' +
        'NOT_USED_INSIDE_AWS -4 (on the days that count so far, the function is not seen inside AWS). 0 other roles use this host as its established egress. ' +
        'This call: ec2:DescribeTags; READ, boto3+lambda, eu-west-1: seen from there on 11 days. ' +
        'Silent: all of it is expected. If it should not be: report 198.51.100.7/32 as *malicious*.',
    ],
    [
      'a reopened host',
      reopened().judge(call(23)).explanation.text,
      'Function `orders` (role 111122223333/role-orders) used from 198.51.100.7: reopened because of a critical call on 2024-10-24, ' +
        'which voids the days up to it (1 of 7 evidence days, on 2024-10-25). ' +
        '7 days needed: base 14. Against it: nothing. For it: RUNTIME_MARKER -3 (the user agent names the Lambda runtime); ' +
        'NOT_USED_INSIDE_AWS -4 (on the days that count so far, the function is not seen inside AWS). 0 other roles use this host as its established egress. ' +
        'This call: ec2:DescribeTags; READ, boto3+lambda, eu-west-1: seen from there on 1 day, 3 needed. ' +
        'Missing before such a call is silent: 6 more evidence days. An evidence day is a UTC day with a successful, non-critical call ' +
        'under a fresh credential; it counts 2 days later. Not silenced before 2024-11-02. ' +
        'If expected: archive as *expected* for this function and 198.51.100.7/32. If not: treat its credentials as stolen.',
    ],
  ];
  for (const [name, text, expected] of texts) it(`of ${name}`, () => assert.equal(text, expected));
});

describe('an explanation', () => {
  it('names the pool, who shares it, and a pool next door', () => {
    const model = createModel();
    for (let day = 0; day < 20; day++) {
      for (const name of ['a', 'b']) {
        const names = { principal: `111122223333/role-${name}/${name}`, role: `111122223333/role-${name}` };
        for (const last of [16, 17, 18]) model.judge(call(day, { ...names, ip: `203.0.113.${last}` }));
      }
    }
    const names = { principal: '111122223333/role-a/a', role: '111122223333/role-a' };
    const within = model.judge(call(20, { ...names, ip: '203.0.113.30' }));
    assert.deepEqual(
      [within.finding, within.scope],
      [false, { kind: 'pool', network: '203.0.113.0/24', blocks: ['203.0.113.16/28'] }],
    );
    assert.match(
      within.explanation.text,
      /in the learned egress pool 203\.0\.113\.16\/28: learned since .*SHARED_EGRESS -2 \(another role is routed through it\).*1 other role uses this pool as established egress: 111122223333\/role-b\./,
    );
    const beside = model.judge(call(20, { ...names, ip: '203.0.113.32' })).explanation;
    assert.deepEqual(beside.nearbyPool, ['203.0.113.16/28']);
    assert.match(
      beside.text,
      /Network 203\.0\.113\.0\/24 has a learned egress pool, 203\.0\.113\.16\/28, but this address is not in it/,
    );
  });

  it('never promises that a critical call will be silent', () => {
    const { facets, missing, text } = after(20).judge(
      call(20, { source: 'iam.amazonaws.com', name: 'CreateUser' }),
    ).explanation;
    assert.match(text, /Never silenced because critical calls always alarm/);
    assert.deepEqual(missing, ['an *expected* statement that accepts CRITICAL']);
    assert.deepEqual(facets[0], { facet: 'CRITICAL', days: 0, needed: 0, never: true });
  });

  it('has nothing missing exactly when the call is silent', () => {
    const model = after(20);
    for (const rest of [
      {},
      SECRETS,
      { ua: 'aws-cli/2' },
      { region: 'us-east-1' },
      { ip: '9.9.9.9' },
      { source: 'iam.amazonaws.com', name: 'CreateUser' },
    ]) {
      const { explanation, finding } = model.judge(call(20, rest));
      assert.equal(explanation.missing.length > 0, finding, explanation.text);
    }
  });

  it('tells a day that counts: how many calls, how many are ordinary', () => {
    const model = after(20);
    const judged = Array.from({ length: 320 }, () => model.judge(call(20)));
    assert.equal(judged[120]?.finding, false);
    assert.match(
      judged[319]!.explanation.text,
      /\d+ calls from there on 2024-10-24 so far, where up to 199 are ordinary \(the second busiest of its recent days had 1\)/,
    );
  });

  it('makes hostile text harmless', () => {
    const hostile = '\u001b[2J\u202eevil\ud800\n';
    const { explanation } = createModel().judge(
      call(0, {
        principal: `r/${hostile}`,
        role: 'r',
        name: hostile,
        source: hostile,
        region: hostile,
        error: hostile,
      }),
    );
    assert.doesNotMatch(explanation.text, /[\u0000-\u001f\u202e\ud800-\udfff]/);
    assert.match(explanation.text, /\\u\{1b\}\[2J\\u\{202e\}evil\\u\{d800\}/);
  });
});

function reopened(): Model {
  const model = after(20);
  model.judge(call(20));
  model.judge(call(20, { source: 'iam.amazonaws.com', name: 'CreateAccessKey' }));
  model.judge(call(21));
  model.judge(call(22));
  return model;
}
