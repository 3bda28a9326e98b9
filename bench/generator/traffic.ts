import { awsAddress, privateAddress } from './addresses.ts';
import {
  type Api,
  CREATE_LOG_STREAM,
  FUNCTION_CALLS,
  INSTANCE_CALLS,
  PEOPLE_CALLS,
  RUNNER_CALLS,
  SERVICE_ROLE_CALLS,
  TASK_CALLS,
  USER_CALLS,
  type Where,
} from './calls.ts';
import type { Random } from './random.ts';
import { callerIdentity, functionIdentity, type Row, record, serviceIssue, userIdentity } from './records.ts';
import type { Callers, FilePlan, LambdaSession } from './world.ts';

/** Who calls in one file: a local handful, as in real files, so that records repeat each other as much as they really do. */
export interface Scene {
  readonly file: FilePlan;
  readonly sessions: readonly LambdaSession[];
  readonly callers: Callers;
  readonly r: Random;
}

/**
 * Some ordinary records of one caller, as callers come: half of them singly, the others in a run of the same operation.
 * A quarter are Lambda sessions from AWS, 15 % come from outside AWS (people, runners, IAM users), the rest are instances,
 * tasks, services on somebody's behalf and services by themselves.
 */
export function burst(scene: Scene): Row[] {
  const { r } = scene;
  const call = chooseCall(scene);
  const first = whereOf(scene);
  const length = r.chance(0.5) ? 1 : r.between(2, 12);
  return Array.from({ length }, (_, i) => call({ ...first, time: first.time + (i >> 1), item: r.next() }));
}

function chooseCall(scene: Scene): (x: Where) => Row {
  const { r, sessions } = scene;
  const dice = r.unit();
  if (dice < 0.25 && sessions.length > 0) return functionCalls(scene, r.pick(sessions));
  if (dice < 0.33) return personCalls(scene);
  if (dice < 0.37) return runnerCalls(scene);
  if (dice < 0.4) return userCalls(scene);
  if (dice < 0.58) return instanceCalls(scene);
  if (dice < 0.7) return taskCalls(scene);
  if (dice < 0.84) return serviceRoleCalls(scene);
  if (dice < 0.89) return (x) => roleIssue(x, scene);
  return internalCalls(scene);
}

/** Delivery follows an event by one to ten minutes; records inside a file are not sorted. */
export function whereOf({ file, r }: Scene): Where {
  const time = file.time - r.between(60, 600);
  return { r, account: file.account.id, region: file.region, time, topic: r.next(), item: r.next() };
}

function functionCalls({ r }: Scene, s: LambdaSession): (x: Where) => Row {
  const during = (x: Where): Where => ({ ...x, time: Math.min(Math.max(x.time, s.createdAt + 1), s.expiresAt - 1) });
  const dice = r.unit();
  if (dice < 0.04) return (x) => logWriterCall(during(x), s);
  if (dice < 0.07) return (x) => environmentDecrypt(during(x), s);
  const { fn } = s;
  const api = r.pick(FUNCTION_CALLS);
  // Some code calls another region than its own: from the function's own addresses.
  const elsewhere = r.chance(0.04) ? { region: 'us-east-1' } : {};
  const through = fn.endpoint === undefined ? {} : { vpcEndpointId: fn.endpoint, vpcEndpointAccountId: fn.account.id };
  const calling = {
    identity: functionIdentity(s),
    address: fn.endpoint === undefined ? s.address : privateAddress(r),
    agent: fn.agent,
    old: fn.account.old,
    ...through,
    ...(r.chance(0.02) ? { errorCode: 'AccessDenied' } : {}),
  };
  return (x) => record(api, { ...during(x), ...elsewhere }, calling);
}

/** Lambda's log writer at a cold start. */
function logWriterCall(x: Where, s: LambdaSession): Row {
  const day = new Date(s.createdAt * 1000).toISOString().slice(0, 10).replaceAll('-', '/');
  return record(CREATE_LOG_STREAM, x, {
    identity: functionIdentity(s),
    address: awsAddress(x.r, s.fn.region),
    agent: 'awslambda-worker/1.0 rusoto/0.48.0 rust/1.88.0 linux',
    old: s.fn.account.old,
    request: { logGroupName: `/aws/lambda/${s.fn.name}`, logStreamName: `${day}/[$LATEST]${x.r.hex(32)}` },
  });
}

/** Lambda's control plane reading a function's encrypted environment: no `inScopeOf`, another address. */
function environmentDecrypt(x: Where, s: LambdaSession): Row {
  const decrypt: Api = { source: 'kms.amazonaws.com', name: 'Decrypt', readOnly: true };
  const { inScopeOf: _, ...identity } = functionIdentity(s);
  return record(decrypt, x, {
    identity,
    address: awsAddress(x.r, s.fn.region),
    agent: 'aws-internal/3 aws-sdk-java/1.12.780 Linux/5.10.235 OpenJDK_64-Bit_Server_VM/21.0.6 vendor/Amazon.com_Inc.',
    old: s.fn.account.old,
    request: { encryptionContext: { 'aws:lambda:FunctionArn': s.fn.arn }, encryptionAlgorithm: 'SYMMETRIC_DEFAULT' },
  });
}

