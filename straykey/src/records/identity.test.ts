import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { functionIdentity } from '../../../test/records/fixtures.ts';
import { type SessionIdentity, toIdentity } from './identity.ts';

const session = (change: Readonly<Record<string, unknown>>): SessionIdentity => {
  const identity = toIdentity({ ...functionIdentity, ...change });
  assert.equal(identity.kind, 'session');
  return identity as SessionIdentity;
};

describe('a role session', () => {
  test('has its role from the issuer, its name from the principal, its key and the time it was issued', () => {
    assert.deepEqual(toIdentity(functionIdentity), {
      kind: 'session',
      accountId: '111122223333',
      principalId: 'AROAIOSFODNN7EXAMPLE:thumbnailer',
      arn: 'arn:aws:sts::111122223333:assumed-role/thumbnailer-role/thumbnailer',
      accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
      roleId: 'AROAIOSFODNN7EXAMPLE',
      roleArn: 'arn:aws:iam::111122223333:role/service-role/thumbnailer-role',
      roleName: 'thumbnailer-role',
      sessionName: 'thumbnailer',
      creationDate: Date.UTC(2026, 2, 1, 10) / 1000,
    });
  });

  for (const partition of ['aws', 'aws-cn', 'aws-us-gov']) {
    test(`without an issuer has its role built from its ARN in ${partition}`, () => {
      const arn = `arn:${partition}:sts::111122223333:assumed-role/thumbnailer-role/thumbnailer`;
      const identity = session({ arn, sessionContext: undefined });
      assert.equal(identity.roleArn, `arn:${partition}:iam::111122223333:role/thumbnailer-role`);
      assert.equal(identity.roleName, 'thumbnailer-role');
    });
  }

  test('is known by its ARN alone when the principal is missing', () => {
    const identity = session({ principalId: undefined, accountId: undefined });
    assert.equal(identity.sessionName, 'thumbnailer');
    assert.equal(identity.accountId, '111122223333');
    assert.equal(identity.roleId, 'AROAIOSFODNN7EXAMPLE');
  });

  test('keeps a session name with every character STS allows', () => {
    const name = 'a_b+c=d,e.f@g-h';
    const identity = session({ principalId: `AROAIOSFODNN7EXAMPLE:${name}` });
    assert.equal(identity.sessionName, name);
  });

  test('seen from another account has the role id and the session name only', () => {
    const view = { type: 'AWSAccount', principalId: 'AROAIOSFODNN7EXAMPLE:thumbnailer', accountId: '111122223333' };
    const identity = toIdentity(view) as SessionIdentity;
    assert.equal(identity.kind, 'session');
    assert.equal(identity.roleId, 'AROAIOSFODNN7EXAMPLE');
    assert.equal(identity.sessionName, 'thumbnailer');
    assert.equal(identity.roleArn, '');
    assert.equal(identity.accessKeyId, '');
  });

  test('reads the same from the text forms of exports', () => {
    const athena =
      '{type=AssumedRole, principalid=AROAIOSFODNN7EXAMPLE:thumbnailer, ' +
      'arn=arn:aws:sts::111122223333:assumed-role/thumbnailer-role/thumbnailer, accountid=111122223333, ' +
      'accesskeyid=ASIAIOSFODNN7EXAMPLE, username=null, sessioncontext={attributes={creationdate=2026-03-01 10:00:00.000, ' +
      'mfaauthenticated=false}, sessionissuer={type=Role, principalid=AROAIOSFODNN7EXAMPLE, ' +
      'arn=arn:aws:iam::111122223333:role/service-role/thumbnailer-role, accountid=111122223333, ' +
      'username=thumbnailer-role}}, invokedby=null}';
    assert.deepEqual(toIdentity(athena), toIdentity(functionIdentity));
    assert.deepEqual(toIdentity(JSON.stringify(functionIdentity)), toIdentity(functionIdentity));
  });
});

describe('everybody else', () => {
  const kinds: readonly [type: string, kind: string][] = [
    ['IAMUser', 'user'],
    ['IdentityCenterUser', 'user'],
    ['Root', 'root'],
    ['AWSService', 'service'],
    ['AWSAccount', 'account'],
    ['FederatedUser', 'federated'],
    ['SAMLUser', 'federated'],
    ['WebIdentityUser', 'federated'],
    ['Unknown', 'other'],
    ['Directory', 'other'],
    ['toString', 'other'],
    ['__proto__', 'other'],
  ];
  for (const [type, kind] of kinds) {
    test(`of type ${type} is ${kind}`, () => {
      assert.equal(toIdentity({ type, principalId: 'AIDAIOSFODNN7EXAMPLE', accountId: '111122223333' }).kind, kind);
    });
  }

  test('has a user name when the record has one', () => {
    const identity = toIdentity({ type: 'IAMUser', userName: 'Alice' });
    assert.equal(identity.kind === 'session' ? undefined : identity.userName, 'Alice');
  });

  test('is nobody when userIdentity is absent or no object', () => {
    const nobody = { kind: 'other', accountId: '', principalId: '', arn: '', accessKeyId: '' };
    for (const value of [undefined, null, 'null', '', 7, true, [], 'Alice'])
      assert.deepEqual(toIdentity(value), nobody);
  });
});

