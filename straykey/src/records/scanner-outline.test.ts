import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answers, identity, record, scan, text } from '../../../test/property/scanner-listener.ts';
import type { ApiCall } from './api-call.ts';
import { toApiCall } from './parse.ts';

/** A record like it, so that all but the next one's caller is known. */
const known = text({ sourceIPAddress: '198.51.100.7' });

/** How the caller of a record was met, which is read after it. */
function metIn(changes: object, answers?: Answers): ApiCall {
  const { asked } = scan(`${known},${text(changes)}`, answers);
  assert.deepEqual(asked.oddities, []);
  assert.equal(asked.meets.length, 2);
  return asked.meets[1]!;
}

const context = (issuer: object = {}) => ({
  sessionContext: {
    sessionIssuer: { arn: 'arn:aws:iam::111122223333:role/service-role/orders', ...issuer },
    attributes: { creationDate: '2024-03-01T08:00:00Z' },
  },
});

const outlined: readonly [string, object][] = [
  ['a role session', identity({ sessionContext: undefined })],
  [
    'a session known by its scope',
    identity({
      inScopeOf: {
        issuerType: 'AWS::Lambda::Function',
        credentialsIssuedTo: 'arn:aws:lambda:eu-west-1:111122223333:function:orders',
      },
    }),
  ],
  ['a session whose scope is empty', identity({ inScopeOf: {} })],
  [
    'a service',
    {
      userIdentity: { type: 'AWSService', invokedBy: 'lambda.amazonaws.com' },
      sourceIPAddress: 'lambda.amazonaws.com',
    },
  ],
  [
    'another account',
    { userIdentity: { type: 'AWSAccount', principalId: 'AROAEXAMPLEEXAMPLE123:orders', accountId: '444455556666' } },
  ],
  ['nobody', { userIdentity: undefined }],
  ['a caller through an endpoint', { vpcEndpointId: 'vpce-0a1b', vpcEndpointAccountId: '444455556666' }],
  ['a caller on another day', { eventTime: '2024-03-02T23:59:59Z' }],
];

for (const [who, changes] of outlined) {
  test(`${who} is met by an outline that says what the record says of the caller`, () => {
    const { eventVersion: _, ...whole } = toApiCall(JSON.parse(text(changes))) as ApiCall;
    assert.deepEqual(metIn(changes), { ...whole, userAgent: '' });
  });
}

test('an outline has the category and the flag its tally is counted under', () => {
  const changes = { eventCategory: 'Data', managementEvent: false, eventType: 'AwsApiCall' };
  const first = text({ ...changes, sourceIPAddress: '198.51.100.7' });
  const { asked } = scan(`${first},${text(changes)}`);
  const { eventCategory, eventType, userAgent } = asked.meets[1]!;
  assert.deepEqual(
    { eventCategory, eventType, userAgent },
    { eventCategory: 'Data', eventType: 'AwsApiCall', userAgent: '' },
  );
});

test('of a session, an outline leaves out the path of the role and the time of the key', () => {
  const { identity: met } = metIn(identity(context()));
  assert.ok(met.kind === 'session');
  assert.equal(met.roleArn, 'arn:aws:iam::111122223333:role/orders');
  assert.deepEqual([met.roleId, met.roleName, met.creationDate], ['AROAEXAMPLEEXAMPLE123', 'orders', undefined]);
});

const whole: readonly [string, object][] = [
  ['the session issuer alone names the role', identity({ ...context(), arn: undefined })],
  ['the ARN is a publisher’s redaction', identity({ ...context(), arn: '****' })],
  [
    'the session issuer alone has the role’s id',
    identity({ ...context({ principalId: 'AROAEXAMPLE' }), principalId: 'orders' }),
  ],
  ['a value is not ASCII', identity({ principalId: 'AROAEXAMPLEEXAMPLE123:é' })],
  ['a value is long', identity({ principalId: `AROAEXAMPLEEXAMPLE123:${'x'.repeat(20_000)}` })],
  ['the scope is text', identity({ inScopeOf: '{}' })],
  ['a value has an escape', { sourceIPAddress: '203.0.113.9\n' }],
];

for (const [why, changes] of whole) {
  test(`a caller is met by the whole record when ${why}`, () => {
    assert.deepEqual(metIn(changes), toApiCall(JSON.parse(text(changes))));
  });
}

test('a malformed scope is found although the record is not parsed', () => {
  const broken = text(identity({ inScopeOf: {} })).replace('"inScopeOf":{}', '"inScopeOf":{"issuerType":}');
  assert.notEqual(broken, text(identity({ inScopeOf: {} })));
  const { asked, scanner } = scan(`${known},${broken},${text()}`);
  assert.deepEqual(
    asked.oddities.map(({ kind, offset }) => [kind, offset]),
    [['not-json', known.length + 1]],
  );
  assert.equal(scanner.records, 2);
});

test('a caller who is to be read is read in full, and counted once', () => {
  const { asked, scanner } = scan(`${known},${text()},${text({ eventID: 'id-2' })}`, {
    meet: (call) => (call.sourceIPAddress === record.sourceIPAddress ? 'read' : 'skip'),
  });
  assert.deepEqual(
    asked.reads.map(({ id }) => id),
    ['id-1', 'id-2'],
  );
  assert.equal(asked.meets.length, 2);
  assert.equal(scanner.records, 3);
});

