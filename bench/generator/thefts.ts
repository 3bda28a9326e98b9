import { hosterAddress, hosterAddressV6 } from './addresses.ts';
import {
  type Api,
  DELETE_OBJECT,
  DESCRIBE_INSTANCES,
  GET_CALLER_IDENTITY,
  GET_OBJECT,
  GET_PARAMETERS,
  GET_SECRET,
  LIST_BUCKETS,
  LIST_USERS,
  PUT_OBJECT,
} from './calls.ts';
import { Random } from './random.ts';
import { functionIdentity, functionIssue, personIssue, type Row, record, sessionIdentity } from './records.ts';
import {
  type Account,
  append,
  type FilePlan,
  type LambdaFunction,
  type LambdaSession,
  newSession,
  type Style,
  streamKey,
  type World,
} from './world.ts';

/** One way a credential was stolen and used. */
interface Theft {
  readonly name: string;
  /** How many such thefts, and how many calls each. */
  readonly times: number;
  readonly calls: number;
  /** Whether the function's records carry `inScopeOf`; without it, where the issue stands. Default: either. */
  readonly scoped: boolean;
  /** Which file holds the issue, relative to the use. `none` only makes sense with `inScopeOf`. */
  readonly issue: 'none' | 'earlier' | 'later';
  readonly apis?: readonly Api[];
  readonly ipv6?: boolean;
  readonly failed?: boolean;
  /** Layout of the file the calls are in. */
  readonly style?: Style;
  /** `longest`: in the longest file. `alone`: the file holds this one record. */
  readonly file?: 'longest' | 'alone';
  readonly addresses?: number;
  readonly regions?: readonly string[];
  readonly additional?: Row;
  /** Goes on to take another role from the same place. */
  readonly chains?: boolean;
  /** The first call is delivered a second time, byte for byte, in another file. */
  readonly repeated?: boolean;
}

const LOOK_AROUND = [GET_CALLER_IDENTITY, LIST_BUCKETS, LIST_USERS, GET_SECRET, DESCRIBE_INSTANCES, GET_PARAMETERS];

/** 27 thefts, of which one from two addresses: 28 findings. */
const THEFTS: readonly Theft[] = [
  { name: 'in scope', times: 4, calls: 3, scoped: true, issue: 'none' },
  { name: 'in scope, repeated', times: 1, calls: 3, scoped: true, issue: 'earlier', repeated: true },
  { name: 'issued earlier', times: 4, calls: 3, scoped: false, issue: 'earlier' },
  { name: 'issued later', times: 3, calls: 3, scoped: false, issue: 'later' },
  { name: 'IPv6, in scope', times: 1, calls: 3, scoped: true, issue: 'none', ipv6: true },
  { name: 'IPv6, issued later', times: 1, calls: 3, scoped: false, issue: 'later', ipv6: true },
  { name: 'failed calls only', times: 2, calls: 3, scoped: false, issue: 'earlier', failed: true },
  {
    name: 'S3 data events only',
    times: 2,
    calls: 3,
    scoped: false,
    issue: 'earlier',
    apis: [GET_OBJECT, PUT_OBJECT, DELETE_OBJECT],
  },
  { name: 'sorted keys', times: 1, calls: 2, scoped: true, issue: 'none', style: 'sorted' },
  { name: 'white space', times: 1, calls: 2, scoped: true, issue: 'none', style: 'pretty' },
  { name: 'escapes', times: 1, calls: 2, scoped: true, issue: 'none', style: 'escaped' },
  { name: 'two addresses', times: 1, calls: 6, scoped: true, issue: 'earlier', addresses: 2 },
  {
    name: 'many regions',
    times: 1,
    calls: 12,
    scoped: true,
    issue: 'none',
    regions: ['us-east-1', 'eu-west-1', 'us-west-2', 'ap-south-1', 'sa-east-1', 'ca-central-1'],
  },
  {
    name: 'query strings by a tool',
    times: 1,
    calls: 2,
    scoped: false,
    issue: 'earlier',
    apis: [LIST_BUCKETS],
    additional: { AuthenticationMethod: 'QueryString' },
  },
  { name: 'takes another role', times: 1, calls: 2, scoped: true, issue: 'earlier', chains: true },
  { name: 'in the longest file', times: 1, calls: 2, scoped: true, issue: 'none', file: 'longest' },
  { name: 'alone in its file', times: 1, calls: 1, scoped: true, issue: 'none', file: 'alone' },
];

/** What must be found. */
export interface PlantedUse {
  readonly accessKeyId: string;
  readonly address: string;
  readonly eventID: string;
  readonly functionArn: string;
  readonly theft: string;
  /** Path of the file below the corpus folder. */
  readonly file: string;
}

export interface Planted {
  /** Records to put into a file besides the ordinary ones, by file index. */
  readonly rows: ReadonlyMap<number, readonly Row[]>;
  /** Files that hold nothing else. */
  readonly alone: ReadonlySet<number>;
  readonly uses: readonly PlantedUse[];
}

/** @throws RangeError when the corpus has too few files to place every kind of theft. */
export function plantThefts(world: World): Planted {
  const r = new Random(`${world.options.seed}/thefts`);
  const rows = new Map<number, Row[]>();
  const alone = new Set<number>();
  const uses: PlantedUse[] = [];
  const robbed = new Set<LambdaFunction>();
  for (const theft of THEFTS) {
    for (let i = 0; i < theft.times; i++) {
      const { fn, file, issue } = choosePlace(
        world,
        theft,
        (f) => robbed.has(f),
        (index) => rows.has(index),
        r,
      );
      robbed.add(fn);
      if (theft.file === 'alone') alone.add(file.index);
      const late = theft.issue === 'later';
      const session = newSession(fn, (late ? file.time : (issue ?? file).time) - r.between(900, 1800), r);
      if (issue) {
        const x = { r, account: fn.account.id, region: fn.region, time: session.createdAt, topic: 0, item: 0 };
        append(rows, issue.index, functionIssue(x, session, late));
      }
      uses.push(...plant(world, theft, session, file, rows, r));
    }
  }
  return { rows, alone, uses };
}

