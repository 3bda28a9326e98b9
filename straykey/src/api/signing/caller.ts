/** What a caller may do: `reader` everything that changes nothing, `admin` everything. */
export type Role = 'reader' | 'admin';

/** Who sent a request, once somebody vouches for it. */
export interface Caller {
  /** The access key's id, the session's user, or `loopback`. Goes into the audit trail. */
  readonly user: string;
  readonly role: Role;
  /** What vouches: a signature, the console's session, or the socket's loopback address alone (`serve.unsignedFromLoopback`). */
  readonly via: 'key' | 'session' | 'loopback';
}

/** Why nobody is believed. */
export interface Refusal {
  readonly kind: 'refused';
  readonly status: 400 | 403;
  /** The error's name, as AWS spells it: `SignatureDoesNotMatch`, `UnrecognizedClientException`, … */
  readonly code: string;
  /** A sentence for the client. Never holds a secret or a signature that would have been right. */
  readonly message: string;
}

export type Answer = { readonly kind: 'caller'; readonly caller: Caller } | Refusal;

/** A request as it came over the wire, body read. */
export interface Incoming {
  readonly method: string;
  /** Path and query exactly as sent, percent-encoding untouched: it is what was signed. */
  readonly target: string;
  /** Names in small letters; values of repeated headers joined by `, `. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
  /** Address of the socket's other end; absent when there is no socket. */
  readonly peer?: string;
}

export function refused(status: 400 | 403, code: string, message: string): Refusal {
  return { kind: 'refused', status, code, message };
}
