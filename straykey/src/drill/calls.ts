import { awsAddress } from './addresses.ts';
import {
  agents,
  type FunctionSession,
  functionArn,
  LAMBDA_KEY_LIFE,
  type Role,
  roleArn,
  type Session,
  sessionIdentity,
} from './identities.ts';
import { objectCall } from './operations.ts';
import type { Random } from './random.ts';
import {
  type Circumstances,
  expirationText,
  type Generation,
  type Operation,
  type TrailRecord,
  writeRecord,
} from './record.ts';

/** What a call may say besides operation and credential. Defaults: the function's own code, from its own region of AWS. */
export type CallDetails = Partial<Omit<Circumstances, 'identity' | 'time'>> & { readonly identity?: TrailRecord };

/** A call with a function's credential. */
export function lambdaCall(
  random: Random,
  session: FunctionSession,
  operation: Operation,
  time: number,
  details: CallDetails = {},
): TrailRecord {
  const { of: fn } = session;
  return writeRecord(random, operation, {
    identity: sessionIdentity(session),
    time,
    region: fn.region,
    accountId: fn.accountId,
    address: details.address ?? awsAddress(random, fn.region),
    agent: fn.agent,
    generation: fn.generation,
    ...details,
  });
}

/** A read or write of an S3 object with a function's credential: a data event. */
export function s3DataEvent(
  random: Random,
  session: FunctionSession,
  verb: Parameters<typeof objectCall>[0],
  object: { readonly bucket: string; readonly key: string },
  time: number,
  details: CallDetails = {},
): TrailRecord {
  return lambdaCall(random, session, objectCall(verb, object.bucket, object.key), time, details);
}

/** The same with the signature in the address: the function signed at `signedAt`, somebody else sends it. */
export function presignedCall(
  random: Random,
  session: FunctionSession,
  verb: Parameters<typeof objectCall>[0],
  object: { readonly bucket: string; readonly key: string },
  times: { readonly signedAt: number; readonly sentAt: number },
  details: CallDetails & { readonly address: string },
): TrailRecord {
  const operation = objectCall(verb, object.bucket, object.key);
  const signed = new Date(times.signedAt * 1000).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  const request = {
    'X-Amz-Date': `${signed}Z`,
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Expires': '900',
  };
  return lambdaCall(random, session, { ...operation, request: { ...operation.request, ...request } }, times.sentAt, {
    agent: agents.browser,
    additional: { AuthenticationMethod: 'QueryString' },
    ...details,
  });
}

/** The record by which Lambda takes a function's role and makes the key: what ties a key to a function. */
export function lambdaIssue(random: Random, session: FunctionSession, details: CallDetails = {}): TrailRecord {
  const { region, generation } = session.of;
  return serviceIssue(random, session, 'lambda.amazonaws.com', { region, generation, ...details });
}

/** An AssumeRole by an AWS service. AWS's own have no `assumedRoleUser`. */
export function serviceIssue(
  random: Random,
  session: Session,
  service: string,
  details: CallDetails & { readonly region: string; readonly generation: Generation; readonly life?: number },
): TrailRecord {
  const { life = LAMBDA_KEY_LIFE, ...rest } = details;
  return assumeRole(random, session, life, undefined, {
    identity: { type: 'AWSService', invokedBy: service },
    address: service,
    agent: service,
    accountId: session.role.accountId,
    ...rest,
    more: { sharedEventID: random.uuid(), ...details.more },
  });
}

/** An AssumeRole by anybody else: a person, a program, a stolen key. The new session is `session`. */
export function assumeRoleBy(
  random: Random,
  caller: TrailRecord,
  session: Session,
  details: CallDetails & { readonly address: string; readonly region: string },
): TrailRecord {
  const assumedRoleUser = {
    assumedRoleId: `${session.role.id}:${session.name}`,
    arn: `arn:aws:sts::${session.role.accountId}:assumed-role/${session.role.name}/${session.name}`,
  };
  return assumeRole(random, session, 3600, assumedRoleUser, {
    identity: caller,
    agent: agents.cli,
    accountId: session.role.accountId,
    generation: '1.11',
    ...details,
  });
}

