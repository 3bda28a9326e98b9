import type { BatchResultErrorEntry, Message as SqsMessage } from '@aws-sdk/client-sqs';
import { type Access, Connection, connectSqs, type SqsSdk } from './aws.ts';
import { Batcher } from './batcher.ts';
import { explainQueueError } from './explain.ts';
import type { ArrivalLimits } from './limits.ts';
import type { ArrivalLog } from './port.ts';

/** A message in our hands. While it is held, nobody else gets it. */
export interface Held {
  readonly id: string;
  readonly body: string;
  /** 1 the first time. */
  readonly receiveCount: number;
  /** Of FIFO queues. */
  readonly group?: string;
  readonly receipt: string;
}

/** How the queue deals with messages that fail. */
export interface Redrive {
  /** Receives after which SQS itself moves a message away. */
  readonly maxReceiveCount: number;
  readonly deadLetterUrl: string;
}

/**
 * One SQS queue. What is received is held: its visibility is extended at half the timeout until it is deleted or given back.
 * Methods throw what the SDK throws, except where they say otherwise.
 */
export class Queue {
  readonly url: string;
  readonly #limits: ArrivalLimits;
  readonly #log: ArrivalLog;
  readonly #connection: Connection<SqsSdk>;
  readonly #held = new Set<Held>();
  readonly #deletions: Batcher<Held>;
  #visibility: number;
  #redrive: Redrive | undefined;

  constructor(url: string, access: Access, limits: ArrivalLimits, log: ArrivalLog) {
    this.url = url;
    this.#limits = limits;
    this.#log = log;
    this.#visibility = limits.visibility;
    this.#connection = new Connection(() => connectSqs(url, access));
    this.#deletions = new Batcher((messages) => this.#deleteAll(messages), BATCH, limits.deleteWithin);
  }

  get redrive(): Redrive | undefined {
    return this.#redrive;
  }

