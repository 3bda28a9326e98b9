import { createHmac } from 'node:crypto';

/**
 * Proof that a body is ours and of now: `t=SECONDS,v1=HEX`, HMAC-SHA256 of `SECONDS.BODY` under the shared secret. Receivers compute it again,
 * compare in constant time and refuse old times; docs/outlets.md shows how.
 */
export function signature(secret: string, body: string, now: number): string {
  const seconds = Math.floor(now / 1000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}