function assumeRole(
  random: Random,
  session: Session,
  life: number,
  assumedRoleUser: TrailRecord | undefined,
  circumstances: Omit<Circumstances, 'time'>,
): TrailRecord {
  const arn = roleArn(session.role);
  const credentials = {
    accessKeyId: session.key,
    sessionToken: random.text(200, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'),
    expiration: expirationText(session.issuedAt + life, circumstances.generation),
  };
  const operation: Operation = {
    source: 'sts.amazonaws.com',
    name: 'AssumeRole',
    readOnly: true,
    request: { roleArn: arn, roleSessionName: session.name },
    response: { credentials, ...(assumedRoleUser === undefined ? {} : { assumedRoleUser }) },
    resources: [{ type: 'AWS::IAM::Role', arn }],
  };
  return writeRecord(random, operation, { time: session.issuedAt, ...circumstances });
}

/** Lambda's log writer, under the function's key, when an environment starts. */
export function createLogStream(
  random: Random,
  session: FunctionSession,
  time: number,
  details: CallDetails = {},
): TrailRecord {
  const day = new Date(time * 1000).toISOString().slice(0, 10).replaceAll('-', '/');
  const operation: Operation = {
    source: 'logs.amazonaws.com',
    name: 'CreateLogStream',
    readOnly: false,
    request: {
      logGroupName: `/aws/lambda/${session.of.name}`,
      logStreamName: `${day}/[$LATEST]${random.text(32, '0123456789abcdef')}`,
    },
  };
  return lambdaCall(random, session, operation, time, { agent: agents.logWriter, ...details });
}

/** Lambda's control plane decrypting the environment under the function's key: no `invokedBy`, and no `inScopeOf`. */
export function environmentDecrypt(random: Random, session: FunctionSession, time: number): TrailRecord {
  const { of: fn, scope: _none, ...bare } = session;
  const operation: Operation = {
    source: 'kms.amazonaws.com',
    name: 'Decrypt',
    readOnly: true,
    request: {
      encryptionContext: { 'aws:lambda:FunctionArn': functionArn(fn) },
      encryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    },
  };
  return lambdaCall(random, session, operation, time, {
    identity: sessionIdentity(bare),
    agent: agents.controlPlane,
  });
}

/** An execution environment starts: issue, environment decrypted, log stream made. */
export function coldStart(random: Random, session: FunctionSession): TrailRecord[] {
  return [
    lambdaIssue(random, session),
    environmentDecrypt(random, session, session.issuedAt + 1),
    createLogStream(random, session, session.issuedAt + 1),
  ];
}

/** An AWS service acting on behalf of a session. CloudTrail shows the service for address, agent and `invokedBy`. */
export function onBehalf(
  random: Random,
  session: FunctionSession,
  operation: Operation,
  service: string,
  time: number,
): TrailRecord {
  return lambdaCall(random, session, operation, time, {
    identity: { ...sessionIdentity(session), invokedBy: service },
    address: service,
    agent: service,
  });
}

/** A call by a role session that is nobody's function: a person, a runner, an instance. */
export function sessionCall(
  random: Random,
  session: Session,
  operation: Operation,
  details: CallDetails & { readonly time: number; readonly address: string; readonly region: string },
): TrailRecord {
  return writeRecord(random, operation, {
    identity: sessionIdentity(session),
    accountId: session.role.accountId,
    agent: agents.cliOnMac,
    generation: '1.11',
    ...details,
  });
}

/** `CreateFunction`, by whoever `details` says: shows that the function exists and whether it runs in a VPC. */
export function createFunction(
  random: Random,
  fn: { readonly name: string; readonly role: Role; readonly region: string },
  subnetIds: readonly string[],
  details: CallDetails & { readonly identity: TrailRecord; readonly time: number; readonly address: string },
): TrailRecord {
  const operation: Operation = {
    source: 'lambda.amazonaws.com',
    name: 'CreateFunction20150331',
    readOnly: false,
    request: {
      functionName: fn.name,
      runtime: 'python3.12',
      role: roleArn(fn.role),
      handler: 'index.handler',
      ...(subnetIds.length > 0 ? { vpcConfig: { subnetIds, securityGroupIds: ['sg-0a1b2c3d4e5f60718'] } } : {}),
    },
  };
  return writeRecord(random, operation, {
    accountId: fn.role.accountId,
    region: fn.region,
    agent: agents.terraform,
    generation: '1.11',
    ...details,
  });
}
