import { createHash } from 'node:crypto';
import process from 'node:process';
import type { FilterBody } from '../../straykey/src/api/guardduty/filters.ts';
import type { TrailRecord } from '../../straykey/src/drill/index.ts';
import { exercise, outsideAddresses } from '../../straykey/src/drill/index.ts';
import { type Finding, typeSheets } from '../../straykey/src/findings/index.ts';
import { writeHosts } from '../../straykey/src/live/hosts.ts';
import { rowsOf } from '../../straykey/src/live/rows.ts';
import { alone } from '../../straykey/src/passes/index.ts';
import { type Scanned, scan } from '../../straykey/src/pipeline.ts';
import { loadTables } from '../../straykey/src/reference/index.ts';
import { fileObject, type SourceObject } from '../../straykey/src/sources/index.ts';
import type { Statement } from '../../straykey/src/statements/index.ts';
import type { Store } from '../../straykey/src/store/index.ts';

/** The end of the stories: every seeded time lies before it. */
export const SEEDED_NOW = Date.UTC(2026, 9, 6, 12);

/** Strings an attacker would choose. All of them are text and nothing else. */
export const HOSTILE = {
  markup: '<img src=x onerror=alert(1)><script>alert(2)</script>',
  formula: '=HYPERLINK("http://192.0.2.1","x")',
  turned: 'user\u202egnp.exe',
  control: 'a\u001b[31mb\u0007c\u0000d',
  loneSurrogate: 'half \ud83d of it',
  proto: '__proto__',
  longWord: 'x'.repeat(3000),
} as const;

export interface SeedOptions {
  /** At least the eight that stories make; more are variations of them, other functions from other hosts. */
  readonly findings?: number;
  /** Host documents besides those of the stories. */
  readonly hosts?: number;
}

export interface Seeded {
  /** Of the stories, in their order. */
  readonly findings: readonly Finding[];
  /** The one whose user agent is hostile. */
  readonly hostile: Finding;
  /** Two functions, one host: each other's neighbours. */
  readonly neighbours: readonly [Finding, Finding];
  /** Archived by the rule `office-gateway`. */
  readonly suppressed: Finding;
  /** Archived by jane. */
  readonly archived: Finding;
}

interface Story {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly address: string;
  readonly daysAgo: number;
  readonly userAgent?: string;
}

const { torExit } = outsideAddresses;
/** RIPE NCC, Quad9 and Hetzner; see address-owners.json. */
const [RIPE, QUAD9, HETZNER] = ['193.0.6.139', '9.9.9.9', '95.216.1.1'] as const;

const STORIES: readonly Story[] = [
  { name: 'orders', accountId: '111122223333', region: 'eu-west-1', address: torExit, daysAgo: 0 },
  { name: 'billing', accountId: '111122223333', region: 'eu-west-1', address: torExit, daysAgo: 1 },
  { name: 'reports', accountId: '111122223333', region: 'us-east-1', address: RIPE, daysAgo: 3 },
  { name: 'gateway', accountId: '444455556666', region: 'us-east-1', address: QUAD9, daysAgo: 5 },
  { name: 'thumbnails', accountId: '444455556666', region: 'eu-west-1', address: HETZNER, daysAgo: 12 },
  { name: 'mailer', accountId: '444455556666', region: 'eu-central-1', address: HETZNER, daysAgo: 25 },
  { name: 'exports', accountId: '111122223333', region: 'eu-central-1', address: RIPE, daysAgo: 60 },
  {
    name: 'hostile',
    accountId: '111122223333',
    region: 'eu-west-1',
    address: QUAD9,
    daysAgo: 2,
    userAgent: [HOSTILE.markup, HOSTILE.formula, HOSTILE.turned, HOSTILE.control, HOSTILE.loneSurrogate].join(' '),
  },
];

/**
 * Fills a store with what a while of service leaves behind: findings made by the real pipeline from drill trails with their uses and inside days, hosts,
 * statements, filters, an outbox with sent, waiting and dead lines, history, counters, views and an audit trail. The same every time.
 */
