import type { Random } from './random.ts';

/** A CloudTrail record as it lies in a trail, members in CloudTrail's own order. */
export type TrailRecord = Readonly<Record<string, unknown>>;

/**
 * Which record format. `1.05` (2018): no eventCategory, no managementEvent, no tlsDetails. `1.08` (2022): with these. `1.11`
 * (since 2025): a function's calls carry `inScopeOf`, calls by an endpoint its owner.
 */
export type Generation = '1.05' | '1.08' | '1.11';

/** What was called. Request, response and resources are for this one call. */
export interface Operation {
  /** Service host name. */
  readonly source: string;
  readonly name: string;
  readonly readOnly: boolean;
  /** A data event: recorded only where the trail asks for them. */
  readonly data?: boolean;
  readonly request?: TrailRecord;
  readonly response?: TrailRecord;
  readonly resources?: readonly { readonly type: string; readonly arn: string }[];
}

/** Who called, when and from where. */
export interface Circumstances {
  /** `userIdentity`. */
  readonly identity: TrailRecord;
  /** Epoch seconds. */
  readonly time: number;
  readonly region: string;
  /** Account whose trail holds the record. */
  readonly accountId: string;
  /** `sourceIPAddress`. */
  readonly address: string;
  readonly agent: string;
  readonly generation: Generation;
  readonly errorCode?: string;
  /** `additionalEventData` of this call. */
  readonly additional?: TrailRecord;
  /** Members this call has besides, or instead of, the usual ones. */
  readonly more?: TrailRecord;
}

/** One record, true to the shapes AWS delivers. Ids come from `random`. */
export function writeRecord(random: Random, operation: Operation, c: Circumstances): TrailRecord {
  const { data = false, source } = operation;
  const old = c.generation === '1.05';
  const ofService = !/^[\d.]+$|:/.test(c.address);
  const failed = c.errorCode !== undefined;
  const additional = { ...(data && source === 's3.amazonaws.com' ? s3Facts(random, failed) : {}), ...c.additional };
  return {
    eventVersion: c.generation,
    userIdentity: c.identity,
    eventTime: isoTime(c.time),
    eventSource: source,
    eventName: operation.name,
    awsRegion: c.region,
    sourceIPAddress: c.address,
    userAgent: source === 's3.amazonaws.com' && !ofService ? `[${c.agent}]` : c.agent,
    ...(failed ? { errorCode: c.errorCode, errorMessage: refusal(operation, c) } : {}),
    requestParameters: operation.request ?? null,
    responseElements: failed ? null : (operation.response ?? null),
    ...(Object.keys(additional).length > 0 ? { additionalEventData: additional } : {}),
    requestID: data ? random.text(16, '0123456789ABCDEFGHJKMNPQRSTVWXYZ') : random.uuid(),
    eventID: random.uuid(),
    readOnly: operation.readOnly,
    ...(operation.resources === undefined
      ? {}
      : { resources: operation.resources.map(({ type, arn }) => ({ accountId: c.accountId, type, ARN: arn })) }),
    eventType: 'AwsApiCall',
    ...(old ? {} : { managementEvent: !data }),
    recipientAccountId: c.accountId,
    ...(old ? {} : { eventCategory: data ? 'Data' : 'Management' }),
    ...(old || ofService ? {} : { tlsDetails: tlsDetails(source, c.region) }),
    ...c.more,
  };
}

/** `2026-03-01T09:30:00Z`. */
export function isoTime(time: number): string {
  return `${new Date(time * 1000).toISOString().slice(0, 19)}Z`;
}

/** As in the answer to AssumeRole: `Dec 3, 2021, 10:14:16 AM`; before 2020 without the comma after the year. */
export function expirationText(time: number, generation: Generation): string {
  const at = new Date(time * 1000);
  const month = 'JanFebMarAprMayJunJulAugSepOctNovDec'.slice(at.getUTCMonth() * 3, at.getUTCMonth() * 3 + 3);
  const hour = at.getUTCHours();
  const clock = `${hour % 12 || 12}:${at.toISOString().slice(14, 19)} ${hour < 12 ? 'AM' : 'PM'}`;
  return `${month} ${at.getUTCDate()}, ${at.getUTCFullYear()}${generation === '1.05' ? '' : ','} ${clock}`;
}

function s3Facts(random: Random, failed: boolean): TrailRecord {
  return {
    SignatureVersion: 'SigV4',
    CipherSuite: 'TLS_AES_128_GCM_SHA256',
    bytesTransferredIn: 0,
    AuthenticationMethod: 'AuthHeader',
    'x-amz-id-2': random.text(56, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'),
    bytesTransferredOut: failed ? 243 : 1024 + random.int(2_000_000),
  };
}

function refusal({ source, name }: Operation, { identity, errorCode }: Circumstances): string {
  if (errorCode !== 'AccessDenied' && errorCode !== 'Client.UnauthorizedOperation')
    return `The request failed: ${errorCode}`;
  return `User: ${String(identity.arn)} is not authorized to perform: ${source.split('.')[0]}:${name} because no identity-based policy allows the action`;
}

function tlsDetails(source: string, region: string): TrailRecord {
  const service = source.slice(0, source.indexOf('.'));
  return {
    tlsVersion: 'TLSv1.3',
    cipherSuite: 'TLS_AES_128_GCM_SHA256',
    clientProvidedHostHeader: service === 'iam' ? source : `${service}.${region}.amazonaws.com`,
  };
}
