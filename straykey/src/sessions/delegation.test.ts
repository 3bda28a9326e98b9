import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiCall } from '../records/index.ts';
import { delegationOf } from './delegation.ts';

const call: ApiCall = {
  id: 'e1',
  time: 1_790_000_000,
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  awsRegion: 'eu-west-1',
  sourceIPAddress: 'irrelevant',
  userAgent: '[Mozilla/5.0]',
  recipientAccountId: '111122223333',
  authenticationMethod: 'QueryString',
  resources: {},
  identity: { kind: 'other', accountId: '', principalId: '', arn: '', accessKeyId: '' },
};

const table: readonly [what: string, change: Partial<ApiCall>, expected: string][] = [
  ['an object read by a presigned address', {}, 'presigned'],
  ['an upload by a presigned address', { eventName: 'PutObject' }, 'presigned'],
  [
    'a form upload, whose method is neither header nor query string',
    { eventName: 'PostObject', authenticationMethod: 'Post' },
    'presigned',
  ],
  ['the same read signed in the header', { authenticationMethod: 'AuthHeader' }, 'direct'],
  ['a read that does not say how it was signed', { authenticationMethod: undefined }, 'direct'],
  ['a listing signed in the query string: applications do not presign that', { eventName: 'ListBuckets' }, 'direct'],
  ['a delete signed in the query string', { eventName: 'DeleteObject' }, 'direct'],
  [
    'a query-string signature of another service',
    { eventSource: 'ec2.amazonaws.com', eventName: 'DescribeInstances' },
    'direct',
  ],
  [
    'a question who I am: Vault and EKS send it for the function',
    { eventSource: 'sts.amazonaws.com', eventName: 'GetCallerIdentity', authenticationMethod: undefined },
    'identity-proof',
  ],
];

for (const [what, change, expected] of table) {
  test(`${what} is ${expected}`, () => {
    assert.equal(delegationOf({ ...call, ...change }), expected);
  });
}