export async function seedStore(
  store: Store,
  { findings = STORIES.length, hosts = 0 }: SeedOptions = {},
): Promise<Seeded> {
  const scanned = await scannedStories();
  const made = STORIES.map(({ name }) => scanned.findings.find((each) => functionOf(each) === name)!);
  const { insideDays, uses } = rowsOf(scanned.firstPass.survey.facts(), () => 'seed');
  await store.atomically(async (inside) => {
    await inside.evidence.addUses(uses, SEEDED_NOW, (kept) => kept);
    await inside.evidence.addInsideDays(insideDays, SEEDED_NOW);
    await writeHosts(scanned.judged, inside, SEEDED_NOW);
    for (const finding of made) await put(inside, finding);
  });
  const [orders, billing, reports, gateway, thumbnails] = made as [Finding, Finding, Finding, Finding, Finding];
  await sayAndRule(store, orders);
  await store.findings.archive([gateway.id], { kind: 'filter', name: 'office-gateway' }, changeBy('straykey'));
  await store.findings.archive([thumbnails.id], { kind: 'person' }, changeBy('jane', 'a drill of ours'));
  await store.findings.feedback([reports.id], { verdict: 'USEFUL', comment: HOSTILE.markup }, changeBy('jane'));
  await tell(store, made);
  await count(store);
  await vary(store, made, findings - made.length);
  await moreHosts(store, hosts);
  return {
    findings: made,
    hostile: made.at(-1)!,
    neighbours: [orders, billing],
    suppressed: gateway,
    archived: thumbnails,
  };
}

function functionOf({ resource }: Finding): string {
  return resource.lambdaDetails?.functionName ?? '';
}

function changeBy(by: string, reason?: string) {
  return { at: SEEDED_NOW - 3_600_000, by, ...(reason !== undefined && { reason }) };
}

async function scannedStories(): Promise<Scanned> {
  const { hostFacts, places } = loadTables({ documentationAddresses: 'unknown' });
  const passes = alone(places, { oddity: () => {}, progress: () => {} });
  const digest = (text: string) => createHash('sha256').update(text).digest('hex');
  const ports = { passes, tables: places, hostFacts, digest };
  return await scan(STORIES.map(objectOf), ports, { learning: { mode: 'on', feedbackFor: () => [] } });
}

function objectOf(story: Story, i: number): SourceObject {
  const { accountId, address, daysAgo, name, region, userAgent } = story;
  const played = exercise({
    seed: i + 1,
    accountId,
    functionName: name,
    roleName: `${name}-role`,
    region,
    fromAddress: address,
    time: SEEDED_NOW / 1000 - daysAgo * 86_400,
    benignOnly: false,
  });
  const records = played.records.map((record) =>
    userAgent !== undefined && (record as TrailRecord).sourceIPAddress === address ? { ...record, userAgent } : record,
  );
  const bytes = Buffer.from(JSON.stringify({ Records: records }));
  const { explain } = fileObject(process.execPath);
  return { origin: `story-${name}.json`, again: true, readWhole: () => bytes, open: () => [bytes] as never, explain };
}

async function put(store: Store, finding: Finding): Promise<void> {
  await store.findings.put({ finding, at: Date.parse(finding.updatedAt) + 300_000, topics: [functionOf(finding)] });
}

async function sayAndRule(store: Store, orders: Finding): Promise<void> {
  const at = SEEDED_NOW - 7_200_000;
  const statement: Statement = {
    id: 'statement-1',
    made: at / 1000,
    since: at / 1000,
    verdict: 'expected',
    host: RIPE,
    function: 'reports',
    account: '111122223333',
    accept: ['SECRETS'],
    ttlDays: 90,
    by: 'jane',
    reason: `our gateway ${HOSTILE.markup}`,
  };
  await store.documents.create('statement', statement.id, statement, at);
  await store.audit.append({ at, by: 'jane', action: 'host.vouch', subject: `host/${RIPE}`, reason: statement.reason });
  for (const [i, filter] of filtersFor(orders, at).entries()) {
    await store.documents.create('filter', filter.name, filter, at, i + 1);
    await store.audit.append({ at, by: 'jane', action: 'filter.create', subject: `filter/${filter.name}` });
  }
  await store.documents.create('view', 'tor only', { tokens: [], operation: 'and' }, at);
}

function filtersFor({ type }: Finding, at: number): readonly FilterBody[] {
  const address = 'service.action.awsApiCallAction.remoteIpDetails.ipAddressV4';
  const base = { tags: {}, version: 1, createdAt: at, updatedAt: at, createdBy: 'jane', updatedBy: 'jane' };
  return [
    {
      ...base,
      name: 'office-gateway',
      description: 'Gateway in Leipzig',
      action: 'ARCHIVE',
      rank: 1,
      findingCriteria: { criterion: { type: { equals: [type] }, [address]: { equals: [`${QUAD9}/32`] } } },
      reason: 'the functions in Leipzig go out there',
      expires: '2027-01-31T23:59:59.000Z',
    },
    {
      ...base,
      name: 'last-summer',
      action: 'ARCHIVE',
      rank: 2,
      findingCriteria: { criterion: { accountId: { equals: ['444455556666'] } } },
      reason: HOSTILE.formula,
      expires: '2026-09-01T00:00:00.000Z',
    },
    {
      ...base,
      name: 'high-only',
      action: 'NOOP',
      rank: 3,
      findingCriteria: { criterion: { severity: { greaterThanOrEqual: 7 } } },
    },
  ];
}

