import type { Store } from '../../store/index.ts';
import { type Answer, type Caller, type Incoming, type Refusal, refused } from './caller.ts';
import { type Claim, claimOf } from './claim.ts';
import { isForwarded, isFromElsewhere, isLoopback, namesLoopback } from './incoming.ts';
import { findKey, noteUse } from './keys.ts';
import { rememberReplays } from './replays.ts';
import { isSignedWith } from './verify.ts';

/**
 * Milliseconds that a client's clock may be off, either way; AWS's figure. A signed request can be sent again for so long, which is why
 * signatures of writes are remembered for twice that.
 */
export const MOST_SKEW = 300_000;

export interface AuthenticatorPorts {
  readonly store: Store;
  readonly now: () => number;
  /** The region that credential scopes must name. */
  readonly region: string;
  /** 32 bytes, see `encryptionKeyFrom`. */
  readonly encryptionKey: Uint8Array;
  /** `serve.unsignedFromLoopback`. */
  readonly unsignedFromLoopback: boolean;
}

/** What a request wants. */
export interface Demand {
  /** Whether it changes anything: a reader may not, a presigned address may not, and its signature counts once. */
  readonly write: boolean;
  /** Service names that the credential scope may have: `guardduty`, `sts`. */
  readonly services: readonly string[];
  /** Credential scopes of these regions count too. STS is signed for us-east-1 by older clients. */
  readonly otherRegions?: readonly string[];
}

/** Says who sent a request, or why nobody is believed. Never throws for what a client sent. */
export interface Authenticator {
  authenticate(incoming: Incoming, demand: Demand): Promise<Answer>;
}

/**
 * Takes as proof a Signature Version 4 made with the secret of a key that is in the store at this moment; and, only where the
 * configuration says so, a socket from the loopback address whose request names the loopback as its host, came through no proxy and
 * from no page of another site. Errs towards refusing.
 *
 * A write counts once: the same signature again is refused for as long as its time is good. AWS does not promise that; its SDKs sign each try
 * anew, with a fresh `amz-sdk-request`, so no honest client meets it but one that repeats the very bytes. Reads may repeat.
 */
export function createAuthenticator(ports: AuthenticatorPorts): Authenticator {
  const replays = rememberReplays();
  return {
    async authenticate(incoming, demand) {
      const claim = claimOf(incoming);
      if (claim.kind === 'refused') return claim;
      if (claim.kind === 'unsigned') return unsigned(incoming, ports);
      const late = outOfTime(claim, ports.now()) ?? outOfScope(claim, demand, ports.region);
      if (late !== undefined) return late;
      // We give out no temporary credentials, so nobody has a session token of ours.
      const key =
        claim.sessionToken === undefined
          ? await findKey(ports.store, claim.accessKeyId, ports.encryptionKey)
          : undefined;
      if (key === undefined) return unknownKey();
      if (!(await isSignedWith(key.secretAccessKey, claim, incoming))) return mismatch();
      const caller: Caller = { user: claim.accessKeyId, role: key.role, via: 'key' };
      if (demand.write) {
        if (key.role !== 'admin') return denied(caller);
        if (claim.form === 'query') return refused(403, 'AccessDeniedException', PRESIGNED_WRITE);
        const before = replays.see(claim.signature, ports.now(), ports.now() + 2 * MOST_SKEW);
        if (before === 'seen') return refused(403, 'SignatureDoesNotMatch', REPLAYED);
        if (before === 'full') return refused(400, 'ThrottlingException', 'Rate exceeded');
      }
      await noteUse(ports.store, key, ports.now());
      return { kind: 'caller', caller };
    },
  };
}

const PRESIGNED_WRITE = 'A presigned address may only read. Sign the request in its Authorization header.';
const REPLAYED =
  'The request signature was used before. A signature of a request that changes something counts once; sign it again.';

function unsigned({ peer, headers }: Incoming, ports: AuthenticatorPorts): Answer {
  const trusted =
    ports.unsignedFromLoopback &&
    isLoopback(peer) &&
    namesLoopback(headers.get('host')) &&
    !isForwarded(headers) &&
    !isFromElsewhere(headers);
  return trusted
    ? { kind: 'caller', caller: { user: 'loopback', role: 'admin', via: 'loopback' } }
    : refused(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token');
}

function outOfTime({ form, signedAt, expiresIn }: Claim, now: number): Refusal | undefined {
  const oldest = form === 'query' ? now - expiresIn! * 1000 : now - MOST_SKEW;
  if (signedAt < oldest) {
    return refused(
      400,
      'RequestExpired',
      `Signature expired: ${basic(signedAt)} is now earlier than ${basic(oldest)} (${basic(now)}).`,
    );
  }
  const newest = now + MOST_SKEW;
  return signedAt > newest
    ? refused(
        400,
        'RequestExpired',
        `Signature not yet current: ${basic(signedAt)} is still later than ${basic(newest)} (${basic(now)}).`,
      )
    : undefined;
}

function outOfScope({ region, service }: Claim, demand: Demand, ours: string): Refusal | undefined {
  if (region !== ours && demand.otherRegions?.includes(region) !== true) {
    return refused(403, 'SignatureDoesNotMatch', `Credential should be scoped to a valid region, here ${ours}.`);
  }
  return demand.services.includes(service)
    ? undefined
    : refused(403, 'SignatureDoesNotMatch', `Credential should be scoped to correct service: '${demand.services[0]}'.`);
}

function unknownKey(): Refusal {
  return refused(403, 'UnrecognizedClientException', 'The security token included in the request is invalid.');
}

function mismatch(): Refusal {
  return refused(
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your Secret Access Key and signing method.',
  );
}

function denied({ user, role }: Caller): Refusal {
  return refused(
    403,
    'AccessDeniedException',
    `User: ${user} is not authorized to perform this operation: the access key has the role ${role}.`,
  );
}

function basic(time: number): string {
  return new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, '');
}
