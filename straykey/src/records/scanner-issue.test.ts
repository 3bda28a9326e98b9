import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answers, type Asked, listen, record, scan } from '../../../test/property/scanner-listener.ts';
import { toApiCall } from './parse.ts';
import { skimParsed } from './scanner.ts';

const KEYS = ['ASIAIOSFODNN1EXAMPLE', 'ASIAIOSFODNN2EXAMPLE', 'ASIAIOSFODNN3EXAMPLE'] as const;

const issue = {
  ...record,
  userIdentity: { type: 'AWSService', invokedBy: 'lambda.amazonaws.com' },
  eventSource: 'sts.amazonaws.com',
  eventName: 'AssumeRole',
  sourceIPAddress: 'lambda.amazonaws.com',
  userAgent: 'lambda.amazonaws.com',
  requestParameters: { roleArn: 'arn:aws:iam::111122223333:role/orders', roleSessionName: 'orders' },
  responseElements: {
    credentials: { accessKeyId: KEYS[0], sessionToken: 'x', expiration: 'Mar 1, 2024, 8:09:10 PM' },
  },
};

const answers: Answers = { kindOf: () => 'issue', likeOf: () => 7 };

/** The issue with another key, and changes. `request`, `credentials` and `response` change the members inside. */
function issueText(key: string, { request = {}, credentials = {}, response = {}, ...changes }: Changes = {}): string {
  return JSON.stringify({
    ...issue,
    requestParameters: { ...issue.requestParameters, ...request },
    responseElements: {
      credentials: { ...issue.responseElements.credentials, accessKeyId: key, ...credentials },
      ...response,
    },
    ...changes,
  });
}

interface Changes {
  readonly request?: object;
  readonly credentials?: object;
  readonly response?: object;
  readonly [name: string]: unknown;
}

/** The first makes the kind known, the second the like. */
const before = `${issueText(KEYS[0])},${issueText(KEYS[1])}`;

function after(text: string): Asked {
  const { asked } = scan(`${before},${text}`, answers);
  assert.deepEqual(asked.oddities, []);
  return asked;
}

test('an issue like one that was read is told by its key alone', () => {
  const { asked, scanner } = scan(`${before},${issueText(KEYS[2])},${issueText(KEYS[2])}`, answers);
  assert.equal(asked.reads.length, 2);
  assert.equal(asked.likes.length, 1);
  assert.deepEqual(asked.issued, Array(2).fill({ like: 7, accessKeyId: KEYS[2] }));
  assert.equal(asked.meets.length, 1);
  assert.equal(scanner.records, 4);
});

test('issues are read each when no like is known for them', () => {
  const { asked } = scan(`${before},${issueText(KEYS[2])}`, { ...answers, likeOf: () => -1 });
  assert.deepEqual([asked.reads.length, asked.likes.length, asked.issued.length], [3, 2, 0]);
});

test('a like is for all days: the caller is met, the issue is not read', () => {
  const asked = after(issueText(KEYS[2], { eventTime: '2024-03-02T08:09:10Z' }));
  assert.deepEqual([asked.meets.length, asked.reads.length, asked.issued.length], [1, 2, 1]);
});

test('an issue by a caller to be noted is told and its caller noted', () => {
  const { asked } = scan(`${before},${issueText(KEYS[2], { eventTime: '2024-03-02T08:09:10Z' })}`, {
    ...answers,
    meet: () => ({ note: 3 }),
  });
  assert.equal(asked.issued.length, 1);
  assert.deepEqual(new Set(asked.notes), new Set([3]));
});

test('an issue by a caller noted in this file before does not note it again', () => {
  const { asked } = scan(`${before},${issueText(KEYS[2])},${issueText(KEYS[1])}`, {
    ...answers,
    meet: () => ({ note: 3 }),
  });
  assert.deepEqual([asked.notes, asked.issued.length], [[3], 2]);
});

test('an issue by a caller to be read is read and not told besides', () => {
  const { asked } = scan(`${before},${issueText(KEYS[2], { eventTime: '2024-03-02T08:09:10Z' })}`, {
    ...answers,
    meet: ({ time }) => (time > Date.UTC(2024, 2, 2) / 1000 ? 'read' : 'skip'),
  });
  assert.deepEqual([asked.reads.length, asked.issued.length], [3, 0]);
});

const sameIssues: readonly [string, string][] = [
  [
    'whose members are in another order',
    issueText(KEYS[2]).replace(/"roleArn":("[^"]*"),"roleSessionName":("[^"]*")/, '"roleSessionName":$2,"roleArn":$1'),
  ],
  [
    'whose answer comes before its request',
    JSON.stringify({ responseElements: null, ...JSON.parse(issueText(KEYS[2])) }),
  ],
  [
    'with a key elsewhere in its answer',
    issueText(KEYS[2], { response: { accessKeyId: KEYS[0], other: { credentials: { accessKeyId: KEYS[0] } } } }),
  ],
  [
    'with a key inside its credentials',
    issueText(KEYS[2], { credentials: { nested: { accessKeyId: KEYS[0] }, list: [{ accessKeyId: KEYS[0] }] } }),
  ],
  [
    'with a role inside its tags',
    issueText(KEYS[2], { request: { tags: [{ roleArn: 'x', key: '"roleArn":"y"' }], more: { roleArn: 'z' } } }),
  ],
  [
    'with a duplicate, of which the last counts',
    issueText(KEYS[2]).replace(
      '"credentials":{',
      '"credentials":{"accessKeyId":"ASIAIOSFODNN9EXAMPLE"},"credentials":{"accessKeyId":"ASIAIOSFODNN8EXAMPLE",',
    ),
  ],
  ['with an error code of null', issueText(KEYS[2], { errorCode: null })],
  ['with white space everywhere', JSON.stringify(JSON.parse(issueText(KEYS[2])), null, 1)],
];

