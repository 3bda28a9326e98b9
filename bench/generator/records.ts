import { type Api, expirationText, hostOf, isoTime, type Where } from './calls.ts';
import type { Random } from './random.ts';
import type { Caller, LambdaFunction, LambdaSession } from './world.ts';

/** A CloudTrail record, members in CloudTrail's own order. */
export type Row = Record<string, unknown>;

/** What a record says besides the operation. */
export interface Calling {
  readonly identity: Row;
  readonly address: string;
  readonly agent: string;
  readonly old: boolean;
  readonly errorCode?: string;
  readonly additional?: Row;
  readonly vpcEndpointId?: string;
  readonly vpcEndpointAccountId?: string;
  readonly eventType?: string;
  readonly sharedEventID?: string;
  readonly addendum?: Row;
  /** Overrides what the operation would say. */
  readonly request?: unknown;
  readonly response?: unknown;
  readonly extra?: Row;
}

export function record(api: Api, x: Where, c: Calling): Row {
  const text = c.errorCode === undefined ? {} : { errorCode: c.errorCode, errorMessage: refusal(api, x) };
  const data = api.data === true;
  const agent = api.source === 's3.amazonaws.com' && !c.agent.endsWith('.amazonaws.com') ? `[${c.agent}]` : c.agent;
  const resources = api.resources?.(x);
  const fromService = c.address.endsWith('.amazonaws.com') || c.address === 'AWS Internal';
  return {
    eventVersion: c.old ? '1.08' : '1.11',
    userIdentity: c.identity,
    eventTime: isoTime(x.time),
    eventSource: api.source,
    eventName: api.name,
    awsRegion: x.region,
    sourceIPAddress: c.address,
    userAgent: agent,
    ...text,
    requestParameters: c.request ?? api.request?.(x) ?? null,
    responseElements: c.errorCode === undefined ? (c.response ?? api.response?.(x) ?? null) : null,
    ...(data || c.additional ? { additionalEventData: { ...(data ? dataFacts(x.r) : {}), ...c.additional } } : {}),
    requestID: data ? x.r.text(16, '0123456789ABCDEFGHJKMNPQRSTVWXYZ') : x.r.uuid(),
    eventID: x.r.uuid(),
    readOnly: api.readOnly,
    ...(resources ? { resources: resources.map(({ type, arn }) => ({ accountId: x.account, type, ARN: arn })) } : {}),
    eventType: c.eventType ?? 'AwsApiCall',
    managementEvent: !data,
    recipientAccountId: x.account,
    ...(c.sharedEventID === undefined ? {} : { sharedEventID: c.sharedEventID }),
    ...(c.vpcEndpointId === undefined ? {} : { vpcEndpointId: c.vpcEndpointId }),
    ...(c.vpcEndpointAccountId === undefined || c.old ? {} : { vpcEndpointAccountId: c.vpcEndpointAccountId }),
    ...(c.addendum === undefined ? {} : { addendum: c.addendum }),
    eventCategory: data ? 'Data' : 'Management',
    ...(fromService ? {} : { tlsDetails: tls(api, x) }),
    ...c.extra,
  };
}

const dataFacts = (r: Random): Row => ({
  SignatureVersion: 'SigV4',
  CipherSuite: 'TLS_AES_128_GCM_SHA256',
  bytesTransferredIn: 0,
  AuthenticationMethod: 'AuthHeader',
  'x-amz-id-2': r.base64(56),
  bytesTransferredOut: r.int(2_000_000),
});

const tls = (api: Api, { region }: Where): Row => ({
  tlsVersion: 'TLSv1.3',
  cipherSuite: 'TLS_AES_128_GCM_SHA256',
  clientProvidedHostHeader: hostOf(api.source, region),
});

const refusal = (api: Api, { account }: Where): string =>
  `User: arn:aws:sts::${account}:assumed-role/hidden is not authorized to perform: ${api.source.split('.')[0]}:${api.name} because no identity-based policy allows the action`;

/** `userIdentity` of a role session. */
export function sessionIdentity(
  s: {
    account: string;
    roleName: string;
    roleArn: string;
    roleId: string;
    name: string;
    key: string;
    createdAt: number;
  },
  more: Row = {},
): Row {
  return {
    type: 'AssumedRole',
    principalId: `${s.roleId}:${s.name}`,
    arn: `arn:aws:sts::${s.account}:assumed-role/${s.roleName}/${s.name}`,
    accountId: s.account,
    accessKeyId: s.key,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: s.roleId,
        arn: s.roleArn,
        accountId: s.account,
        userName: s.roleName,
      },
      attributes: { creationDate: isoTime(s.createdAt), mfaAuthenticated: 'false' },
    },
    ...more,
  };
}

