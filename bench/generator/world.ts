import { awsAddress, awsAddressV6, officeAddress, runnerAddress } from './addresses.ts';
import { Random } from './random.ts';

/** What the corpus is a picture of: an organisation, its functions and people, and the files CloudTrail delivered. */
export interface World {
  readonly options: CorpusOptions;
  readonly accounts: readonly Account[];
  readonly functions: readonly LambdaFunction[];
  /** Sessions of Lambda's, by (account, region), in order of `createdAt`. */
  readonly sessions: ReadonlyMap<string, readonly LambdaSession[]>;
  readonly callers: ReadonlyMap<string, Callers>;
  readonly files: readonly FilePlan[];
  /** Indices into `files` by (account, region), in order of delivery. */
  readonly streams: ReadonlyMap<string, readonly number[]>;
}

export interface CorpusOptions {
  /** Decompressed size of all files, MiB. */
  readonly mb: number;
  readonly files: number;
  readonly seed: number;
}

export interface Account {
  readonly id: string;
  /** An account whose records are of eventVersion 1.08: no `inScopeOf` anywhere. */
  readonly old: boolean;
}

export interface LambdaFunction {
  readonly name: string;
  readonly account: Account;
  readonly region: string;
  readonly arn: string;
  readonly roleName: string;
  readonly roleArn: string;
  readonly roleId: string;
  readonly agent: string;
  /** Its records carry `inScopeOf`. */
  readonly scoped: boolean;
  /** Calls through a VPC endpoint, from private addresses. */
  readonly endpoint?: string;
}

/** One key made for a function by `AssumeRole` of lambda.amazonaws.com. */
export interface LambdaSession {
  readonly fn: LambdaFunction;
  readonly key: string;
  /** Epoch seconds. */
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly address: string;
}

/** Everybody else in one (account, region). */
export interface Callers {
  readonly people: readonly Caller[];
  readonly runners: readonly Caller[];
  readonly users: readonly Caller[];
  readonly instances: readonly Caller[];
  readonly tasks: readonly Caller[];
}

export interface Caller {
  readonly name: string;
  readonly roleName: string;
  readonly rolePath: string;
  readonly id: string;
  readonly key: string;
  readonly address: string;
  readonly agent: string;
}

/** How the bytes of a file are laid out; all but `delivered` are what exporters and re-writers make of CloudTrail's own form. */
export type Style = 'delivered' | 'sorted' | 'pretty' | 'escaped';

export interface FilePlan {
  readonly index: number;
  readonly path: string;
  readonly account: Account;
  readonly region: string;
  /** Delivery time, epoch seconds. */
  readonly time: number;
  /** Decompressed size to aim for. A file holds at least one record. */
  readonly bytes: number;
  readonly style: Style;
}

const START = Date.UTC(2026, 2, 2) / 1000;
const SPAN = 3 * 86_400;
const SESSION_LIFE = 12 * 3600;
const REGIONS = ['us-east-1', 'us-east-1', 'us-east-1', 'eu-west-1', 'eu-west-1', 'us-west-2'];
/** 400 in the full corpus; a small one needs enough to rob. */
const FUNCTIONS_PER_MB = 400 / 1024;
const LEAST_FUNCTIONS = 60;
/** One file in this many is in each of the three odd layouts. */
const ODD_STYLE_EVERY = 200;

export const streamKey = (account: Account, region: string): string => `${account.id}/${region}`;

export function makeWorld(options: CorpusOptions): World {
  const seed = (part: string): Random => new Random(`${options.seed}/${part}`);
  const accounts: Account[] = [
    { id: '111122223333', old: false },
    { id: '222233334444', old: false },
    { id: '333344445555', old: true },
  ];
  const files = planFiles(options, accounts, seed('files'));
  const streams = new Map<string, number[]>();
  for (const file of files) append(streams, streamKey(file.account, file.region), file.index);

  const functions = makeFunctions(
    Math.max(LEAST_FUNCTIONS, Math.round(options.mb * FUNCTIONS_PER_MB)),
    accounts,
    seed('functions'),
  );
  const sessions = new Map<string, LambdaSession[]>();
  const r = seed('sessions');
  for (const fn of functions) {
    for (const session of sessionsOf(fn, r)) append(sessions, streamKey(fn.account, fn.region), session);
  }
  for (const list of sessions.values()) list.sort((a, b) => a.createdAt - b.createdAt || (a.key < b.key ? -1 : 1));

  const callers = new Map<string, Callers>();
  for (const key of streams.keys()) callers.set(key, makeCallers(key.split('/')[1]!, seed(`callers/${key}`)));
  return { options, accounts, functions, sessions, callers, files, streams };
}

