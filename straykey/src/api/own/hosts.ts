import { Hono } from 'hono';
import type { HostLine } from './contract.ts';
import { type OwnEnv, refuse } from './env.ts';
import { pageAsked, pageOf } from './paging.ts';
import type { OwnApiPorts } from './ports.ts';

const STATES: ReadonlySet<string> = new Set<HostLine['state']>([
  'learned',
  'learning',
  'reopened',
  'dormant',
  'expected',
  'malicious',
  'new',
]);

/** What is learned about hosts: one document of kind `host` for each (principal, host), which the engine writes. Newest seen first. */
export function hostRoutes({ store }: Pick<OwnApiPorts, 'store'>): Hono<OwnEnv> {
  const routes = new Hono<OwnEnv>();
  routes.get('/hosts', async (c) => {
    const states =
      c.req
        .query('state')
        ?.split(',')
        .filter((state) => state !== '') ?? [];
    if (!states.every((state) => STATES.has(state))) {
      return refuse(c, 400, 'BadInput', `state: expected some of ${[...STATES].join(', ')}.`);
    }
    const text = (c.req.query('q') ?? '').trim().toLowerCase();
    const page = pageAsked(c);
    if (page instanceof Response) return page;
    const all = (await store.documents.list<HostLine>('host'))
      .map(({ body, id }) => ({ key: keyOf(body, id), body }))
      .filter(({ body }) => (states.length === 0 || states.includes(body.state)) && speaksOf(body, text))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    const { items, next } = pageOf(all, page, ({ key }) => key);
    return c.json({ items: items.map(({ body }) => body), ...(next !== undefined && { next }) });
  });
  return routes;
}

/** Texts in this order are lines from the newest to the oldest. */
function keyOf({ lastSeen }: HostLine, id: string): string {
  const age = 8_640_000_000_000_000 - (Date.parse(lastSeen) || 0);
  return `${String(age).padStart(17, '0')} ${id}`;
}

function speaksOf({ accountId, functionName, host, principal }: HostLine, text: string): boolean {
  return text === '' || [principal, functionName, accountId, host].some((each) => each.toLowerCase().includes(text));
}
