import { createHash, createHmac } from 'node:crypto';
import { printable } from '../../kit/index.ts';
import type { Document, Store } from '../../store/index.ts';
import { ACCESS_KEY, type Caller, type Incoming, isLoopback, type Role } from '../signing/index.ts';
import { isOurName, isSecure } from './origin.ts';
import { sameText } from './same-text.ts';

/** A session ends when nothing was asked for so long: a working day and the evening. */
const IDLE_MS = 12 * 3_600_000;
/** How often use is written down: 12 hours need no exact clock, and reads should not write. */
const NOTE_EVERY_MS = 5 * 60_000;
/** Sessions kept; the ones longest unused give way. */
const MOST_SESSIONS = 1_000;

/** Over https. Browsers take this name only from a secure page, for this host alone. */
const SECURE_COOKIE = '__Host-straykey';
const PLAIN_COOKIE = 'straykey';

/** A document of kind `session`; its id is the SHA-256 of what the cookie holds, so that the store lets nobody in. */
interface SessionBody {
  readonly user: string;
  readonly role: Role;
  readonly by: 'token' | 'key' | 'proxy';
  /** HMAC of the console token under the cookie's value: another token, and sessions made with the old one are over. */
  readonly proof?: string;
  readonly accessKeyId?: string;
  readonly seenAt: number;
}

export interface SessionPorts {
  readonly store: Store;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** So many random bytes from a source fit for secrets. */
  readonly random: (bytes: number) => Uint8Array;
  /** The console's token; without one only keys sign in. */
  readonly consoleToken?: string;
  /** A reverse proxy on this machine that names the signed-in user in this header, small letters. Absent: no such header is believed. */
  readonly proxy?: { readonly header: string; readonly roleOf: (user: string) => Role };
  /** Names by which browsers reach us, besides `localhost` and addresses. */
  readonly hosts: readonly string[];
}

export interface Live {
  readonly caller: Caller;
  /** What writes must repeat in `x-straykey-csrf`. */
  readonly csrf: string;
}

export interface Started extends Live {
  /** For `set-cookie`. */
  readonly cookie: string;
}

/** The console's sign-in: random 256-bit ids, stored hashed. Serve hands the same one to GuardDuty's API, which the console speaks too. */
export interface Sessions {
  /** The session of a request's cookie; `undefined` when there is none or it is over. */
  find(incoming: Incoming): Promise<Live | undefined>;
  start(who: SignIn, incoming: Incoming): Promise<Started>;
  /** Ends the request's session. Answers the `set-cookie` values that clear it. */
  end(incoming: Incoming): Promise<readonly string[]>;
  /** The user whom the proxy on this machine names, when one is configured. */
  proxied(incoming: Incoming): { readonly user: string; readonly role: Role } | undefined;
  isToken(text: string): boolean;
}

export type SignIn =
  | { readonly by: 'token' }
  | { readonly by: 'key'; readonly accessKeyId: string; readonly role: Role }
  | { readonly by: 'proxy'; readonly user: string; readonly role: Role };

/** The name under which holders of the console token stand in the audit trail. */
export const TOKEN_USER = 'console';

