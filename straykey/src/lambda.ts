import { type ArrivedObject, type Delivery, type ObjectProblem, parseMessage } from './arrivals/index.ts';
import type { Engine } from './live/index.ts';
import type { Log } from './logging/index.ts';
import { type SourceObject, setAside } from './sources/index.ts';

/** The members of Lambda's SQS event that are read. */
export interface SqsEvent {
  readonly Records: readonly {
    readonly messageId: string;
    readonly body: string;
    readonly attributes: { readonly ApproximateReceiveCount: string; readonly SentTimestamp: string };
    readonly eventSourceARN: string;
  }[];
}

/** The answer to `ReportBatchItemFailures`: SQS keeps these messages and deletes the others. */
export interface BatchResponse {
  readonly batchItemFailures: { readonly itemIdentifier: string }[];
}

/** What the handler works with; opened once for each execution environment. */
export interface LambdaParts {
  readonly engine: Pick<Engine, 'handle' | 'settle'>;
  /** An object of S3 by its `s3://` address. */
  readonly open: (origin: string) => SourceObject | undefined;
  /** Sends what waits in the outbox. */
  readonly tell: () => Promise<void>;
  /** Drops what the retention times say can go, when it is time. */
  readonly sweep: () => Promise<void>;
  readonly log: Log;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Milliseconds that an invocation keeps in hand for its answer; 5 s. */
const SPARE_MS = 5_000;

interface Context {
  getRemainingTimeInMillis(): number;
}

/**
 * The worker as an AWS Lambda function. An event of SQS is one batch: what could be committed is acknowledged, message by message; the rest
 * comes again and ends in the queue's dead-letter queue. Any other event (a schedule) is upkeep: judge what waits, tell what waits, sweep.
 *
 * Judging and telling that fail or run out of time fail no message: they stay marked in the store for the next invocation.
 */
export function createHandler(open: () => Promise<LambdaParts>) {
  let opening: Promise<LambdaParts> | undefined;
  return async (event: SqsEvent | object, context: Context): Promise<BatchResponse> => {
    // A store that was away when the environment began is tried again.
    opening ??= open().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    const parts = await opening;
    const messages = 'Records' in event ? event.Records.map((record) => messageOf(record, parts)) : [];
    await takeIn(messages, parts);
    await afterwards(parts, 'Records' in event, context);
    parts.log.flush();
    return {
      batchItemFailures: messages.filter(({ ended }) => !ended).map(({ id }) => ({ itemIdentifier: id })),
    };
  };
}

/** A message, as the engine wants it. It has ended when SQS may delete it. */
interface Message {
  readonly id: string;
  readonly delivery?: Delivery;
  ended: boolean;
}

function messageOf(record: SqsEvent['Records'][number], parts: LambdaParts): Message {
  const { messageId: id, body } = record;
  const parsed = parseMessage(body);
  if (parsed.kind === 'nothing') return { id, ended: true };
  const problems = parsed.kind === 'unreadable' ? [parsed.reason] : parsed.problems;
  const receives = Number(record.attributes.ApproximateReceiveCount);
  for (const reason of problems) parts.log.warn('message-unreadable', reason, { message: id, receives });
  if (parsed.kind === 'unreadable') return { id, ended: false };
  const wanted = parsed.objects.filter(
    ({ key, size }) => setAside(key, {}) === undefined && !(size === 0 && key.endsWith('/')),
  );
  const origins = new Set(wanted.map(({ bucket, key }) => `s3://${bucket}/${key}`));
  const objects = [...origins].flatMap((origin): ArrivedObject[] => {
    const object = parts.open(origin);
    return object === undefined ? [] : [identified(object)];
  });
  // What was read of a half-understood message is kept; the message itself goes on to the dead-letter queue.
  if (objects.length === 0) return { id, ended: problems.length === 0 };
  const times = wanted.flatMap(({ eventTime }) => eventTime ?? []);
  const message: Message = {
    id,
    ended: false,
    delivery: deliveryOf(id, objects, times, parts, (ended) => {
      message.ended = ended && problems.length === 0;
    }),
  };
  return message;
}

/** CloudTrail writes an object once: its address is what it is remembered by. */
function identified(object: SourceObject): ArrivedObject {
  const { again, origin, size } = object;
  return {
    origin,
    identity: origin,
    again,
    ...(size === undefined ? {} : { size }),
    readWhole: () => object.readWhole?.(),
    open: () => object.open(),
    explain: (error) => object.explain(error),
  };
}

function deliveryOf(
  id: string,
  objects: readonly ArrivedObject[],
  times: readonly number[],
  { log, now }: LambdaParts,
  end: (ended: boolean) => void,
): Delivery {
  return {
    id,
    objects,
    receivedAt: now(),
    ...(times.length === 0 ? {} : { eventTime: Math.max(...times) }),
    done: async () => end(true),
    release: async () => end(false),
    async failed(problems: readonly ObjectProblem[]) {
      for (const { kind, origin, reason } of problems) log.warn('object-failed', reason, { kind, origin, message: id });
      end(false);
      return 'retry';
    },
  };
}

/** Together when that works; one by one when not, so that one message that nobody can digest holds up no other. */
async function takeIn(messages: readonly Message[], { engine, log }: LambdaParts): Promise<void> {
  const deliveries = messages.flatMap(({ delivery }) => delivery ?? []);
  if (deliveries.length === 0) return;
  const take = async (some: readonly Delivery[]): Promise<boolean> => {
    try {
      await engine.handle(some);
      return true;
    } catch (error) {
      log.error('batch-failed', 'Messages could not be taken in; they come again.', { error, messages: some.length });
      return false;
    }
  };
  if ((await take(deliveries)) || deliveries.length === 1) return;
  for (const delivery of deliveries) await take([delivery]);
}

async function afterwards({ engine, log, sweep, tell }: LambdaParts, batch: boolean, context: Context): Promise<void> {
  const steps = [() => engine.settle(), tell, ...(batch ? [] : [sweep])];
  const left = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => left.resolve('late'), Math.max(0, context.getRemainingTimeInMillis() - SPARE_MS));
  try {
    for (const step of steps) {
      if ((await Promise.race([step(), left.promise])) !== 'late') continue;
      log.warn('out-of-time', 'Judging and telling go on with the next invocation.');
      return;
    }
  } catch (error) {
    log.error('afterwards-failed', 'Judging or telling failed; it is tried again with the next invocation.', { error });
  } finally {
    clearTimeout(timer);
  }
}
/** The function itself, by the settings in its environment variables. */
export const handler = createHandler(async () => {
  const [{ default: process }, { openLambda }] = await Promise.all([
    import('node:process'),
    import('./serve/index.ts'),
  ]);
  return await openLambda(process.env, (text) => void process.stderr.write(text), Date.now);
});