/** One line sent, one waiting after a failure, one dead for each of two outlets. */
async function tell({ outbox }: Store, findings: readonly Finding[]): Promise<void> {
  const at = SEEDED_NOW - 600_000;
  for (const outlet of ['siem', 'oncall']) {
    await outbox.add(
      findings.slice(0, 3).map((finding, i) => ({
        outlet,
        findingId: finding.id,
        revision: 1,
        kind: 'new',
        finding,
        dueAt: at + i,
        at,
      })),
    );
    const [first, second, third] = await outbox.claim(at + 10, 3, 60_000);
    await outbox.sent(first!.id, at + 20);
    await outbox.bury(second!.id, at + 20, 'HTTP 410 Gone');
    await outbox.retry(third!.id, SEEDED_NOW + 60_000, 'connect ECONNREFUSED 192.0.2.1:443');
  }
}

async function count({ counters, documents, evidence, positions }: Store): Promise<void> {
  const today = Math.floor(SEEDED_NOW / 86_400_000);
  const inside = Array.from({ length: 20 }, (_, i) =>
    Array.from({ length: 20 + (i % 4) }, (_each, session) => ({
      topic: `function-${session}`,
      session: `111122223333/role function-${session}`,
      day: today - i,
      via: 'public',
      keys: ['ASIAIOSFODNN7EXAMPLE'],
    })),
  ).flat();
  await evidence.addInsideDays(inside, SEEDED_NOW);
  await documents.create('coverage', '111122223333:eu-west-1', {}, SEEDED_NOW - 30 * 86_400_000);
  await counters.add(
    [
      { name: 'coverage:111122223333:eu-west-1:management', by: 12_000 },
      { name: 'coverage:111122223333:eu-west-1:s3data', by: 4_000 },
      { name: 'coverage:444455556666:us-east-1:management', by: 900 },
      { name: 'oddity:not-json', by: 3 },
      { name: 'oddity:digest-file', by: 40 },
      { name: 'filter-matched:office-gateway', by: 2 },
      { name: 'filter-suppressed:office-gateway', by: 1 },
    ],
    SEEDED_NOW - 60_000,
  );
  await positions.put('trail', { cursor: 'AWSLogs/' }, SEEDED_NOW - 60_000);
}

/** Findings written at a time. */
const BATCH = 500;

async function vary(store: Store, bases: readonly Finding[], more: number): Promise<void> {
  for (let from = 0; from < more; from += BATCH) {
    await store.atomically(async (inside) => {
      for (let i = from; i < Math.min(more, from + BATCH); i++) await put(inside, variation(bases[i % 7]!, i));
    });
  }
}

/** Another function of the same story, from another address of the same owner's, some minutes earlier. */
function variation(base: Finding, i: number): Finding {
  const { ipAddressV4 = '' } = base.service.action.awsApiCallAction.remoteIpDetails;
  const id = createHash('sha256').update(`${base.id} ${i}`).digest('hex').slice(0, 32);
  const address = ipAddressV4.replace(/\.\d+\.\d+$/, `.${(i >> 8) & 255}.${i & 255}`);
  const name = functionOf(base);
  const text = JSON.stringify(base)
    .replaceAll(base.id, id)
    .replaceAll(ipAddressV4, address)
    .replaceAll(name, `${name}-${i}`);
  const finding = JSON.parse(text) as Finding;
  const shifted = (time: string) => new Date(Date.parse(time) - (i + 1) * 61_000).toISOString();
  const [createdAt, updatedAt] = [shifted(base.createdAt), shifted(base.updatedAt)];
  const { severity } = typeSheets[base.type];
  const service = { ...finding.service, eventFirstSeen: createdAt, eventLastSeen: updatedAt };
  return { ...finding, severity, service, createdAt, updatedAt };
}

async function moreHosts(store: Store, more: number): Promise<void> {
  const states = ['learned', 'learning', 'reopened', 'dormant', 'new'] as const;
  await store.atomically(async ({ documents }) => {
    for (let i = 0; i < more; i++) {
      const host = `198.51.${(i >> 8) & 255}.${i & 255}`;
      const principal = `111122223333/fleet-role/fleet-${i % 97}`;
      const lastSeen = new Date(SEEDED_NOW - i * 60_000).toISOString();
      const body = {
        principal,
        functionName: `fleet-${i % 97}`,
        accountId: '111122223333',
        host,
        state: states[i % states.length],
        evidenceDays: i % 20,
        required: 14,
        firstSeen: '2026-08-01T00:00:00.000Z',
        lastSeen,
        silencedCalls: i,
        text: `Seen on ${i % 20} days.`,
      };
      await documents.create('host', `${principal}|${host}`, body, SEEDED_NOW);
    }
  });
}
