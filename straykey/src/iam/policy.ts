import type { Config } from '../config/index.ts';
import { arnOfQueue, bucketOf, objectsIn, partitionOf } from './arns.ts';
import { type AwsCall, CALLS, type Feature, type Target } from './calls.ts';

type SourceConfig = Config['sources'][number];
type OutletConfig = Config['outlets'][number];

export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly Statement[];
}

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** A policy and whose it is. */
export interface RolePolicy {
  /** ARN of an assumed role; absent: the identity that Straykey runs as. */
  readonly role?: string;
  readonly policy: PolicyDocument;
  /** What had to be left wider than necessary, and how to narrow it. */
  readonly notes: readonly string[];
}

export interface PolicyNeeds {
  readonly sources: readonly SourceConfig[];
  readonly outlets: readonly OutletConfig[];
  /** Where no source or outlet names one. */
  readonly region: string;
  /** Account of topics, buses and hubs that are named without one; default `*`. */
  readonly account?: string;
  /** Where the trail lies, for queues, whose messages name it: `s3://bucket/prefix` or ARN. Default: `AWSLogs/` of any bucket. */
  readonly buckets?: readonly string[];
  /** Keys that encrypt the trail, queues, topics, exports. Default: any key, but only when used by those services. */
  readonly keys?: readonly string[];
  /** Default: queues whose name begins like the source's. */
  readonly deadLetterQueues?: readonly string[];
  /** Permission to write a backfill into the queues. */
  readonly backfill?: boolean;
  /** What `straykey doctor` looks at besides. Default: yes. */
  readonly doctor?: boolean;
  /** IP lists in S3: `s3://bucket/key`. */
  readonly lists?: readonly string[];
}

/**
 * The policies for a configuration: the identity Straykey runs as first, then one for each role it assumes, by ARN. Each allows the calls of
 * {@link CALLS} that its sources and outlets make, on the things they name, and nothing else.
 */
export function policiesFor(needs: PolicyNeeds): RolePolicy[] {
  const roles = [...new Set([...needs.sources, ...needs.outlets].flatMap((each) => roleOf(each) ?? []))].sort();
  return [policyOf(undefined, needs, roles), ...roles.map((role) => policyOf(role, needs, []))];
}

function roleOf(each: SourceConfig | OutletConfig): string | undefined {
  return 'roleArn' in each ? each.roleArn : undefined;
}

type Wanted = Map<Feature, Map<Target, Set<string>>>;

function policyOf(role: string | undefined, needs: PolicyNeeds, assumes: readonly string[]): RolePolicy {
  const wanted: Wanted = new Map();
  const notes = new Set<string>();
  const want: Want = (feature, target, ...arns) => {
    const targets = wanted.get(feature) ?? new Map<Target, Set<string>>();
    wanted.set(feature, targets);
    targets.set(target, new Set([...(targets.get(target) ?? []), ...arns]));
  };
  const own = {
    sources: needs.sources.filter((each) => roleOf(each) === role),
    outlets: needs.outlets.filter((each) => roleOf(each) === role),
  };
  for (const source of own.sources) wantSource(source, needs, want, notes);
  for (const outlet of own.outlets) wantOutlet(outlet, needs, want);
  if (assumes.length > 0) want('role', 'role', ...assumes);
  if (role === undefined) {
    const partition = partitionOf(needs.region);
    for (const list of needs.lists ?? [])
      want('lists', 'list objects', objectsIn(bucketOf(list, partition)).replace(/\*$/, ''));
    if (needs.doctor !== false && needs.sources.some(({ type }) => type === 'sqs' || type === 's3'))
      want('doctor', 'everything', '*');
  }
  const calls = callsFor(wanted);
  const statements = [...byTarget(calls), ...keyStatements(calls, own, needs, notes)];
  return {
    ...(role === undefined ? {} : { role }),
    policy: { Version: '2012-10-17', Statement: statements },
    notes: [...notes],
  };
}

type Want = (feature: Feature, target: Target, ...arns: string[]) => void;

function wantSource(source: SourceConfig, needs: PolicyNeeds, want: Want, notes: Set<string>): void {
  const doctor = needs.doctor !== false;
  if (source.type === 's3') {
    const bucket = bucketOf(source.url, partitionOf(source.region ?? needs.region));
    for (const feature of ['s3 source', ...(doctor ? ['doctor' as const] : [])] as const) {
      want(feature, 'trail bucket', bucket.arn);
      want(feature, 'trail objects', objectsIn(bucket));
    }
    return;
  }
  if (source.type !== 'sqs') return;
  const queue = arnOfQueue(source.queueUrl, source.region);
  const region = queue?.region === '*' || queue === undefined ? needs.region : queue.region;
  const partition = partitionOf(region);
  if (queue === undefined)
    notes.add(`${source.queueUrl} is not the URL of a queue: any queue is allowed. Correct queueUrl.`);
  const arn = queue?.arn ?? `arn:${partition}:sqs:*:*:*`;
  const dead = needs.deadLetterQueues ?? [`${arn}-*`];
  if (needs.deadLetterQueues === undefined)
    notes.add(
      `The dead-letter queue is taken to be called ${arn.split(':').at(-1)}-…; name it with --dead-letter-queue if it is not.`,
    );
  const buckets = needs.buckets?.map((each) => bucketOf(each, partition));
  if (buckets === undefined)
    notes.add(
      'A queue does not say which bucket its messages name: objects below AWSLogs/ of any bucket are allowed. Narrow it with --bucket.',
    );
  const objects = buckets?.map(objectsIn) ?? [`arn:${partition}:s3:::*/AWSLogs/*`];
  want('sqs source', 'queue', arn);
  want('sqs source', 'dead-letter queue', ...dead);
  want('sqs source', 'trail objects', ...objects);
  if (doctor) {
    want('doctor', 'queue', arn);
    want('doctor', 'dead-letter queue', ...dead);
    if (buckets !== undefined) want('doctor', 'trail objects', ...objects);
  }
  if (needs.backfill === true) {
    want('backfill', 'queue', arn);
    want('backfill', 'trail bucket', ...(buckets?.map((each) => each.arn) ?? [`arn:${partition}:s3:::*`]));
  }
}

