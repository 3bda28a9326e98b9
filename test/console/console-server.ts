import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import { consoleDist } from '../../scripts/build-console.ts';
import { createGuardDutyApi } from '../../straykey/src/api/guardduty/index.ts';
import { createOwnApi, createSessions, type SourceStatus, withSessions } from '../../straykey/src/api/own/index.ts';
import { createAuthenticator, createKey } from '../../straykey/src/api/signing/index.ts';
import { detectorIdOf } from '../../straykey/src/findings/index.ts';
import { formats } from '../../straykey/src/outlets/formats/index.ts';
import { loadTables } from '../../straykey/src/reference/index.ts';
import { createHttp } from '../../straykey/src/serve/http.ts';
import { openStore, type Store } from '../../straykey/src/store/index.ts';
import { digest } from '../support/live.ts';
import { SEEDED_NOW, type Seeded, type SeedOptions, seedStore } from '../support/seeded-store.ts';

export const TOKEN = 'console-token-of-the-tests';
const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';

/** The console as `serve` serves it, over a real store, with what a test needs to make things go wrong. */
export interface ConsoleServer {
  readonly url: string;
  readonly store: Store;
  /** Absent for an empty store. */
  readonly seeded: Seeded | undefined;
  /** A key of role reader, to sign in with. */
  readonly reader: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Every answer of the APIs waits so many milliseconds from now on. */
  slow(milliseconds: number): void;
  /** The server's clock: begins at the end of the seeded stories. */
  now(): number;
  /** Stops listening and drops every connection, as a server that is killed. */
  cut(): Promise<void>;
  /** Listens again where it did. */
  back(): Promise<void>;
  /** Faults that the APIs reported: none are expected, ever. */
  readonly faults: readonly unknown[];
  /** Names of outlets that a sample was sent by. */
  readonly samples: readonly string[];
  readonly demos: () => number;
  close(): Promise<void>;
}

export async function startConsole(options: SeedOptions & { readonly empty?: boolean } = {}): Promise<ConsoleServer> {
  const folder = mkdtempSync(join(tmpdir(), 'straykey-console-'));
  const started = Date.now();
  const now = () => SEEDED_NOW + Date.now() - started;
  const store = await openStore(`sqlite:${join(folder, 'console.db')}`, { now });
  const seeded = options.empty ? undefined : await seedStore(store, options);
  const random = (bytes: number) => new Uint8Array(randomBytes(bytes));
  const encryptionKey = random(32);
  const reader = await createKey(
    store,
    { description: 'dashboards', role: 'reader' },
    { by: 'jane' },
    { now, random, encryptionKey },
  );
  const faults: unknown[] = [];
  const samples: string[] = [];
  let demos = 0;
  let delay = 0;

  const sessions = createSessions({ store, now, random, consoleToken: TOKEN, hosts: [] });
  const signed = createAuthenticator({ store, now, region: REGION, encryptionKey, unsignedFromLoopback: false });
  const authenticator = withSessions(sessions, signed);
  const detectorId = detectorIdOf(ACCOUNT, digest);
  let ids = 0;
  const newId = () => digest(`id ${ids++}`).slice(0, 32);
  const tables = loadTables({ documentationAddresses: 'unknown' });
  const failed = (error: unknown, request: string) => faults.push({ request, error });
  const identity = { store, now, newId, accountId: ACCOUNT, region: REGION, detectorId, authenticator };
  const guardDuty = createGuardDutyApi({
    ...identity,
    loadList: async () => new TextEncoder().encode('203.0.113.0/24\n'),
    log: { warn: () => {}, error: (fields) => faults.push(fields) },
  });
  const own = createOwnApi({
    ...identity,
    version: '0.0.0',
    sessions,
    random,
    encryptionKey,
    sources: () => (options.empty ? [] : SOURCES),
    outlets: options.empty
      ? []
      : [
          { name: 'siem', type: 'webhook' },
          { name: 'oncall', type: 'slack' },
        ],
    outletTest: async (name) => {
      samples.push(name);
      return name === 'oncall' ? { ok: false, detail: 'HTTP 410 Gone' } : { ok: true, detail: 'HTTP 200' };
    },
    oddityMeanings: new Map([
      ['not-json', 'A file ends in the middle of a record, or is no JSON at all.'],
      ['digest-file', 'A CloudTrail digest: signatures, no records. Nothing to do.'],
    ]),
    hostFacts: tables.hostFacts,
    explain: (finding) => formats.table([finding], { columns: 100, color: false }),
    statementsChanged: async () => {},
    startDemo: async () => {
      demos++;
      await seedStore(store);
    },
    failed,
  });
  const app = createHttp({
    consoleFolder: consoleDist,
    health: () => ({ live: true, ready: true, reasons: [] }) as never,
    metrics: async () => ({ contentType: 'text/plain', text: '' }),
    apis: [
      { path: '/api/v1', app: own as unknown as Hono },
      { path: '/', app: guardDuty as unknown as Hono },
    ],
  });
  const fetchSlowly = async (request: Request, env: object) => {
    if (delay > 0 && !request.url.includes('/console/')) await new Promise((resolve) => setTimeout(resolve, delay));
    return await app.fetch(request, env);
  };

  let server = await listen(fetchSlowly, 0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    store,
    seeded,
    reader,
    faults,
    samples,
    demos: () => demos,
    now,
    slow: (milliseconds) => {
      delay = milliseconds;
    },
    cut: () => stop(server),
    back: async () => {
      server = await listen(fetchSlowly, port);
    },
    close: async () => {
      await stop(server);
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const SOURCES: readonly SourceStatus[] = [
  {
    name: 'organisation',
    type: 'sqs',
    state: 'idle',
    lagSeconds: 262,
    lastObjectAt: new Date(SEEDED_NOW - 90_000).toISOString(),
    objects: 18_204,
    records: 1_450_332,
  },
  {
    name: 'old-account',
    type: 's3',
    state: 'failing',
    lagSeconds: 10_900,
    lastObjectAt: new Date(SEEDED_NOW - 10_900_000).toISOString(),
    objects: 311,
    records: 20_411,
    error: 'AccessDenied: not allowed to list s3://example-trail/AWSLogs/ <b>now</b>',
  },
];

type Fetch = (request: Request, env: object) => Promise<Response>;

async function listen(fetch: Fetch, port: number): Promise<Server> {
  const server = createAdaptorServer({ fetch: fetch as never }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

async function stop(server: Server): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
