import { Hono } from 'hono';
import { StoreUnavailable } from '../../store/index.ts';
import { auditRoutes } from './audit-trail.ts';
import { demoRoutes } from './demo.ts';
import { type OwnEnv, refuse } from './env.ts';
import { eventRoutes } from './events.ts';
import { findingRoutes } from './findings.ts';
import { guard, reception } from './guard.ts';
import { hostRoutes } from './hosts.ts';
import { keyRoutes } from './keys.ts';
import { outletRoutes } from './outlets.ts';
import { overviewOf } from './overview.ts';
import type { OwnApiPorts } from './ports.ts';
import { previewRoutes } from './preview.ts';
import { ruleRoutes } from './rules.ts';
import { sessionRoutes } from './session.ts';
import { statementRoutes } from './statements.ts';
import { viewRoutes } from './views.ts';

/**
 * Straykey's own API, to be mounted at `/api/v1`: `app.route('/api/v1', createOwnApi(ports))`. Everything but signing in needs a caller; see
 * `contract.ts` for what goes in and out.
 */
export function createOwnApi(ports: OwnApiPorts): Hono<OwnEnv> {
  const app = new Hono<OwnEnv>();
  app.onError((error, c) => {
    ports.failed(error, `${c.req.method} ${c.req.path}`);
    if (error instanceof StoreUnavailable) {
      c.header('retry-after', '2');
      return refuse(c, 503, 'StoreUnavailable', 'The store cannot be reached. Try again in a moment.');
    }
    return refuse(c, 500, 'InternalError', 'Something went wrong in Straykey. Its log says what.');
  });
  app.use('*', async (c, next) => {
    await next();
    c.header('cache-control', 'no-store');
    c.header('x-content-type-options', 'nosniff');
  });
  app.use('*', reception());
  app.route('/', sessionRoutes(ports));
  app.use('*', guard(ports));
  app.get('/overview', async (c) => c.json(await overviewOf(ports)));
  for (const routes of [
    findingRoutes(ports),
    previewRoutes(ports),
    hostRoutes(ports),
    statementRoutes(ports),
    ruleRoutes(ports),
    outletRoutes(ports),
    keyRoutes(ports),
    auditRoutes(ports),
    viewRoutes(ports),
    eventRoutes(ports),
    demoRoutes(ports),
  ]) {
    app.route('/', routes);
  }
  app.all('*', (c) => refuse(c, 404, 'NotFound', 'There is no such address in this API.'));
  return app;
}
