import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import type { Health } from '../health/index.ts';
import { CONSOLE_POLICY, consoleFile } from './console-files.ts';

export interface HttpPorts {
  readonly health: () => Health;
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
  /** Folder of the built console; absent for workers. */
  readonly consoleFolder?: string;
  /** Mounted in this order; the last one answers whatever nobody knows. */
  readonly apis: readonly { readonly path: string; readonly app: Hono }[];
}

/** Everything that is served: probes, metrics, console, our own API, and at the root GuardDuty's. */
export function createHttp({ apis, consoleFolder, health, metrics }: HttpPorts): Hono {
  const app = new Hono();
  app.get('/healthz', (c) => {
    const { live, reasons } = health();
    return c.json({ live, reasons: reasons.filter(({ costs }) => costs === 'live') }, live ? 200 : 503);
  });
  app.get('/readyz', (c) => {
    const { ready, reasons } = health();
    return c.json({ ready, reasons }, ready ? 200 : 503);
  });
  app.get('/metrics', async () => {
    const { contentType, text } = await metrics();
    return new Response(text, { headers: { 'content-type': contentType } });
  });
  if (consoleFolder !== undefined) serveConsole(app, consoleFolder);
  for (const { path, app: api } of apis) app.route(path, api);
  return app;
}

function serveConsole(app: Hono, folder: string): void {
  app.use(
    '/console/*',
    secureHeaders({
      xFrameOptions: 'DENY',
      referrerPolicy: 'no-referrer',
      strictTransportSecurity: false,
      crossOriginResourcePolicy: 'same-origin',
    }),
  );
  app.get('/', (c) => c.redirect('/console/'));
  app.get('/console', (c) => c.redirect('/console/'));
  app.get('/console/*', (c) => {
    const file = consoleFile(folder, decodeURIComponent(c.req.path.slice('/console/'.length)) || '.');
    if (file === undefined) return c.text('The console was not built here. Run: npm run build\n', 404);
    return new Response(file.bytes, {
      headers: {
        'content-type': file.type,
        'content-security-policy': CONSOLE_POLICY,
        'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
      },
    });
  });
}
