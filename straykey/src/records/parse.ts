import type { ApiCall } from './api-call.ts';
import { callId } from './call-id.ts';
import { asMembers, column, flag, type Members, type Mutable, own, readTime, text } from './fields.ts';
import { toIdentity } from './identity.ts';
import { elementsOf, membersOf, withCanonicalNames } from './struct-text.ts';
import { toTestimony } from './testimony.ts';

/** A value that is no usable CloudTrail record, and why. */
export interface Unusable {
  /** Kind in the catalogue of `oddities.ts`. */
  readonly unusable: string;
  /** What was expected, what was found. */
  readonly reason: string;
}

/** Members of which a record has at least one beside its event source and name. */
const MARKS = ['eventTime', '@timestamp', 'eventVersion', 'userIdentity', 'eventID', 'awsRegion'] as const;

/**
 * Reduces one record, already parsed from JSON, to an {@link ApiCall}. Never throws, for any JSON value. Members that are absent or have
 * an unknown shape become empty; a value is unusable only when it is not a CloudTrail API record (`not-a-record`, or by name
 * `s3-notification`, `insights-event`) or has no time that can be read (`no-event-time`).
 *
 * Reads what exports do to records too: null and booleans as text, objects as JSON or `{name=value}` text, names folded to lower case,
 * `@timestamp` for `eventTime`.
 */
export function toApiCall(value: unknown): ApiCall | Unusable {
  const members = asMembers(value);
  if (members === undefined) return { unusable: 'not-a-record', reason: `expected an object, found ${nameOf(value)}` };
  const record = !Object.hasOwn(members, 'eventName') ? withCanonicalNames(members) : members;
  const problem = setAside(record) ?? notARecord(record);
  if (problem !== undefined) return problem;
  const time = readTime(own(record, 'eventTime')) ?? readTime(own(record, '@timestamp'));
  if (time === undefined) return { unusable: 'no-event-time', reason: noTime(record) };
  return toCall(record, time);
}

/** Whether {@link toApiCall} would take the value for a record, or for something it sets aside by name, whatever its time says. */
export function looksLikeRecord(members: Members): boolean {
  const record = !Object.hasOwn(members, 'eventName') ? withCanonicalNames(members) : members;
  return setAside(record) !== undefined || notARecord(record) === undefined;
}

/** What stands among records without being one, by name. */
function setAside(record: Members): Unusable | undefined {
  const source = text(own(record, 'eventSource'));
  if (source === 'aws:s3') {
    return { unusable: 's3-notification', reason: 'expected a CloudTrail record, found an S3 event notification' };
  }
  const type = text(own(record, 'eventType'));
  if (type === 'AwsCloudTrailInsight' || membersOf(own(record, 'insightDetails')) !== undefined) {
    return { unusable: 'insights-event', reason: 'expected an API record, found a CloudTrail Insights event' };
  }
  return undefined;
}

function notARecord(record: Members): Unusable | undefined {
  // An item of `lookup-events` repeats the record's name, source and time beside the record itself, which is text.
  if (typeof own(record, 'CloudTrailEvent') === 'string') {
    return {
      unusable: 'not-a-record',
      reason: 'expected a record, found an item of lookup-events that holds one as text',
    };
  }
  for (const name of ['eventSource', 'eventName']) {
    const found = own(record, name);
    if (typeof found === 'string' && found !== '' && !found.startsWith('aws:')) continue;
    return { unusable: 'not-a-record', reason: `expected ${name} as text, found ${nameOf(found)}` };
  }
  if (MARKS.some((name) => Object.hasOwn(record, name))) return undefined;
  return { unusable: 'not-a-record', reason: `expected one of ${MARKS.join(', ')}, found none` };
}

function noTime(record: Members): string {
  const found = own(record, 'eventTime') ?? own(record, '@timestamp');
  return `expected eventTime as a time, found ${typeof found === 'string' ? JSON.stringify(found.slice(0, 40)) : nameOf(found)}`;
}

