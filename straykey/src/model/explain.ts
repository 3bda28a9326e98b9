import { printable } from '../kit/index.ts';
import { type Evidence, type Origin, WEIGHT_OF_A_DAY } from './evidence.ts';

import { dateOf } from './input.ts';
import { boundsOf, type Facet, facetsOf, type Grounds, type Verdict } from './judge.ts';
import type { Explanation } from './judgement.ts';
import type { Standing } from './outlook.ts';
import { isDormant, type Requirement, requirementOf } from './requirement.ts';
import type { Settings } from './settings.ts';
import { tell } from './tell.ts';

/** What an explanation needs beyond the verdict's own grounds. */
export interface Background {
  /** First silent day from the ledger. */
  readonly silentSince: number | undefined;
  /** The principal ran in AWS on one of the last seven settled days. */
  readonly insideLately: boolean;
  readonly settings: Settings;
}

/**
 * Explanations, made once for calls that are alike. A function at a host makes the same few calls all day; their judgements
 * share one text instead of holding a copy each.
 */
export class Explanations {
  readonly #made = new WeakMap<Standing, Map<string, Explanation>>();

  of(grounds: Grounds, verdict: Verdict, background: Background): Explanation {
    const { call, standing, statement, today } = grounds;
    const { error, ip, name, region, source } = call.event;
    const counted = verdict.reasons.some((reason) => DAY_REASONS.has(reason));
    const parts = [
      ip,
      source,
      name,
      call.category,
      call.client.name,
      region,
      error,
      statement?.id,
      background.silentSince,
    ];
    const key = [...parts, ...verdict.reasons, counted && today.volume, counted && today.denied].join('\n');
    const alike = this.#made.get(standing) ?? new Map<string, Explanation>();
    const known = alike.get(key);
    if (known) return known;
    if (alike.size >= ALIKE_KEPT) alike.clear();
    const explanation = explain(grounds, verdict, background);
    alike.set(key, explanation);
    this.#made.set(standing, alike);
    return explanation;
  }
}

/** Reasons whose explanation tells the day's counters. */
const DAY_REASONS = new Set(['VOLUME_JUMP', 'DENIED_BURST']);
/** Explanations kept for one function, host and day. */
const ALIKE_KEPT = 256;

/** Why a call raised a finding or stayed silent, in numbers and in words: MODEL.md 2.8. */
export function explain(grounds: Grounds, verdict: Verdict, background: Background): Explanation {
  const { standing } = grounds;
  const { settings, silentSince } = background;
  const { evidence } = standing;
  const requirement = requirementShown(grounds, background);
  const facets = facetsOf(grounds, settings);
  const argument: Omit<Explanation, 'text'> = {
    state: verdict.state,
    evidenceDays: evidence.days,
    weight: evidence.weight / WEIGHT_OF_A_DAY,
    required: requirement.days,
    parts: requirement.parts,
    ...(evidence.days > 0 && { firstEvidence: dateOf(evidence.first), lastEvidence: dateOf(evidence.last) }),
    ...(silentSince !== undefined && { silentSince: dateOf(silentSince) }),
    vouchingRoles: standing.vouchingRoles,
    facets: facets.map(({ days, name, needed, never }) => ({ facet: name, days, needed, ...(never && { never }) })),
    insideDays: evidence.splitDays,
    routed: evidence.routed,
    ...(standing.nearbyPool && { nearbyPool: standing.nearbyPool.scope.blocks }),
    missing: missingFor(grounds, verdict, requirement, facets, settings),
  };
  // Most judgements are never read. A text that tells the day's counters is made at once: they go on counting.
  const counted = verdict.reasons.some((reason) => DAY_REASONS.has(reason));
  let text = counted ? tell(grounds, verdict, argument, settings) : undefined;
  return {
    ...argument,
    get text() {
      text ??= tell(grounds, verdict, argument, settings);
      return text;
    },
  };
}

/**
 * N, or before the first evidence day what N will be if the days to come look like this call: a sum over no days would
 * call a marked client unmarked.
 */
function requirementShown({ call, standing }: Grounds, { insideLately, settings }: Background): Requirement {
  const { evidence, requirement, vouchingRoles } = standing;
  if (evidence.days > 0) return requirement;
  const origin: Origin = insideLately ? 1 : -1;
  const unmarkedDays = call.client.marked ? 0 : 1;
  const credits = { days: 1, unmarkedDays, origin, routed: origin === -1, vouchers: vouchingRoles.length };
  return requirementOf(credits, settings);
}

/** What would have to change before such a call is silent, one clause each. */
function missingFor(
  grounds: Grounds,
  { reasons, state, trusted }: Verdict,
  { days }: Requirement,
  facets: readonly Facet[],
  settings: Settings,
): string[] {
  const { evidence } = grounds.standing;
  const left = trusted ? 0 : daysLeft(evidence, days);
  const clauses: string[] = [];
  if (state === 'malicious') clauses.push('a *clear* statement for this host');
  else if (!trusted) clauses.push(...missingEvidence(evidence, left, settings));
  if (reasons.includes('CRITICAL_API')) clauses.push('an *expected* statement that accepts CRITICAL');
  for (const facet of facets) {
    const shortfall = facet.needed - facet.days > left;
    if (!facet.passes && (trusted || facet.never || shortfall)) clauses.push(missingFacet(facet));
  }
  const bounds = boundsOf(grounds.standing, settings);
  if (reasons.includes('VOLUME_JUMP')) clauses.push(`fewer than ${bounds.volume} calls a day`);
  if (reasons.includes('DENIED_BURST')) clauses.push(`fewer than ${bounds.denied} different refused calls a day`);
  if (reasons.includes('FAN_OUT'))
    clauses.push(`fewer than ${settings.fanout} unknown networks a day for this function`);
  return clauses;
}

function missingEvidence(evidence: Evidence, left: number, settings: Settings): string[] {
  const clauses = left > 0 ? [`${left} more evidence ${left === 1 ? 'day' : 'days'}`] : [];
  if (isDormant(evidence, settings)) clauses.push(`an evidence day not older than ${settings.dormant} days`);
  if (settings.loneMode === 'ack' && evidence.days > 0 && !evidence.routed) {
    clauses.push(
      'an *expected* statement, because unattended learning is off for functions that are not routed (loneMode ack)',
    );
  }
  return clauses;
}

/** Evidence days still needed. */
function daysLeft({ weight }: Evidence, required: number): number {
  return Math.max(0, Math.ceil((WEIGHT_OF_A_DAY * required - weight) / WEIGHT_OF_A_DAY));
}

function missingFacet({ days, name, needed, never, reason }: Facet): string {
  if (never) return `an *expected* statement that accepts ${name}`;
  const left = needed - days;
  const what = {
    NEW_CATEGORY: `${name} calls`,
    NEW_CLIENT: `client ${name}`,
    NEW_REGION: `region ${printable(name, 40)}`,
  };
  return `${left} more evidence ${left === 1 ? 'day' : 'days'} with ${what[reason]}`;
}
