import type { Authenticator, Incoming, Refusal } from '../signing/index.ts';
import { isOwnOrigin } from './origin.ts';
import { sameText } from './same-text.ts';
import type { Sessions } from './sessions.ts';

/**
 * An authenticator that also believes the console: its session cookie, or for reading the user whom the proxy on this machine names. Both APIs take
 * it, since the console speaks both. With a session a write must come from our own pages and repeat `x-straykey-csrf`. A signed request is
 * judged by its signature alone.
 */
export function withSessions(sessions: Sessions, authenticator: Authenticator): Authenticator {
  return {
    async authenticate(incoming, demand) {
      if (isSigned(incoming)) return await authenticator.authenticate(incoming, demand);
      const session = await sessions.find(incoming);
      if (session !== undefined) {
        const { caller, csrf } = session;
        if (demand.write && !repeats(incoming, csrf)) return NOT_OURS;
        if (demand.write && caller.role !== 'admin') return READS_ONLY;
        return { kind: 'caller', caller };
      }
      const named = demand.write ? undefined : sessions.proxied(incoming);
      if (named !== undefined) return { kind: 'caller', caller: { ...named, via: 'session' } };
      return await authenticator.authenticate(incoming, demand);
    },
  };
}

/** Whether a write with a session comes from our own pages: they know what the session answered. */
export function repeats({ headers }: Incoming, csrf: string): boolean {
  return isOwnOrigin(headers) && sameText(headers.get('x-straykey-csrf') ?? '', csrf);
}

const NOT_OURS: Refusal = {
  kind: 'refused',
  status: 403,
  code: 'CsrfTokenMissing',
  message: 'x-straykey-csrf: expected what GET /api/v1/session answered, from the pages of this server.',
};

const READS_ONLY: Refusal = {
  kind: 'refused',
  status: 403,
  code: 'AccessDeniedException',
  message: 'The role reader may look at everything and change nothing.',
};

function isSigned({ headers, target }: Incoming): boolean {
  return headers.has('authorization') || /[?&]X-Amz-Signature=/i.test(target);
}
