import { Hono } from 'hono';
import { evidenceOf, type Finding } from '../../findings/index.ts';
import { markdown, type Plan, type Context as PlanContext, planFor, script } from '../../response/index.ts';
import { presented, type Store, type StoredFinding } from '../../store/index.ts';
import { storedTimeline } from '../../timeline/index.ts';
import type { FindingDetail, HistoryEntry, TimelinePage } from './contract.ts';
import { isoTime, notFound, type OwnContext, type OwnEnv, refuse } from './env.ts';
import { coverageOf } from './overview.ts';
import { pageAsked, pageOf } from './paging.ts';
import type { OwnApiPorts } from './ports.ts';

/** History lines of one finding that are shown. */
const MOST_HISTORY = 1_000;
/** Other findings of the account that a plan looks through for users of the same role. */
const MOST_OTHERS = 200;

const PLAN_TYPES = { json: 'application/json', markdown: 'text/markdown', sh: 'text/x-shellscript' } as const;

/** What the detail page of one finding needs. */
export function findingRoutes(ports: OwnApiPorts): Hono<OwnEnv> {
  const { store } = ports;
  const routes = new Hono<OwnEnv>();

  routes.get('/findings/:id', async (c) => {
    const stored = await findingOf(c, store);
    return stored === undefined ? notFound(c, 'finding') : c.json(detailOf(stored));
  });

  routes.get('/findings/:id/history', async (c) => {
    // A retracted finding is gone and its history stays.
    const id = c.req.param('id');
    const events = isId(id) ? await store.findings.history(id, MOST_HISTORY) : [];
    if (events.length === 0) return notFound(c, 'finding');
    const items = events.map(
      ({ at, by, finding, kind, reason, revision }): HistoryEntry => ({
        at: isoTime(at),
        kind,
        by,
        ...(reason !== undefined && { reason }),
        revision,
        ...(finding !== undefined && { count: finding.service.count }),
      }),
    );
    return c.json({ items });
  });

  routes.get('/findings/:id/timeline', async (c) => {
    const stored = await findingOf(c, store);
    if (stored === undefined) return notFound(c, 'finding');
    const page = pageAsked(c);
    if (page instanceof Response) return page;
    const { entries, omitted } = await storedTimeline(store, stored);
    // The order has no key of its own: the place in it is one, five digits wide.
    const numbered = entries.map((entry, i) => ({ entry, key: String(i).padStart(5, '0') }));
    const { items, next } = pageOf(numbered, page, ({ key }) => key);
    const answer: TimelinePage = {
      items: items.map(({ entry }) => entry),
      ...(next !== undefined && { next }),
      omitted,
    };
    return c.json(answer);
  });

  routes.get('/findings/:id/respond', async (c) => {
    const format = c.req.query('format') ?? 'json';
    if (!isPlanFormat(format)) return refuse(c, 400, 'BadInput', 'format: expected json, markdown or sh.');
    const stored = await findingOf(c, store);
    if (stored === undefined) return notFound(c, 'finding');
    const plan = await planOf(stored, store);
    if (plan === undefined) {
      return refuse(
        c,
        409,
        'NoEvidence',
        'The finding carries no evidence, as samples do: there is nothing to plan from.',
      );
    }
    const text = { json: () => JSON.stringify(plan), markdown: () => markdown(plan), sh: () => script(plan) }[format]();
    return c.body(text, 200, { 'content-type': `${PLAN_TYPES[format]}; charset=utf-8` });
  });

  routes.get('/findings/:id/explain', async (c) => {
    const stored = await findingOf(c, store);
    return stored === undefined ? notFound(c, 'finding') : c.text(ports.explain(presented(stored)));
  });

  return routes;
}

/** The finding that the path names. */
export async function findingOf(c: OwnContext, store: Store): Promise<StoredFinding | undefined> {
  const id = c.req.param('id') ?? '';
  const [stored] = isId(id) ? await store.findings.get([id]) : [];
  return stored;
}

function isId(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

function isPlanFormat(text: string): text is keyof typeof PLAN_TYPES {
  return Object.hasOwn(PLAN_TYPES, text);
}

function detailOf(stored: StoredFinding): FindingDetail {
  const { archivedBy, changedAt, feedback, revision, writtenAt } = stored;
  return {
    finding: presented(stored),
    ...(archivedBy !== undefined && { archivedBy }),
    ...(feedback !== undefined && { feedback }),
    revision,
    writtenAt: isoTime(writtenAt),
    changedAt: isoTime(changedAt),
  };
}

async function planOf({ finding }: StoredFinding, store: Store): Promise<Plan | undefined> {
  const evidence = evidenceOf(finding);
  if (evidence === undefined) return undefined;
  const others = await store.findings.page({
    where: [
      { column: 'accountId', operator: 'in', values: [finding.accountId] },
      { column: 'id', operator: 'notIn', values: [finding.id] },
    ],
    // Along the index of accounts: a store with more than these shows some of them.
    orderBy: 'accountId',
    descending: false,
    limit: MOST_OTHERS,
  });
  const s3DataEvents = await s3DataEventsOf(finding, store);
  return planFor(finding, evidence, {
    roleUsers: [],
    others: others.map((each) => each.finding),
    ...(s3DataEvents !== undefined && { s3DataEvents }),
    sources: 'SOURCE',
  });
}

async function s3DataEventsOf({ accountId }: Finding, store: Store): Promise<PlanContext['s3DataEvents']> {
  const coverage = coverageOf(await store.counters.list(`coverage:${accountId}:`), []);
  if (coverage.length === 0) return undefined;
  return coverage.some(({ s3DataRecords }) => s3DataRecords > 0) ? 'recorded' : 'absent';
}
