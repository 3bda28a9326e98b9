import { createHash } from 'node:crypto';
import {
  type OddityKind,
  type Period,
  parseS3Address,
  type S3Address,
  type Source,
  s3Source,
  sourceOddities,
  type Tell,
} from '../sources/index.ts';
import { type Access, Connection, connectSqs, type SqsSdk } from './aws.ts';
import { explainQueueError } from './explain.ts';
import { BACKFILL } from './message.ts';

/** What is put on the queue. Times are epoch seconds, as for a scan. */
export interface BackfillSettings extends Period {
  /** `s3://bucket/prefix`, one or more. */
  readonly urls: readonly string[];
  readonly queueUrl: string;
  /** How to reach the queue. */
  readonly access: Access;
  /** `s3://bucket/key` of the last object that an earlier run announced: what was listed up to it, and itself, is passed over. */
  readonly after?: string | undefined;
  /** List only. */
  readonly dryRun: boolean;
}

export interface BackfillProgress {
  /** Objects found in the period. */
  readonly objects: number;
  readonly bytes: number;
  /** Messages that the queue has taken. */
  readonly messages: number;
  /** The last object that the queue has: `after` of a run that goes on from here. */
  readonly last?: string;
}

/** Why it ended early; the message is for people and names where to go on. */
export class BackfillStopped extends Error {
  readonly progress: BackfillProgress;

  constructor(reason: string, progress: BackfillProgress) {
    super(reason);
    this.progress = progress;
  }
}

/** Objects of a message, and messages of a request; 10 and 10. A message is read within seconds and stays far under SQS's limit of size. */
const OBJECTS_PER_MESSAGE = 10;
const MESSAGES_PER_REQUEST = 10;
/** Bytes of one request; 200 KB, under the 256 KB that older queues take. Keys have 1,024 bytes at most. */
const REQUEST_BYTES = 200_000;

/**
 * Announces all objects of a period on a queue, for the workers to read. Requests are sent one after the other, so that `last` always tells what
 * the queue has. The same object announced twice is read twice and counted once.
 *
 * @throws BackfillStopped when the queue or the listing fails, or `signal` aborts
 */
export async function backfill(
  settings: BackfillSettings,
  tell: Tell,
  watch: (progress: BackfillProgress) => void,
  signal: AbortSignal,
): Promise<BackfillProgress> {
  const { queueUrl, access, dryRun } = settings;
  const connection = new Connection(() => connectSqs(queueUrl, access));
  let progress: BackfillProgress = { objects: 0, bytes: 0, messages: 0 };
  const send = async (objects: readonly string[]): Promise<void> => {
    if (objects.length === 0) return;
    const bodies = chunks(objects, OBJECTS_PER_MESSAGE).map((some) =>
      JSON.stringify({ straykey: BACKFILL, objects: some }),
    );
    if (!dryRun) await sendAll(bodies, queueUrl, connection);
    progress = { ...progress, messages: progress.messages + bodies.length, last: objects.at(-1)! };
    watch(progress);
  };
  try {
    let waiting: string[] = [];
    let waitingBytes = 0;
    for await (const { origin, size } of listed(settings, tell, signal)) {
      const bytes = Buffer.byteLength(JSON.stringify(origin)) + 1;
      if (waiting.length === OBJECTS_PER_MESSAGE * MESSAGES_PER_REQUEST || waitingBytes + bytes > REQUEST_BYTES) {
        await send(waiting);
        [waiting, waitingBytes] = [[], 0];
      }
      waiting.push(origin);
      waitingBytes += bytes;
      progress = { ...progress, objects: progress.objects + 1, bytes: progress.bytes + (size ?? 0) };
    }
    await send(waiting);
    return progress;
  } catch (error) {
    if (error instanceof ListingFailed || error instanceof Interrupted)
      throw new BackfillStopped(error.message, progress);
    throw new BackfillStopped(explainQueueError(error, queueUrl), progress);
  } finally {
    await connection.close();
  }
}

class ListingFailed extends Error {}
class Interrupted extends Error {}

/** Names only: nothing is fetched. Several prefixes one after the other, in the order given. */
async function* listed(
  { urls, from, to, after }: BackfillSettings,
  tell: Tell,
  signal: AbortSignal,
): AsyncGenerator<{ readonly origin: string; readonly size?: number }, void, void> {
  let failure: string | undefined;
  const watching: Tell = (oddity) => {
    if (sourceOddities[oddity.kind as OddityKind]?.effect === 'skipped') tell(oddity);
    else failure = `${oddity.origin}: ${oddity.reason}`;
  };
  const period = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  for (const { address, startAfter } of stretches(urls, after)) {
    const source: Source = s3Source(address, {
      period,
      namesOnly: true,
      ...(startAfter === undefined ? {} : { after: startAfter }),
    });
    try {
      for await (const object of source.list(watching)) {
        if (signal.aborted) throw new Interrupted('interrupted');
        yield object;
      }
    } finally {
      source.dispose?.();
    }
    if (failure !== undefined) throw new ListingFailed(failure);
  }
}

/** What is left of the prefixes when everything up to `after` is done: keys are listed in their order. */
function stretches(
  urls: readonly string[],
  after: string | undefined,
): { readonly address: S3Address; readonly startAfter?: string }[] {
  const addresses = urls.map(addressOf);
  if (after === undefined) return addresses.map((address) => ({ address }));
  const done = addressOf(after);
  const at = addresses.findIndex(({ bucket, prefix }) => bucket === done.bucket && done.prefix.startsWith(prefix));
  if (at === -1) throw new ListingFailed(`${after} lies under none of the prefixes given`);
  return addresses
    .slice(at)
    .map((address, index) => (index === 0 ? { address, startAfter: done.prefix } : { address }));
}

function addressOf(url: string): S3Address {
  const address = parseS3Address(url);
  if (address === undefined) throw new ListingFailed(`expected s3://bucket/prefix, found ${JSON.stringify(url)}`);
  return address;
}

/** Sends up to ten messages; refused ones are tried again until the queue has all or has refused often enough. */
async function sendAll(bodies: readonly string[], queueUrl: string, connection: Connection<SqsSdk>): Promise<void> {
  const { api, client } = await connection.get();
  let left = bodies;
  for (let tries = 1; left.length > 0; tries++) {
    const sent = left;
    const fifo = queueUrl.endsWith('.fifo');
    const Entries = sent.map((MessageBody, index) => ({
      Id: String(index),
      MessageBody,
      ...(fifo
        ? { MessageGroupId: 'straykey', MessageDeduplicationId: createHash('sha256').update(MessageBody).digest('hex') }
        : {}),
    }));
    const { Failed } = await client.send(new api.SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    left = (Failed ?? []).map(({ Id }) => sent[Number(Id)]!);
    if (left.length > 0 && tries === SEND_TRIES)
      throw new Error(`messages were refused: ${Failed?.[0]?.Message ?? Failed?.[0]?.Code}`);
  }
}

/** Times that refused messages are sent again at once; 5. Lost requests are the SDK's to repeat. */
const SEND_TRIES = 5;

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