for (const [what, text] of sameIssues) {
  test(`an issue ${what} is the same`, () => {
    assert.deepEqual(after(text).issued, [{ like: 7, accessKeyId: KEYS[2] }]);
  });
}

const otherIssues: readonly [string, string][] = [
  ['of another role', issueText(KEYS[2], { request: { roleArn: 'arn:aws:iam::111122223333:role/billing' } })],
  ['of another session', issueText(KEYS[2], { request: { roleSessionName: 'billing' } })],
  [
    'of a role made anew',
    issueText(KEYS[2], { response: { assumedRoleUser: { assumedRoleId: 'AROAEXAMPLEEXAMPLE456:orders' } } }),
  ],
  ['in another region', issueText(KEYS[2], { awsRegion: 'us-east-1' })],
  ['by another service', issueText(KEYS[2], { userIdentity: { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' } })],
  ['by a person', issueText(KEYS[2], { userIdentity: record.userIdentity })],
  ['from another address', issueText(KEYS[2], { sourceIPAddress: '203.0.113.9' })],
  ['by another call', issueText(KEYS[2], { eventName: 'AssumeRoleWithSAML' })],
  [
    'whose boundary between role and session has moved',
    issueText(KEYS[2], { request: { roleArn: 'arn:aws:iam::111122223333:role/order', roleSessionName: 'sorders' } }),
  ],
  ['that failed', issueText(KEYS[2], { errorCode: 'AccessDenied' })],
  ['whose error code is the text null', issueText(KEYS[2], { errorCode: 'null' })],
  ['without an answer', issueText(KEYS[2], { responseElements: null })],
  ['without a request', issueText(KEYS[2], { requestParameters: null })],
  ['whose request is text', issueText(KEYS[2], { requestParameters: JSON.stringify(issue.requestParameters) })],
  [
    'whose last duplicate of the credentials is empty',
    issueText(KEYS[2], { response: { a: 1 } }).replace('"a":1', '"credentials":{}'),
  ],
  [
    'whose last duplicate of the credentials is null',
    issueText(KEYS[2], { response: { a: 1 } }).replace('"a":1', '"credentials":null'),
  ],
  [
    'whose last duplicate of the role is an object',
    issueText(KEYS[2], { request: { a: 1 } }).replace('"a":1', '"roleArn":{"roleArn":"x"}'),
  ],
  ['with an escape in its key', issueText(KEYS[2]).replace('"ASIA', '"\\u0041SIA')],
  ['with an escape in its role', issueText(KEYS[2]).replace(':role/', ':role\\/')],
  ['with an escape in a name', issueText(KEYS[2]).replace('"roleArn"', '"role\\u0041rn"')],
  ['whose key is redacted', issueText('****')],
  ['whose key is the text null', issueText('null')],
  ['whose key is not ASCII', issueText('ASIAIOSFODNN7EXÄMPLE')],
  ['without a session', issueText(KEYS[2], { request: { roleSessionName: '' } })],
];

for (const [what, text] of otherIssues) {
  test(`an issue ${what} is read`, () => {
    const asked = after(text);
    assert.deepEqual([asked.reads.length, asked.issued.length], [3, 0]);
  });
}

test('a malformed value in the request of an issue is told', () => {
  const broken = issueText(KEYS[2]).replace('"roleSessionName"', '"a":01,"roleSessionName"');
  const { asked, scanner } = scan(`${before},${broken},${issueText(KEYS[2])}`, answers);
  assert.deepEqual(
    asked.oddities.map(({ kind, offset }) => [kind, offset]),
    [['not-json', before.length + 1]],
  );
  assert.deepEqual([scanner.records, asked.issued.length], [3, 1]);
});

test('a control character in a role is told', () => {
  const { asked } = scan(`${before},${issueText(KEYS[2]).replace('role/orders', 'role/or\tders')}`, answers);
  assert.deepEqual(
    asked.oddities.map(({ kind }) => kind),
    ['not-json'],
  );
});

test('more issues than the memo holds are asked about again and lose nothing', () => {
  const roles = 34_000;
  const [head, tail] = issueText(KEYS[2], { request: { roleArn: '@' } }).split('@') as [string, string];
  const issues = Array.from({ length: roles }, (_, i) => `${head}role-${i}${tail}`);
  const { asked, scanner } = scan([...issues, issues.at(-1)].join(), answers);
  assert.deepEqual([asked.reads.length, asked.issued.length, scanner.records], [roles, 1, roles + 1]);
});

test('the slow lane reads every issue', () => {
  const slow = listen(answers);
  for (const text of [issueText(KEYS[0]), issueText(KEYS[1])]) {
    skimParsed(JSON.parse(text), { origin: 'file' }, slow.hooks, toApiCall);
  }
  assert.deepEqual([slow.asked.reads.length, slow.asked.issued.length], [2, 0]);
});
