import type { IncomingMessage } from 'node:http';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Caller, Incoming } from '../signing/index.ts';
import type { ErrorBody } from './contract.ts';

/** What handlers find in hono's context. `incoming` is there when @hono/node-server serves; in-process requests have no socket. */
export interface OwnEnv {
  Bindings: { readonly incoming?: IncomingMessage };
  Variables: {
    /** With the body, of at most 256 KB. */
    incoming: Incoming;
    caller: Caller;
  };
}

export type OwnContext = Context<OwnEnv>;

/** An answer that says what was wrong. Names nothing that the caller did not send. */
export function refuse(c: OwnContext, status: ContentfulStatusCode, code: string, message: string): Response {
  return c.json({ message, code } satisfies ErrorBody, status);
}

export function notFound(c: OwnContext, what: string): Response {
  return refuse(c, 404, 'NotFound', `There is no such ${what}.`);
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
