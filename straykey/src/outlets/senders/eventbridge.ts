import type { PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { jsonText } from '../../findings/index.ts';
import type { Message } from '../told.ts';
import { clientSettings, clients, failureOf, isRefusal } from './aws.ts';
import { DETAIL_TYPE, DOCUMENT_BYTES, documentOf, TOO_LONG } from './event.ts';
import type { OutletConfig, Result, Sender } from './sender.ts';

type EventBridgeConfig = Extract<OutletConfig, { type: 'eventbridge' }>;

/** Entries that PutEvents takes at once; all of them together have the limit of one. */
const MOST_ENTRIES = 10;

/**
 * Events that common rules for GuardDuty match: detail-type `GuardDuty Finding`, `detail` the finding, severity a number. Only `source` is ours. The
 * bus gives each event an id of its own, so the idempotency key is in `detail.service.additionalInfo.delivery`.
 */
export function eventBridgeSender(config: EventBridgeConfig): Sender {
  const connections = clients(async (each) => {
    const { EventBridgeClient } = await import('@aws-sdk/client-eventbridge');
    return new EventBridgeClient(await clientSettings(each));
  });
  const put = async (entries: readonly PutEventsRequestEntry[]): Promise<Result[]> => {
    try {
      const client = await connections.of(config);
      const { PutEventsCommand } = await import('@aws-sdk/client-eventbridge');
      const answer = await client.send(new PutEventsCommand({ Entries: [...entries] }));
      return entries.map((_, i) => resultOf(answer.Entries?.[i] ?? {}));
    } catch (error) {
      return entries.map(() => failureOf(error));
    }
  };
  return {
    most: MOST_ENTRIES,
    width: 2,
    close: connections.close,
    async send(messages) {
      const entries = messages.map((message) => entryOf(message, config));
      const results = new Map<PutEventsRequestEntry, Result>();
      for (const some of byBytes(entries.filter((each) => each !== undefined))) {
        const answers = await put(some);
        for (const [i, entry] of some.entries()) results.set(entry, answers[i]!);
      }
      return entries.map((entry) => (entry === undefined ? { kind: 'dead', reason: TOO_LONG } : results.get(entry)!));
    },
  };
}

function entryOf(message: Message, { bus, source }: EventBridgeConfig): PutEventsRequestEntry | undefined {
  const detail = documentOf(message);
  if (detail === undefined) return undefined;
  return {
    EventBusName: bus,
    Source: source,
    DetailType: DETAIL_TYPE,
    Detail: jsonText(detail),
    Resources: [],
    Time: new Date(message.at),
  };
}

/** Runs of entries whose documents together are within the limit of one request. */
function byBytes(entries: readonly PutEventsRequestEntry[]): PutEventsRequestEntry[][] {
  const runs: PutEventsRequestEntry[][] = [];
  let left = 0;
  for (const entry of entries) {
    const bytes = Buffer.byteLength(entry.Detail!);
    if (bytes > left) {
      runs.push([]);
      left = DOCUMENT_BYTES;
    }
    runs.at(-1)!.push(entry);
    left -= bytes;
  }
  return runs;
}

function resultOf(entry: { EventId?: string; ErrorCode?: string; ErrorMessage?: string }): Result {
  if (entry.EventId !== undefined) return { kind: 'delivered', answer: `EventBridge event ${entry.EventId}` };
  const reason = `${entry.ErrorCode ?? 'no answer for this event'}: ${entry.ErrorMessage ?? ''}`;
  return isRefusal(entry.ErrorCode ?? '') ? { kind: 'dead', reason } : { kind: 'retry', reason };
}