function personCalls({ r, callers, file }: Scene): (x: Where) => Row {
  const who = r.pick(callers.people);
  const api = r.pick(PEOPLE_CALLS);
  const calling = {
    address: who.address,
    agent: who.agent,
    old: file.account.old,
    ...(who.agent.startsWith('Mozilla') ? { extra: { sessionCredentialFromConsole: 'true' } } : {}),
    ...(r.chance(0.05) ? { errorCode: 'AccessDenied' } : {}),
  };
  return (x) => record(api, x, { ...calling, identity: callerIdentity(who, x.account, x.time) });
}

function runnerCalls({ r, callers, file }: Scene): (x: Where) => Row {
  const who = r.pick(callers.runners);
  const api = r.pick(RUNNER_CALLS);
  const calling = { address: who.address, agent: who.agent, old: file.account.old };
  return (x) => record(api, x, { ...calling, identity: callerIdentity(who, x.account, x.time) });
}

function userCalls({ r, callers, file }: Scene): (x: Where) => Row {
  const who = r.pick(callers.users);
  const api = r.pick(USER_CALLS);
  const calling = { address: who.address, agent: who.agent, old: file.account.old };
  return (x) => record(api, x, { ...calling, identity: userIdentity(who, x.account) });
}

function instanceCalls({ r, callers, file }: Scene): (x: Where) => Row {
  const who = r.pick(callers.instances);
  const api = r.pick(INSTANCE_CALLS);
  const calling = { address: who.address, agent: who.agent, old: file.account.old };
  const arn = `arn:aws:ec2:${file.region}:${file.account.id}:instance/${who.name}`;
  const scope = file.account.old ? {} : { inScopeOf: { issuerType: 'AWS::EC2::Instance', credentialsIssuedTo: arn } };
  return (x) => record(api, x, { ...calling, identity: callerIdentity(who, x.account, x.time, scope) });
}

function taskCalls({ r, callers, file }: Scene): (x: Where) => Row {
  const who = r.pick(callers.tasks);
  const api = r.pick(TASK_CALLS);
  const inside = r.chance(0.3);
  const through = { vpcEndpointId: `vpce-0a1b2c3d4e5f6789${r.int(3)}`, vpcEndpointAccountId: file.account.id };
  const calling = {
    address: inside ? privateAddress(r) : who.address,
    agent: who.agent,
    old: file.account.old,
    ...(inside ? through : {}),
  };
  return (x) => record(api, x, { ...calling, identity: callerIdentity(who, x.account, x.time) });
}

function serviceRoleCalls({ r, file }: Scene): (x: Where) => Row {
  const who = {
    name: 'AWSConfig-Describe',
    roleName: 'AWSServiceRoleForConfig',
    rolePath: 'aws-service-role/config.amazonaws.com/',
    id: 'AROACONFIG22EXAMPLE01',
    key: 'ASIACONFIGEXAMPLE001',
    address: 'config.amazonaws.com',
    agent: 'config.amazonaws.com',
  };
  const api = r.pick(SERVICE_ROLE_CALLS);
  const calling = { address: who.address, agent: who.agent, old: file.account.old };
  const behalf = { invokedBy: 'config.amazonaws.com' };
  return (x) => record(api, x, { ...calling, identity: callerIdentity(who, x.account, x.time, behalf) });
}

/**
 * Roles taken for tasks and instances: the look-alikes of Lambda's issues. With those, 6 % of the corpus is `AssumeRole`: a public
 * trail of an account with Lambdas at work has 8.7 % (73 of 841), all of it management events, and a quarter of this one is S3 data.
 */
function roleIssue(x: Where, { callers, file }: Scene): Row {
  const ec2 = x.r.chance(0.4);
  const who = x.r.pick(ec2 ? callers.instances : callers.tasks);
  return serviceIssue(x, {
    service: ec2 ? 'ec2.amazonaws.com' : 'ecs-tasks.amazonaws.com',
    roleArn: `arn:aws:iam::${x.account}:role/${who.roleName}`,
    sessionName: who.name,
    key: x.r.accessKey('ASIA'),
    expiresAt: x.time + 6 * 3600,
    old: file.account.old,
  });
}

/** A service using a key of KMS for somebody: under another access key id than the caller's own. */
function internalCalls({ r, callers, file }: Scene): (x: Where) => Row {
  const caller = r.pick(callers.instances);
  const who = { ...caller, key: caller.key.replace(/^ASIA./, 'ASIAI') };
  const keyArn = `arn:aws:kms:${file.region}:${file.account.id}:key/${r.uuid()}`;
  const api: Api = {
    source: 'kms.amazonaws.com',
    name: r.chance(0.5) ? 'GenerateDataKey' : 'Decrypt',
    readOnly: true,
    resources: () => [{ type: 'AWS::KMS::Key', arn: keyArn }],
  };
  const encryptionContext = { 'aws:s3:arn': `arn:aws:s3:::example-raw-events-${file.account.id}` };
  const calling = {
    address: 'AWS Internal',
    agent: 'AWS Internal',
    old: file.account.old,
    request: { keySpec: 'AES_256', encryptionContext },
  };
  const behalf = { invokedBy: 'AWS Internal' };
  return (x) => record(api, x, { ...calling, identity: callerIdentity(who, x.account, x.time, behalf) });
}
