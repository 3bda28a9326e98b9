import type { Case } from './case.ts';

/** SHA-256 of the text's UTF-8 form in lowercase hex. Handed in, because this folder does no I/O and knows no platform. */
export type Digest = (text: string) => string;

/**
 * 32 hex digits from what makes two findings one: type, account, what the credential was issued to, and the remote host or pool.
 * Nothing seen of single calls (keys, times, APIs, order) enters, so replays, workers and engines agree.
 *
 * Without a region the ARN cannot be spelled, and the family and name stand in. The same function seen first without and later
 * with its region therefore makes two findings: a rare split is better than joining two functions of one name.
 */
export function findingId(c: Case, digest: Digest): string {
  const { issuedTo } = c;
  const resource = issuedTo.region === '' ? `${issuedTo.family}/${issuedTo.accountId}/${issuedTo.name}` : issuedTo.arn;
  return hex32(digest, ['straykey/finding', c.type, c.accountId, resource, c.host]);
}

/** A detector id for an account that has none: stable, so that finding ARNs are. */
export function detectorIdOf(accountId: string, digest: Digest): string {
  return hex32(digest, ['straykey/detector', accountId]);
}

/** JSON keeps the parts apart whatever they hold. */
function hex32(digest: Digest, parts: readonly string[]): string {
  return digest(JSON.stringify(parts)).slice(0, 32);
}
