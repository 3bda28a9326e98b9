import { Hono } from 'hono';
import * as v from 'valibot';
import { callerBySecret, isLoopback } from '../signing/index.ts';
import { createAttempts } from './attempts.ts';
import { read } from './body.ts';
import type { Session } from './contract.ts';
import { type OwnContext, type OwnEnv, refuse } from './env.ts';
import { signInNeeded } from './guard.ts';
import { isOwnOrigin } from './origin.ts';
import type { OwnApiPorts } from './ports.ts';
import type { Live, SignIn } from './sessions.ts';
import { repeats } from './with-sessions.ts';

const credential = v.union(
  [
    v.strictObject({ token: v.pipe(v.string(), v.maxLength(4096)) }),
    v.strictObject({
      accessKeyId: v.pipe(v.string(), v.maxLength(128)),
      secretAccessKey: v.pipe(v.string(), v.maxLength(1024)),
    }),
  ],
  'token, or accessKeyId and secretAccessKey',
);

/** Signing in and out: the only routes that nobody has to be signed in for. */
export function sessionRoutes(ports: OwnApiPorts): Hono<OwnEnv> {
  const { now, sessions, store } = ports;
  const attempts = createAttempts(now);
  const routes = new Hono<OwnEnv>();

  routes.post('/session', async (c) => {
    const incoming = c.get('incoming');
    // A form of a stranger's page could sign its visitor in as somebody else; it cannot send JSON.
    if (!isOwnOrigin(incoming.headers) || !/^application\/json\b/i.test(incoming.headers.get('content-type') ?? '')) {
      return refuse(c, 403, 'ForeignOrigin', 'Sign in with a JSON body, from the pages of this server.');
    }
    const given = read(c, credential);
    if (given.kind === 'refused') return given.answer;
    const address = clientOf(c);
    const wait = attempts.take(address);
    if (wait > 0) {
      c.header('retry-after', String(wait));
      return refuse(c, 429, 'TooManyAttempts', `Too many attempts. Try again in ${wait} seconds.`);
    }
    const who = await signInOf(given.body);
    if (who === undefined) return refuse(c, 401, 'SignInFailed', 'Neither the console token nor a valid access key.');
    attempts.giveBack(address);
    return await start(c, who);
  });

  routes.get('/session', async (c) => {
    const incoming = c.get('incoming');
    const found = await sessions.find(incoming);
    if (found !== undefined) return c.json(sessionOf(found));
    const named = sessions.proxied(incoming);
    if (named !== undefined) return await start(c, { by: 'proxy', ...named });
    const answer = await ports.authenticator.authenticate(incoming, { write: false, services: ['guardduty'] });
    if (answer.kind === 'caller') return c.json(sessionOf({ caller: answer.caller, csrf: '' }));
    return signInNeeded(c);
  });

  routes.delete('/session', async (c) => {
    const incoming = c.get('incoming');
    const found = await sessions.find(incoming);
    if (found !== undefined) {
      if (!repeats(incoming, found.csrf)) {
        return refuse(c, 403, 'CsrfTokenMissing', 'x-straykey-csrf: expected what GET /api/v1/session answered.');
      }
      const { user } = found.caller;
      await store.audit.append({ at: now(), by: user, action: 'session.end', subject: `session/${user}` });
    }
    for (const cookie of await sessions.end(incoming)) c.header('set-cookie', cookie, { append: true });
    return c.body(null, 204);
  });

  return routes;

  async function signInOf(given: v.InferOutput<typeof credential>): Promise<SignIn | undefined> {
    if ('token' in given) return sessions.isToken(given.token) ? { by: 'token' } : undefined;
    const { accessKeyId, secretAccessKey } = given;
    const caller = await callerBySecret(store, accessKeyId, secretAccessKey, ports.encryptionKey);
    return caller && { by: 'key', accessKeyId, role: caller.role };
  }

  async function start(c: OwnContext, who: SignIn): Promise<Response> {
    const started = await sessions.start(who, c.get('incoming'));
    const { user, role } = started.caller;
    const detail = { by: who.by, role };
    await store.audit.append({ at: now(), by: user, action: 'session.start', subject: `session/${user}`, detail });
    c.header('set-cookie', started.cookie);
    return c.json(sessionOf(started));
  }

  function sessionOf({ caller: { role, user }, csrf }: Live): Session {
    const { accountId, detectorId, region, version } = ports;
    return { user, role, csrf, detectorId, accountId, region, version };
  }
}

/** The socket's address; behind a proxy on this machine the one that the proxy saw, which it writes last. */
function clientOf(c: OwnContext): string | undefined {
  const { headers, peer } = c.get('incoming');
  const forwarded = headers.get('x-forwarded-for')?.split(',').at(-1)?.trim();
  return isLoopback(peer) ? (forwarded ?? peer) : peer;
}
