import { Hono } from 'hono';
import * as v from 'valibot';
import type { Statement } from '../../statements/index.ts';
import { formatCidr, formatIp, parseCidr } from '../../where/index.ts';
import { read, sentence } from './body.ts';
import type { StatementLine } from './contract.ts';
import { isoTime, type OwnEnv } from './env.ts';
import { pageAsked, pageOf } from './paging.ts';
import type { OwnApiPorts } from './ports.ts';

/** Shortest prefixes that may be called expected: a /8 is a whole carrier. Wider ones would silence a good part of the world. */
const WIDEST_EXPECTED = { 4: 8, 6: 20 } as const;
/** Days until a statement lapses, at most: ten years. */
const MOST_DAYS = 3650;

/** Kind of the documents; the id is the statement's. */
export const STATEMENT = 'statement';

const ACTIONS = { expected: 'host.vouch', malicious: 'host.distrust', clear: 'host.forget' } as const;

const said = v.pipe(
  v.strictObject({
    verdict: v.picklist(['expected', 'malicious', 'clear']),
    host: v.pipe(
      v.string(),
      v.check((text) => parseCidr(text) !== undefined, 'expected an address or CIDR such as 198.51.100.0/28'),
    ),
    function: v.optional(
      v.pipe(
        v.string(),
        v.regex(/^(?:\d{12}\/[\w+=,.@-]{1,64}\/)?[\w.:-]{1,140}$/, 'expected a name, or account/role/name'),
      ),
    ),
    account: v.optional(v.pipe(v.string(), v.regex(/^\d{12}$/, 'expected twelve digits'))),
    accept: v.optional(v.array(v.picklist(['RECON', 'SECRETS', 'ROLE_CHAIN', 'CRITICAL']))),
    ttlDays: v.optional(
      v.pipe(
        v.number(),
        v.check((days) => Number.isInteger(days) && days >= 1 && days <= MOST_DAYS, `expected 1 to ${MOST_DAYS} days`),
      ),
    ),
    since: v.optional(
      v.pipe(
        v.string(),
        v.check(
          (text) => /^\d{4}-\d\d-\d\d(?:T|$)/.test(text) && !Number.isNaN(Date.parse(text)),
          'expected an ISO time',
        ),
      ),
    ),
    reason: sentence(1000),
  }),
  v.forward(
    v.partialCheck(
      [['verdict'], ['host']],
      ({ host, verdict }) => {
        const cidr = parseCidr(host);
        return cidr === undefined || verdict !== 'expected' || cidr.length >= WIDEST_EXPECTED[cidr.base.family];
      },
      'too wide to be expected: at least /8, or /20 for IPv6',
    ),
    ['host'],
  ),
  v.forward(
    v.partialCheck(
      [['verdict'], ['accept'], ['ttlDays']],
      ({ accept, ttlDays, verdict }) => verdict === 'expected' || (accept === undefined && ttlDays === undefined),
      'accept and ttlDays go with expected only',
    ),
    ['verdict'],
  ),
);

/** What people say about hosts. Never changed and never deleted, only followed by newer statements. */
export function statementRoutes({ newId, now, statementsChanged, store }: OwnApiPorts): Hono<OwnEnv> {
  const routes = new Hono<OwnEnv>();

  routes.get('/statements', async (c) => {
    const page = pageAsked(c);
    if (page instanceof Response) return page;
    const all = (await store.documents.list<Statement>(STATEMENT))
      .map(({ body }) => ({ key: `${String(1e13 - body.made).padStart(14, '0')} ${body.id}`, body }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    const { items, next } = pageOf(all, page, ({ key }) => key);
    return c.json({ items: items.map(({ body }) => lineOf(body)), ...(next !== undefined && { next }) });
  });

  routes.post('/statements', async (c) => {
    const given = read(c, said);
    if (given.kind === 'refused') return given.answer;
    const { host, since, ...rest } = given.body;
    const at = now();
    const made = Math.floor(at / 1000);
    const statement: Statement = withoutUndefined({
      ...rest,
      id: newId(),
      made,
      since: since === undefined ? made : Math.floor(Date.parse(since) / 1000),
      host: canonical(host),
      by: c.get('caller').user,
    });
    await store.atomically(async (inside) => {
      await inside.documents.create(STATEMENT, statement.id, statement, at);
      const { by, id, reason, verdict } = statement;
      await inside.audit.append({
        at,
        by,
        reason,
        action: ACTIONS[verdict],
        subject: `host/${statement.host}`,
        detail: { statement: id, ...(statement.function !== undefined && { function: statement.function }) },
      });
    });
    await statementsChanged(statement);
    return c.json(lineOf(statement), 201);
  });

  return routes;
}

function lineOf({ since, ...statement }: Statement): StatementLine {
  return {
    ...statement,
    made: isoTime(statement.made * 1000),
    ...(since !== statement.made && { since: isoTime(since * 1000) }),
  };
}

function canonical(host: string): string {
  const cidr = parseCidr(host)!;
  return host.includes('/') ? formatCidr(cidr) : formatIp(cidr.base);
}

/** JSON has no `undefined`, and neither have bodies in the store. */
function withoutUndefined<Value extends object>(
  value: { readonly [Key in keyof Value]: Value[Key] | undefined },
): Value {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as Value;
}
