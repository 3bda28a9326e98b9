import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ApiCall, Issue, SessionIdentity } from '../records/index.ts';
import { attribute } from './attribute.ts';
import { Ledger } from './ledger.ts';

const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:orders';
const KEY = 'ASIAIOSFODNN7EXAMPLE';

const session: SessionIdentity = {
  kind: 'session',
  accountId: '111122223333',
  principalId: 'AROAEXAMPLEROLEID0001:orders',
  arn: 'arn:aws:sts::111122223333:assumed-role/orders-role/orders',
  accessKeyId: KEY,
  roleId: 'AROAEXAMPLEROLEID0001',
  roleArn: 'arn:aws:iam::111122223333:role/service-role/orders-role',
  roleName: 'orders-role',
  sessionName: 'orders',
};

const call: ApiCall = {
  id: 'e1',
  time: 1_790_000_000,
  eventSource: 's3.amazonaws.com',
  eventName: 'ListBuckets',
  awsRegion: 'eu-west-1',
  sourceIPAddress: 'irrelevant',
  userAgent: '',
  recipientAccountId: '111122223333',
  resources: {},
  identity: session,
};

const issue: Issue = {
  kind: 'issue',
  accessKeyId: KEY,
  roleArn: session.roleArn,
  sessionName: 'orders',
  service: 'lambda.amazonaws.com',
};

function issued(change: Partial<Issue> = {}, of: Partial<ApiCall> = {}): ApiCall {
  return {
    ...call,
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    identity: {
      kind: 'service',
      accountId: '',
      principalId: '',
      arn: '',
      accessKeyId: '',
      invokedBy: 'lambda.amazonaws.com',
    },
    testimony: { ...issue, ...change },
    ...of,
  };
}

function ledgerOf(...calls: readonly [ApiCall, 'inside' | 'outside'][]): Ledger {
  const ledger = new Ledger();
  for (const [each, from] of calls) ledger.learn(each, from);
  return ledger;
}

describe('what attributes a credential', () => {
  test('inScopeOf in the record itself is the highest rung', () => {
    const inScopeOf = {
      issuerType: 'AWS::Lambda::Function',
      credentialsIssuedTo: FUNCTION,
      credentialsIssuedToVersion: `${FUNCTION}:$LATEST`,
    };
    const result = attribute({ ...session, inScopeOf }, ledgerOf([issued(), 'inside']));
    assert.ok(result.kind === 'resource');
    assert.equal(result.rung, 'in-scope-of');
    assert.deepEqual(result.issuedTo, {
      family: 'lambda',
      accountId: '111122223333',
      region: 'eu-west-1',
      name: 'orders',
      arn: FUNCTION,
      version: '$LATEST',
    });
  });

  test('inScopeOf in another record of the same key counts for this one', () => {
    const inScopeOf = { issuerType: 'AWS::Lambda::Function', credentialsIssuedTo: FUNCTION };
    const result = attribute(session, ledgerOf([{ ...call, identity: { ...session, inScopeOf } }, 'inside']));
    assert.ok(result.kind === 'resource' && result.rung === 'in-scope-of' && result.issuedTo.arn === FUNCTION);
  });

  test('the key in the answer to an AssumeRole by Lambda', () => {
    const result = attribute(session, ledgerOf([issued(), 'inside']));
    assert.ok(result.kind === 'resource');
    assert.deepEqual([result.rung, result.issuedTo.arn], ['issued-key', FUNCTION]);
  });

  test('the same role and session name, when the key itself was issued unseen', () => {
    const result = attribute({ ...session, accessKeyId: 'ASIAOTHERKEYEXAMPLE1' }, ledgerOf([issued(), 'inside']));
    assert.ok(result.kind === 'resource');
    assert.deepEqual([result.rung, result.issuedTo.arn], ['issued-session', FUNCTION]);
  });

  test('the role id alone, in the trail of another account', () => {
    const elsewhere = { ...session, arn: '', roleArn: '', roleName: '', accessKeyId: '' };
    const ledger = ledgerOf([issued(), 'inside'], [call, 'inside']);
    const result = attribute(elsewhere, ledger);
    assert.ok(result.kind === 'resource' && result.rung === 'issued-session' && result.issuedTo.arn === FUNCTION);
    assert.equal(
      attribute(elsewhere, ledgerOf([issued(), 'inside'])).kind,
      'other',
      'without a record that ties the id to the role',
    );
  });

  test('the log stream that Lambda made with the key from inside AWS, and not one made from outside', () => {
    const stream: ApiCall = {
      ...call,
      eventSource: 'logs.amazonaws.com',
      eventName: 'CreateLogStream',
      testimony: { kind: 'log-stream', functionName: 'orders' },
    };
    const result = attribute(session, ledgerOf([stream, 'inside']));
    assert.ok(result.kind === 'resource' && result.rung === 'log-writer' && result.issuedTo.arn === FUNCTION);
    assert.equal(attribute(session, ledgerOf([stream, 'outside'])).kind, 'other');
  });

  test('a name alone makes nothing but a note', () => {
    const named: ApiCall = { ...call, testimony: { kind: 'function-named', functionName: 'orders' } };
    assert.deepEqual(attribute(session, ledgerOf([named, 'inside'])), { kind: 'unattributed', functionName: 'orders' });
    assert.equal(attribute(session, new Ledger()).kind, 'other');
  });
});

