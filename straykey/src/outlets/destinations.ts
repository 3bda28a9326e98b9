import type { Store } from '../store/index.ts';
import type { S3Export } from './senders/s3.ts';

/** Kind of the documents that GuardDuty's CreatePublishingDestination makes. */
export const DESTINATION_KIND = 'publishing-destination';

/** What of such a document matters here; the API owns the rest. */
export interface PublishingDestination {
  readonly destinationType: 'S3';
  readonly destinationProperties: {
    /** `arn:aws:s3:::bucket` or `arn:aws:s3:::bucket/prefix`. */
    readonly destinationArn: string;
    readonly kmsKeyArn?: string;
    readonly expectedBucketOwner?: string;
  };
  readonly status: DestinationStatus;
  /** Epoch milliseconds; 0 while nothing fails. */
  readonly publishingFailureStartTimestamp: number;
}

type DestinationStatus =
  | 'PENDING_VERIFICATION'
  | 'PUBLISHING'
  | 'UNABLE_TO_PUBLISH_FIX_DESTINATION_PROPERTY'
  | 'STOPPED';

/**
 * The exports that clients of the GuardDuty API asked for, each an outlet of its own name. Others than S3, stopped ones, and what has no bucket
 * are left out.
 */
export async function publishingDestinations(store: Pick<Store, 'documents'>): Promise<S3Export[]> {
  const documents = await store.documents.list<Partial<PublishingDestination>>(DESTINATION_KIND);
  return documents.flatMap(({ body, id }) => {
    const { destinationArn = '', expectedBucketOwner, kmsKeyArn } = body.destinationProperties ?? {};
    const [, place] = /^arn:aws[a-z-]*:s3:::([^/].*)$/s.exec(destinationArn) ?? [];
    if (place === undefined || body.status === 'STOPPED') return [];
    return [
      {
        name: `${DESTINATION_KIND}.${id}`,
        url: `s3://${place}`,
        ...(kmsKeyArn === undefined ? {} : { kmsKeyArn }),
        ...(expectedBucketOwner === undefined ? {} : { expectedBucketOwner }),
      },
    ];
  });
}

/**
 * Keeps the status that DescribePublishingDestination shows: publishing, or unable to since when. Writes only when it changes, so it may be called
 * after every message; outlets that are no publishing destination are passed over.
 */
export async function noteDestination(
  { documents }: Pick<Store, 'documents'>,
  outlet: string,
  reached: boolean,
  at: number,
): Promise<void> {
  if (!outlet.startsWith(`${DESTINATION_KIND}.`)) return;
  const id = outlet.slice(DESTINATION_KIND.length + 1);
  const document = await documents.get<PublishingDestination>(DESTINATION_KIND, id);
  if (document === undefined || document.body.status === 'STOPPED') return;
  const status: DestinationStatus = reached ? 'PUBLISHING' : 'UNABLE_TO_PUBLISH_FIX_DESTINATION_PROPERTY';
  if (document.body.status === status) return;
  const body = { ...document.body, status, publishingFailureStartTimestamp: reached ? 0 : at };
  // Whoever changed it meanwhile knows better; the next message notes it again.
  await documents.replace(DESTINATION_KIND, id, body, at, { version: document.version });
}
