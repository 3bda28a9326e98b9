import type { Document, Store } from '../../store/index.ts';
import { type MadeBy, madeBefore, madeBy } from './idempotence.ts';
import { pageOf } from './pages.ts';
import type { Call, GuardDutyPorts, Operation } from './ports.ts';
import { type Input, oneOf } from './read-input.ts';
import { rejected, SENTENCES, wrong } from './rejection.ts';
import { type Tags, tagsIn } from './tag-rules.ts';
import type { TagShelf } from './tags.ts';

/** Store documents of this kind; the id is the detector's. */
export const DETECTOR = 'detector';

interface Feature {
  readonly status: 'ENABLED' | 'DISABLED';
  readonly additionalConfiguration: readonly { readonly name: string; readonly status: string }[];
  /** Epoch milliseconds. */
  readonly updatedAt: number;
}

interface DetectorBody extends MadeBy {
  readonly enabled: boolean;
  readonly findingPublishingFrequency: string;
  readonly features: Readonly<Record<string, Feature>>;
  readonly tags: Tags;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Deleted by somebody; until CreateDetector there is none. */
  readonly deletedAt?: number;
}

const FREQUENCIES = ['FIFTEEN_MINUTES', 'ONE_HOUR', 'SIX_HOURS'] as const;

/** Features that may be set, and those GuardDuty only shows. On at first: the two that Straykey reads. */
const SETTABLE = [
  'S3_DATA_EVENTS',
  'EKS_AUDIT_LOGS',
  'EBS_MALWARE_PROTECTION',
  'RDS_LOGIN_EVENTS',
  'LAMBDA_NETWORK_LOGS',
  'EKS_RUNTIME_MONITORING',
  'RUNTIME_MONITORING',
  'AI_PROTECTION',
  'AI_ANALYST',
] as const;
const SHOWN = ['CLOUD_TRAIL', 'DNS_LOGS', 'FLOW_LOGS', ...SETTABLE] as const;
const ON_AT_FIRST: ReadonlySet<string> = new Set(['CLOUD_TRAIL', 'S3_DATA_EVENTS']);

/**
 * The detector, or undefined when somebody deleted it. A store that never had one gets one: a Straykey that runs is a detector that is
 * enabled, whether or not anybody called CreateDetector.
 */
export async function detectorIn({
  store,
  detectorId,
  now,
}: GuardDutyPorts): Promise<Document<DetectorBody> | undefined> {
  const found = await store.documents.get<DetectorBody>(DETECTOR, detectorId);
  if (found === undefined) {
    await store.documents.create(DETECTOR, detectorId, freshBody(now()), now());
    return await store.documents.get<DetectorBody>(DETECTOR, detectorId);
  }
  return found.body.deletedAt === undefined ? found : undefined;
}

/** Whether the detector is there and enabled. For showing: see `docs/api.md` on what a suspended detector does. */
export async function detectorEnabled(store: Store, detectorId: string): Promise<boolean> {
  const body = (await store.documents.get<DetectorBody>(DETECTOR, detectorId))?.body;
  return body === undefined || (body.enabled && body.deletedAt === undefined);
}

export const detectorOperations: Readonly<Record<string, Operation>> = {
  CreateDetector: { write: true, detectorless: true, run: createDetector },
  GetDetector: { write: false, run: getDetector },
  UpdateDetector: { write: true, run: updateDetector },
  DeleteDetector: { write: true, run: deleteDetector },
  ListDetectors: {
    write: false,
    detectorless: true,
    run: async ({ input, ports }) => {
      const ids = (await detectorIn(ports)) === undefined ? [] : [ports.detectorId];
      const page = pageOf(ids, input);
      return { detectorIds: page.ids, ...page.more };
    },
  },
};

export const detectorShelf: TagShelf = {
  read: async ({ ports }) => (await detectorIn(ports))?.body.tags,
  write: async ({ ports }, id, tags) => {
    const { body } = (await detectorIn(ports))!;
    await ports.store.documents.replace(DETECTOR, id, { ...body, tags }, ports.now());
  },
};

async function createDetector({ input, caller, ports }: Call): Promise<object> {
  const made = madeBy(input);
  const { detectorId } = ports;
  const existing = await detectorIn(ports);
  if (existing !== undefined) {
    if (madeBefore([existing], made) === undefined) throw rejected(SENTENCES.detectorExists);
    return { detectorId, unprocessedDataSources: {} };
  }
  const at = ports.now();
  const body: DetectorBody = { ...settingsFrom(input, freshBody(at), at), ...made, tags: tagsIn(input) };
  await ports.store.atomically(async (store) => {
    await store.documents.replace(DETECTOR, detectorId, body, at);
    await audit(store, 'detector.create', { at, by: caller.user, detectorId, detail: summary(body) });
  });
  return { detectorId, unprocessedDataSources: {} };
}

