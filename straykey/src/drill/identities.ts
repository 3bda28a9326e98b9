import type { Random } from './random.ts';
import { type Generation, isoTime, type TrailRecord } from './record.ts';

export interface Role {
  readonly accountId: string;
  readonly name: string;
  /** With both slashes. */
  readonly path: string;
  /** `AROA…`. */
  readonly id: string;
}

export interface LambdaFunction {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  readonly role: Role;
  /** User agent of its code. */
  readonly agent: string;
  readonly generation: Generation;
}

/** One temporary credential of a role. */
export interface Session {
  readonly role: Role;
  readonly name: string;
  readonly key: string;
  /** Epoch seconds. */
  readonly issuedAt: number;
  /** `inScopeOf` of its records; only credentials of resources have it, since eventVersion 1.11. */
  readonly scope?: TrailRecord;
}

/** A credential of a function, the function with it. */
export interface FunctionSession extends Session {
  readonly of: LambdaFunction;
}

/** Lambda's credentials live exactly this long. Measured on every function session in public trails. */
export const LAMBDA_KEY_LIFE = 12 * 3600;

export function newRole(random: Random, accountId: string, name: string, path = '/service-role/'): Role {
  return { accountId, name, path, id: random.uniqueId('AROA') };
}

export const agents = {
  python:
    'Boto3/1.42.97 md/Botocore#1.42.97 ua/2.1 os/linux#5.10.240-253.938.amzn2.x86_64 md/arch#x86_64 lang/python#3.12.11 md/pyimpl#CPython exec-env/AWS_Lambda_python3.12 m/n,b,e,Z cfg/retry-mode#legacy Botocore/1.42.97',
  node: 'aws-sdk-js/3.917.0 ua/2.1 os/linux#5.10.242-266.961.amzn2.x86_64 lang/js md/nodejs#22.20.0 api/s3#3.917.0 exec-env/AWS_Lambda_nodejs22.x m/n,E,e',
  /** The Go SDK does not name the runtime. */
  go: 'aws-sdk-go-v2/1.39.4 ua/2.1 os/linux lang/go#1.25.3 md/GOOS#linux md/GOARCH#arm64 api/dynamodb#1.52.2 m/e,g',
  logWriter: 'awslambda-worker/1.0  rusoto/0.48.0 rust/1.90.0 linux',
  controlPlane:
    'aws-internal/3 aws-sdk-java/1.12.788 Linux/5.10.244 OpenJDK_64-Bit_Server_VM/17.0.16 java/17.0.16 cfg/retry-mode/standard',
  cli: 'aws-cli/2.31.18 md/awscrt#0.27.6 ua/2.1 os/linux#6.12.38+kali-amd64 md/arch#x86_64 lang/python#3.13.7 md/pyimpl#CPython m/n,b,E md/prompt#off',
  cliOnMac:
    'aws-cli/2.31.18 md/awscrt#0.27.6 ua/2.1 os/macos#25.0.0 md/arch#arm64 lang/python#3.13.7 md/pyimpl#CPython m/n,b,AC md/prompt#off',
  browser:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36',
  terraform: 'APN/1.0 HashiCorp/1.0 Terraform/1.13.4 (+https://www.terraform.io) terraform-provider-aws/6.17.0',
} as const;

export function newFunction(
  random: Random,
  settings: {
    readonly accountId: string;
    readonly region: string;
    readonly name: string;
    readonly role?: Role | string;
    readonly agent?: string;
    readonly generation?: Generation;
  },
): LambdaFunction {
  const { accountId, region, name, role = `${name}-role`, agent = agents.python, generation = '1.11' } = settings;
  return {
    accountId,
    region,
    name,
    role: typeof role === 'string' ? newRole(random, accountId, role) : role,
    agent,
    generation,
  };
}

/** A new execution environment's credential. */
export function newFunctionSession(random: Random, fn: LambdaFunction, issuedAt: number): FunctionSession {
  const arn = functionArn(fn);
  const scope = {
    issuerType: 'AWS::Lambda::Function',
    credentialsIssuedTo: arn,
    credentialsIssuedToVersion: `${arn}:$LATEST`,
  };
  return {
    ...newSession(random, fn.role, fn.name, issuedAt),
    ...(fn.generation === '1.11' ? { scope } : {}),
    of: fn,
  };
}

export function newSession(random: Random, role: Role, name: string, issuedAt: number): Session {
  return { role, name, key: random.accessKey('ASIA'), issuedAt };
}

export function functionArn({ region, accountId, name }: LambdaFunction): string {
  return `arn:aws:lambda:${region}:${accountId}:function:${name}`;
}

export function roleArn({ accountId, path, name }: Role): string {
  return `arn:aws:iam::${accountId}:role${path}${name}`;
}

/** `userIdentity` of a role session. */
export function sessionIdentity(session: Session): TrailRecord {
  const { role, name, key, issuedAt, scope } = session;
  return {
    type: 'AssumedRole',
    principalId: `${role.id}:${name}`,
    arn: `arn:aws:sts::${role.accountId}:assumed-role/${role.name}/${name}`,
    accountId: role.accountId,
    accessKeyId: key,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: role.id,
        arn: roleArn(role),
        accountId: role.accountId,
        userName: role.name,
      },
      attributes: { creationDate: isoTime(issuedAt), mfaAuthenticated: 'false' },
    },
    ...(scope === undefined ? {} : { inScopeOf: scope }),
  };
}

/** The same session in the trail of another account: no ARN, no key. */
export function foreignIdentity({ role, name }: Session): TrailRecord {
  return { type: 'AWSAccount', principalId: `${role.id}:${name}`, accountId: role.accountId };
}

export interface User {
  readonly accountId: string;
  readonly name: string;
  /** `AIDA…`. */
  readonly id: string;
  readonly key: string;
}

export function newUser(random: Random, accountId: string, name: string): User {
  return { accountId, name, id: random.uniqueId('AIDA'), key: random.accessKey('AKIA') };
}

export function userIdentity({ accountId, name, id, key }: User): TrailRecord {
  return {
    type: 'IAMUser',
    principalId: id,
    arn: `arn:aws:iam::${accountId}:user/${name}`,
    accountId,
    accessKeyId: key,
    userName: name,
  };
}
