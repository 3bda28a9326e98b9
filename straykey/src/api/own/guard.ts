import type { MiddlewareHandler } from 'hono';
import { receive } from '../signing/index.ts';
import { type OwnContext, type OwnEnv, refuse } from './env.ts';
import type { OwnApiPorts } from './ports.ts';

/** Requests that change nothing though they have a body. */
const ASKING = /\/(?:dry-run|suppression-preview)$/;

/** Largest body taken: a saved view or a rule is a few kilobytes. */
const MOST_BODY_BYTES = 256 * 1024;

/** Reads the request, body and all, before anybody looks at it. */
export function reception(): MiddlewareHandler<OwnEnv> {
  return async (c, next) => {
    const received = await receive(c, MOST_BODY_BYTES);
    switch (received.kind) {
      case 'incoming':
        c.set('incoming', received.incoming);
        return await next();
      case 'too-large':
        return refuse(c, 413, 'TooLarge', `The body is larger than ${MOST_BODY_BYTES / 1024} KB.`);
      case 'broken':
        return refuse(c, 400, 'BadInput', 'The body could not be read to its end.');
    }
  };
}

/** Lets through who signed in, as far as the role goes: the console's session, a user named by the proxy, a signature, the loopback address. */
export function guard({ authenticator }: OwnApiPorts): MiddlewareHandler<OwnEnv> {
  return async (c, next) => {
    const incoming = c.get('incoming');
    const reading = incoming.method === 'GET' || incoming.method === 'HEAD' || ASKING.test(c.req.path);
    const answer = await authenticator.authenticate(incoming, { write: !reading, services: ['guardduty'] });
    if (answer.kind === 'caller') {
      c.set('caller', answer.caller);
      return await next();
    }
    const { code, message, status } = answer;
    return code === 'MissingAuthenticationToken' ? signInNeeded(c) : refuse(c, status, code, message);
  };
}

export function signInNeeded(c: OwnContext): Response {
  return refuse(
    c,
    401,
    'SignInNeeded',
    'Sign in at /api/v1/session with the console token or an access key, or sign the request.',
  );
}
