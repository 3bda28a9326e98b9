import type { Call } from './call.ts';
import { isSensitive } from './categories.ts';
import type { Acceptable, Feedback } from './input.ts';
import type { LearningState } from './judgement.ts';
import type { Standing } from './outlook.ts';
import { isDormant } from './requirement.ts';
import type { Settings } from './settings.ts';

/** Everything a verdict rests on: MODEL.md 2.6. */
export interface Grounds {
  readonly call: Call;
  /** From settled days. */
  readonly standing: Standing;
  /** What a person said, when it is in force. */
  readonly statement: Feedback | undefined;
  /** Of the call's own day, the call included. */
  readonly today: DayCounters;
  /** Asked only of hosts that are not known, because it looks at all hosts of the day. */
  readonly fansOut: () => boolean;
}

export interface DayCounters {
  /** Calls of the principal at the scope. */
  readonly volume: number;
  /** Different denied calls, at most 8 are told apart. */
  readonly denied: number;
}

export interface Verdict {
  readonly reasons: readonly string[];
  readonly state: LearningState;
  /** "known* = not malicious and (known or expected)". */
  readonly trusted: boolean;
}

/**
 * The reasons to raise a finding, in the order of MODEL.md 2.6; silent without any. Proof that a call is expected: a learned
 * or accepted host **and** learned category, client and region **and** no critical call **and** an ordinary day. Anything
 * missing makes it a finding; the verdict errs that way. It would be wrong for an intruder who does for weeks exactly what
 * he wants to do later; those weeks were findings.
 */
export function judgeCall(grounds: Grounds, settings: Settings): Verdict {
  const { standing, statement } = grounds;
  const trusted = statement?.verdict !== 'malicious' && (standing.known || statement?.verdict === 'expected');
  const state = stateOf(grounds, settings);
  const reasons = [
    ...(trusted ? [] : [hostReason(state, standing)]),
    ...criticalReason(grounds),
    ...(trusted ? facetReasons(grounds, settings) : []),
    ...dayReasons(grounds, trusted, settings),
  ];
  return { reasons, state, trusted };
}

function stateOf({ standing, statement }: Grounds, settings: Settings): LearningState {
  if (statement?.verdict === 'malicious') return 'malicious';
  if (statement?.verdict === 'expected') return 'expected';
  if (standing.known) return 'learned';
  if (isDormant(standing.evidence, settings)) return 'dormant';
  if (standing.evidence.taintedOn !== undefined) return 'reopened';
  return standing.evidence.days === 0 ? 'new' : 'learning';
}

/**
 * "malicious: HOST_REPORTED_MALICIOUS; else if not known*: DORMANT_RETURN …; else REOPENED if tainted; else NEW_HOST if
 * n = 0; else LEARNING."
 */
function hostReason(state: LearningState, { evidence }: Standing): string {
  switch (state) {
    case 'malicious':
      return 'HOST_REPORTED_MALICIOUS';
    case 'dormant':
      return 'DORMANT_RETURN';
    case 'reopened':
      return 'REOPENED';
    default:
      return evidence.days === 0 ? 'NEW_HOST' : 'LEARNING';
  }
}

/** "CRITICAL category (any outcome): CRITICAL_API, unless `expected` accepts CRITICAL." */
function criticalReason({ call, statement }: Grounds): string[] {
  return call.category === 'CRITICAL' && !accepts(statement, 'CRITICAL') ? ['CRITICAL_API'] : [];
}

function facetReasons(grounds: Grounds, settings: Settings): string[] {
  return facetsOf(grounds, settings)
    .filter((facet) => !facet.passes)
    .map((facet) => `${facet.reason}:${facet.name}`);
}

/** One property of a call that must be usual by itself. */
export interface Facet {
  readonly reason: 'NEW_CATEGORY' | 'NEW_CLIENT' | 'NEW_REGION';
  readonly name: string;
  /** Evidence days that showed it, and how many make it usual. */
  readonly days: number;
  readonly needed: number;
  /** Not learned at all, as things stand: critical calls, and sensitive ones of functions that are not routed. */
  readonly never: boolean;
  readonly passes: boolean;
}

/** Category, client and region of a call: "what was not done during learning alarms afterwards". */
export function facetsOf(grounds: Grounds, settings: Settings): Facet[] {
  const { call, standing, statement } = grounds;
  const { clientDays, regionDays } = standing.evidence;
  const expected = statement?.verdict === 'expected';
  const ordinary = (reason: Facet['reason'], name: string, days: number, needed: number): Facet => ({
    reason,
    name,
    days,
    needed,
    never: false,
    passes: expected || days >= needed,
  });
  const { hash, marked, name } = call.client;
  return [
    categoryFacet(grounds, settings),
    ordinary('NEW_CLIENT', name, clientDays.get(hash) ?? 0, marked ? settings.kOrd : settings.kUnmarked),
    ordinary('NEW_REGION', call.event.region, regionDays.get(call.region) ?? 0, settings.kOrd),
  ];
}

/**
 * "NEW_CATEGORY:c if c is not CRITICAL and fac[c] < kOrd (sensitive: < kSens, and not routed: always); under `expected`,
 * ordinary categories pass, and sensitive ones that its `accept` names."
 */
function categoryFacet({ call, standing, statement }: Grounds, settings: Settings): Facet {
  const { category } = call;
  const { categoryDays, routed } = standing.evidence;
  const days = categoryDays[31 - Math.clz32(call.bit)] ?? 0;
  const facet = { reason: 'NEW_CATEGORY', name: category, days } as const;
  if (category === 'CRITICAL') return { ...facet, needed: 0, never: true, passes: true };
  if (!isSensitive(category)) {
    const passes = statement?.verdict === 'expected' || days >= settings.kOrd;
    return { ...facet, needed: settings.kOrd, never: false, passes };
  }
  const learned = routed && days >= settings.kSens;
  const passes = learned || accepts(statement, category as Acceptable);
  return { ...facet, needed: settings.kSens, never: standing.evidence.days > 0 && !routed, passes };
}

function accepts(statement: Feedback | undefined, category: Acceptable): boolean {
  return statement?.verdict === 'expected' && (statement.accept?.includes(category) ?? false);
}

/** Bounds a day must keep to be ordinary for a scope. */
export function boundsOf(
  { evidence }: Standing,
  settings: Settings,
): { readonly volume: number; readonly denied: number } {
  const { volFactor, volFactorLone, volMin, volMinLone } = settings;
  const least = evidence.routed ? volMin : volMinLone;
  const factor = evidence.routed ? volFactor : volFactorLone;
  return {
    volume: Math.max(least, factor * evidence.usualVolume + 1),
    denied: Math.max(settings.deniedMin, evidence.mostDenied + 1),
  };
}

/** Evidence days before a volume can be called unusual. */
export const DAYS_FOR_VOLUME = 3;

/** "VOLUME_JUMP if known*, n >= 3, x >= volMin and x > volFactor * base; DENIED_BURST if |den| >= deniedMin and > maxDen; FAN_OUT …" */
function dayReasons({ fansOut, standing, today }: Grounds, trusted: boolean, settings: Settings): string[] {
  const bounds = boundsOf(standing, settings);
  const reasons: string[] = [];
  if (trusted && standing.evidence.days >= DAYS_FOR_VOLUME && today.volume >= bounds.volume)
    reasons.push('VOLUME_JUMP');
  if (today.denied >= bounds.denied) reasons.push('DENIED_BURST');
  if (!trusted && fansOut()) reasons.push('FAN_OUT');
  return reasons;
}
