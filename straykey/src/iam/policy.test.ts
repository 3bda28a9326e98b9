import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CALLS } from './calls.ts';
import { type PolicyNeeds, policiesFor } from './policy.ts';

const QUEUE = 'https://sqs.eu-west-1.amazonaws.com/111122223333/straykey';
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const told: { where: string[]; frequency: '15m' } = { where: [], frequency: '15m' };
const worker: PolicyNeeds = {
  sources: [{ type: 'sqs', queueUrl: QUEUE }],
  outlets: [],
  region: 'eu-west-1',
  account: '111122223333',
  buckets: ['s3://my-trail/AWSLogs/'],
  keys: [KEY],
  deadLetterQueues: ['arn:aws:sqs:eu-west-1:111122223333:straykey-dead-letters'],
  doctor: false,
};

function allowed(needs: PolicyNeeds): string[] {
  return policiesFor(needs)[0]!
    .policy.Statement.flatMap(({ Action, Resource }) =>
      Action.flatMap((action) => Resource.map((resource) => `${action} ${resource}`)),
    )
    .sort();
}

test('a worker on a queue may take, delete and extend messages, read the trail, and bury what it cannot read', () => {
  const dead = 'arn:aws:sqs:eu-west-1:111122223333:straykey-dead-letters';
  const queue = 'arn:aws:sqs:eu-west-1:111122223333:straykey';
  assert.deepEqual(allowed(worker), [
    `kms:Decrypt ${KEY}`,
    `kms:Decrypt ${KEY}`,
    `kms:GenerateDataKey ${KEY}`,
    's3:GetObject arn:aws:s3:::my-trail/AWSLogs/*',
    `sqs:ChangeMessageVisibility ${queue}`,
    `sqs:DeleteMessage ${queue}`,
    `sqs:GetQueueAttributes ${queue}`,
    `sqs:ReceiveMessage ${queue}`,
    `sqs:SendMessage ${dead}`,
  ]);
  assert.deepEqual(policiesFor(worker)[0]!.notes, []);
});

test('a folder needs nothing of AWS', () => {
  const folder: PolicyNeeds = { ...worker, sources: [{ type: 'folder', path: '/trails', every: 2_000 }] };
  assert.deepEqual(allowed(folder), []);
  assert.deepEqual(allowed({ ...folder, doctor: true }), []);
  assert.equal(allowed({ ...worker, doctor: true }).filter((line) => /^cloudtrail:\w+ \*$/.test(line)).length, 3);
});

test('a listing may list one bucket and read below one prefix', () => {
  const needs: PolicyNeeds = { ...worker, sources: [{ type: 's3', url: 's3://my-trail/AWSLogs/', every: 60_000 }] };
  assert.deepEqual(allowed(needs), [
    `kms:Decrypt ${KEY}`,
    's3:GetObject arn:aws:s3:::my-trail/AWSLogs/*',
    's3:ListBucket arn:aws:s3:::my-trail',
  ]);
});

test('keys serve only through the service on whose things they lie', () => {
  const keys = policiesFor(worker)[0]!.policy.Statement.filter(({ Sid }) => Sid.startsWith('Keys'));
  assert.deepEqual(
    keys.map(({ Sid, Condition }) => [Sid, Condition?.StringLike?.['kms:ViaService']]),
    [
      ['KeysS3', ['s3.*.amazonaws.com']],
      ['KeysSqs', ['sqs.*.amazonaws.com']],
    ],
  );
});

describe('what the configuration does not say is left wider, and said', () => {
  const { buckets: _, keys: __, deadLetterQueues: ___, ...vague } = worker;
  const [own] = policiesFor(vague);
  for (const flag of ['--bucket', '--kms-key', '--dead-letter-queue']) {
    test(flag, () => assert.ok(own!.notes.some((note) => note.includes(flag))));
  }
  test('but never everything', () => {
    for (const { Sid, Resource, Condition } of own!.policy.Statement) {
      assert.ok(Condition !== undefined || Resource.every((arn) => /AWSLogs|straykey/.test(arn)), Sid);
    }
  });
});