const arn = 'arn:aws:lambda:eu-west-1:111122223333:function:orders';
const logs = { eventSource: 'logs.amazonaws.com', eventName: 'CreateLogStream' };
const decrypt = { eventSource: 'kms.amazonaws.com', eventName: 'Decrypt' };
const update = { eventSource: 'lambda.amazonaws.com', eventName: 'UpdateFunctionConfiguration20150331v2' };
const worker = 'awslambda-worker/1.0 rusoto/0.48.0 rust/1.88 linux';

const testifying: readonly [string, object][] = [
  ['a log stream', { ...logs, userAgent: worker, requestParameters: { logGroupName: '/aws/lambda/orders' } }],
  [
    'a log stream that was there before',
    { ...logs, userAgent: worker, requestParameters: { logGroupName: '/aws/lambda/orders' }, errorCode: 'X' },
  ],
  ['a log stream of somebody else', { ...logs, requestParameters: null, errorCode: null }],
  [
    'the decryption of a function’s environment',
    {
      ...decrypt,
      userAgent: 'aws-internal/3',
      requestParameters: { encryptionContext: { 'aws:lambda:FunctionArn': arn } },
    },
  ],
  [
    'a function in a VPC',
    { ...update, requestParameters: { functionName: arn, vpcConfig: { subnetIds: ['subnet-1'] } } },
  ],
  [
    'a function whose answer alone says that it is in none',
    { ...update, requestParameters: { functionName: 'orders' }, responseElements: { vpcConfig: { subnetIds: [] } } },
  ],
  [
    'a function whose answer has its role, and an escape',
    { ...update, requestParameters: { functionName: 'orders' }, responseElements: { role: 'x', description: '\n' } },
  ],
  ['a change that failed', { ...update, requestParameters: { functionName: 'orders' }, errorCode: 'AccessDenied' }],
  ['a change without an agent', { ...update, requestParameters: { functionName: 'orders' }, userAgent: undefined }],
];

/** Two records: the first makes the kind and the tally known. */
const byKind = (changes: object, answers: Answers) => {
  const first = text({ ...changes, eventID: 'id-0' });
  return scan(`${first},${text(changes)}`, answers);
};

for (const [what, changes] of testifying) {
  for (const kind of ['read', 'read-function-arn'] as const) {
    test(`${what}, of kind ${kind}, testifies by an outline as it does in full`, () => {
      const { eventVersion: _, ...whole } = toApiCall(JSON.parse(text(changes))) as ApiCall;
      const { asked, scanner } = byKind({ ...changes }, { kindOf: () => kind, witness: () => true });
      if (kind === 'read-function-arn' && !text(changes).includes('FunctionArn')) {
        assert.deepEqual([asked.witnesses, asked.meets.length], [[], 1]);
        return;
      }
      assert.deepEqual(asked.witnesses, [whole]);
      assert.deepEqual([asked.reads.length, asked.meets.length, scanner.records], [1, 0, 2]);
    });
  }
}

const untold: readonly [string, object][] = [
  ['the agent has an escape', { ...logs, userAgent: 'a\\b' }],
  ['the agent is no text', { ...logs, userAgent: 7 }],
  ['the error is no text', { ...logs, errorCode: { a: 1 } }],
  ['the request is text', { ...logs, requestParameters: '{"logGroupName":"x"}' }],
  ['the answer is text', { ...update, responseElements: '{}' }],
  ['the request is not ASCII', { ...update, requestParameters: { functionName: 'é' } }],
  ['the request is long', { ...update, requestParameters: { functionName: 'x'.repeat(20_000) } }],
  ['there is no id', { ...update, eventID: undefined }],
];

for (const [why, changes] of untold) {
  test(`a record wanted by its kind is read when ${why}`, () => {
    const { asked, scanner } = byKind(changes, { kindOf: () => 'read', witness: () => true });
    assert.deepEqual([asked.witnesses.length, asked.reads.length, scanner.records], [0, 2, 2]);
  });
}

test('a record wanted by its kind is read when an outline did not do', () => {
  const { asked, scanner } = byKind(logs, { kindOf: () => 'read', witness: () => false });
  assert.deepEqual([asked.witnesses.length, asked.reads.length, scanner.records], [1, 2, 2]);
});

test('a malformed request is found although the record is not parsed', () => {
  const broken = text(logs).replace('{"bucketName":"orders"}', '{"bucketName":}');
  const { asked, scanner } = scan(`${text(logs)},${broken},${text(logs)}`, {
    kindOf: () => 'read',
    witness: () => true,
  });
  assert.deepEqual(
    asked.oddities.map(({ kind, offset }) => [kind, offset]),
    [['not-json', text(logs).length + 1]],
  );
  assert.equal(scanner.records, 2);
});

test('the same characters cut otherwise are another session', () => {
  const [one, other] = [
    identity({ principalId: 'AROA1:a', arn: 'bc' }),
    identity({ principalId: 'AROA1:ab', arn: 'c' }),
  ];
  const { asked } = scan([known, text(one), text(other)].join());
  assert.deepEqual(
    asked.meets.slice(1).map(({ identity: { principalId, arn } }) => [principalId, arn]),
    [
      ['AROA1:a', 'bc'],
      ['AROA1:ab', 'c'],
    ],
  );
});
