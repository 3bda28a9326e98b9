/**
 * IAM policies, as plain data. Actions and conditions are those of the IAM user guide ("Revoking temporary credentials", "Global condition
 * context keys") and of AWS's data perimeter examples; nothing in here names an account, so one document serves every partition.
 */
export interface Policy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Deny';
  readonly Action?: readonly string[];
  readonly NotAction?: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** Stands for the time of running in a document; commands put the real one in. */
export const CUTOFF = 'CUTOFF_TIME';

function deny(Sid: string, Condition: Statement['Condition'], NotAction?: readonly string[]): Policy {
  const what = NotAction === undefined ? { Action: ['*'] } : { NotAction };
  return { Version: '2012-10-17', Statement: [{ Sid, Effect: 'Deny', ...what, Resource: ['*'], Condition }] };
}

/** IAM's own "Revoke active sessions", under its own name, so that the console shows it. */
export function revokeOlderSessions(): Policy {
  return deny('RevokeOlderSessions', { DateLessThan: { 'aws:TokenIssueTime': CUTOFF } });
}

/** The same for one session name of the role: other users of the role go on, and so does this one once it has fresh credentials. */
export function revokeOneSession(userId: string): Policy {
  return deny('RevokeOneSession', {
    StringEquals: { 'aws:userId': userId },
    DateLessThan: { 'aws:TokenIssueTime': CUTOFF },
  });
}

/** Bars one session name of the role for good, fresh credentials too. */
export function denySession(userId: string): Policy {
  return deny('DenySession', { StringEquals: { 'aws:userId': userId } });
}

/** Bars the role from some addresses. Errs towards silence: a caller who moves is not barred. */
export function denyAddresses(addresses: readonly string[]): Policy {
  return deny('DenyAddresses', { IpAddress: { 'aws:SourceIp': addresses } });
}

/** Calls Lambda itself makes with the function's credential, from its own network; barring them costs the function its logs and traces. */
const BY_LAMBDA_ITSELF = [
  'logs:CreateLogGroup',
  'logs:CreateLogStream',
  'logs:PutLogEvents',
  'elasticfilesystem:ClientMount',
  'xray:PutTraceSegments',
];

export interface Perimeter {
  readonly vpcs: readonly string[];
  /** Public addresses the VPC leaves by. */
  readonly addresses: readonly string[];
  readonly family: 'lambda' | 'ecs' | 'ec2';
}

/**
 * Bars one session name of the role from everywhere but a VPC. All conditions of a statement must hold for it to deny, and `IfExists` holds
 * when the key is absent: a call through a VPC endpoint has no public aws:SourceIp, one by the NAT gateway no aws:SourceVpc, a thief's neither.
 */
export function onlyFromNetwork(userId: string, { vpcs, addresses, family }: Perimeter): Policy {
  return deny(
    'OnlyFromNetwork',
    {
      StringEquals: { 'aws:userId': userId },
      StringNotEqualsIfExists: { 'aws:SourceVpc': vpcs },
      NotIpAddressIfExists: { 'aws:SourceIp': addresses },
      BoolIfExists: { 'aws:ViaAWSService': 'false' },
    },
    family === 'lambda' ? BY_LAMBDA_ITSELF : undefined,
  );
}

/** The key AWS puts into every credential it makes for such a resource; it stays there when the credential is stolen. */
const SOURCE_KEYS = { lambda: 'lambda:SourceFunctionArn', ec2: 'ec2:SourceInstanceARN' } as const;

/** For a whole organisation, as a service control policy: every credential of the family, from your networks only. */
export function perimeterForAll({ vpcs, addresses, family }: Perimeter): Policy {
  const aims: Statement['Condition'] =
    family === 'ecs'
      ? { StringEquals: { 'aws:PrincipalTag/dp:include:network': 'true' } }
      : { Null: { [SOURCE_KEYS[family]]: 'false' } };
  return deny(
    'CredentialsOnlyFromOwnNetworks',
    {
      ...aims,
      StringNotEqualsIfExists: { 'aws:SourceVpc': vpcs },
      NotIpAddressIfExists: { 'aws:SourceIp': addresses },
      BoolIfExists: { 'aws:ViaAWSService': 'false' },
    },
    family === 'lambda' ? BY_LAMBDA_ITSELF : undefined,
  );
}