  /** Learns visibility timeout and redrive policy. A refusal to tell is not an error: defaults stand, and the log says so. */
  async learn(signal: AbortSignal): Promise<void> {
    const { api, client } = await this.#connection.get();
    const names = ['VisibilityTimeout', 'RedrivePolicy'] as const;
    const command = new api.GetQueueAttributesCommand({ QueueUrl: this.url, AttributeNames: [...names] });
    try {
      const { Attributes } = await client.send(command, { abortSignal: signal });
      // Under 2 seconds nothing could be extended in time.
      const visibility = Number(Attributes?.VisibilityTimeout);
      this.#visibility = visibility >= 2 ? visibility : this.#limits.visibility;
      this.#redrive = redriveOf(this.url, Attributes?.RedrivePolicy);
    } catch (error) {
      const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
      if (status !== 403) throw error;
      this.#log.warn(
        { queue: this.url, reason: explainQueueError(error, this.url) },
        `the queue does not tell its settings; ${this.#limits.visibility} s of visibility and no dead-letter queue are assumed`,
      );
    }
  }

  async receive(most: number, signal: AbortSignal): Promise<Held[]> {
    const { api, client } = await this.#connection.get();
    const command = new api.ReceiveMessageCommand({
      QueueUrl: this.url,
      MaxNumberOfMessages: Math.min(BATCH, most),
      WaitTimeSeconds: this.#limits.waitSeconds,
      VisibilityTimeout: this.#visibility,
      MessageSystemAttributeNames: ['ApproximateReceiveCount', 'MessageGroupId'],
    });
    const { Messages } = await client.send(command, { abortSignal: signal });
    const messages = (Messages ?? []).map(heldOf);
    if (messages.length > 0) this.#hold(messages);
    return messages;
  }

  /** Never rejects: what cannot be deleted comes again. Waits for company, then for the answer. */
  async remove(message: Held): Promise<void> {
    this.#held.delete(message);
    await this.#deletions.add(message);
  }

  /** Lets it be received again after so many seconds. Never rejects: at worst the visibility runs out by itself. */
  async giveBack(message: Held, seconds: number): Promise<void> {
    this.#held.delete(message);
    try {
      const { api, client } = await this.#connection.get();
      const VisibilityTimeout = Math.min(MOST_VISIBILITY, Math.ceil(seconds));
      await client.send(
        new api.ChangeMessageVisibilityCommand({
          QueueUrl: this.url,
          ReceiptHandle: message.receipt,
          VisibilityTimeout,
        }),
      );
    } catch (error) {
      this.#tell(error, message.id, 'a message could not be given back; it comes again when its visibility runs out');
    }
  }

  /** Sends a copy to the dead-letter queue. */
  async sendDead(redrive: Redrive, message: Held, body: string, reason: string): Promise<void> {
    const { api, client } = await this.#connection.get();
    const fifo = redrive.deadLetterUrl.endsWith('.fifo');
    await client.send(
      new api.SendMessageCommand({
        QueueUrl: redrive.deadLetterUrl,
        MessageBody: body,
        MessageAttributes: { StraykeyReason: { DataType: 'String', StringValue: reason } },
        ...(fifo ? { MessageGroupId: message.group ?? 'straykey', MessageDeduplicationId: message.id } : {}),
      }),
    );
  }

  /** Sends what is still waiting to be deleted, then hangs up. */
  async close(): Promise<void> {
    await this.#deletions.flush();
    await this.#connection.close();
  }

  /** One clock for each receipt: what is still held at half time is extended, all in one request. */
  #hold(messages: readonly Held[]): void {
    for (const message of messages) this.#held.add(message);
    const visibility = this.#visibility;
    const timer = setInterval(() => {
      const held = messages.filter((message) => this.#held.has(message));
      if (held.length === 0) clearInterval(timer);
      else void this.#extend(held, visibility);
    }, visibility * 500);
    timer.unref();
  }

  async #extend(messages: readonly Held[], visibility: number): Promise<void> {
    try {
      const { api, client } = await this.#connection.get();
      const Entries = messages.map(({ receipt }, index) => ({
        Id: String(index),
        ReceiptHandle: receipt,
        VisibilityTimeout: visibility,
      }));
      const { Failed } = await client.send(
        new api.ChangeMessageVisibilityBatchCommand({ QueueUrl: this.url, Entries }),
      );
      for (const { Id, Message } of Failed ?? []) {
        const message = messages[Number(Id)]!;
        // Ended meanwhile is no failure.
        if (this.#held.has(message))
          this.#tell(Message, message.id, 'a message could not be kept; another worker may get it too');
      }
    } catch (error) {
      this.#tell(error, messages[0]!.id, 'messages could not be kept; another worker may get them too');
    }
  }

  async #deleteAll(messages: readonly Held[]): Promise<void> {
    try {
      const refused = await this.#delete(messages);
      const again = refused.filter(({ SenderFault }) => SenderFault !== true).map(({ Id }) => messages[Number(Id)]!);
      const left = again.length === 0 ? refused : await this.#delete(again);
      for (const { Message } of left) this.#tell(Message, '', NOT_DELETED);
    } catch (error) {
      this.#tell(error, messages[0]!.id, NOT_DELETED);
    }
  }

  async #delete(messages: readonly Held[]): Promise<BatchResultErrorEntry[]> {
    const { api, client } = await this.#connection.get();
    const Entries = messages.map(({ receipt }, index) => ({ Id: String(index), ReceiptHandle: receipt }));
    const { Failed } = await client.send(new api.DeleteMessageBatchCommand({ QueueUrl: this.url, Entries }));
    return Failed ?? [];
  }

  #tell(error: unknown, message: string, what: string): void {
    const reason = error instanceof Error ? explainQueueError(error, this.url) : String(error);
    this.#log.warn({ queue: this.url, message, reason }, what);
  }
}

/** SQS takes and gives ten at a time. */
const BATCH = 10;
/** Seconds; SQS's limit. */
const MOST_VISIBILITY = 43_200;
const NOT_DELETED = 'a message could not be deleted; it comes again and will be known';

function heldOf({ MessageId, Body, Attributes, ReceiptHandle }: SqsMessage): Held {
  const group = Attributes?.MessageGroupId;
  return {
    id: MessageId ?? '',
    body: Body ?? '',
    receiveCount: Number(Attributes?.ApproximateReceiveCount ?? 1),
    receipt: ReceiptHandle ?? '',
    ...(group === undefined ? {} : { group }),
  };
}

/** A dead-letter queue lives in the account and region of its queue, so its URL differs in the name only. */
function redriveOf(url: string, policy: string | undefined): Redrive | undefined {
  if (policy === undefined) return undefined;
  try {
    const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(policy) as Readonly<Record<string, unknown>>;
    const name = String(deadLetterTargetArn).split(':')[5];
    const most = Number(maxReceiveCount);
    if (name === undefined || !(most >= 1)) return undefined;
    return { maxReceiveCount: most, deadLetterUrl: `${url.slice(0, url.lastIndexOf('/') + 1)}${name}` };
  } catch {
    return undefined;
  }
}
