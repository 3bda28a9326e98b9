import type { IncomingMessage } from 'node:http';
import type { Context } from 'hono';
import { parseIp } from '../../where/index.ts';
import type { Incoming } from './caller.ts';

/** What a server in front of these APIs must be made with: `createAdaptorServer({ fetch, serverOptions: SERVER_LIMITS })`. */
export const SERVER_LIMITS = {
  /** Milliseconds for a whole request: who sends a byte now and then is cut off. A list of 50 ids takes one. */
  requestTimeout: 30_000,
  /** Milliseconds for the headers. */
  headersTimeout: 10_000,
  /** Milliseconds between two requests of one connection. */
  keepAliveTimeout: 15_000,
  /** Bytes of all headers; Node answers 431 over it. The longest signed request of the AWS SDKs has under 4 KB. */
  maxHeaderSize: 16_384,
  /** Milliseconds between looks at the two timeouts above. Node's 30 seconds would double them. */
  connectionsCheckingInterval: 2_000,
} as const;

export type Received =
  | { readonly kind: 'incoming'; readonly incoming: Incoming }
  | { readonly kind: 'too-large' }
  /** The client went away, or its body could not be read to the end. */
  | { readonly kind: 'broken' };

/**
 * A request with its body, of at most `limit` bytes; the rest is not read. Path and query are taken from the socket, not from the parsed
 * address: that one resolves `..` and re-encodes, and what was signed is what was sent.
 */
export async function receive(context: Context, limit: number): Promise<Received> {
  const request = context.req.raw;
  const declared = Number(request.headers.get('content-length') ?? '0');
  if (declared > limit) return { kind: 'too-large' };
  const body = await readBody(request, limit);
  if (body === 'too-large' || body === 'broken') return { kind: body };
  const { incoming } = (context.env ?? {}) as { readonly incoming?: IncomingMessage };
  const url = new URL(request.url);
  const peer = incoming?.socket?.remoteAddress;
  return {
    kind: 'incoming',
    incoming: {
      method: request.method,
      target: incoming?.url ?? `${url.pathname}${url.search}`,
      headers: new Map(request.headers),
      body,
      ...(peer === undefined ? {} : { peer }),
    },
  };
}

async function readBody(request: Request, limit: number): Promise<Uint8Array | 'too-large' | 'broken'> {
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return Buffer.concat(chunks);
      length += value.length;
      if (length > limit) {
        await reader.cancel();
        return 'too-large';
      }
      chunks.push(value);
    }
  } catch {
    return 'broken';
  }
}

/** `127.0.0.0/8` or `::1`, also as IPv4 mapped into IPv6. */
export function isLoopback(address: string | undefined): boolean {
  const ip = address === undefined ? undefined : parseIp(address);
  if (ip === undefined) return false;
  return ip.family === 4 ? ip.words[0]! >>> 24 === 127 : ip.words.every((word, i) => word === (i === 3 ? 1 : 0));
}

/**
 * Whether a Host header names this machine's loopback: `localhost`, `127.0.0.1`, `[::1]`, any port. A page of a stranger whose name was
 * pointed at 127.0.0.1 (DNS rebinding) sends the stranger's name.
 */
export function namesLoopback(host: string | undefined): boolean {
  const name = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+))(?::\d{1,5})?$/.exec(host ?? '');
  return name !== null && (name[2]?.toLowerCase() === 'localhost' || isLoopback(name[1] ?? name[2]));
}

/**
 * Whether a browser says that the page of another site sent this: an Origin that is not the Host, or `Sec-Fetch-Site: cross-site`.
 * Programs send neither.
 */
export function isFromElsewhere(headers: ReadonlyMap<string, string>): boolean {
  const origin = headers.get('origin');
  const site = headers.get('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  return origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === headers.get('host'));
}

/** Whether a proxy passed it on: then the socket's address is the proxy's and says nothing about the client. */
export function isForwarded(headers: ReadonlyMap<string, string>): boolean {
  return ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'].some((name) => headers.has(name));
}
