import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { GuardDutyClient } from '@aws-sdk/client-guardduty';
import { createAdaptorServer } from '@hono/node-server';
import { SignatureV4 } from '@smithy/signature-v4';
import { createGuardDutyApi, listLoader } from '../../straykey/src/api/guardduty/index.ts';
import {
  createAuthenticator,
  createKey,
  type NewAccessKey,
  type Role,
  SERVER_LIMITS,
} from '../../straykey/src/api/signing/index.ts';
import { detectorIdOf, type Finding } from '../../straykey/src/findings/index.ts';
import { openStore, type Store } from '../../straykey/src/store/index.ts';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';
export const DETECTOR = detectorIdOf(ACCOUNT, (text) => createHash('sha256').update(text).digest('hex'));

/** The API on a real socket of the loopback address, over a real store. */
export interface Served {
  readonly url: string;
  readonly store: Store;
  readonly admin: NewAccessKey;
  readonly reader: NewAccessKey;
  readonly client: GuardDutyClient;
  /** Lines of the log. */
  readonly logged: { readonly fields: object; readonly message: string }[];
  /** Clock of the server; the real one plus `ahead`. */
  ahead: number;
  clientOf(key: Pick<NewAccessKey, 'accessKeyId' | 'secretAccessKey'>, region?: string): GuardDutyClient;
  keep(...findings: readonly Finding[]): Promise<void>;
  /** Waits for lists that are being loaded. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export interface ServedOptions {
  readonly storeUrl?: string;
  readonly unsignedFromLoopback?: boolean;
  readonly s3Endpoint?: string;
  readonly requestTimeout?: number;
  readonly openStore?: () => Promise<Store>;
}

export async function serve(options: ServedOptions = {}): Promise<Served> {
  const clock = { ahead: 0 };
  const now = (): number => Date.now() + clock.ahead;
  const store = await (options.openStore?.() ?? openStore(options.storeUrl ?? 'sqlite::memory:', { now }));
  const encryptionKey = randomBytes(32);
  const random = (bytes: number): Uint8Array => randomBytes(bytes);
  const keyOf = (role: Role): Promise<NewAccessKey> =>
    createKey(store, { description: `for tests: ${role}`, role }, { by: 'test' }, { now, random, encryptionKey });
  const admin = await keyOf('admin');
  const reader = await keyOf('reader');
  const logged: Served['logged'] = [];
  const log = (fields: object, message: string): void => void logged.push({ fields, message });
  const work = new Set<Promise<void>>();
  const authenticator = createAuthenticator({
    store,
    now,
    region: REGION,
    encryptionKey,
    unsignedFromLoopback: options.unsignedFromLoopback ?? false,
  });
  const app = createGuardDutyApi({
    store,
    authenticator,
    now,
    newId: () => randomBytes(16).toString('hex'),
    accountId: ACCOUNT,
    region: REGION,
    detectorId: DETECTOR,
    loadList: listLoader({
      region: REGION,
      timeout: 5_000,
      ...(options.s3Endpoint === undefined ? {} : { s3Endpoint: options.s3Endpoint }),
    }),
    log: { warn: log, error: log },
    inBackground: (each) => {
      work.add(each);
      void each.finally(() => work.delete(each));
    },
  });
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: {
      ...SERVER_LIMITS,
      ...(options.requestTimeout === undefined
        ? {}
        : {
            requestTimeout: options.requestTimeout,
            headersTimeout: options.requestTimeout,
            connectionsCheckingInterval: 100,
          }),
    },
  }) as import('node:http').Server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clients: GuardDutyClient[] = [];
  const clientOf: Served['clientOf'] = ({ accessKeyId, secretAccessKey }, region = REGION) => {
    const client = new GuardDutyClient({
      endpoint: url,
      region,
      credentials: { accessKeyId, secretAccessKey },
      maxAttempts: 1,
    });
    clients.push(client);
    return client;
  };
  return {
    url,
    store,
    admin,
    reader,
    client: clientOf(admin),
    logged,
    get ahead() {
      return clock.ahead;
    },
    set ahead(value) {
      clock.ahead = value;
    },
    clientOf,
    keep: async (...findings) => {
      for (const each of findings) {
        await store.findings.put({ finding: each, at: now(), topics: [] });
      }
    },
    settled: async () => {
      await Promise.all(work);
    },
    close: async () => {
      for (const each of clients) each.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await Promise.all(work);
      await store.close();
    },
  };
}

export interface SignedRequest {
  readonly method: string;
  /** With query, as it goes over the wire. */
  readonly target: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

/** A request signed by AWS's own signer, not sent yet: what a hostile client may then change. */
export async function signed(
  served: Served,
  {
    method,
    target,
    body,
    headers = {},
  }: { method: string; target: string; body?: string; headers?: Record<string, string> },
  { key = served.admin, region = REGION, service = 'guardduty', at = new Date(Date.now() + served.ahead) } = {},
): Promise<SignedRequest> {
  const [path = '/', query = ''] = target.split('?', 2);
  const signer = new SignatureV4({
    credentials: { accessKeyId: key.accessKeyId, secretAccessKey: key.secretAccessKey },
    region,
    service,
    sha256: Sha256,
  });
  const { hostname, host } = new URL(served.url);
  const request = await signer.sign(
    {
      method,
      protocol: 'http:',
      hostname,
      path,
      query: Object.fromEntries(new URLSearchParams(query)),
      headers: { host, ...headers },
      ...(body === undefined ? {} : { body }),
    },
    { signingDate: at },
  );
  return { method, target, headers: request.headers, ...(body === undefined ? {} : { body }) };
}

/** Sends exactly what is given: no client library between, so that `..` and `%2F` arrive. */
export async function send(
  served: Served,
  { method, target, headers, body }: SignedRequest,
): Promise<{ readonly status: number; readonly headers: Headers; readonly text: string }> {
  const { request } = await import('node:http');
  const { hostname, port } = new URL(served.url);
  return await new Promise((resolve, reject) => {
    const out = request({ hostname, port, method, path: target, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({
          status: answer.statusCode!,
          headers: new Headers(
            Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)]),
          ),
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    out.on('error', reject);
    out.end(body);
  });
}

export class Sha256 {
  #hash;
  constructor(secret?: unknown) {
    this.#hash = secret === undefined ? createHash('sha256') : hmac(secret);
  }
  update(data: Uint8Array): void {
    this.#hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

function hmac(secret: unknown): ReturnType<typeof createHmac> {
  return createHmac('sha256', typeof secret === 'string' ? secret : Buffer.from(secret as ArrayBuffer));
}
