import type { Issue, Testimony } from './api-call.ts';
import { column, type Members, own, readTime, text } from './fields.ts';
import type { Identity } from './identity.ts';
import { elementsOf, membersOf } from './struct-text.ts';

/** What a record says beside the fields every call has. Text members are as recorded. */
export interface Context {
  readonly eventSource: string;
  readonly eventName: string;
  readonly userAgent: string;
  readonly sourceIPAddress: string;
  readonly failed: boolean;
  readonly identity: Identity;
  /** ARN of the record's `AWS::IAM::Role` resource; empty when there is none. */
  readonly roleResource: string;
  readonly request: Members;
  readonly response: Members;
}

/**
 * What a record testifies about credentials being made or bound. It only reads; `sessions/` judges.
 *
 * A failed call made or changed nothing, so it testifies nothing, but for the two that show who already holds a key (the log writer,
 * the environment's decryption): these are proof by having been tried.
 */
export function toTestimony(context: Context): Testimony | undefined {
  switch (context.eventSource) {
    case 'sts.amazonaws.com':
      return ASSUME.has(context.eventName) ? issue(context) : minted(context);
    case 'logs.amazonaws.com':
      return logStream(context);
    case 'kms.amazonaws.com':
      return environmentDecrypt(context);
    case 'lambda.amazonaws.com':
      return functionNamed(context);
    default:
      return minted(context);
  }
}

const ASSUME: ReadonlySet<string> = new Set([
  'AssumeRole',
  'AssumeRoleWithSAML',
  'AssumeRoleWithWebIdentity',
  'AssumeRoot',
]);

/** Lambda's own issues have no `assumedRoleUser`; `AssumeRoot` has no role. A record that names neither role nor key says nothing. */
function issue({ failed, identity, roleResource, request, response }: Context): Issue | undefined {
  if (failed) return undefined;
  const credentials = membersOf(own(response, 'credentials')) ?? {};
  const assumed = membersOf(own(response, 'assumedRoleUser')) ?? {};
  const [, roleId = '', assumedSession = ''] = /^([^:]+):(.*)$/s.exec(text(own(assumed, 'assumedRoleId'))) ?? [];
  const accessKeyId = column(credentials, 'accessKeyId');
  const roleArn = text(own(request, 'roleArn')) || roleResource;
  if (accessKeyId === '' && roleArn === '') return undefined;
  const expiration = readTime(own(credentials, 'expiration'));
  const service = identity.kind === 'service' ? identity.invokedBy : undefined;
  return {
    kind: 'issue',
    ...(accessKeyId === '' ? {} : { accessKeyId }),
    roleArn,
    ...(roleId === '' ? {} : { roleId }),
    sessionName: text(own(request, 'roleSessionName')) || assumedSession,
    ...(service === undefined ? {} : { service }),
    ...(expiration === undefined ? {} : { expiration }),
  };
}

const LOG_GROUP = /^\/aws\/lambda\/([^/]+)$/s;

/** Lambda's log writer names itself in the user agent, which anybody can forge: where the call came from is for `sessions/` to ask. */
function logStream({ eventName, userAgent, request }: Context): Testimony | undefined {
  if (eventName !== 'CreateLogStream' && eventName !== 'CreateLogGroup') return undefined;
  if (!withoutBrackets(userAgent).startsWith('awslambda-worker')) return undefined;
  const functionName = LOG_GROUP.exec(text(own(request, 'logGroupName')))?.[1];
  return functionName === undefined ? undefined : { kind: 'log-stream', functionName };
}

