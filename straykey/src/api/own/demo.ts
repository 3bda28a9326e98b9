import { Hono } from 'hono';
import { type OwnEnv, refuse } from './env.ts';
import { overviewOf } from './overview.ts';
import type { OwnApiPorts } from './ports.ts';

/** The demo organisation's trail, for an engine that has read nothing yet: it must never mix with real findings. */
export function demoRoutes(ports: OwnApiPorts): Hono<OwnEnv> {
  const { now, startDemo, store } = ports;
  const routes = new Hono<OwnEnv>();
  routes.post('/demo', async (c) => {
    if (startDemo === undefined)
      return refuse(c, 409, 'NoEngine', 'This server has no engine that could read the demo.');
    if (!(await overviewOf(ports)).empty) {
      return refuse(c, 409, 'NotEmpty', 'Something was read already. The demo is for an empty store.');
    }
    await store.audit.append({ at: now(), by: c.get('caller').user, action: 'demo.start', subject: 'demo' });
    await startDemo();
    return c.json({ started: true }, 202);
  });
  return routes;
}