export function createSessions(ports: SessionPorts): Sessions {
  const { consoleToken, now, proxy, random, store } = ports;
  const { documents } = store;

  async function live(secret: string, document: Document<SessionBody>, incoming: Incoming): Promise<Live | undefined> {
    const { accessKeyId, by, proof, role, seenAt, user } = document.body;
    if (now() - seenAt >= IDLE_MS) return undefined;
    const current = await roleNow();
    return current && { caller: { user, role: current, via: 'session' }, csrf: csrfOf(secret) };

    /** What let the person in must still hold. */
    async function roleNow(): Promise<Role | undefined> {
      switch (by) {
        case 'token':
          return consoleToken !== undefined && sameText(proof ?? '', hmac(secret, consoleToken)) ? role : undefined;
        case 'key':
          return (await documents.get(ACCESS_KEY, accessKeyId ?? '')) && role;
        case 'proxy': {
          const named = proxied(incoming);
          return named?.user === user ? named.role : undefined;
        }
      }
    }
  }

  function proxied({ headers, peer }: Incoming): { readonly user: string; readonly role: Role } | undefined {
    if (proxy === undefined || !isLoopback(peer) || !isOurName(headers.get('host'), ports.hosts)) return undefined;
    const user = printable(headers.get(proxy.header)?.trim() ?? '', 128);
    return user === '' ? undefined : { user, role: proxy.roleOf(user) };
  }

  async function find(incoming: Incoming): Promise<Live | undefined> {
    const secret = secretIn(incoming.headers);
    if (secret === undefined) return undefined;
    const document = await documents.get<SessionBody>('session', idOf(secret));
    const found = document && (await live(secret, document, incoming));
    if (document === undefined || found === undefined) return undefined;
    if (now() - document.body.seenAt >= NOTE_EVERY_MS) {
      await documents.replace('session', document.id, { ...document.body, seenAt: now() }, now());
    }
    return found;
  }

  return {
    find,
    proxied,
    async start(who, incoming) {
      await makeRoom();
      const secret = Buffer.from(random(32)).toString('base64url');
      const user = who.by === 'token' ? TOKEN_USER : who.by === 'key' ? who.accessKeyId : who.user;
      const role = who.by === 'token' ? 'admin' : who.role;
      const body: SessionBody = {
        user,
        role,
        by: who.by,
        ...(who.by === 'token' && { proof: hmac(secret, consoleToken ?? '') }),
        ...(who.by === 'key' && { accessKeyId: who.accessKeyId }),
        seenAt: now(),
      };
      await documents.create('session', idOf(secret), body, now());
      return {
        caller: { user, role, via: 'session' },
        csrf: csrfOf(secret),
        cookie: cookieText(secret, isSecure(incoming.headers)),
      };
    },
    async end(incoming) {
      const secret = secretIn(incoming.headers);
      if (secret !== undefined) await documents.remove('session', idOf(secret));
      return [
        `${SECURE_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure`,
        `${PLAIN_COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict`,
      ];
    },
    isToken(text) {
      return consoleToken !== undefined && sameText(text, consoleToken);
    },
  };

  async function makeRoom(): Promise<void> {
    const all = await documents.list<SessionBody>('session');
    const byAge = [...all].sort((a, b) => b.body.seenAt - a.body.seenAt);
    const over = byAge.filter(({ body }, i) => i >= MOST_SESSIONS - 1 || now() - body.seenAt >= IDLE_MS);
    for (const { id } of over) await documents.remove('session', id);
  }
}

/** Browsers send the safe name only where it was set; a plain one beside it may be planted. */
function secretIn(headers: Incoming['headers']): string | undefined {
  const cookies = new Map(
    (headers.get('cookie') ?? '').split(';').map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()] as const;
    }),
  );
  const secret = cookies.get(SECURE_COOKIE) ?? cookies.get(PLAIN_COOKIE);
  return secret !== undefined && /^[A-Za-z0-9_-]{43}$/.test(secret) ? secret : undefined;
}

/** Without an end of its own: the browser drops it when it closes, the store after 12 idle hours. */
function cookieText(secret: string, secure: boolean): string {
  const rest = 'Path=/; HttpOnly; SameSite=Strict';
  return secure ? `${SECURE_COOKIE}=${secret}; ${rest}; Secure` : `${PLAIN_COOKIE}=${secret}; ${rest}`;
}

function idOf(secret: string): string {
  return digest(`straykey/session ${secret}`).toString('hex');
}

/** Follows from the cookie's value, which scripts cannot read: nothing to store, and knowing it proves that our own page asked. */
function csrfOf(secret: string): string {
  return digest(`straykey/csrf ${secret}`).toString('base64url');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

function hmac(key: string, text: string): string {
  return createHmac('sha256', key).update(text, 'utf8').digest('base64url');
}