function makeFunctions(count: number, accounts: readonly Account[], r: Random): LambdaFunction[] {
  const subjects = [
    'orders',
    'invoices',
    'thumbnails',
    'webhook',
    'audit',
    'mailer',
    'search',
    'stock',
    'payout',
    'import',
  ];
  const verbs = ['sync', 'index', 'resize', 'dispatch', 'export', 'rotate', 'ingest', 'notify', 'reconcile', 'purge'];
  const functions: LambdaFunction[] = [];
  for (let i = 0; i < count; i++) {
    const account = accounts[i % accounts.length]!;
    // The first functions cover every (account, region); the rest follow the weights.
    const region = i < 18 ? REGIONS[Math.floor(i / 3)]! : r.pick(REGIONS);
    const name = `${r.pick(subjects)}-${r.pick(verbs)}-${i}`;
    const roleName = `${name}-role-${r.text(8, 'abcdefghijklmnopqrstuvwxyz0123456789')}`;
    const endpoint = r.chance(0.12) ? `vpce-${r.hex(17)}` : undefined;
    functions.push({
      name,
      account,
      region,
      arn: `arn:aws:lambda:${region}:${account.id}:function:${name}`,
      roleName,
      roleArn: `arn:aws:iam::${account.id}:role/service-role/${roleName}`,
      roleId: r.uniqueId('AROA'),
      agent: r.pick(FUNCTION_AGENTS),
      scoped: !account.old && r.chance(0.7),
      ...(endpoint === undefined ? {} : { endpoint }),
    });
  }
  return functions;
}

/** Agents of function code. The Go SDK sends no `exec-env`; custom runtimes neither. */
const FUNCTION_AGENTS = [
  'Boto3/1.42.97 md/Botocore#1.42.97 ua/2.1 os/linux#5.10.251-271.1011.amzn2.x86_64 md/arch#x86_64 lang/python#3.12.13 md/pyimpl#CPython exec-env/AWS_Lambda_python3.12 m/Z,b cfg/retry-mode#standard Botocore/1.42.97',
  'aws-sdk-js/3.840.0 ua/2.1 os/linux#5.10.240-260.amzn2.x86_64 lang/js md/nodejs#22.16.0 api/dynamodb#3.840.0 exec-env/AWS_Lambda_nodejs22.x m/E',
  'aws-sdk-go-v2/1.36.3 ua/2.1 os/linux lang/go#1.26.4 md/GOOS#linux md/GOARCH#arm64 api/s3#1.79.2 m/E,n',
  'aws-sdk-java/2.31.50 ua/2.1 os/Linux#5.10.235 lang/java#21.0.6 md/OpenJDK_64-Bit_Server_VM exec-env/AWS_Lambda_java21 cfg/retry-mode#legacy m/D',
];

function* sessionsOf(fn: LambdaFunction, r: Random): Generator<LambdaSession> {
  const sandboxes = r.between(1, 5);
  for (let i = 0; i < sandboxes; i++) {
    let at = START - r.int(SESSION_LIFE);
    while (at < START + SPAN) {
      yield newSession(fn, at, r);
      at += Math.round(SESSION_LIFE * (0.5 + r.unit() / 2));
    }
  }
}

/** Times in whole seconds; the key lives exactly twelve hours, as function sessions do. */
export function newSession(fn: LambdaFunction, createdAt: number, r: Random): LambdaSession {
  const address = r.chance(0.05) ? awsAddressV6(r, fn.region) : awsAddress(r, fn.region);
  return { fn, key: r.accessKey('ASIA'), createdAt, expiresAt: createdAt + SESSION_LIFE, address };
}

function makeCallers(region: string, r: Random): Callers {
  const many = (count: number, make: (i: number) => Caller): Caller[] =>
    Array.from({ length: count }, (_, i) => make(i));
  const id = (prefix: string): Pick<Caller, 'id' | 'key'> => ({ id: r.uniqueId(prefix), key: r.accessKey('ASIA') });
  const ssoRole = `AWSReservedSSO_Developer_${r.hex(16)}`;
  return {
    people: many(40, (i) => ({
      name: `person-${i}@example.com`,
      roleName: ssoRole,
      rolePath: 'aws-reserved/sso.amazonaws.com/',
      address: officeAddress(r),
      agent: r.pick(PEOPLE_AGENTS),
      ...id('AROA'),
    })),
    runners: many(12, (i) => ({
      name: 'GitHubActions',
      roleName: `deploy-${i % 4}`,
      rolePath: '',
      address: runnerAddress(r),
      agent: r.pick(RUNNER_AGENTS),
      ...id('AROA'),
    })),
    users: many(6, (i) => ({
      name: `backup-agent-${i}`,
      roleName: '',
      rolePath: '',
      address: officeAddress(r),
      agent:
        'aws-cli/2.27.50 md/awscrt#0.26.1 ua/2.1 os/linux#6.8.0-60 md/arch#x86_64 lang/python#3.13.4 md/command#s3.sync',
      id: r.uniqueId('AIDA'),
      key: r.accessKey('AKIA'),
    })),
    instances: many(60, (i) => ({
      name: `i-${r.hex(17)}`,
      roleName: `node-${i % 5}`,
      rolePath: '',
      address: awsAddress(r, region),
      agent: r.pick(INSTANCE_AGENTS),
      ...id('AROA'),
    })),
    tasks: many(30, (i) => ({
      name: r.hex(32),
      roleName: `task-${i % 6}`,
      rolePath: '',
      address: awsAddress(r, region),
      agent:
        'aws-sdk-java/2.31.50 ua/2.1 os/Linux#5.10.235 lang/java#21.0.6 exec-env/AWS_ECS_FARGATE cfg/retry-mode#standard',
      ...id('AROA'),
    })),
  };
}

