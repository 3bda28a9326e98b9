import { headline } from '../headline.ts';
import { deliveryKey, type Message } from '../told.ts';
import { clientSettings, clients, failureOf } from './aws.ts';
import { documentOf, eventText, TOO_LONG } from './event.ts';
import { type OutletConfig, oneByOne, type Result, type Sender } from './sender.ts';

type SnsConfig = Extract<OutletConfig, { type: 'sns' }>;

/**
 * GuardDuty's event as EventBridge would hand it to the topic. Subscriptions can filter by the attributes `type`, `severity`, `accountId`, `region` and
 * `event`; `delivery` is the idempotency key, and on a FIFO topic the deduplication id, ordered by finding.
 */
export function snsSender(config: SnsConfig): Sender {
  // The topic knows its region: arn:aws:sns:REGION:ACCOUNT:NAME
  const access = { ...config, region: config.region ?? config.topicArn.split(':')[3] };
  const connections = clients(async (each) => {
    const { SNSClient } = await import('@aws-sdk/client-sns');
    return new SNSClient(await clientSettings(each));
  });
  const send = async (message: Message): Promise<Result> => {
    const detail = documentOf(message);
    if (detail === undefined) return { kind: 'dead', reason: TOO_LONG };
    try {
      const client = await connections.of(access);
      const { PublishCommand } = await import('@aws-sdk/client-sns');
      const text = (StringValue: string) => ({ DataType: 'String', StringValue });
      const answer = await client.send(
        new PublishCommand({
          TopicArn: config.topicArn,
          Subject: subject(headline(message).subject),
          Message: eventText(message, detail, 'straykey'),
          MessageAttributes: {
            delivery: text(deliveryKey(message)),
            event: text(message.kind),
            type: text(detail.type),
            severity: { DataType: 'Number', StringValue: String(detail.severity) },
            accountId: text(detail.accountId),
            region: text(detail.region || 'unknown'),
          },
          ...(config.topicArn.endsWith('.fifo') && {
            MessageDeduplicationId: deliveryKey(message),
            MessageGroupId: message.findingId,
          }),
        }),
      );
      return { kind: 'delivered', answer: `SNS message ${answer.MessageId}` };
    } catch (error) {
      return failureOf(error);
    }
  };
  return { ...oneByOne(send), close: connections.close };
}

/** SNS takes ASCII only, under 100 characters, beginning with a letter, digit or punctuation mark. */
function subject(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 99);
}
