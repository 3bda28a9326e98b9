import { createHash } from 'node:crypto';
import type { AddressInfo, Server } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import {
  createOwnApi,
  createSessions,
  type OwnApiPorts,
  type SessionPorts,
  withSessions,
} from '../../straykey/src/api/own/index.ts';
import {
  type AuthenticatorPorts,
  createAuthenticator,
  createKey,
  SERVER_LIMITS,
} from '../../straykey/src/api/signing/index.ts';
import { formats } from '../../straykey/src/outlets/formats/index.ts';
import { loadTables } from '../../straykey/src/reference/index.ts';
import type { Statement } from '../../straykey/src/statements/index.ts';
import { openStore, type Store } from '../../straykey/src/store/index.ts';
import { SEEDED_NOW } from '../support/seeded-store.ts';

export const TOKEN = 'a-token-of-the-console-for-tests';
const ENCRYPTION_KEY = new Uint8Array(32).fill(7);

export interface Options {
  readonly store?: Store;
  readonly ports?: Partial<OwnApiPorts>;
  readonly sessions?: Partial<SessionPorts>;
  readonly unsignedFromLoopback?: boolean;
  /** The authenticator's part of the ports, when a test moves it. */
  readonly authenticator?: Partial<AuthenticatorPorts>;
}

/** The own API on a real socket with a real SQLite store; time stands still unless a test moves `clock.at`. */
export async function startOwnApi(options: Options = {}) {
  const clock = { at: SEEDED_NOW };
  const now = () => clock.at;
  const store = options.store ?? (await openStore('sqlite::memory:', { now }));
  // Never the same, and the same every time.
  let drawn = 0;
  const random = (bytes: number) =>
    createHash('sha512').update(`random ${drawn++}`).digest().subarray(0, bytes) as Uint8Array;
  const changed: Statement[] = [];
  const failures: unknown[] = [];
  const sessions = createSessions({
    store,
    now,
    random,
    consoleToken: TOKEN,
    hosts: [],
    ...options.sessions,
  });
  const ports: OwnApiPorts = {
    store,
    now,
    random,
    encryptionKey: ENCRYPTION_KEY,
    newId: () => `statement-${drawn++}`,
    accountId: '111122223333',
    region: 'us-east-1',
    detectorId: '0123456789abcdef0123456789abcdef',
    version: '0.0.0-test',
    sessions,
    authenticator: withSessions(
      sessions,
      createAuthenticator({
        store,
        now,
        region: 'us-east-1',
        encryptionKey: ENCRYPTION_KEY,
        unsignedFromLoopback: options.unsignedFromLoopback ?? false,
        ...options.authenticator,
      }),
    ),
    sources: () => [{ name: 'trail', type: 's3', state: 'reading', lagSeconds: 40, objects: 12, records: 16_900 }],
    outlets: [
      { name: 'siem', type: 'webhook' },
      { name: 'oncall', type: 'slack' },
    ],
    outletTest: async (name) => ({ ok: name === 'siem', detail: name === 'siem' ? 'HTTP 200' : 'HTTP 404' }),
    oddityMeanings: new Map([['not-json', 'A piece among the records is not JSON.']]),
    hostFacts: loadTables({ documentationAddresses: 'unknown' }).hostFacts,
    explain: (finding) => formats.table([finding], { columns: 100, color: false }),
    statementsChanged: async (statement) => {
      changed.push(statement);
    },
    startDemo: async () => {},
    failed: (error) => {
      failures.push(error);
    },
    ...options.ports,
  };
  const server = createAdaptorServer({
    fetch: new Hono().route('/api/v1', createOwnApi(ports)).fetch,
    serverOptions: SERVER_LIMITS,
  }) as Server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;

  async function ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const type = response.headers.get('content-type') ?? '';
    const { headers: sent, status } = response;
    return { status, headers: sent, text, json: type.startsWith('application/json') ? JSON.parse(text) : undefined };
  }

  /** Signs in and answers requests in that session. */
  async function signedIn(credential: unknown = { token: TOKEN }, extra: Record<string, string> = {}) {
    const answer = await ask('POST', '/session', credential, extra);
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    const csrf = String(answer.json?.csrf);
    return {
      answer,
      cookie,
      csrf,
      get: (path: string) => ask('GET', path, undefined, { cookie, ...extra }),
      send: (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
        ask(method, path, body, { cookie, 'x-straykey-csrf': csrf, ...extra, ...headers }),
    };
  }

  return {
    url,
    port,
    store,
    clock,
    changed,
    failures,
    ask,
    signedIn,
    newKey: (role: 'reader' | 'admin') => createKey(store, { description: `a ${role}`, role }, { by: 'jane' }, ports),
    close: async ({ keepStore = false } = {}) => {
      server.close();
      if ('closeAllConnections' in server) (server as unknown as { closeAllConnections(): void }).closeAllConnections();
      if (!keepStore) await store.close();
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked at member by member
  readonly json: any;
}
