import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { jsonText } from '../../findings/index.ts';
import { deliveryUuid, type Message, toldFinding } from '../told.ts';
import { type Access, clientSettings, clients, failureOf } from './aws.ts';
import { oneByOne, type Result, type Sender, UnusableOutlet } from './sender.ts';

const gzipped = promisify(gzip);

/** Where exported findings are put. */
export interface S3Export extends Access {
  readonly name: string;
  /** `s3://bucket/prefix`. */
  readonly url: string;
  readonly kmsKeyArn?: string | undefined;
  /** Account that must own the bucket, or S3 refuses. */
  readonly expectedBucketOwner?: string | undefined;
}

/**
 * Objects as GuardDuty exports them: `PREFIX/AWSLogs/ACCOUNT/GuardDuty/REGION/yyyy/mm/dd/UUID.jsonl.gz`, here one message an object. The name follows
 * from the message, so that a repetition overwrites itself; the day is the one on which the message was made.
 */
export function s3Sender(config: S3Export): Sender {
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(config.url) ?? [];
  if (bucket === undefined)
    throw new UnusableOutlet(`outlet ${config.name}: expected s3://bucket/prefix, found ${config.url}`);
  const connections = clients(async (each) => {
    const { S3Client } = await import('@aws-sdk/client-s3');
    const settings = await clientSettings(each);
    return new S3Client({ ...settings, forcePathStyle: each.endpoint !== undefined, followRegionRedirects: true });
  });
  const send = async (message: Message): Promise<Result> => {
    try {
      const client = await connections.of(config);
      const { PutObjectCommand } = await import('@aws-sdk/client-s3');
      const key = keyOf(message, prefix);
      await client.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: key,
          Body: await gzipped(`${jsonText(toldFinding(message))}\n`),
          ContentType: 'application/gzip',
          ...(config.expectedBucketOwner === undefined ? {} : { ExpectedBucketOwner: config.expectedBucketOwner }),
          ...(config.kmsKeyArn === undefined ? {} : { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: config.kmsKeyArn }),
        }),
      );
      return { kind: 'delivered', answer: `s3://${bucket}/${key}` };
    } catch (error) {
      return failureOf(error);
    }
  };
  return { ...oneByOne(send), close: connections.close };
}

/** A region comes from the trail and may hold anything; it must not climb out of its folder. */
function keyOf(message: Message, prefix: string): string {
  const { accountId, region } = message.finding;
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  const place = /^[a-z0-9-]{1,40}$/.test(region) ? region : 'unknown';
  const day = new Date(message.at).toISOString().slice(0, 10).replaceAll('-', '/');
  return `${folder}AWSLogs/${accountId}/GuardDuty/${place}/${day}/${deliveryUuid(message)}.jsonl.gz`;
}