function wantOutlet(outlet: OutletConfig, needs: PolicyNeeds, want: Want): void {
  const doctor = needs.doctor !== false;
  const region = ('region' in outlet ? outlet.region : undefined) ?? needs.region;
  const partition = partitionOf(region);
  const account = needs.account ?? '*';
  const both = (feature: Feature, target: Target, arn: string) => {
    want(feature, target, arn);
    if (doctor) want('doctor', target, arn);
  };
  switch (outlet.type) {
    case 'sns':
      both('sns outlet', 'topic', outlet.topicArn);
      break;
    case 'eventbridge':
      both('eventbridge outlet', 'bus', busArn(outlet.bus, partition, region, account));
      break;
    case 'securityhub':
      want(
        'securityhub outlet',
        'product',
        `arn:${partition}:securityhub:${region}:${account}:product/${account}/default`,
      );
      if (doctor) want('doctor', 'hub', `arn:${partition}:securityhub:${region}:${account}:hub/default`);
      break;
    case 's3': {
      const bucket = bucketOf(outlet.url, partition);
      want('s3 outlet', 'export objects', objectsIn(bucket));
      if (doctor) want('doctor', 'export bucket', bucket.arn);
    }
  }
}

function busArn(bus: string, partition: string, region: string, account: string): string {
  return bus.startsWith('arn:') ? bus : `arn:${partition}:events:${region}:${account}:event-bus/${bus}`;
}

interface Granted {
  readonly call: AwsCall;
  readonly arns: ReadonlySet<string>;
}

function callsFor(wanted: Wanted): Granted[] {
  return CALLS.flatMap((call) => {
    const arns = new Set(call.features.flatMap((feature) => [...(wanted.get(feature)?.get(call.on) ?? [])]));
    return call.action === undefined || arns.size === 0 ? [] : [{ call, arns }];
  });
}

/** One statement for each set of things, with all that may be done to it; in the order of the table. */
function byTarget(granted: readonly Granted[]): Statement[] {
  const groups = new Map<string, { actions: Set<string>; on: Target; arns: string[] }>();
  for (const { call, arns } of granted) {
    const sorted = [...arns].sort();
    const key = JSON.stringify([call.on, sorted]);
    const group = groups.get(key) ?? { actions: new Set(), on: call.on, arns: sorted };
    group.actions.add(call.action!);
    groups.set(key, group);
  }
  const used = new Map<string, number>();
  return [...groups.values()].map(({ actions, on, arns }) => {
    const sid = SID[on];
    const count = (used.get(sid) ?? 0) + 1;
    used.set(sid, count);
    return { Sid: count === 1 ? sid : `${sid}${count}`, Effect: 'Allow', Action: [...actions].sort(), Resource: arns };
  });
}

const SID: Readonly<Record<Target, string>> = {
  queue: 'Queue',
  'dead-letter queue': 'DeadLetterQueue',
  'trail objects': 'TrailObjects',
  'trail bucket': 'TrailBucket',
  'export objects': 'ExportObjects',
  'export bucket': 'ExportBucket',
  topic: 'Topic',
  bus: 'EventBus',
  hub: 'SecurityHub',
  product: 'SecurityHubImport',
  role: 'AssumeRoles',
  'list objects': 'AddressLists',
  everything: 'Doctor',
};

/** Keys may be used only by the services on whose things they lie. */
function keyStatements(
  granted: readonly Granted[],
  own: Pick<PolicyNeeds, 'sources' | 'outlets'>,
  needs: PolicyNeeds,
  notes: Set<string>,
): Statement[] {
  const exportKeys = own.outlets.flatMap((each) =>
    each.type === 's3' && each.kmsKeyArn !== undefined ? [each.kmsKeyArn] : [],
  );
  const services = new Map<string, Set<string>>();
  for (const { call } of granted) {
    if (call.key === undefined) continue;
    // An export without a key of its own is written under the bucket's default.
    services.set(call.service, (services.get(call.service) ?? new Set()).add(call.key));
    // Whoever writes to an encrypted queue or topic must also be able to read the data key.
    if (call.key === 'kms:GenerateDataKey' && call.service !== 's3') services.get(call.service)!.add('kms:Decrypt');
  }
  if (services.size === 0) return [];
  const partition = partitionOf(needs.region);
  const suffix = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  if (needs.keys === undefined)
    notes.add(
      'Any KMS key is allowed, but only through the services named. Narrow it with --kms-key, or leave the statement out when nothing is encrypted with a key of your own.',
    );
  const keys =
    needs.keys === undefined ? [`arn:${partition}:kms:*:*:key/*`] : [...new Set([...needs.keys, ...exportKeys])].sort();
  return [...services].sort().map(([service, actions]) => ({
    Sid: `Keys${service[0]!.toUpperCase()}${service.slice(1)}`,
    Effect: 'Allow',
    Action: [...actions].sort(),
    Resource: keys,
    Condition: { StringLike: { 'kms:ViaService': [`${service}.*.${suffix}`] } },
  }));
}