/** Lambda decrypts a function's environment under the function's key, from a Java SDK of its own (`aws-internal/3 …`). */
function environmentDecrypt(context: Context): Testimony | undefined {
  if (context.eventName !== 'Decrypt') return undefined;
  const agent = withoutBrackets(context.userAgent);
  const byControlPlane =
    /^aws-internal(\/|$)/i.test(agent) ||
    agent === 'AWS Internal' ||
    agent === 'lambda.amazonaws.com' ||
    context.sourceIPAddress === 'lambda.amazonaws.com';
  if (!byControlPlane) return undefined;
  const encryption = membersOf(own(context.request, 'encryptionContext')) ?? {};
  const functionArn = text(own(encryption, 'aws:lambda:FunctionArn'));
  return functionArn === '' ? undefined : { kind: 'environment-decrypt', functionArn };
}

/** A name; an ARN; a partial ARN (`account:function:name`, `function:name`); each with or without a qualifier. */
const FUNCTION_NAME = /^(?:(?:arn:[^:]+:lambda:[^:]*:)?(?:\d+:)?function:)?([A-Za-z0-9_-]+)(?::[A-Za-z0-9$_.-]+)?$/;

function functionNamed({ eventName, failed, request, response }: Context): Testimony | undefined {
  if (failed || eventName.startsWith('Invoke')) return undefined;
  const named = text(own(request, 'functionName')) || text(own(response, 'functionName'));
  const functionName = FUNCTION_NAME.exec(named)?.[1];
  if (functionName === undefined) return undefined;
  const roleArn = text(own(request, 'role')) || text(own(response, 'role'));
  const vpcConfig = membersOf(own(request, 'vpcConfig')) ?? membersOf(own(response, 'vpcConfig'));
  return {
    kind: 'function-named',
    functionName,
    ...(roleArn === '' ? {} : { roleArn }),
    ...(vpcConfig === undefined ? {} : { inVpc: elementsOf(own(vpcConfig, 'subnetIds')).length > 0 }),
  };
}

/** Calls that make a credential other than a role session, by service. */
const MINTS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['sts.amazonaws.com', new Set(['GetSessionToken', 'GetFederationToken'])],
  ['signin.amazonaws.com', new Set(['GetSigninToken'])],
  ['iam.amazonaws.com', new Set(['CreateAccessKey'])],
  ['sso-oauth.amazonaws.com', new Set(['CreateTokenWithIAM'])],
  ['rolesanywhere.amazonaws.com', new Set(['CreateSession'])],
  ['codeartifact.amazonaws.com', new Set(['GetAuthorizationToken'])],
  ['ecr.amazonaws.com', new Set(['GetAuthorizationToken'])],
  ['ecr-public.amazonaws.com', new Set(['GetAuthorizationToken'])],
]);

function minted({ eventSource, eventName, failed, request, response }: Context): Testimony | undefined {
  if (failed || MINTS.get(eventSource)?.has(eventName) !== true) return undefined;
  if (text(own(response, eventName)) === 'Failure') return undefined;
  const accessKeyId = mintedKey(response);
  const created = membersOf(own(response, 'accessKey'));
  const userName = (created === undefined ? '' : text(own(created, 'userName'))) || text(own(request, 'userName'));
  return {
    kind: 'minted',
    ...(accessKeyId === '' ? {} : { accessKeyId }),
    ...(eventName !== 'CreateAccessKey' || userName === '' ? {} : { userName }),
  };
}

/** `accessKey` (IAM), `credentials` (STS, sign-in), `credentialSet[0].credentials` (Roles Anywhere). */
function mintedKey(response: Members): string {
  const set = membersOf(elementsOf(own(response, 'credentialSet'))[0]);
  const holders = [own(response, 'accessKey'), own(response, 'credentials'), set && own(set, 'credentials')];
  for (const holder of holders) {
    const members = membersOf(holder);
    const key = members === undefined ? '' : column(members, 'accessKeyId');
    if (key !== '') return key;
  }
  return '';
}

/** S3 writes user agents as `[agent]`. */
function withoutBrackets(userAgent: string): string {
  return userAgent.startsWith('[') ? userAgent.slice(1, userAgent.endsWith(']') ? -1 : undefined) : userAgent;
}
