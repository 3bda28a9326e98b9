import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';
import { SERVER_LIMITS } from '../api/signing/index.ts';
import { ConfigError } from '../config/index.ts';

export interface Listening {
  readonly address: AddressInfo;
  /** Takes no more requests, lets those under way end for a moment, then cuts them off. */
  close(): Promise<void>;
}

/** Connections at a time; 512: consoles and API clients need some dozens, and each costs memory. Further ones are closed at once. */
const MOST_CONNECTIONS = 512;

/** Milliseconds for requests under way when stopping; 3 s. */
const LAST_REQUESTS = 3_000;

/** @throws ConfigError when the address cannot be had */
export async function listen(
  app: Hono,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Listening> {
  const server = createAdaptorServer({ fetch: app.fetch, serverOptions: SERVER_LIMITS }) as Server;
  server.maxConnections = MOST_CONNECTIONS;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, host, resolve);
  try {
    await promise;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'something else listens there' : (error as Error).message;
    throw new ConfigError(
      `Cannot listen on ${host}:${port}: ${why}. Choose another address with --listen or serve.listen.`,
    );
  }
  return {
    address: server.address() as AddressInfo,
    async close() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), LAST_REQUESTS);
      await closed;
      clearTimeout(timer);
    },
  };
}
