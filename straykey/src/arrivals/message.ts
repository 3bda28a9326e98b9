/** An object that a message names. */
export interface Announced {
  readonly bucket: string;
  readonly key: string;
  /** Bytes as stored, when told. */
  readonly size?: number;
  /** Epoch ms, when told. */
  readonly eventTime?: number;
}

/** What a message of the queue says. */
export type Message =
  | {
      readonly kind: 'objects';
      readonly objects: readonly Announced[];
      /** Parts that could not be understood, beside those that could. */
      readonly problems: readonly string[];
    }
  /** Understood, and there is nothing to read: a test event, a deletion. */
  | { readonly kind: 'nothing'; readonly reason: string }
  | { readonly kind: 'unreadable'; readonly reason: string };

const messageLimits = {
  /** Objects of one message; 1,000. S3 names one, CloudTrail some, a backfill ten; a longer list is nobody's notification. */
  objects: 1_000,
  /** Envelopes around a notification; 3: EventBridge through SNS is two. */
  envelopes: 3,
} as const;

/** First word of our own messages: `{"straykey":"backfill/1","objects":["s3://bucket/key", …]}`. */
export const BACKFILL = 'backfill/1';

/**
 * Reads the body of an SQS message: S3's notification, directly, through SNS (raw delivery or not) or through EventBridge; CloudTrail's own
 * notification; a backfill. Every part of it may come from strangers: what is not understood is told, and nothing is guessed.
 */
export function parseMessage(body: string): Message {
  return parseLayer(body, undefined, messageLimits.envelopes);
}

type Fields = Readonly<Record<string, unknown>>;

function parseLayer(body: string, sentAt: number | undefined, envelopes: number): Message {
  // What CloudTrail sends to a topic when it is made the trail's.
  if (body.trim() === 'CloudTrail validation message.') return nothing('CloudTrail validated the topic');
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return unreadable('a message that is not JSON');
  }
  if (!isFields(value)) return unreadable('JSON that is not an object');
  if (typeof value.Message === 'string' && typeof value.TopicArn === 'string') return fromSns(value, envelopes);
  if (value.Event === 's3:TestEvent') return nothing('S3 tested the notification');
  if (value.straykey !== undefined) return fromBackfill(value);
  if (Array.isArray(value.Records)) return fromS3(value.Records);
  if (value['detail-type'] !== undefined && isFields(value.detail)) return fromEventBridge(value, value.detail);
  if (value.s3Bucket !== undefined) return fromCloudTrail(value, sentAt);
  return unreadable('none of the notifications that S3, EventBridge, SNS and CloudTrail send');
}

function fromSns(envelope: Fields, envelopes: number): Message {
  if (envelope.Type !== 'Notification') {
    return unreadable(`an SNS ${JSON.stringify(envelope.Type)}; confirm the subscription by its SubscribeURL`);
  }
  if (envelopes === 0) return unreadable('SNS inside SNS inside SNS');
  return parseLayer(envelope.Message as string, timeOf(envelope.Timestamp), envelopes - 1);
}

/** Keys are URL-encoded here, and only here: a space is `+`. */
function fromS3(records: readonly unknown[]): Message {
  const found = records.map((record): Announced | string | undefined => {
    if (!isFields(record) || record.eventSource !== 'aws:s3' || !isFields(record.s3))
      return 'a record that is not of S3';
    if (!/^(?:s3:)?(?:ObjectCreated:|ObjectRestore:Completed$)/.test(String(record.eventName))) return undefined;
    const { bucket, object } = record.s3;
    if (!isFields(bucket) || !isFields(object)) return 'an S3 record without bucket or object';
    const key = decodeKey(object.key);
    return key === undefined
      ? `a key that is not URL-encoded: ${JSON.stringify(object.key)}`
      : announced(bucket.name, key, object.size, timeOf(record.eventTime));
  });
  return gathered(found, 'nothing was created');
}

/** Keys are plain here. */
function fromEventBridge(event: Fields, detail: Fields): Message {
  const type = event['detail-type'];
  if (event.source !== 'aws.s3')
    return unreadable(`an EventBridge event of ${JSON.stringify(event.source)}, not of aws.s3`);
  if (type !== 'Object Created' && type !== 'Object Restore Completed') return nothing('nothing was created');
  const { bucket, object } = detail;
  if (!isFields(bucket) || !isFields(object)) return unreadable('an event of S3 without bucket or object');
  return gathered([announced(bucket.name, object.key, object.size, timeOf(event.time))], '');
}

function fromCloudTrail({ s3Bucket, s3ObjectKey }: Fields, sentAt: number | undefined): Message {
  const keys = Array.isArray(s3ObjectKey) ? s3ObjectKey : [s3ObjectKey];
  return gathered(
    keys.map((key) => announced(s3Bucket, key, undefined, sentAt)),
    'it names no object',
  );
}

function fromBackfill({ straykey, objects }: Fields): Message {
  if (straykey !== BACKFILL || !Array.isArray(objects))
    return unreadable('a message of an unknown version of straykey');
  const found = objects.map((address) => {
    const parts = /^s3:\/\/((?:arn:[^/]+:accesspoint\/)?[^/]+)\/(.+)$/s.exec(String(address));
    return parts === null ? `not an s3:// address: ${JSON.stringify(address)}` : announced(parts[1], parts[2]);
  });
  return gathered(found, 'it names no object');
}

function gathered(found: readonly (Announced | string | undefined)[], none: string): Message {
  if (found.length > messageLimits.objects) return unreadable(`a message of ${found.length} objects`);
  const objects = found.filter((each) => typeof each === 'object');
  const problems = found.filter((each) => typeof each === 'string');
  if (objects.length > 0) return { kind: 'objects', objects, problems };
  return problems.length > 0 ? unreadable(problems[0]!) : nothing(none);
}

function announced(bucket: unknown, key: unknown, size?: unknown, eventTime?: number): Announced | string {
  if (typeof bucket !== 'string' || !/^(?:arn:[\w:-]+:accesspoint\/)?[\w.-]{3,255}$/.test(bucket)) {
    return `not the name of a bucket: ${JSON.stringify(bucket)}`;
  }
  if (typeof key !== 'string' || key === '' || Buffer.byteLength(key) > 1024)
    return `not a key: ${JSON.stringify(key)}`;
  return {
    bucket,
    key,
    ...(Number.isSafeInteger(size) && (size as number) >= 0 ? { size: size as number } : {}),
    ...(eventTime === undefined ? {} : { eventTime }),
  };
}

function decodeKey(key: unknown): string | undefined {
  if (typeof key !== 'string') return undefined;
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

function timeOf(text: unknown): number | undefined {
  const time = typeof text === 'string' ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const nothing = (reason: string): Message => ({ kind: 'nothing', reason });
const unreadable = (found: string): Message => ({
  kind: 'unreadable',
  reason: `expected a notification of new objects, found ${found}`,
});
