import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import {
  assumeRoleBy,
  awsAddressV6,
  exercise,
  foreignIdentity,
  type Generation,
  lambdaCall,
  lambdaIssue,
  newFunction,
  newFunctionSession,
  newRole,
  newSession,
  newUser,
  operations,
  outsideAddresses,
  presignedCall,
  Random,
  s3DataEvent,
  sessionCall,
  sessionIdentity,
  type TrailRecord,
  timeOf,
  userIdentity,
} from '../../straykey/src/drill/index.ts';

const START = Date.UTC(2026, 7, 18, 20) / 1000;
const { torExit, otherTorExit, hoster, registryV6, office } = outsideAddresses;

/**
 * A trail in which much depends on records elsewhere: keys tied to a function only by an issue at the end, a look-alike session, copies in other
 * accounts, corrections, chained credentials, several hosts and days.
 */
export function trailOf(seed: number): TrailRecord[] {
  const random = new Random(`trail ${seed}`);
  const played = exercise({
    seed,
    accountId: '111122223333',
    functionName: 'invoices',
    roleName: 'invoices-role',
    region: 'eu-west-1',
    fromAddress: torExit,
    time: START + 4 * 3600,
    benignOnly: seed % 3 === 0,
  });
  const generations: readonly Generation[] = ['1.05', '1.08', '1.11'];
  return [...played.records, ...generations.flatMap((generation) => strand(random, generation))].sort(
    (a, b) => timeOf(a) - timeOf(b),
  );
}

function strand(random: Random, generation: Generation): TrailRecord[] {
  const fn = newFunction(random, {
    accountId: '222233334444',
    region: 'us-east-1',
    name: `orders-${generation.replace('.', '')}`,
    generation,
  });
  const session = newFunctionSession(random, fn, START + random.int(600));
  const warm = newFunctionSession(random, fn, START - 7200);
  const away = (operation: typeof operations.listBuckets, after: number, address: string, from = session) =>
    lambdaCall(random, from, operation, START + after, { address, agent: 'aws-cli/2.31.18' });
  const records = [
    lambdaIssue(random, session),
    lambdaCall(random, session, operations.describeTable('orders'), START + 700, { address: awsAddressV6(random) }),
    away(operations.getCallerIdentity, 900, hoster),
    away(operations.listSecrets, 901 + random.int(3), hoster),
    away(operations.listBuckets, 30_000, hoster, warm),
    away(operations.listBuckets, 95_000, otherTorExit),
    away(operations.listBuckets, 95_000, registryV6),
    lambdaCall(random, warm, operations.describeTable('orders'), START + 60, { address: '' }),
  ];
  const shared = s3DataEvent(random, session, 'GetObject', { bucket: 'b', key: 'k' }, START + 950, {
    address: hoster,
    more: { sharedEventID: random.uuid() },
  });
  const copy = {
    ...shared,
    eventID: random.uuid(),
    recipientAccountId: '333344445555',
    userIdentity: foreignIdentity(session),
  };
  const call = records[3]!;
  const corrected = {
    ...call,
    eventID: random.uuid(),
    addendum: { reason: 'UPDATED_DATA', originalEventID: call.eventID },
  };
  const child = newSession(random, newRole(random, fn.accountId, 'reader', '/'), 'session1', START + 1000);
  const where = { address: hoster, region: 'us-east-1', generation };
  const lookAlike = newSession(random, fn.role, fn.name, START + 1200);
  return [
    ...records,
    shared,
    copy,
    corrected,
    assumeRoleBy(random, sessionIdentity(session), child, where),
    sessionCall(random, child, operations.listSecrets, { ...where, time: START + 1010 }),
    assumeRoleBy(random, userIdentity(newUser(random, fn.accountId, 'maria')), lookAlike, {
      ...where,
      address: office,
    }),
    sessionCall(random, lookAlike, operations.listBuckets, { ...where, address: office, time: START + 1210 }),
    presignedCall(
      random,
      session,
      'GetObject',
      { bucket: 'b', key: 'public' },
      { signedAt: START + 800, sentAt: START + 805 },
      { address: office },
    ),
  ];
}