test('a service calls on behalf of somebody only when invokedBy names it', () => {
  assert.equal(session({ invokedBy: 'athena.amazonaws.com' }).invokedBy, 'athena.amazonaws.com');
  for (const invokedBy of [undefined, null, 'null', '', {}]) {
    assert.ok(!('invokedBy' in session({ invokedBy })), JSON.stringify(invokedBy));
  }
});

describe('inScopeOf', () => {
  const lambda = 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer';

  const proven: readonly [issuerType: string, credentialsIssuedTo: string][] = [
    ['AWS::Lambda::Function', lambda],
    ['AWS::Lambda::Function', 'arn:aws-cn:lambda:cn-north-1:111122223333:function:thumbnailer'],
    ['AWS::Lambda::SomethingNew', `${lambda}:7`],
    ['AWS::EC2::Instance', 'arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0'],
    ['AWS::ECS::Task', 'arn:aws:ecs:eu-west-1:111122223333:task/cluster/0123456789abcdef0123456789abcdef'],
    ['AWS::SomethingElse::Thing', 'arn:aws:something:eu-west-1:111122223333:thing/1'],
  ];
  for (const [issuerType, credentialsIssuedTo] of proven) {
    test(`proves that the credential was issued to ${credentialsIssuedTo}`, () => {
      const identity = session({ inScopeOf: { issuerType, credentialsIssuedTo } });
      assert.deepEqual(identity.inScopeOf, { issuerType, credentialsIssuedTo });
      assert.equal(identity.inScopeOfOddity, undefined);
    });
  }

  test('carries the version when it is there', () => {
    const inScopeOf = {
      issuerType: 'AWS::Lambda::Function',
      credentialsIssuedTo: lambda,
      credentialsIssuedToVersion: `${lambda}:$LATEST`,
    };
    assert.deepEqual(session({ inScopeOf }).inScopeOf, inScopeOf);
  });

  const proveNothing: readonly [what: string, value: unknown, why: RegExp][] = [
    ['an empty object', {}, /empty/],
    ['text', 'yes', /expected an object/],
    ['a list', [{ issuerType: 'AWS::Lambda::Function', credentialsIssuedTo: lambda }], /expected an object/],
    ['no issuer type', { credentialsIssuedTo: lambda }, /no issuerType/],
    [
      'an issuer type that is no text',
      { issuerType: ['AWS::Lambda::Function'], credentialsIssuedTo: lambda },
      /no issuerType/,
    ],
    ['nothing it was issued to', { issuerType: 'AWS::Lambda::Function' }, /no credentialsIssuedTo/],
    [
      'a name instead of an ARN',
      { issuerType: 'AWS::Lambda::Function', credentialsIssuedTo: 'thumbnailer' },
      /not an ARN/,
    ],
    [
      'a role for a function',
      { issuerType: 'AWS::Lambda::Function', credentialsIssuedTo: 'arn:aws:iam::111122223333:role/thumbnailer-role' },
      /does not fit/,
    ],
    [
      'a layer for a function',
      { issuerType: 'AWS::Lambda::Function', credentialsIssuedTo: 'arn:aws:lambda:eu-west-1:111122223333:layer:x' },
      /does not fit/,
    ],
    ['a function for an instance', { issuerType: 'AWS::EC2::Instance', credentialsIssuedTo: lambda }, /does not fit/],
    [
      'members of its prototype',
      JSON.parse(`{"__proto__":{"issuerType":"AWS::Lambda::Function","credentialsIssuedTo":"${lambda}"}}`),
      /no issuerType/,
    ],
  ];
  for (const [what, value, why] of proveNothing) {
    test(`proves nothing when it is ${what}, and says why`, () => {
      const identity = session({ inScopeOf: value });
      assert.equal(identity.inScopeOf, undefined);
      assert.match(identity.inScopeOfOddity ?? '', why);
    });
  }

  test('is not missed when absent', () => {
    for (const value of [undefined, null]) assert.equal(session({ inScopeOf: value }).inScopeOfOddity, undefined);
  });
});

test('any JSON value is an identity', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => assert.equal(typeof toIdentity(value).kind, 'string')));
  fc.assert(
    fc.property(
      fc.record({
        type: fc.constantFrom('AssumedRole', 'AWSAccount'),
        arn: fc.jsonValue(),
        principalId: fc.jsonValue(),
        sessionContext: fc.jsonValue(),
        inScopeOf: fc.jsonValue(),
      }),
      (value) => assert.equal(typeof toIdentity(value).arn, 'string'),
    ),
  );
});
