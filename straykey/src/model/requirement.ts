import { type Evidence, type Origin, WEIGHT_OF_A_DAY } from './evidence.ts';
import type { Settings } from './settings.ts';

/** N of MODEL.md 2.5 and how it came about; the parts add up to the days. */
export interface Requirement {
  readonly days: number;
  readonly parts: readonly Part[];
}

export interface Part {
  readonly name:
    | 'BASE'
    | 'RUNTIME_MARKER'
    | 'NO_RUNTIME_MARKER'
    | 'NOT_USED_INSIDE_AWS'
    | 'ALSO_USED_INSIDE_AWS'
    | 'SHARED_EGRESS'
    | 'AT_LEAST'
    | 'AT_MOST';
  readonly days: number;
}

/** What the sum is made of. */
export interface Credits {
  /** Days looked at, and how many of them showed a client without the runtime marker. */
  readonly days: number;
  readonly unmarkedDays: number;
  readonly origin: Origin;
  readonly routed: boolean;
  /** q: other roles whose routed functions use the scope. */
  readonly vouchers: number;
}

/**
 * "N = base + (marker if 2 un >= n; -marker if 10 un <= n; else 0) + split * origin - (corr * min(q, corrMax) if routed,
 * else 0), clamped to [minReq, maxReq]."
 */
export function requirementOf(credits: Credits, settings: Settings): Requirement {
  const { base, corr, corrMax, minReq, maxReq, split } = settings;
  const parts: Part[] = [{ name: 'BASE', days: base }, ...markerPart(credits, settings.marker)];
  if (credits.origin === -1) parts.push({ name: 'NOT_USED_INSIDE_AWS', days: -split });
  if (credits.origin === 1) parts.push({ name: 'ALSO_USED_INSIDE_AWS', days: split });
  const shared = credits.routed ? corr * Math.min(credits.vouchers, corrMax) : 0;
  if (shared > 0) parts.push({ name: 'SHARED_EGRESS', days: -shared });
  const sum = parts.reduce((days, part) => days + part.days, 0);
  if (sum < minReq) parts.push({ name: 'AT_LEAST', days: minReq - sum });
  if (sum > maxReq) parts.push({ name: 'AT_MOST', days: maxReq - sum });
  return { days: Math.min(maxReq, Math.max(minReq, sum)), parts };
}

function markerPart({ days, unmarkedDays }: Credits, marker: number): Part[] {
  if (2 * unmarkedDays >= days) return [{ name: 'NO_RUNTIME_MARKER', days: marker }];
  if (10 * unmarkedDays <= days) return [{ name: 'RUNTIME_MARKER', days: -marker }];
  return [];
}

/**
 * "known(P,u,T) = n > 0, T-last <= dormant, A >= 64 N (and, with loneMode: 'ack', routed)." Errs towards not knowing: the
 * first sighting is never known, whatever the settings.
 */
export function isKnown(evidence: Evidence, requirement: Requirement, settings: Settings): boolean {
  return (
    evidence.days > 0 &&
    !isDormant(evidence, settings) &&
    evidence.weight >= WEIGHT_OF_A_DAY * requirement.days &&
    (settings.loneMode === 'slow' || evidence.routed)
  );
}

export function isDormant(evidence: Evidence, settings: Settings): boolean {
  return evidence.days > 0 && evidence.through - evidence.last > settings.dormant;
}

/** Whether a principal at a scope counts as a voucher for others: "routed(p,S,T), n >= corrDays, T-last <= dormant". */
export function vouches(evidence: Evidence, settings: Settings): boolean {
  return evidence.routed && evidence.days >= settings.corrDays && !isDormant(evidence, settings);
}