/** The forms in which people have CloudTrail. Each gives the bytes of one file. */
export const envelopes: Readonly<Record<string, (records: readonly TrailRecord[]) => Buffer>> = {
  delivered: (records) => gzipSync(JSON.stringify({ Records: records }), { level: 1 }),
  plain: (records) => text({ Records: records }),
  'pretty-printed': (records) => Buffer.from(JSON.stringify({ Records: records }, null, 2)),
  'bare array': (records) => text(records),
  'one record a line': (records) => lines(records),
  'one record a line, members reversed': (records) =>
    lines(records.map((record) => Object.fromEntries(Object.entries(record).reverse()))),
  'lookup-events': (records) =>
    text({
      Events: records.map((record) => ({
        EventId: record.eventID,
        EventName: record.eventName,
        ReadOnly: String(record.readOnly),
        EventTime: record.eventTime,
        EventSource: record.eventSource,
        CloudTrailEvent: JSON.stringify(record),
      })),
    }),
  EventBridge: (records) =>
    lines(
      records.map((record) => ({
        version: '0',
        id: record.eventID,
        'detail-type': 'AWS API Call via CloudTrail',
        source: `aws.${String(record.eventSource).split('.')[0]}`,
        account: record.recipientAccountId,
        time: record.eventTime,
        region: record.awsRegion,
        resources: [],
        detail: record,
      })),
    ),
  'CloudWatch Logs subscription': (records) =>
    text({ awslogs: { data: gzipSync(JSON.stringify(logsMessage(records)), { level: 1 }).toString('base64') } }),
};

function text(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function lines(values: readonly unknown[]): Buffer {
  return Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
}

function logsMessage(records: readonly TrailRecord[]) {
  return {
    messageType: 'DATA_MESSAGE',
    owner: '111122223333',
    logGroup: 'CloudTrail/logs',
    logStream: '111122223333_CloudTrail_eu-west-1',
    subscriptionFilters: ['all'],
    logEvents: records.map((record, i) => ({
      id: String(i),
      timestamp: timeOf(record) * 1000,
      message: JSON.stringify(record),
    })),
  };
}

/** Another way to hand over the same records: order, cuts, copies and forms of the files. */
export interface Handling {
  /** Sort keys, used in turn: they shuffle the records. */
  readonly order: readonly number[];
  /** Number of files. */
  readonly files: number;
  /** Shares of all records that occur once more, in another place. */
  readonly copies: readonly number[];
  /** Files that lie there twice. */
  readonly doubles: readonly number[];
  /** Names of {@link envelopes}, used in turn. */
  readonly forms: readonly string[];
}

export const handling: fc.Arbitrary<Handling> = fc.record({
  order: fc.array(fc.nat(1000), { minLength: 7, maxLength: 40 }),
  files: fc.integer({ min: 1, max: 9 }),
  copies: fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 12 }),
  doubles: fc.array(fc.nat(8), { maxLength: 3 }),
  forms: fc.array(fc.constantFrom(...Object.keys(envelopes)), { minLength: 1, maxLength: 5 }),
});

/** The files of a trail, handled so. */
export function handled(records: readonly TrailRecord[], how: Handling): Buffer[] {
  const all = [...records, ...how.copies.map((share) => records[Math.floor(share * records.length)]!)];
  const shuffled = all
    .map((record, i) => ({ record, key: how.order[(i * 31) % how.order.length]! * 7919 + ((i * 104_729) % 7919) }))
    .sort((a, b) => a.key - b.key)
    .map(({ record }) => record);
  const files = Array.from({ length: how.files }, (_, file) => shuffled.filter((_record, i) => i % how.files === file));
  const bytes = files.map((share, i) => envelopes[how.forms[i % how.forms.length]!]!(share));
  return [...bytes, ...how.doubles.flatMap((file) => bytes[file] ?? [])];
}
