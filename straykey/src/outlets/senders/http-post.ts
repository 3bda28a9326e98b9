import { lookup as resolve } from 'node:dns';
import { type IncomingHttpHeaders, type IncomingMessage, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { printable } from '../../kit/index.ts';
import { EXCHANGE_TIMEOUT, type Result, UnusableOutlet } from './sender.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The beginning; receivers explain refusals in a sentence. */
  readonly body: string;
}

/** Characters of an answer that are kept. */
const MOST_ANSWER = 300;

/** Bytes of an answer that are read: a receiver cannot make us read for ever. */
const MOST_BYTES = 65_536;

/**
 * Posts and waits for the whole answer. Redirects are answers like others: nothing is sent to an address nobody configured. A half-written
 * answer is an error, because nobody knows what it would have said.
 *
 * Private addresses are allowed, since receivers live there; link-local ones are not, neither written out nor by name: the metadata
 * services of clouds live there, and no receiver does.
 */
export async function post(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  timeoutMs: number = EXCHANGE_TIMEOUT,
  resolver: typeof resolve = resolve,
): Promise<Answer> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isLinkLocal(host)) throw new Error(`${host} is a link-local address, which is never a receiver`);
  const signal = AbortSignal.timeout(timeoutMs);
  const { promise, resolve: answered, reject } = Promise.withResolvers<Answer>();
  const request = (url.protocol === 'https:' ? tlsRequest : plainRequest)(url, {
    method: 'POST',
    headers: { 'user-agent': 'straykey', ...headers, 'content-length': Buffer.byteLength(body) },
    signal,
    lookup: guarded(resolver),
  });
  request.on('error', (error) => reject(signal.aborted ? new Error(`no answer in ${timeoutMs / 1000} s`) : error));
  request.on('response', (response) => {
    readBody(response).then(
      (text) => answered({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      (error) => reject(signal.aborted ? new Error(`no whole answer in ${timeoutMs / 1000} s`) : error),
    );
  });
  request.end(body);
  return await promise;
}

async function readBody(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    pieces.push(piece);
    length += piece.length;
    if (length > MOST_BYTES) break;
  }
  return Buffer.concat(pieces).toString('utf8').slice(0, MOST_ANSWER);
}

const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet('169.254.0.0', 16, 'ipv4');
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6');
LINK_LOCAL.addAddress('fd00:ec2::254', 'ipv6');

function isLinkLocal(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && LINK_LOCAL.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

function guarded(resolver: typeof resolve): LookupFunction {
  return (hostname, options, done) => {
    resolver(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, '', 0);
      const refused = addresses.find(({ address }) => isLinkLocal(address));
      if (refused) return done(new Error(`${hostname} leads to the link-local address ${refused.address}`), '', 0);
      if (options.all) return done(null, addresses);
      done(null, addresses[0]!.address, addresses[0]!.family);
    });
  };
}

/** Statuses by which a receiver refuses the document itself. Everything else can be mended without changing it, and is tried again. */
const REFUSALS: ReadonlySet<number> = new Set([400, 405, 406, 410, 411, 413, 414, 415, 422]);

/** @param now epoch milliseconds, for a `Retry-After` that is a date */
export function resultOf({ status, headers, body }: Answer, now: number): Result {
  const said = body.trim() === '' ? '' : `: ${printable(body.trim(), MOST_ANSWER)}`;
  if (status >= 200 && status < 300) return { kind: 'delivered', answer: `HTTP ${status}${said}` };
  if (status >= 300 && status < 400) {
    return {
      kind: 'retry',
      reason: `HTTP ${status}: a redirect, which is not followed; configure the address it leads to`,
    };
  }
  if (REFUSALS.has(status)) return { kind: 'dead', reason: `HTTP ${status}${said}` };
  const afterMs = retryAfter(headers['retry-after'], now);
  return { kind: 'retry', reason: `HTTP ${status}${said}`, ...(afterMs === undefined ? {} : { afterMs }) };
}

/** Milliseconds; longer than a day is not believed. */
const MOST_RETRY_AFTER = 86_400_000;

function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const after = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(after) ? undefined : Math.min(MOST_RETRY_AFTER, Math.max(0, after));
}

/** Posts, and turns whatever happens into a result. Errors name the host at most: the path may be a secret. */
export async function postForResult(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  now: () => number,
): Promise<Result> {
  try {
    return resultOf(await post(url, headers, body), now());
  } catch (error) {
    return { kind: 'retry', reason: `${url.host}: ${sentence(error)}` };
  }
}

/** A connection tried over several addresses fails with an aggregate whose own message is empty. */
export function sentence(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return sentence(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  return error.message || (error as NodeJS.ErrnoException).code || error.name;
}

/**
 * The address of a receiver.
 *
 * @throws UnusableOutlet without repeating the text, which may be a secret
 */
export function receiverUrl(text: string, outlet: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new UnusableOutlet(`outlet ${outlet}: url is not an http or https address`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new UnusableOutlet(`outlet ${outlet}: url holds a password; use secret, or a reference for the whole url`);
  }
  return url;
}
