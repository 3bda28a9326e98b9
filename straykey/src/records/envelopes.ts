import { ecs } from './envelopes-ecs.ts';
import { ocsf } from './envelopes-ocsf.ts';
import { asMembers, type Members, own, text } from './fields.ts';
import type { Unusable } from './parse.ts';

/** What an envelope holds: another JSON value, text or base64 that should be JSON, or something known to hold no record. */
export type Inner = { readonly value: unknown } | { readonly text: string } | { readonly base64: string } | Unusable;

/** One form of envelope. Undefined when the members do not have it. */
export type Envelope = (members: Members) => readonly Inner[] | undefined;

/** All forms, tried in this order; the first that fits decides. Each is told apart by members that no other has. */
export const ENVELOPES: readonly Envelope[] = [
  lookupEvent,
  eventBridge,
  cloudWatchLogs,
  kinesis,
  firehose,
  sns,
  sqs,
  ocsf,
  ecs,
  digest,
  s3Notice,
  logLine,
  list,
];

/** An event of `lookup-events`: the record as text, beside a summary with other names. */
function lookupEvent(members: Members): readonly Inner[] | undefined {
  return textOf(members, 'CloudTrailEvent');
}

function eventBridge(members: Members): readonly Inner[] | undefined {
  const type = own(members, 'detail-type');
  if (typeof type !== 'string') return undefined;
  if (type.endsWith(' via CloudTrail')) return [{ value: own(members, 'detail') }];
  if (text(own(members, 'source')) === 'aws.s3') return skipped('s3-notification', `an S3 event, ${type}`);
  return skipped('eventbridge-other', `detail-type ${type}`);
}

/** A subscription as a Lambda function gets it (`awslogs.data`), as it is inside, and one event of either. */
function cloudWatchLogs(members: Members): readonly Inner[] | undefined {
  const wrapped = asMembers(own(members, 'awslogs'));
  if (wrapped !== undefined) return base64Of(wrapped, 'data');
  const control = 'CloudWatch Logs tests its destination';
  if (own(members, 'messageType') === 'CONTROL_MESSAGE') return skipped('control-message', control);
  const message = own(members, 'message');
  const isEvent = ['timestamp', 'ingestionTime', 'id', 'eventId'].some((name) => Object.hasOwn(members, name));
  if (!isEvent || typeof message !== 'string') return undefined;
  return message.startsWith('CWL CONTROL MESSAGE') ? skipped('control-message', control) : [{ text: message }];
}

function kinesis(members: Members): readonly Inner[] | undefined {
  const wrapped = asMembers(own(members, 'kinesis'));
  return wrapped === undefined ? undefined : base64Of(wrapped, 'data');
}

function firehose(members: Members): readonly Inner[] | undefined {
  return Object.hasOwn(members, 'recordId') ? base64Of(members, 'data') : undefined;
}

/** A Lambda event's record, or the message as SNS posts it to a queue or an HTTP endpoint. */
function sns(members: Members): readonly Inner[] | undefined {
  const wrapped = asMembers(own(members, 'Sns'));
  if (wrapped !== undefined) return sns(wrapped);
  const type = text(own(members, 'Type'));
  if (/^(Subscription|Unsubscribe)Confirmation$/.test(type)) return skipped('control-message', `SNS ${type}`);
  return type === 'Notification' ? textOf(members, 'Message') : undefined;
}

/** `body` in a Lambda event, `Body` in what `receive-message` prints. */
function sqs(members: Members): readonly Inner[] | undefined {
  if (Object.hasOwn(members, 'messageId')) return textOf(members, 'body');
  return Object.hasOwn(members, 'MessageId') ? textOf(members, 'Body') : undefined;
}

function digest(members: Members): readonly Inner[] | undefined {
  const fits = Object.hasOwn(members, 'digestStartTime') && Object.hasOwn(members, 'logFiles');
  return fits ? skipped('digest-file', 'a CloudTrail digest') : undefined;
}

/** S3's test event, and the message by which CloudTrail itself announces a file over SNS. */
function s3Notice(members: Members): readonly Inner[] | undefined {
  if (own(members, 'Event') === 's3:TestEvent') return skipped('s3-notification', 'a test event of S3');
  const announced = Object.hasOwn(members, 's3Bucket') && Array.isArray(own(members, 's3ObjectKey'));
  return announced ? skipped('s3-notification', "CloudTrail's announcement of a file") : undefined;
}

/** A shipper's line (Logstash, Fluent Bit, Vector) whose `message` is the record's text. */
function logLine(members: Members): readonly Inner[] | undefined {
  const message = own(members, 'message') ?? own(members, 'log');
  return typeof message === 'string' && message.trimStart().startsWith('{') ? [{ text: message }] : undefined;
}

const LISTS = ['Records', 'Events', 'QueryResultRows', 'logEvents', 'events', 'records', 'Messages'] as const;

/** A document of one of the forms above inside another envelope. At the top of an input its list is streamed and never comes here. */
function list(members: Members): readonly Inner[] | undefined {
  const found = LISTS.map((name) => own(members, name)).find(Array.isArray);
  return found?.map((value) => ({ value }));
}

function textOf(members: Members, name: string): readonly Inner[] | undefined {
  const found = own(members, name);
  return typeof found === 'string' ? [{ text: found }] : undefined;
}

function base64Of(members: Members, name: string): readonly Inner[] | undefined {
  const found = own(members, name);
  return typeof found === 'string' ? [{ base64: found }] : undefined;
}

function skipped(unusable: string, found: string): readonly Inner[] {
  return [{ unusable, reason: `expected a CloudTrail record, found ${found}` }];
}