describe('what is somebody else’s', () => {
  test('a key that a person was given under the function’s name, even though Lambda issues such sessions too', () => {
    const person = issued(
      { accessKeyId: 'ASIAPERSONKEYEXAMPLE', service: undefined },
      { identity: { ...session, accessKeyId: 'ASIAJANESKEYEXAMPLE0' } },
    );
    const ledger = ledgerOf([issued(), 'inside'], [person, 'outside']);
    assert.equal(attribute({ ...session, accessKeyId: 'ASIAPERSONKEYEXAMPLE' }, ledger).kind, 'other');
    assert.equal(attribute(session, ledger).kind, 'resource', 'the function’s own key stays the function’s');
  });

  test('a key that another service was given', () => {
    const ledger = ledgerOf([issued({ service: 'config.amazonaws.com' }), 'inside']);
    assert.equal(attribute(session, ledger).kind, 'other');
  });

  test('a failed AssumeRole issues nothing', () => {
    assert.equal(attribute(session, ledgerOf([issued({}, { errorCode: 'AccessDenied' }), 'inside'])).kind, 'other');
  });

  test('one anonymised key for many sessions attributes only the session it was issued for', () => {
    const ledger = ledgerOf([issued({ accessKeyId: 'ASIAREDACTED' }), 'inside']);
    const other = {
      ...session,
      accessKeyId: 'ASIAREDACTED',
      sessionName: 'jane',
      arn: 'arn:aws:sts::111122223333:assumed-role/orders-role/jane',
    };
    assert.equal(attribute(other, ledger).kind, 'other');
  });
});

describe('siblings and special sessions', () => {
  const table: readonly [
    name: string,
    service: string,
    sessionName: string,
    family: string,
    arn: string,
    platform: boolean,
  ][] = [
    [
      'an ECS task',
      'ecs-tasks.amazonaws.com',
      '0123456789abcdef0123456789abcdef',
      'ecs',
      'arn:aws:ecs:eu-west-1:111122223333:task/0123456789abcdef0123456789abcdef',
      false,
    ],
    [
      'an EC2 instance',
      'ec2.amazonaws.com',
      'i-0123456789abcdef0',
      'ec2',
      'arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0',
      false,
    ],
    [
      'Lambda@Edge',
      'edgelambda.amazonaws.com',
      'us-east-1.viewer-auth',
      'lambda',
      'arn:aws:lambda:us-east-1:111122223333:function:viewer-auth',
      false,
    ],
    [
      'Lambda’s control plane',
      'lambda.amazonaws.com',
      'awslambda_292_20191110150720334',
      'lambda',
      'arn:aws:iam::111122223333:role/service-role/orders-role',
      true,
    ],
  ];
  for (const [name, service, sessionName, family, arn, platform] of table) {
    test(`${name} is attributed by its issue`, () => {
      const result = attribute({ ...session, sessionName }, ledgerOf([issued({ service, sessionName }), 'inside']));
      assert.ok(result.kind === 'resource');
      assert.deepEqual([result.issuedTo.family, result.issuedTo.arn, result.platform], [family, arn, platform]);
    });
  }

  test('an unknown issuer of Lambda’s family counts as Lambda, one of another family as nobody', () => {
    const of = (issuerType: string) =>
      attribute(
        {
          ...session,
          inScopeOf: { issuerType, credentialsIssuedTo: 'arn:aws:lambda:eu-west-1:111122223333:microvm:vm-1' },
        },
        new Ledger(),
      );
    assert.equal(of('AWS::Lambda::MicroVM').kind, 'resource');
    assert.equal(of('AWS::Bedrock::Agent').kind, 'other');
  });

  test('the partition of China is kept in the function’s ARN', () => {
    const roleArn = 'arn:aws-cn:iam::111122223333:role/orders-role';
    const result = attribute(
      { ...session, roleArn },
      ledgerOf([issued({ roleArn }, { awsRegion: 'cn-north-1' }), 'inside']),
    );
    assert.ok(result.kind === 'resource');
    assert.equal(result.issuedTo.arn, 'arn:aws-cn:lambda:cn-north-1:111122223333:function:orders');
  });
});

test('a ledger is the same whatever the order and the number of its records', () => {
  const calls: readonly [ApiCall, 'inside' | 'outside'][] = [
    [issued(), 'inside'],
    [issued({ accessKeyId: 'ASIASECONDKEYEXAMPL' }, { awsRegion: 'us-east-1' }), 'inside'],
    [call, 'inside'],
    [{ ...call, testimony: { kind: 'function-named', functionName: 'orders', inVpc: false } }, 'inside'],
    [{ ...call, testimony: { kind: 'function-named', functionName: 'orders', inVpc: true } }, 'inside'],
  ];
  const expected = sorted(ledgerOf(...calls));
  assert.deepEqual(sorted(ledgerOf(...calls.toReversed(), ...calls)), expected);
  const joined = ledgerOf(calls[3]!, calls[0]!);
  joined.absorb(structuredClone(ledgerOf(calls[1]!, calls[2]!, calls[4]!).facts()));
  assert.deepEqual(sorted(joined), expected);
});

function sorted(ledger: Ledger): unknown {
  return Object.values(ledger.facts()).map((each) => [...each].map((entry) => JSON.stringify(entry)).sort());
}