function toCall(record: Members, time: number): ApiCall {
  const identity = toIdentity(own(record, 'userIdentity'));
  const additional = membersOf(own(record, 'additionalEventData')) ?? NOTHING;
  const resources = toResources(own(record, 'resources'));
  const call = {
    eventSource: text(own(record, 'eventSource')),
    eventName: text(own(record, 'eventName')),
    sourceIPAddress: column(record, 'sourceIPAddress'),
    userAgent: column(record, 'userAgent'),
  };
  const errorCode = column(record, 'errorCode');
  const testimony = toTestimony({
    ...call,
    failed: errorCode !== '',
    identity,
    roleResource: resources['AWS::IAM::Role'] ?? '',
    request: membersOf(own(record, 'requestParameters')) ?? NOTHING,
    response: membersOf(own(record, 'responseElements')) ?? NOTHING,
  });
  const found: Mutable<ApiCall> = {
    id: callId(record),
    time,
    ...call,
    awsRegion: column(record, 'awsRegion'),
    recipientAccountId: recipient(record),
    resources,
    identity,
  };
  keepText(found, 'eventId', column(record, 'eventID'));
  keepText(found, 'errorCode', errorCode);
  keepText(found, 'eventCategory', column(record, 'eventCategory') || categoryOf(record));
  keepText(found, 'eventType', column(record, 'eventType'));
  keepText(found, 'eventVersion', column(record, 'eventVersion'));
  keepText(found, 'vpcEndpointId', matching(/^vpce-/, column(record, 'vpcEndpointId')));
  keepText(found, 'vpcEndpointAccountId', matching(/^\d{12}$/, column(record, 'vpcEndpointAccountId')));
  keepText(found, 'authenticationMethod', column(additional, 'AuthenticationMethod'));
  keepText(found, 'hostHeader', column(membersOf(own(record, 'tlsDetails')) ?? NOTHING, 'clientProvidedHostHeader'));
  keepText(found, 'addendum', column(membersOf(own(record, 'addendum')) ?? NOTHING, 'reason'));
  keep(found, 'readOnly', flag(own(record, 'readOnly')));
  keep(found, 'sessionCredentialFromConsole', flag(own(record, 'sessionCredentialFromConsole')));
  keep(found, 'testimony', testimony);
  return found;
}

const NOTHING: Members = Object.freeze({});

/** Optional members are absent, not undefined or empty: the call of a record is the same object whoever reads it. */
function keep<Name extends keyof ApiCall>(call: Mutable<ApiCall>, name: Name, value: ApiCall[Name] | undefined): void {
  if (value !== undefined) call[name] = value;
}

function keepText<Name extends keyof ApiCall>(call: Mutable<ApiCall>, name: Name, text: string & ApiCall[Name]): void {
  if (text !== '') call[name] = text;
}

/** Records before eventVersion 1.07 have no category; some say whether they are management events. */
function categoryOf(record: Members): string {
  return flag(own(record, 'managementEvent')) === false ? 'Data' : '';
}

/** Only `userIdentity.accountId` stands in, not what an ARN says: the reader counts under exactly these two. */
function recipient(record: Members): string {
  return column(record, 'recipientAccountId') || column(membersOf(own(record, 'userIdentity')) ?? NOTHING, 'accountId');
}

/** Type to ARN, first of each type, for resources that have both. Exports spell `ARN` as `arn`. */
function toResources(value: unknown): Readonly<Record<string, string>> {
  const byType: Record<string, string> = Object.create(null);
  for (const element of elementsOf(value)) {
    const resource = membersOf(element);
    if (resource === undefined) continue;
    const type = column(resource, 'type');
    const arn = column(resource, 'ARN') || column(resource, 'arn');
    if (type !== '' && arn !== '' && !Object.hasOwn(byType, type)) byType[type] = arn;
  }
  return byType;
}

function matching(shape: RegExp, found: string): string {
  return shape.test(found) ? found : '';
}

/** For reasons: what was found, in one or two words. */
export function nameOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'string') return value === '' ? 'empty text' : JSON.stringify(value.slice(0, 40));
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
