import { Hono } from 'hono';
import * as v from 'valibot';
import type { Document } from '../../store/index.ts';
import { FILTER, type FilterBody, MATCHED, SUPPRESSED } from '../guardduty/index.ts';
import { read, sentence } from './body.ts';
import type { RuleLine } from './contract.ts';
import { isoTime, notFound, type OwnEnv, refuse } from './env.ts';
import type { OwnApiPorts } from './ports.ts';

const notes = v.strictObject({
  reason: sentence(1000),
  expires: v.optional(
    v.pipe(
      v.string(),
      v.check((text) => !Number.isNaN(endOf(text)), 'expected a date or an ISO time'),
    ),
  ),
});

/** Filters with what GuardDuty's API does not carry: reason, expiry, who, and what they have hidden. */
export function ruleRoutes({ now, store }: OwnApiPorts): Hono<OwnEnv> {
  const routes = new Hono<OwnEnv>();

  routes.get('/rules', async (c) => {
    const [filters, matched, suppressed] = await Promise.all([
      store.documents.list<FilterBody>(FILTER),
      countsOf(MATCHED),
      countsOf(SUPPRESSED),
    ]);
    return c.json({ items: filters.map((filter) => lineOf(filter, now(), matched, suppressed)) });
  });

  routes.put('/rules/:name/notes', async (c) => {
    const given = read(c, notes);
    if (given.kind === 'refused') return given.answer;
    const name = c.req.param('name');
    const { expires, reason } = given.body;
    const at = now();
    const by = c.get('caller').user;
    const written = await store.atomically(async (inside) => {
      const filter = await inside.documents.get<FilterBody>(FILTER, name);
      if (filter === undefined) return 'unknown';
      const { expires: _, reason: __, ...rest } = filter.body;
      const body: FilterBody = {
        ...rest,
        reason,
        ...(expires !== undefined && { expires: isoTime(endOf(expires)) }),
        updatedAt: at,
        updatedBy: by,
      };
      const { rank, version } = filter;
      if (!(await inside.documents.replace(FILTER, name, body, at, { version, rank }))) return 'changed';
      await inside.audit.append({
        at,
        by,
        reason,
        action: 'filter.notes',
        subject: `filter/${name}`,
        detail: { expires: body.expires ?? null },
      });
      return { ...filter, body, updatedAt: at };
    });
    if (written === 'unknown') return notFound(c, 'rule');
    if (written === 'changed') return refuse(c, 409, 'Changed', 'Somebody changed the rule meanwhile. Look again.');
    const [matched, suppressed] = await Promise.all([countsOf(MATCHED), countsOf(SUPPRESSED)]);
    return c.json(lineOf(written, at, matched, suppressed));
  });

  return routes;

  async function countsOf(prefix: string): Promise<Counts> {
    return new Map((await store.counters.list(prefix)).map(({ name, value }) => [name.slice(prefix.length), value]));
  }
}

type Counts = ReadonlyMap<string, number>;

function lineOf({ body, id }: Document<FilterBody>, now: number, matched: Counts, suppressed: Counts): RuleLine {
  const { action, createdAt, description, expires, findingCriteria, rank, reason, updatedAt, updatedBy } = body;
  return {
    name: id,
    action,
    rank,
    description: description ?? '',
    criteria: findingCriteria,
    ...(reason !== undefined && { reason }),
    ...(expires !== undefined && { expires }),
    expired: expires !== undefined && now >= Date.parse(expires),
    matched: matched.get(id) ?? 0,
    suppressed: suppressed.get(id) ?? 0,
    createdAt: isoTime(createdAt),
    updatedAt: isoTime(updatedAt),
    by: updatedBy,
  };
}

/** Epoch milliseconds; of a bare date its last second, UTC. Not a number for anything else. */
function endOf(text: string): number {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return Date.parse(`${text}T23:59:59.000Z`);
  return /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
}