test('a role of another account gets a policy of its own, and the identity may only assume it', () => {
  const role = 'arn:aws:iam::444455556666:role/straykey-reader';
  const policies = policiesFor({
    ...worker,
    sources: [{ type: 'sqs', queueUrl: QUEUE, roleArn: role, externalId: 'x' }],
  });
  assert.equal(policies.length, 2);
  assert.deepEqual(policies[0]!.policy.Statement, [
    { Sid: 'AssumeRoles', Effect: 'Allow', Action: ['sts:AssumeRole'], Resource: [role] },
  ]);
  assert.equal(policies[1]!.role, role);
  assert.ok(policies[1]!.policy.Statement.some(({ Action }) => Action.includes('sqs:ReceiveMessage')));
});

describe('each outlet may do its one thing', () => {
  for (const [outlet, expected] of [
    [
      { type: 'sns', topicArn: 'arn:aws:sns:eu-west-1:111122223333:alerts' },
      'sns:Publish arn:aws:sns:eu-west-1:111122223333:alerts',
    ],
    [
      { type: 'eventbridge', bus: 'security', source: 'straykey' },
      'events:PutEvents arn:aws:events:eu-west-1:111122223333:event-bus/security',
    ],
    [
      { type: 'securityhub', product: 'account' },
      'securityhub:BatchImportFindings arn:aws:securityhub:eu-west-1:111122223333:product/111122223333/default',
    ],
    [{ type: 's3', url: 's3://exports/guardduty' }, 's3:PutObject arn:aws:s3:::exports/guardduty*'],
  ] as const) {
    test(outlet.type, () => {
      const needs: PolicyNeeds = { ...worker, sources: [], outlets: [{ name: 'o', ...told, ...outlet }] };
      assert.deepEqual(
        allowed(needs).filter((line) => !line.startsWith('kms:')),
        [expected],
      );
    });
  }
  test('webhook, Slack, mail and file need nothing of AWS', () => {
    const outlets = [
      { type: 'webhook', name: 'w', ...told, url: 'https://example.com', format: 'guardduty' },
      { type: 'file', name: 'f', ...told, path: 'findings.ndjson' },
    ] satisfies PolicyNeeds['outlets'];
    assert.deepEqual(allowed({ ...worker, sources: [], outlets }), []);
  });
});

test('in China everything has that partition', () => {
  const text = JSON.stringify(
    policiesFor({
      sources: [{ type: 'sqs', queueUrl: 'https://sqs.cn-north-1.amazonaws.com.cn/111122223333/straykey' }],
      outlets: [{ type: 'eventbridge', name: 'o', ...told, bus: 'default', source: 'straykey' }],
      region: 'cn-north-1',
    }),
  );
  assert.ok(!/arn:aws:/.test(text), text);
  assert.match(text, /s3\.\*\.amazonaws\.com\.cn/);
});

test('nothing of GuardDuty, no wildcard in an action, and no call without a use', () => {
  for (const { action, features, operation } of CALLS) {
    assert.ok(features.length > 0, operation);
    if (action !== undefined) assert.match(action, /^(?:sqs|s3|sns|events|securityhub|sts|cloudtrail):[A-Za-z]+$/);
  }
});

test('statements have names of their own, as IAM wants them', () => {
  const [own] = policiesFor({ ...worker, doctor: true, backfill: true, lists: ['s3://lists/bad.txt'] });
  const sids = own!.policy.Statement.map(({ Sid }) => Sid);
  assert.equal(new Set(sids).size, sids.length);
  for (const sid of sids) assert.match(sid, /^[A-Za-z0-9]+$/);
  assert.ok(JSON.stringify(own!.policy).length < 6_144, 'fits a managed policy');
});
