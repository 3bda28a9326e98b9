import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { arnOfQueue, bucketOf, objectsIn, partitionOf } from './arns.ts';

describe('the queue that a URL means', () => {
  for (const [url, region, arn] of [
    ['https://sqs.eu-west-1.amazonaws.com/111122223333/trail', undefined, 'arn:aws:sqs:eu-west-1:111122223333:trail'],
    [
      'https://sqs.cn-north-1.amazonaws.com.cn/111122223333/trail',
      undefined,
      'arn:aws-cn:sqs:cn-north-1:111122223333:trail',
    ],
    [
      'https://sqs.us-gov-west-1.amazonaws.com/111122223333/t.fifo',
      undefined,
      'arn:aws-us-gov:sqs:us-gov-west-1:111122223333:t.fifo',
    ],
    [
      'https://sqs-fips.us-east-1.amazonaws.com/111122223333/trail',
      undefined,
      'arn:aws:sqs:us-east-1:111122223333:trail',
    ],
    ['https://eu-west-1.queue.amazonaws.com/111122223333/trail', undefined, 'arn:aws:sqs:eu-west-1:111122223333:trail'],
    [
      'https://vpce-0a-1.sqs.eu-west-1.vpce.amazonaws.com/111122223333/trail',
      undefined,
      'arn:aws:sqs:eu-west-1:111122223333:trail',
    ],
    ['http://127.0.0.1:4566/111122223333/trail', 'us-east-1', 'arn:aws:sqs:us-east-1:111122223333:trail'],
    ['http://127.0.0.1:4566/111122223333/trail', undefined, 'arn:aws:sqs:*:111122223333:trail'],
    ['https://example.com/trail', undefined, undefined],
    ['https://sqs.eu-west-1.amazonaws.com/111122223333/tr*ail', undefined, undefined],
  ] as const) {
    test(url, () => assert.equal(arnOfQueue(url, region)?.arn, arn));
  }
});

test('every partition has its prefix of regions', () => {
  assert.deepEqual(
    ['eu-west-1', 'cn-north-1', 'us-gov-east-1', 'us-iso-east-1', 'us-isob-east-1', 'eusc-de-east-1'].map(partitionOf),
    ['aws', 'aws-cn', 'aws-us-gov', 'aws-iso', 'aws-iso-b', 'aws-eusc'],
  );
});

describe('objects below a prefix', () => {
  const point = 'arn:aws:s3:eu-west-1:111122223333:accesspoint/trails';
  for (const [address, arn] of [
    ['s3://my-trail', 'arn:aws:s3:::my-trail/*'],
    ['s3://my-trail/AWSLogs/', 'arn:aws:s3:::my-trail/AWSLogs/*'],
    ['my-trail', 'arn:aws:s3:::my-trail/*'],
    ['arn:aws-cn:s3:::my-trail', 'arn:aws-cn:s3:::my-trail/*'],
    [`s3://${point}/AWSLogs/`, `${point}/object/AWSLogs/*`],
  ] as const) {
    test(address, () => assert.equal(objectsIn(bucketOf(address, 'aws')), arn));
  }
});