const PEOPLE_AGENTS = [
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Safari/537.36',
  'aws-cli/2.33.1 md/awscrt#0.29.1 ua/2.1 os/macos#24.5.0 md/arch#arm64 lang/python#3.13.4 md/installer#exe md/prompt#off md/command#ec2.describe-instances',
  'APN/1.0 HashiCorp/1.0 Terraform/1.14.3 (+https://www.terraform.io) terraform-provider-aws/6.28.0 aws-sdk-go-v2/1.41.0 os/macos lang/go#1.25.5',
];
const RUNNER_AGENTS = [
  'APN/1.0 HashiCorp/1.0 Terraform/1.14.3 (+https://www.terraform.io) terraform-provider-aws/6.28.0 aws-sdk-go-v2/1.41.0 os/linux lang/go#1.25.5',
  'aws-cli/2.33.1 md/awscrt#0.29.1 ua/2.1 os/linux#6.11.0-1018-azure md/arch#x86_64 lang/python#3.13.4 md/command#cloudformation.deploy',
];
const INSTANCE_AGENTS = [
  'aws-sdk-go/1.55.5 (go1.24.2; linux; amd64) amazon-ssm-agent/3.3.2299.0',
  'Boto3/1.38.27 md/Botocore#1.38.27 ua/2.0 os/linux#6.1.134-152.225.amzn2023.x86_64 md/arch#x86_64 lang/python#3.11.12 Botocore/1.38.27',
  'aws-sdk-java/1.12.780 Linux/5.10.235-227.919.amzn2.x86_64 OpenJDK_64-Bit_Server_VM/17.0.15+6-LTS java/17.0.15 vendor/Amazon.com_Inc.',
];

/**
 * File sizes are log-normal with the p90/median ratio measured on delivered files (428 KB / 31 KB), scaled so that they
 * add up to what was asked; one file is made the largest: 55 MB, or a quarter of a small corpus.
 */
function planFiles(options: CorpusOptions, accounts: readonly Account[], r: Random): FilePlan[] {
  const total = options.mb * 2 ** 20;
  const largest = Math.min(55_000_000, Math.floor(total / 4));
  const drawn = Array.from({ length: options.files }, () => Math.exp(SIZE_SIGMA * r.normal()));
  const longest = r.between(Math.floor(options.files * 0.4), Math.floor(options.files * 0.6));
  const sizeOf = (draw: number, scale: number): number => Math.min(Math.round(draw * scale), largest);
  let scale = 1;
  // Capping the largest takes from the total: a few rounds bring it back.
  for (let i = 0; i < 20; i++) {
    const sum = drawn.reduce((bytes, draw, index) => bytes + (index === longest ? largest : sizeOf(draw, scale)), 0);
    scale *= total / sum;
  }
  return drawn.map((draw, index) => {
    const style = styleOf(index);
    // The odd layouts and the longest file are in accounts with `inScopeOf`, so that every kind of theft can be put there.
    const account =
      style === 'delivered' && index !== longest ? r.pick(accounts) : r.pick(accounts.filter((a) => !a.old));
    const region = r.pick(REGIONS);
    const time = START + Math.floor(((index + r.unit()) * SPAN) / options.files);
    const bytes = index === longest ? largest : sizeOf(draw, scale);
    return { index, path: keyOf(account, region, time, r), account, region, time, bytes, style };
  });
}

/** ln(428 / 31) / 1.2816: the spread that puts the 90th percentile where delivered files have it. */
const SIZE_SIGMA = 2.05;

function styleOf(index: number): Style {
  const turn = index % ODD_STYLE_EVERY;
  return turn === 57 ? 'sorted' : turn === 101 ? 'pretty' : turn === 143 ? 'escaped' : 'delivered';
}

/** `AWSLogs/<account>/CloudTrail/<region>/Y/M/D/<account>_CloudTrail_<region>_<yyyymmddThhmmZ>_<16>.json.gz` */
function keyOf(account: Account, region: string, time: number, r: Random): string {
  const iso = new Date(time * 1000).toISOString();
  const stamp = `${iso.slice(0, 10).replaceAll('-', '')}T${iso.slice(11, 13)}${iso.slice(14, 16)}Z`;
  const unique = r.text(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789');
  const folder = `AWSLogs/${account.id}/CloudTrail/${region}/${iso.slice(0, 10).replaceAll('-', '/')}`;
  return `${folder}/${account.id}_CloudTrail_${region}_${stamp}_${unique}.json.gz`;
}

export function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