async function getDetector({ ports }: Call): Promise<object> {
  const { body } = (await detectorIn(ports))!;
  const status = (name: string) => ({ status: body.features[name]?.status ?? 'DISABLED' });
  return {
    createdAt: new Date(body.createdAt).toISOString(),
    updatedAt: new Date(body.updatedAt).toISOString(),
    findingPublishingFrequency: body.findingPublishingFrequency,
    serviceRole: `arn:${partitionOf(ports.region)}:iam::${ports.accountId}:role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty`,
    status: body.enabled ? 'ENABLED' : 'DISABLED',
    dataSources: {
      cloudTrail: status('CLOUD_TRAIL'),
      dnsLogs: status('DNS_LOGS'),
      flowLogs: status('FLOW_LOGS'),
      s3Logs: status('S3_DATA_EVENTS'),
      kubernetes: { auditLogs: status('EKS_AUDIT_LOGS') },
      malwareProtection: { scanEc2InstanceWithFindings: { ebsVolumes: status('EBS_MALWARE_PROTECTION') } },
    },
    features: SHOWN.map((name) => {
      const feature = body.features[name];
      return {
        name,
        status: feature?.status ?? 'DISABLED',
        updatedAt: (feature?.updatedAt ?? body.createdAt) / 1000,
        additionalConfiguration: (feature?.additionalConfiguration ?? []).map((each) => ({
          ...each,
          updatedAt: (feature?.updatedAt ?? body.createdAt) / 1000,
        })),
      };
    }),
    tags: body.tags,
  };
}

async function updateDetector({ input, caller, ports }: Call): Promise<object> {
  const at = ports.now();
  await ports.store.atomically(async (store) => {
    const { body } = (await detectorIn({ ...ports, store }))!;
    const after: DetectorBody = { ...settingsFrom(input, body, at), updatedAt: at };
    await store.documents.replace(DETECTOR, ports.detectorId, after, at);
    const { detectorId } = ports;
    await audit(store, 'detector.update', { at, by: caller.user, detectorId, detail: summary(after) });
  });
  return {};
}

/** Findings and their history stay, and Straykey goes on judging: a detector that a thief deletes must not blind anybody. */
async function deleteDetector({ caller, ports }: Call): Promise<object> {
  const at = ports.now();
  await ports.store.atomically(async (store) => {
    const { body } = (await detectorIn({ ...ports, store }))!;
    await store.documents.replace(DETECTOR, ports.detectorId, { ...body, deletedAt: at }, at);
    await audit(store, 'detector.delete', { at, by: caller.user, detectorId: ports.detectorId });
  });
  return {};
}

function freshBody(at: number): DetectorBody {
  return {
    enabled: true,
    findingPublishingFrequency: 'SIX_HOURS',
    features: Object.fromEntries(
      SHOWN.map((name) => [
        name,
        { status: ON_AT_FIRST.has(name) ? 'ENABLED' : 'DISABLED', additionalConfiguration: [], updatedAt: at },
      ]),
    ),
    tags: {},
    createdAt: at,
    updatedAt: at,
  };
}

interface GivenFeature {
  readonly name?: string;
  readonly status?: string;
  readonly additionalConfiguration?: readonly { readonly name?: string; readonly status?: string }[];
}

/** The settings a request gives laid over those that were. */
function settingsFrom(input: Input, before: DetectorBody, at: number): DetectorBody {
  const frequency = oneOf(input, 'findingPublishingFrequency', FREQUENCIES);
  const features: Record<string, Feature> = { ...before.features };
  for (const { name = '', status, additionalConfiguration } of [
    ...dataSourcesIn(input),
    ...((input.features ?? []) as readonly GivenFeature[]),
  ]) {
    if (!(SETTABLE as readonly string[]).includes(name))
      throw wrong('features', `no feature is called ${JSON.stringify(name)}`);
    if (status !== 'ENABLED' && status !== 'DISABLED') throw wrong('features', 'expected ENABLED or DISABLED');
    const more = additionalConfiguration?.map((each) => ({ name: each.name ?? '', status: each.status ?? 'DISABLED' }));
    features[name] = {
      status,
      additionalConfiguration: more ?? features[name]?.additionalConfiguration ?? [],
      updatedAt: at,
    };
  }
  return {
    ...before,
    ...(typeof input.enable === 'boolean' ? { enabled: input.enable } : {}),
    ...(frequency === undefined ? {} : { findingPublishingFrequency: frequency }),
    features,
  };
}

interface GivenSources {
  readonly s3Logs?: { readonly enable?: boolean };
  readonly kubernetes?: { readonly auditLogs?: { readonly enable?: boolean } };
  readonly malwareProtection?: { readonly scanEc2InstanceWithFindings?: { readonly ebsVolumes?: boolean } };
}

/** The older words for three of the features. */
function dataSourcesIn({ dataSources = {} }: Input): readonly GivenFeature[] {
  const { s3Logs, kubernetes, malwareProtection } = dataSources as GivenSources;
  const given: readonly (readonly [string, boolean | undefined])[] = [
    ['S3_DATA_EVENTS', s3Logs?.enable],
    ['EKS_AUDIT_LOGS', kubernetes?.auditLogs?.enable],
    ['EBS_MALWARE_PROTECTION', malwareProtection?.scanEc2InstanceWithFindings?.ebsVolumes],
  ];
  return given.flatMap(([name, on]) => (on === undefined ? [] : [{ name, status: on ? 'ENABLED' : 'DISABLED' }]));
}

/** Partition of a region. */
export function partitionOf(region: string): string {
  return region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

function summary({ enabled, findingPublishingFrequency, features }: DetectorBody): object {
  const on = Object.keys(features).filter((name) => features[name]?.status === 'ENABLED');
  return { enabled, findingPublishingFrequency, features: on };
}

async function audit(
  store: Store,
  action: string,
  { at, by, detectorId, detail }: { at: number; by: string; detectorId: string; detail?: object },
): Promise<void> {
  await store.audit.append({
    at,
    by,
    action,
    subject: `detector/${detectorId}`,
    ...(detail === undefined ? {} : { detail }),
  });
}
