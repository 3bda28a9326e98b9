import { Hono } from 'hono';
import type { AuditLine, Items } from './contract.ts';
import { isoTime, type OwnEnv, refuse } from './env.ts';
import { pageAsked, toToken } from './paging.ts';
import type { OwnApiPorts } from './ports.ts';

/** Who did what to what, newest first. */
export function auditRoutes({ store }: Pick<OwnApiPorts, 'store'>): Hono<OwnEnv> {
  const routes = new Hono<OwnEnv>();
  routes.get('/audit', async (c) => {
    const page = pageAsked(c);
    if (page instanceof Response) return page;
    const { after, limit } = page;
    const before = after === undefined ? undefined : Number(after);
    if (after !== undefined && !/^\d{1,15}$/.test(after)) {
      return refuse(c, 400, 'BadInput', 'after: expected the next of an earlier page.');
    }
    const subject = c.req.query('subject');
    const lines = await store.audit.list({
      limit: limit + 1,
      ...(before !== undefined && { before }),
      ...(subject !== undefined && { subject }),
    });
    const items = lines.slice(0, limit).map(({ at, ...line }): AuditLine => ({ ...line, at: isoTime(at) }));
    const answer: Items<AuditLine> = {
      items,
      ...(lines.length > limit && { next: toToken(String(items.at(-1)!.id)) }),
    };
    return c.json(answer);
  });
  return routes;
}
