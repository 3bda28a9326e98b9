import type { Config, SecretReader } from '../../config/index.ts';
import type { Message } from '../told.ts';

export type OutletConfig = Config['outlets'][number];

/** What became of a message. Reasons are for people: no secrets, not yet printable. */
export type Result =
  /** `answer`: what the receiver said, for `outlets test`. */
  | { readonly kind: 'delivered'; readonly answer: string }
  /** May be taken later. `afterMs`: the receiver asked for at least so long. */
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs?: number }
  /** The receiver will never take this document. */
  | { readonly kind: 'dead'; readonly reason: string };

/**
 * Tells one receiver. Every failure is a `Result`; a sender that throws has a bug. At-least-once: a message may come twice, with the same
 * delivery key, which is put where the receiver can see it.
 */
export interface Sender {
  /** Most messages of one call. */
  readonly most: number;
  /** Calls at the same time; 1 where order in the receiver matters across findings. */
  readonly width: number;
  /** One result for each message, in their order. */
  send(messages: readonly Message[]): Promise<readonly Result[]>;
  close?(): void;
}

export interface SenderPorts {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly secret: SecretReader;
}

/** Milliseconds for one exchange with a receiver. 10 s, as webhooks everywhere. */
export const EXCHANGE_TIMEOUT = 10_000;

/** Settings an outlet cannot work with. Stops the start. */
export class UnusableOutlet extends Error {
  override readonly name = 'UnusableOutlet';
}

/** A sender of one message at a time. */
export function oneByOne(send: (message: Message) => Promise<Result>): Pick<Sender, 'most' | 'width' | 'send'> {
  return { most: 1, width: 4, send: async (messages) => await Promise.all(messages.map(send)) };
}