/** Function code calling: with `inScopeOf` where the function's records have it. */
export function functionIdentity(s: LambdaSession, more: Row = {}): Row {
  const fn = s.fn;
  return sessionIdentity(
    {
      account: fn.account.id,
      roleName: fn.roleName,
      roleArn: fn.roleArn,
      roleId: fn.roleId,
      name: fn.name,
      key: s.key,
      createdAt: s.createdAt,
    },
    { ...(fn.scoped ? { inScopeOf: scopeOf(fn) } : {}), ...more },
  );
}

export const scopeOf = (fn: LambdaFunction): Row => ({
  issuerType: 'AWS::Lambda::Function',
  credentialsIssuedTo: fn.arn,
  credentialsIssuedToVersion: `${fn.arn}:$LATEST`,
});

/** A person, a runner, an instance or a task: a role session of its own. */
export const callerIdentity = (c: Caller, account: string, time: number, more: Row = {}): Row =>
  sessionIdentity(
    {
      account,
      roleName: c.roleName,
      roleArn: `arn:aws:iam::${account}:role/${c.rolePath}${c.roleName}`,
      roleId: c.id,
      name: c.name,
      key: c.key,
      createdAt: time - (time % 3600),
    },
    more,
  );

export const userIdentity = (c: Caller, account: string): Row => ({
  type: 'IAMUser',
  principalId: c.id,
  arn: `arn:aws:iam::${account}:user/${c.name}`,
  accountId: account,
  accessKeyId: c.key,
  userName: c.name,
});

/** Characters of a session token; it does not compress, and is what keeps real trails from compressing better than nine times. */
const TOKEN_LENGTH = 700;

const ASSUME_ROLE: Api = {
  source: 'sts.amazonaws.com',
  name: 'AssumeRole',
  readOnly: true,
};

/** The record by which a service takes a role and makes a key: what ties a key to a function. */
export function serviceIssue(
  x: Where,
  s: {
    service: string;
    roleArn: string;
    sessionName: string;
    key: string;
    expiresAt: number;
    old: boolean;
    late?: boolean;
  },
): Row {
  return record({ ...ASSUME_ROLE, resources: () => [{ type: 'AWS::IAM::Role', arn: s.roleArn }] }, x, {
    identity: { type: 'AWSService', invokedBy: s.service },
    address: s.service,
    agent: s.service,
    old: s.old,
    request: { roleArn: s.roleArn, roleSessionName: s.sessionName },
    response: {
      credentials: {
        accessKeyId: s.key,
        sessionToken: x.r.base64(TOKEN_LENGTH),
        expiration: expirationText(s.expiresAt),
      },
    },
    sharedEventID: x.r.uuid(),
    ...(s.late ? { addendum: { reason: 'DELIVERY_DELAY' } } : {}),
  });
}

export const functionIssue = (x: Where, s: LambdaSession, late = false): Row =>
  serviceIssue(
    { ...x, time: s.createdAt, region: s.fn.region },
    {
      service: 'lambda.amazonaws.com',
      roleArn: s.fn.roleArn,
      sessionName: s.fn.name,
      key: s.key,
      expiresAt: s.expiresAt,
      old: s.fn.account.old,
      late,
    },
  );

/** A role taken by whoever `c` is: the key is theirs, whatever the session is called. */
export function personIssue(
  x: Where,
  c: Calling,
  s: { roleArn: string; roleId: string; sessionName: string; key: string },
): Row {
  const roleName = s.roleArn.slice(s.roleArn.lastIndexOf('/') + 1);
  return record({ ...ASSUME_ROLE, resources: () => [{ type: 'AWS::IAM::Role', arn: s.roleArn }] }, x, {
    ...c,
    request: { roleArn: s.roleArn, roleSessionName: s.sessionName, durationSeconds: 3600 },
    response: {
      credentials: {
        accessKeyId: s.key,
        sessionToken: x.r.base64(TOKEN_LENGTH),
        expiration: expirationText(x.time + 3600),
      },
      assumedRoleUser: {
        assumedRoleId: `${s.roleId}:${s.sessionName}`,
        arn: `arn:aws:sts::${x.account}:assumed-role/${roleName}/${s.sessionName}`,
      },
    },
  });
}
