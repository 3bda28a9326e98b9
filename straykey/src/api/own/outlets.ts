import { Hono } from 'hono';
import * as v from 'valibot';
import type { OutboxLine } from '../../store/index.ts';
import { read } from './body.ts';
import type { OutletLine, Resent } from './contract.ts';
import { isoTime, notFound, type OwnEnv } from './env.ts';
import type { OwnApiPorts } from './ports.ts';

/** Dead lines of an outlet that are shown. */
const MOST_DEAD = 100;
/** Sent and waiting lines looked through for the newest time and error. */
const MOST_LOOKED = 100;

const resendAsked = v.strictObject({
  ids: v.optional(
    v.pipe(v.array(v.pipe(v.number(), v.safeInteger())), v.maxLength(1_000, 'expected at most 1,000 ids')),
  ),
});

/** Where findings are told: what waits, what was given up, and another try. Outlets themselves are made in straykey.yaml. */
export function outletRoutes({ now, outlets, outletTest, store }: OwnApiPorts): Hono<OwnEnv> {
  const { outbox } = store;
  const routes = new Hono<OwnEnv>();
  const isKnown = (name: string) => outlets.some((outlet) => outlet.name === name);

  routes.get('/outlets', async (c) => {
    const depth = await outbox.depth();
    const items = await Promise.all(
      outlets.map(async ({ name, type }): Promise<OutletLine> => {
        const linesIn = (state: OutboxLine['state']) =>
          depth.find((each) => each.outlet === name && each.state === state)?.lines ?? 0;
        const [dead, sent, waiting] = await Promise.all([
          outbox.list('dead', MOST_DEAD, name),
          outbox.list('sent', MOST_LOOKED, name),
          outbox.list('waiting', MOST_LOOKED, name),
        ]);
        const lastSent = sent.reduce((last, { sentAt = 0 }) => Math.max(last, sentAt), 0);
        const lastError = [...dead, ...waiting]
          .filter(({ error }) => error !== undefined)
          .reduce<OutboxLine | undefined>(
            (last, line) => (last && last.dueAt >= line.dueAt ? last : line),
            undefined,
          )?.error;
        return {
          name,
          type,
          waiting: linesIn('waiting'),
          sent: linesIn('sent'),
          dead: linesIn('dead'),
          ...(lastSent > 0 && { lastSentAt: isoTime(lastSent) }),
          ...(lastError !== undefined && { lastError }),
          deadLines: dead.map(({ at, error = '', findingId, id }) => ({ id, findingId, error, at: isoTime(at) })),
        };
      }),
    );
    return c.json({ items });
  });

  routes.post('/outlets/:name/test', async (c) => {
    const name = c.req.param('name');
    if (!isKnown(name)) return notFound(c, 'outlet');
    const result = await outletTest(name);
    await store.audit.append({
      at: now(),
      by: c.get('caller').user,
      action: 'outlet.test',
      subject: `outlet/${name}`,
      detail: { ok: result.ok },
    });
    return c.json(result);
  });

  routes.post('/outlets/:name/resend', async (c) => {
    const name = c.req.param('name');
    if (!isKnown(name)) return notFound(c, 'outlet');
    const given = read(c, resendAsked);
    if (given.kind === 'refused') return given.answer;
    const at = now();
    const lines = await store.atomically(async (inside) => {
      const resent = await inside.outbox.resend(name, given.body.ids, at);
      await inside.audit.append({
        at,
        by: c.get('caller').user,
        action: 'outlet.resend',
        subject: `outlet/${name}`,
        detail: { lines: resent },
      });
      return resent;
    });
    return c.json({ lines } satisfies Resent);
  });

  return routes;
}
