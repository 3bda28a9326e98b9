import { CreateQueueCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';

export const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};

/** A queue with a dead-letter queue, and S3's notifications for it. */
export interface BenchQueue {
  readonly url: string;
  /** One message a key, as S3 sends them. Returns when all are in the queue. */
  announce(keys: readonly string[]): Promise<void>;
  close(): void;
}

export async function makeQueue(endpoint: string, name: string): Promise<BenchQueue> {
  const credentials = {
    accessKeyId: CREDENTIALS.AWS_ACCESS_KEY_ID,
    secretAccessKey: CREDENTIALS.AWS_SECRET_ACCESS_KEY,
  };
  const sqs = new SQSClient({ endpoint, region: 'us-east-1', credentials });
  const dead = await sqs.send(new CreateQueueCommand({ QueueName: `${name}-dead` }));
  const deadArn = `arn:aws:sqs:us-east-1:000000000000:${new URL(dead.QueueUrl!).pathname.split('/').at(-1)}`;
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({
      QueueName: name,
      Attributes: {
        VisibilityTimeout: '300',
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadArn, maxReceiveCount: 5 }),
      },
    }),
  );
  // The emulator names queues by a host of its own.
  const url = `${endpoint}${new URL(QueueUrl!).pathname}`;
  return {
    url,
    async announce(keys) {
      for (let i = 0; i < keys.length; i += 10) {
        const Entries = keys.slice(i, i + 10).map((key, j) => ({ Id: String(j), MessageBody: notification(key) }));
        await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
      }
    },
    close: () => sqs.destroy(),
  };
}

function notification(key: string): string {
  const s3 = { bucket: { name: 'my-trail' }, object: { key: encodeURIComponent(key).replaceAll('%2F', '/') } };
  return JSON.stringify({
    Records: [{ eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', eventTime: new Date().toISOString(), s3 }],
  });
}
