import { isSensitive } from './categories.ts';
import type { Grounds, Verdict } from './judge.ts';

/**
 * "Score 1..99 orders findings; it is not a probability." MODEL.md 2.7. `insideLately`: the principal ran in AWS on one of
 * the last seven settled days.
 */
export function scoreOf(grounds: Grounds, { reasons }: Verdict, insideLately: boolean): number {
  const { call, standing } = grounds;
  const newClient = reasons.some((reason) => reason.startsWith('NEW_CLIENT:'));
  let score = 50;
  score += originPoints(grounds, insideLately);
  score += call.client.marked ? -5 : 10;
  if (call.category === 'CRITICAL') score += 20;
  if (isSensitive(call.category)) score += standing.known ? 15 : 5;
  if (standing.known && newClient && !call.client.marked) score += 10;
  if (reasons.includes('FAN_OUT')) score += 15;
  if (reasons.includes('DENIED_BURST')) score += 10;
  if (reasons.includes('VOLUME_JUMP')) score += 10;
  if (standing.vouchingRoles.length >= 3) score -= 15;
  if (standing.scope.kind === 'pool') score -= 5;
  if (reasons.includes('HOST_REPORTED_MALICIOUS')) score += 30;
  return Math.min(99, Math.max(1, score));
}

/** Running in AWS at the same time speaks for theft; visible routing against it, more so the longer it lasts. */
function originPoints({ standing: { evidence } }: Grounds, insideLately: boolean): number {
  if (evidence.days === 0) return insideLately ? 20 : 0;
  if (evidence.origin === 1) return 20;
  return evidence.routed ? -10 - Math.min(15, 3 * Math.floor(evidence.days / 3)) : 0;
}
