import { dateOf, dayOf } from './input.ts';
import type { JudgedEvent } from './learn.ts';
import { scopeKey } from './scope.ts';

/** "(finding key, UTC day) with the union of its reasons": what does not depend on order, copies or shards. */
export interface AlertDay {
  readonly principal: string;
  /** The host's unit, or the network of a pool: with the principal, the key of the finding. */
  readonly host: string;
  /** UTC date. */
  readonly date: string;
  /** Sorted. */
  readonly reasons: readonly string[];
}

/**
 * The alert-days of judged calls, sorted by date, principal and host. "FAN_OUT belongs to (P, day) and marks all its unknown
 * hosts": the calls that came before the third network was seen are marked too.
 */
export function alertDaysOf(judged: Iterable<JudgedEvent>): AlertDay[] {
  const days = new Map<string, AlertDay & { readonly found: Set<string> }>();
  const fannedOut = new Set<string>();
  for (const { event, judgement } of judged) {
    if (!judgement.finding) continue;
    const { principal } = event;
    const host = scopeKey(judgement.scope);
    const date = dateOf(dayOf(event.t));
    if (judgement.reasons.includes('FAN_OUT')) fannedOut.add(`${date}\n${principal}`);
    const key = `${date}\n${principal}\n${host}`;
    const known = days.get(key) ?? { principal, host, date, reasons: [], found: new Set() };
    for (const reason of judgement.reasons) known.found.add(reason);
    days.set(key, known);
  }
  return [...days]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { date, found, host, principal }]) => {
      const marked = fannedOut.has(`${date}\n${principal}`) && UNKNOWN_HOST.some((reason) => found.has(reason));
      if (marked) found.add('FAN_OUT');
      return { principal, host, date, reasons: [...found].sort() };
    });
}

/** Reasons of hosts that are not known. */
const UNKNOWN_HOST = ['HOST_REPORTED_MALICIOUS', 'DORMANT_RETURN', 'REOPENED', 'NEW_HOST', 'LEARNING'];
