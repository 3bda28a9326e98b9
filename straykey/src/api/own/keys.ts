import { Hono } from 'hono';
import * as v from 'valibot';
import { createKey, listKeys, revokeKey } from '../signing/index.ts';
import { read, sentence } from './body.ts';
import type { KeyLine, NewKey } from './contract.ts';
import { notFound, type OwnEnv } from './env.ts';
import type { OwnApiPorts } from './ports.ts';

const asked = v.strictObject({ description: sentence(256), role: v.picklist(['reader', 'admin']) });

/** Access keys for programs. `api/signing` makes, keeps and revokes them, and writes the audit trail. */
export function keyRoutes(ports: OwnApiPorts): Hono<OwnEnv> {
  const { now, store } = ports;
  const routes = new Hono<OwnEnv>();

  routes.get('/keys', async (c) => {
    const items: readonly KeyLine[] = await listKeys(store);
    return c.json({ items });
  });

  routes.post('/keys', async (c) => {
    const given = read(c, asked);
    if (given.kind === 'refused') return given.answer;
    const key: NewKey = await createKey(store, given.body, { by: c.get('caller').user }, ports);
    return c.json(key, 201);
  });

  routes.delete('/keys/:id', async (c) => {
    const gone = await revokeKey(store, c.req.param('id'), now(), { by: c.get('caller').user });
    return gone ? c.body(null, 204) : notFound(c, 'access key');
  });

  return routes;
}
