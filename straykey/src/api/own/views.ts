import { Hono } from 'hono';
import * as v from 'valibot';
import type { Document } from '../../store/index.ts';
import { read } from './body.ts';
import type { ViewLine } from './contract.ts';
import { isoTime, notFound, type OwnContext, type OwnEnv, refuse } from './env.ts';
import type { OwnApiPorts } from './ports.ts';

const KIND = 'view';
/** Characters of JSON: a property filter with fifty tokens has four thousand. */
const MOST_CHARACTERS = 16_384;
const MOST_VIEWS = 200;

/** Saved filters of the findings page, shared by all who sign in. The body is the console's own. */
export function viewRoutes({ now, store }: OwnApiPorts): Hono<OwnEnv> {
  const { documents } = store;
  const routes = new Hono<OwnEnv>();

  routes.get('/views', async (c) => {
    const items = (await documents.list<unknown>(KIND)).map(lineOf);
    return c.json({ items });
  });

  routes.get('/views/:name', async (c) => {
    const view = await documents.get<unknown>(KIND, c.req.param('name'));
    if (view === undefined) return notFound(c, 'view');
    return c.body(JSON.stringify(view.body), 200, { 'content-type': 'application/json' });
  });

  routes.put('/views/:name', async (c) => {
    const name = c.req.param('name');
    if (!/^[^\u0000-\u001f\u007f]{1,64}$/u.test(name) || name.trim() === '') {
      return refuse(c, 400, 'BadInput', 'name: expected 1 to 64 characters.');
    }
    const given = read(c, v.unknown());
    if (given.kind === 'refused') return given.answer;
    if (JSON.stringify(given.body).length > MOST_CHARACTERS) {
      return refuse(c, 400, 'BadInput', `The body: expected at most ${MOST_CHARACTERS} characters.`);
    }
    return await save(c, name, given.body);
  });

  routes.delete('/views/:name', async (c) => {
    const name = c.req.param('name');
    const gone = await store.atomically(async (inside) => {
      if (!(await inside.documents.remove(KIND, name))) return false;
      await inside.audit.append({
        at: now(),
        by: c.get('caller').user,
        action: 'view.delete',
        subject: `view/${name}`,
      });
      return true;
    });
    return gone ? c.body(null, 204) : notFound(c, 'view');
  });

  return routes;

  async function save(c: OwnContext, name: string, body: unknown): Promise<Response> {
    const at = now();
    const saved = await store.atomically(async (inside) => {
      const known = await inside.documents.replace(KIND, name, body, at);
      if (!known) {
        if ((await inside.documents.list(KIND)).length >= MOST_VIEWS) return undefined;
        await inside.documents.create(KIND, name, body, at);
      }
      const action = known ? 'view.update' : 'view.create';
      await inside.audit.append({ at, by: c.get('caller').user, action, subject: `view/${name}` });
      return await inside.documents.get<unknown>(KIND, name);
    });
    if (saved === undefined)
      return refuse(c, 409, 'TooMany', `There are ${MOST_VIEWS} views already. Delete one first.`);
    return c.json(lineOf(saved));
  }
}

function lineOf({ body, id, updatedAt }: Document<unknown>): ViewLine {
  return { name: id, body, updatedAt: isoTime(updatedAt) };
}