interface Spot {
  readonly fn: LambdaFunction;
  readonly file: FilePlan;
  readonly issue?: FilePlan;
}

/** A function not yet robbed and a file of its account and region, the issue's file within the key's life of it. */
function choosePlace(
  world: World,
  theft: Theft,
  robbed: (fn: LambdaFunction) => boolean,
  taken: (file: number) => boolean,
  r: Random,
): Spot {
  const longest = world.files.reduce((a, b) => (b.bytes > a.bytes ? b : a));
  const fits = (file: FilePlan): boolean =>
    file.style === (theft.style ?? 'delivered') &&
    (file === longest) === (theft.file === 'longest') &&
    !(theft.file === 'alone' && taken(file.index));
  const candidates = world.functions.filter((f) => !robbed(f) && f.scoped === theft.scoped);
  for (let tries = 0; tries < 5000 && candidates.length > 0; tries++) {
    const fn = r.pick(candidates);
    const files = filesOf(world, fn).filter(fits);
    if (files.length === 0) continue;
    const file = r.pick(files);
    if (theft.issue === 'none') return { fn, file };
    const issue = besides(world, file, theft.issue);
    if (issue && Math.abs(issue.time - file.time) < ISSUE_REACH) return { fn, file, issue };
  }
  throw new RangeError(`no file for the theft "${theft.name}": expected at least 200 files, got ${world.files.length}`);
}

/** Seconds between the file of an issue and the file of a use: well inside the twelve hours a key lives. */
const ISSUE_REACH = 10 * 3600;

const filesOf = (world: World, at: { readonly account: Account; readonly region: string }): FilePlan[] =>
  (world.streams.get(streamKey(at.account, at.region)) ?? []).map((index) => world.files[index]!);

/** The file delivered just before or after in the same account and region: before or after by time and by key. */
function besides(world: World, use: FilePlan, when: 'earlier' | 'later'): FilePlan | undefined {
  const stream = filesOf(world, use);
  return stream[stream.indexOf(use) + (when === 'earlier' ? -1 : 1)];
}

function plant(
  world: World,
  theft: Theft,
  s: LambdaSession,
  file: FilePlan,
  rows: Map<number, Row[]>,
  r: Random,
): PlantedUse[] {
  const uses: PlantedUse[] = [];
  const addresses = Array.from({ length: theft.addresses ?? 1 }, () =>
    theft.ipv6 ? hosterAddressV6(r) : hosterAddress(r),
  );
  const agent = r.pick(THIEF_AGENTS);
  const apis = theft.apis ?? LOOK_AROUND;
  for (let i = 0; i < theft.calls; i++) {
    const address = addresses[i % addresses.length]!;
    const region = theft.regions?.[i % theft.regions.length] ?? file.region;
    const x = { r, account: s.fn.account.id, region, time: file.time - 600 + i * 7, topic: 1, item: r.next() };
    const calling = {
      identity: functionIdentity(s),
      address,
      agent,
      old: s.fn.account.old,
      ...(theft.failed ? { errorCode: 'AccessDenied' } : {}),
      ...(theft.additional ? { additional: theft.additional } : {}),
    };
    const chain = theft.chains === true && i === theft.calls - 1 ? takeRole(x, s, calling) : undefined;
    const row = chain?.issue ?? record(apis[i % apis.length]!, x, calling);
    append(rows, file.index, row);
    if (chain) append(rows, file.index, chain.use);
    if (theft.repeated && i === 0) append(rows, (besides(world, file, 'later') ?? file).index, row);
    uses.push({
      accessKeyId: s.key,
      address,
      eventID: String(row.eventID),
      functionArn: s.fn.arn,
      theft: theft.name,
      file: file.path,
    });
  }
  return uses;
}

/** The stolen key takes a role; the derived key is then used from the same place. Only the first is a use of the function's key. */
function takeRole(
  x: Parameters<typeof record>[1],
  s: LambdaSession,
  calling: Parameters<typeof record>[2],
): { issue: Row; use: Row } {
  const key = x.r.accessKey('ASIA');
  const role = {
    roleArn: `arn:aws:iam::${x.account}:role/ops-admin`,
    roleId: x.r.uniqueId('AROA'),
    sessionName: 'maintenance',
    key,
  };
  const identity = sessionIdentity({
    account: x.account,
    roleName: 'ops-admin',
    name: role.sessionName,
    createdAt: x.time,
    ...role,
  });
  return {
    issue: personIssue(x, { ...calling, identity: functionIdentity(s) }, role),
    use: record(LIST_USERS, { ...x, time: x.time + 20 }, { ...calling, identity }),
  };
}

const THIEF_AGENTS = [
  'aws-cli/2.33.1 md/awscrt#0.29.1 ua/2.1 os/linux#6.12.25-amd64 md/arch#x86_64 lang/python#3.13.4 md/distrib#kali.2026',
  'Boto3/1.40.1 md/Botocore#1.40.1 ua/2.1 os/windows#10 md/arch#amd64 lang/python#3.12.4 md/pyimpl#CPython Botocore/1.40.1',
  'python-requests/2.32.4',
  // A thief who set AWS_EXECUTION_ENV.
  'aws-cli/2.33.1 ua/2.1 os/linux#6.12.25-amd64 lang/python#3.13.4 exec-env/AWS_Lambda_python3.12',
];
