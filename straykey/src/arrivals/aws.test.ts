import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { endpointFor, regionOfQueue } from './aws.ts';

describe('the region of a queue is read off its URL, in every partition', () => {
  const cases: readonly (readonly [url: string, region: string | undefined])[] = [
    ['https://sqs.eu-west-1.amazonaws.com/111122223333/trail', 'eu-west-1'],
    ['https://sqs.cn-north-1.amazonaws.com.cn/111122223333/trail', 'cn-north-1'],
    ['https://sqs.us-gov-west-1.amazonaws.com/111122223333/trail', 'us-gov-west-1'],
    ['https://eu-west-1.queue.amazonaws.com/111122223333/trail', 'eu-west-1'],
    ['https://vpce-0a-1b.sqs.us-east-2.vpce.amazonaws.com/111122223333/trail', 'us-east-2'],
    ['http://127.0.0.1:4566/000000000000/trail', undefined],
  ];
  for (const [url, region] of cases) test(url, () => assert.equal(regionOfQueue(url), region));
});

describe("a source's endpoint serves its own service; one that is not AWS's serves all", () => {
  const cases: readonly (readonly [endpoint: string, services: readonly string[]])[] = [
    ['https://sqs.eu-west-1.amazonaws.com', ['sqs']],
    ['https://vpce-0a-1b.sqs.us-east-2.vpce.amazonaws.com', ['sqs']],
    ['https://bucket.vpce-0a-1b.s3.us-east-2.vpce.amazonaws.com', ['s3']],
    ['https://s3.cn-north-1.amazonaws.com.cn', ['s3']],
    ['http://127.0.0.1:4566', ['s3', 'sqs', 'sts']],
    ['https://objects.example.net', ['s3', 'sqs', 'sts']],
  ];
  for (const [endpoint, services] of cases) {
    test(endpoint, () =>
      assert.deepEqual(
        (['s3', 'sqs', 'sts'] as const).filter((service) => endpointFor(service, { endpoint }) === endpoint),
        services,
      ),
    );
  }
});
