import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseMessage } from './message.ts';

const s3Record = (object: unknown, more: object = {}) => ({
  eventSource: 'aws:s3',
  eventName: 'ObjectCreated:Put',
  eventTime: '2027-01-31T12:05:00.000Z',
  s3: { bucket: { name: 'trail-bucket' }, object },
  ...more,
});
const keysIn = (body: unknown): string[] | string => {
  const message = parseMessage(JSON.stringify(body));
  return message.kind === 'objects' ? message.objects.map(({ key }) => key) : message.kind;
};

describe('keys are decoded where S3 encodes them, and nowhere else', () => {
  const cases: readonly (readonly [name: string, body: unknown, key: string])[] = [
    ['S3: a space is a plus', { Records: [s3Record({ key: 'a+b%2Bc%25' })] }, 'a b+c%'],
    [
      'EventBridge: plain',
      {
        'detail-type': 'Object Created',
        source: 'aws.s3',
        detail: { bucket: { name: 'trail-bucket' }, object: { key: 'a+b%2B' } },
      },
      'a+b%2B',
    ],
    ['CloudTrail: plain', { s3Bucket: 'trail-bucket', s3ObjectKey: ['a+b%2B'] }, 'a+b%2B'],
    ['backfill: plain', { straykey: 'backfill/1', objects: ['s3://trail-bucket/a+b%2B?#'] }, 'a+b%2B?#'],
  ];
  for (const [name, body, key] of cases) test(name, () => assert.deepEqual(keysIn(body), [key]));
});

describe('what is not an announcement is told as what it is', () => {
  const cases: readonly (readonly [name: string, body: string, kind: string, reason: RegExp])[] = [
    ['S3 testing', '{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}', 'nothing', /tested/],
    ['CloudTrail validating', 'CloudTrail validation message.', 'nothing', /validated/],
    [
      'a deletion',
      JSON.stringify({ Records: [s3Record({ key: 'k' }, { eventName: 'ObjectRemoved:Delete' })] }),
      'nothing',
      /nothing was created/,
    ],
    ['no records', '{"Records":[]}', 'nothing', /nothing was created/],
    [
      'a deletion by EventBridge',
      '{"detail-type":"Object Deleted","source":"aws.s3","detail":{}}',
      'nothing',
      /nothing was created/,
    ],
    ['another EventBridge event', '{"detail-type":"x","source":"aws.ec2","detail":{}}', 'unreadable', /not of aws\.s3/],
    [
      'an unconfirmed subscription',
      '{"Type":"SubscriptionConfirmation","TopicArn":"t","Message":"m"}',
      'unreadable',
      /SubscribeURL/,
    ],
    ['no JSON', 'hello', 'unreadable', /not JSON/],
    ['a list', '[]', 'unreadable', /not an object/],
    ['CloudTrail records themselves', '{"Records":[{"eventSource":"s3.amazonaws.com"}]}', 'unreadable', /not of S3/],
    ['a later version of ours', '{"straykey":"backfill/2","objects":[]}', 'unreadable', /unknown version/],
    ['a bucket that is a path', '{"s3Bucket":"../x","s3ObjectKey":["k"]}', 'unreadable', /not the name of a bucket/],
    ['a key that is none', '{"s3Bucket":"bucket","s3ObjectKey":[7]}', 'unreadable', /not a key/],
    [
      'a key that is too long',
      JSON.stringify({ s3Bucket: 'bucket', s3ObjectKey: ['k'.repeat(1025)] }),
      'unreadable',
      /not a key/,
    ],
    [
      'a broken encoding',
      JSON.stringify({ Records: [s3Record({ key: '%E0%A4%A' })] }),
      'unreadable',
      /not URL-encoded/,
    ],
    [
      'a flood',
      JSON.stringify({ s3Bucket: 'bucket', s3ObjectKey: Array(1001).fill('k') }),
      'unreadable',
      /1001 objects/,
    ],
  ];
  for (const [name, body, kind, reason] of cases) {
    test(name, () => {
      const message = parseMessage(body);
      assert.equal(message.kind, kind);
      assert.match(message.kind === 'objects' ? '' : message.reason, reason);
    });
  }
});

test('envelopes end somewhere', () => {
  let body = '{}';
  for (let depth = 0; depth < 6; depth++) body = JSON.stringify({ Type: 'Notification', TopicArn: 't', Message: body });
  assert.equal(parseMessage(body).kind, 'unreadable');
});

test('parts that cannot be understood do not stop those that can', () => {
  const message = parseMessage(
    JSON.stringify({ Records: [s3Record({ key: 'good', size: 7 }), s3Record({ key: '%' }), 7] }),
  );
  assert.ok(message.kind === 'objects');
  assert.deepEqual(message.objects, [
    { bucket: 'trail-bucket', key: 'good', size: 7, eventTime: Date.parse('2027-01-31T12:05:00Z') },
  ]);
  assert.equal(message.problems.length, 2);
});

test('no text makes it throw', () => {
  const seed = 20_270_131;
  const json = fc.json();
  const nested = fc.record({
    Records: fc.anything(),
    s3Bucket: fc.anything(),
    Message: json,
    TopicArn: fc.string(),
    detail: fc.anything(),
  });
  fc.assert(
    fc.property(fc.oneof(fc.string(), json), (text) => void parseMessage(text)),
    { seed },
  );
  fc.assert(
    fc.property(nested, (value) => {
      let text: string;
      try {
        text = JSON.stringify(value);
      } catch {
        return;
      }
      parseMessage(text);
    }),
    { seed },
  );
});
