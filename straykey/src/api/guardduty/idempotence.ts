import { createHash } from 'node:crypto';
import type { Input } from './read-input.ts';
import { rejected, SENTENCES, wrong } from './rejection.ts';

/** What a made thing remembers of the request that made it. The SDKs send a token of their own with each creation and repeat it on a retry. */
export interface MadeBy {
  readonly clientToken?: string;
  /** Digest of the rest of the request. */
  readonly request?: string;
}

export function madeBy(input: Input): MadeBy {
  const { clientToken, ...rest } = input;
  if (clientToken === undefined || clientToken === '') return {};
  if (typeof clientToken !== 'string' || clientToken.length > 64) throw wrong('clientToken', 'at most 64 characters');
  return { clientToken, request: createHash('sha256').update(JSON.stringify(rest)).digest('hex') };
}

/**
 * The thing that this very request made before.
 *
 * @throws Rejection when the token was used for a different request
 */
export function madeBefore<Thing extends { readonly body: MadeBy }>(
  things: readonly Thing[],
  made: MadeBy,
): Thing | undefined {
  if (made.clientToken === undefined) return undefined;
  const before = things.find(({ body }) => body.clientToken === made.clientToken);
  if (before !== undefined && before.body.request !== made.request) throw rejected(SENTENCES.otherRequest);
  return before;
}
