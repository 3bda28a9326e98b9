import type { Document, Store } from '../../store/index.ts';
import { type MadeBy, madeBefore, madeBy } from './idempotence.ts';
import { pageOf } from './pages.ts';
import type { Call, Operation } from './ports.ts';
import { oneOf } from './read-input.ts';
import { rejected, SENTENCES, wrong } from './rejection.ts';
import { type Tags, tagsIn } from './tag-rules.ts';
import type { TagShelf } from './tags.ts';

/** Store documents of this kind: where findings are exported to. The exporting outlet reads them and writes their status. */
export const PUBLISHING_DESTINATION = 'publishing-destination';

export interface DestinationBody extends MadeBy {
  readonly destinationType: 'S3';
  readonly destinationProperties: {
    /** `arn:aws:s3:::bucket[/prefix]`. */
    readonly destinationArn: string;
    readonly kmsKeyArn?: string;
    readonly expectedBucketOwner?: string;
  };
  readonly status: 'PENDING_VERIFICATION' | 'PUBLISHING' | 'UNABLE_TO_PUBLISH_FIX_DESTINATION_PROPERTY' | 'STOPPED';
  /** Epoch milliseconds; 0 while nothing fails. */
  readonly publishingFailureStartTimestamp: number;
  readonly tags: Tags;
  readonly createdBy: string;
}

const BUCKET_ARN = /^arn:[A-Za-z_.-]{1,20}:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/\S{0,900})?$/;
const KEY_ARN = /^arn:[A-Za-z_.-]{1,20}:kms:[a-z0-9-]{1,40}:\d{12}:(?:key|alias)\/\S{1,256}$/;

export const destinationOperations: Readonly<Record<string, Operation>> = {
  CreatePublishingDestination: { write: true, run: createDestination },
  DescribePublishingDestination: { write: false, run: describeDestination },
  UpdatePublishingDestination: { write: true, run: updateDestination },
  DeletePublishingDestination: { write: true, run: deleteDestination },
  ListPublishingDestinations: { write: false, run: listDestinations },
};

export const destinationTags: TagShelf = {
  read: async ({ ports }, id) =>
    (await ports.store.documents.get<DestinationBody>(PUBLISHING_DESTINATION, id))?.body.tags,
  write: async ({ ports }, id, tags) => {
    const { body } = (await ports.store.documents.get<DestinationBody>(PUBLISHING_DESTINATION, id))!;
    await ports.store.documents.replace(PUBLISHING_DESTINATION, id, { ...body, tags }, ports.now());
  },
};

async function createDestination(call: Call): Promise<object> {
  const { input, caller, ports } = call;
  const made = madeBy(input);
  const at = ports.now();
  const body: DestinationBody = {
    ...made,
    destinationType: oneOf(input, 'destinationType', ['S3'])!,
    destinationProperties: propertiesIn(call),
    status: 'PUBLISHING',
    publishingFailureStartTimestamp: 0,
    tags: tagsIn(input),
    createdBy: caller.user,
  };
  const destinationId = await ports.store.atomically(async (store) => {
    const existing = await store.documents.list<DestinationBody>(PUBLISHING_DESTINATION);
    const before = madeBefore(existing, made);
    if (before !== undefined) return before.id;
    if (existing.length > 0) throw rejected(SENTENCES.limit, 'one destination of the type S3');
    const id = ports.newId();
    await store.documents.create(PUBLISHING_DESTINATION, id, body, at);
    await audit(store, 'publishing-destination.create', call, id, body);
    return id;
  });
  return { destinationId };
}

async function describeDestination({ input, ports }: Call): Promise<object> {
  const { id, body } = await destinationNamed(ports.store, input.DestinationId as string);
  return {
    destinationId: id,
    destinationType: body.destinationType,
    status: body.status,
    publishingFailureStartTimestamp: body.publishingFailureStartTimestamp,
    destinationProperties: body.destinationProperties,
    tags: body.tags,
  };
}

async function updateDestination(call: Call): Promise<object> {
  const { input, ports } = call;
  await ports.store.atomically(async (store) => {
    const { id, body: before } = await destinationNamed(store, input.DestinationId as string);
    if (input.destinationProperties === undefined) return;
    const body: DestinationBody = {
      ...before,
      destinationProperties: { ...before.destinationProperties, ...propertiesIn(call, before) },
      status: 'PUBLISHING',
      publishingFailureStartTimestamp: 0,
    };
    await store.documents.replace(PUBLISHING_DESTINATION, id, body, ports.now());
    await audit(store, 'publishing-destination.update', call, id, body);
  });
  return {};
}

async function deleteDestination(call: Call): Promise<object> {
  await call.ports.store.atomically(async (store) => {
    const { id, body } = await destinationNamed(store, call.input.DestinationId as string);
    await store.documents.remove(PUBLISHING_DESTINATION, id);
    await audit(store, 'publishing-destination.delete', call, id, body);
  });
  return {};
}

async function listDestinations({ input, ports }: Call): Promise<object> {
  const all = await ports.store.documents.list<DestinationBody>(PUBLISHING_DESTINATION);
  const page = pageOf(
    all.map(({ id }) => id),
    input,
  );
  return {
    destinations: all
      .filter(({ id }) => page.ids.includes(id))
      .map(({ id, body }) => ({ destinationId: id, destinationType: body.destinationType, status: body.status })),
    ...page.more,
  };
}

async function destinationNamed(store: Store, id: string): Promise<Document<DestinationBody>> {
  const found = await store.documents.get<DestinationBody>(PUBLISHING_DESTINATION, id);
  if (found === undefined) throw rejected(SENTENCES.invalid);
  return found;
}

function propertiesIn({ input }: Call, before?: DestinationBody): DestinationBody['destinationProperties'] {
  const given = input.destinationProperties as Partial<DestinationBody['destinationProperties']>;
  const destinationArn = given.destinationArn ?? before?.destinationProperties.destinationArn;
  if (destinationArn === undefined || !BUCKET_ARN.test(destinationArn)) {
    throw wrong('destinationProperties', 'destinationArn: expected the ARN of a bucket, with a prefix if you like');
  }
  if (given.kmsKeyArn !== undefined && !KEY_ARN.test(given.kmsKeyArn)) {
    throw wrong('destinationProperties', 'kmsKeyArn: expected the ARN of a KMS key');
  }
  return { ...given, destinationArn };
}

async function audit(
  store: Store,
  action: string,
  { caller, ports }: Call,
  id: string,
  body: DestinationBody,
): Promise<void> {
  await store.audit.append({
    at: ports.now(),
    by: caller.user,
    action,
    subject: `publishing-destination/${id}`,
    detail: body.destinationProperties,
  });
}
