import { printable } from '../kit/index.ts';
import { isSensitive } from './categories.ts';
import { WEIGHT_OF_A_DAY } from './evidence.ts';
import { cidrOf } from './host.ts';
import { dateOf, dayOf } from './input.ts';
import { boundsOf, type Grounds, type Verdict } from './judge.ts';
import type { Explanation } from './judgement.ts';
import type { Standing } from './outlook.ts';
import type { Settings } from './settings.ts';

type Argument = Omit<Explanation, 'text'>;
type Part = Argument['parts'][number];

/**
 * The argument as a paragraph for somebody woken by it: what happened and what is known of the host, what counts for and
 * against it, what the call adds, what is missing before such a call is silent, what to do. Text from the trail is made
 * printable.
 */
export function tell(grounds: Grounds, verdict: Verdict, argument: Argument, settings: Settings): string {
  const sentences = [
    `${whatHappened(grounds)}: ${stateOf(grounds, argument, settings)}.`,
    forAndAgainst(argument, grounds.standing),
    thisCall(grounds, argument),
    ...todaysReasons(grounds, verdict, settings),
    ...nearbyPool(grounds.standing),
    ...outcome(grounds, verdict, argument, settings),
    advice(grounds, verdict),
  ];
  return sentences.join(' ');
}

function whatHappened({ call, standing }: Grounds): string {
  const { ip, principal, role } = call.event;
  const name = principal.startsWith(`${role}/`) ? principal.slice(role.length + 1) : '';
  const who = name ? `Function \`${show(name)}\` (role ${show(role)})` : `Role ${show(role)}, function not known,`;
  const { scope } = standing;
  const where = scope.kind === 'pool' ? `, in the learned egress pool ${scope.blocks.join(', ')}` : '';
  return `${who} used from ${show(ip)}${where}`;
}

function stateOf({ call, standing, statement }: Grounds, argument: Argument, settings: Settings): string {
  const { evidence } = standing;
  const said = statement ? `by statement ${show(statement.id)} of ${dateOf(dayOf(statement.t))}` : '';
  const progress = progressOf(argument, standing);
  switch (argument.state) {
    case 'malicious':
      return `reported malicious ${said}, whatever was learned (${progress})`;
    case 'expected':
      return `expected ${said} (${progress})`;
    case 'learned':
      return `${learnedSince(argument, evidence.taintedOn)} (${progress})`;
    case 'dormant':
      return `dormant, the last evidence day is more than ${settings.dormant} days before ${dateOf(call.day)} (${progress})`;
    case 'reopened':
      return `reopened because of a critical call on ${dateOf(evidence.taintedOn ?? evidence.through)}, which voids the days up to it (${progress})`;
    case 'new':
      return `new, no evidence day for this function there up to ${dateOf(evidence.through)}`;
    case 'learning':
      return `learning, ${progress}`;
  }
}

function learnedSince({ silentSince }: Argument, taintedOn: number | undefined): string {
  if (taintedOn !== undefined) return `learned again after a critical call on ${dateOf(taintedOn)}`;
  return silentSince ? `learned since ${silentSince}` : 'learned';
}

/** "4 of 21 evidence days, 2024-10-04 to 2024-10-07". */
function progressOf({ firstEvidence, lastEvidence, required, weight }: Argument, { evidence }: Standing): string {
  const n = evidence.days;
  const share =
    n >= required ? `${count(n, 'evidence day')}, ${required} needed` : `${n} of ${count(required, 'evidence day')}`;
  const dates = firstEvidence === lastEvidence ? `on ${firstEvidence}` : `${firstEvidence} to ${lastEvidence}`;
  const faded = evidence.weight === WEIGHT_OF_A_DAY * n ? '' : `, weighing ${weight.toFixed(1)} with age`;
  return n === 0 ? share : `${share}, ${dates}${faded}`;
}

/** How the days needed come about: what shortens the wait speaks for the host, what lengthens it against. */
function forAndAgainst({ parts, required }: Argument, standing: Standing): string {
  const against = parts
    .filter(({ days, name }) => days > 0 && CREDITS.has(name))
    .map((part) => partText(part, standing));
  const inFavour = parts
    .filter(({ days, name }) => days < 0 && CREDITS.has(name))
    .map((part) => partText(part, standing));
  const limit = parts
    .filter(({ name }) => name === 'AT_LEAST' || name === 'AT_MOST')
    .map(({ days, name }) => `, ${name} ${signed(days)}`);
  const base = parts.find(({ name }) => name === 'BASE')?.days;
  const needs = `${required} days needed: base ${base}${limit.join('')}`;
  return `${needs}. Against it: ${listed(against)}. For it: ${listed(inFavour)}. ${othersHere(standing)}`;
}

const CREDITS: ReadonlySet<string> = new Set([
  'RUNTIME_MARKER',
  'NO_RUNTIME_MARKER',
  'NOT_USED_INSIDE_AWS',
  'ALSO_USED_INSIDE_AWS',
  'SHARED_EGRESS',
]);

function partText({ days: amount, name }: Part, { evidence, vouchingRoles }: Standing): string {
  return `${name} ${signed(amount)} (${reasonOf(name)})`;

  function reasonOf(part: string): string {
    const n = evidence.days;
    switch (part) {
      case 'RUNTIME_MARKER':
        return 'the user agent names the Lambda runtime';
      case 'NO_RUNTIME_MARKER':
        return `no Lambda runtime marker in the user agent${n === 0 ? '' : ` on ${evidence.unmarkedDays} of ${count(n, 'day')}`}`;
      case 'NOT_USED_INSIDE_AWS':
        return 'on the days that count so far, the function is not seen inside AWS';
      case 'ALSO_USED_INSIDE_AWS':
        return n === 0
          ? 'the same function was also called from inside AWS in the last days'
          : `the same function was also called from inside AWS on ${evidence.splitDays} of ${count(n, 'day')}`;
      default:
        return `${vouchingRoles.length === 1 ? 'another role is' : `${vouchingRoles.length} other roles are`} routed through it`;
    }
  }
}

function othersHere({ scope, vouchingRoles }: Standing): string {
  const here = scope.kind === 'pool' ? 'pool' : 'host';
  const roles = `${count(vouchingRoles.length, 'other role')} ${vouchingRoles.length === 1 ? 'uses' : 'use'} this ${here}`;
  if (vouchingRoles.length === 0) return `${roles} as its established egress.`;
  const named = vouchingRoles.slice(0, ROLES_NAMED).map(show).join(', ');
  const more = vouchingRoles.length > ROLES_NAMED ? ` and ${vouchingRoles.length - ROLES_NAMED} more` : '';
  return `${roles} as established egress: ${named}${more}.`;
}

const ROLES_NAMED = 5;

function thisCall({ call, standing }: Grounds, { facets }: Argument): string {
  const { error, name, source } = call.event;
  const failed = call.outcome === 'success' ? '' : `, which failed with ${show(error ?? '')}`;
  const api = `${show(source.replace(/\.amazonaws\.com$/, ''))}:${show(name)}${failed}`;
  const { days, taintedOn } = standing.evidence;
  if (days === 0) {
    const before = taintedOn === undefined ? 'nothing of it seen from there before' : 'earlier days no longer count';
    return `This call: ${api} (${facets.map(({ facet }) => show(facet)).join(', ')}), ${before}.`;
  }
  const alike = new Map<string, string[]>();
  for (const facet of facets) {
    const seen = howUsual(facet);
    alike.set(seen, [...(alike.get(seen) ?? []), show(facet.facet)]);
  }
  return `This call: ${api}; ${[...alike].map(([seen, names]) => `${names.join(', ')}: ${seen}`).join('; ')}.`;
}

function howUsual({ days, facet, needed, never }: Argument['facets'][number]): string {
  if (facet === 'CRITICAL') return 'whatever was learned';
  const seen = days === 0 ? 'never seen from there' : `seen from there on ${count(days, 'day')}`;
  return never || days >= needed ? seen : `${seen}, ${needed} needed`;
}

function todaysReasons({ call, standing, today }: Grounds, { reasons }: Verdict, settings: Settings): string[] {
  const bounds = boundsOf(standing, settings);
  const date = dateOf(call.day);
  const told: string[] = [];
  if (reasons.includes('VOLUME_JUMP')) {
    const usual = `the second busiest of its recent days had ${standing.evidence.usualVolume}`;
    told.push(
      `${today.volume} calls from there on ${date} so far, where up to ${bounds.volume - 1} are ordinary (${usual}).`,
    );
  }
  if (reasons.includes('DENIED_BURST')) {
    told.push(
      `${today.denied} different calls were refused on ${date}, where up to ${bounds.denied - 1} are ordinary.`,
    );
  }
  if (reasons.includes('FAN_OUT')) {
    told.push(`The function was used from ${settings.fanout} or more unknown networks on ${date}.`);
  }
  return told;
}

function nearbyPool({ host, nearbyPool: pool }: Standing): string[] {
  if (!pool) return [];
  return [
    `Network ${host.network} has a learned egress pool, ${pool.scope.blocks.join(', ')}, but this address is not in it.`,
  ];
}

function outcome({ call }: Grounds, verdict: Verdict, argument: Argument, { lag }: Settings): string[] {
  const { reasons, state, trusted } = verdict;
  if (reasons.length === 0) return ['Silent: all of it is expected.'];
  const waits = !trusted && state !== 'malicious';
  const date = waits ? earliest(call.day, argument) : undefined;
  const missing = [`Missing before such a call is silent: ${listed(argument.missing)}.`];
  if (waits)
    missing.push(
      `An evidence day is a UTC day with a successful, non-critical call under a fresh credential; it counts ${count(lag, 'day')} later.`,
    );
  if (date) missing.push(`Not silenced before ${date}.`);
  return [...neverBecause(reasons, argument), ...missing];
}

function neverBecause(reasons: readonly string[], { facets }: Argument): string[] {
  if (reasons.includes('CRITICAL_API')) return ['Never silenced because critical calls always alarm.'];
  const never = facets.find((facet) => facet.never && facet.facet !== 'CRITICAL');
  if (!never) return [];
  return [`Never silenced because ${never.facet} calls are learned only for functions that visibly do not run in AWS.`];
}

/** Evidence days come one a day at best and count `lag` days later; the verdict's day already looks back by as much. */
function earliest(day: number, { required, weight }: Argument): string | undefined {
  const left = Math.ceil(required - weight);
  return left > 0 ? dateOf(day + left) : undefined;
}

function advice({ call, standing }: Grounds, { reasons, state }: Verdict): string {
  const where = standing.scope.kind === 'pool' ? standing.scope.blocks.join(' and ') : cidrOf(call.host);
  if (state === 'malicious') return `If the report was a mistake: state *clear* for ${where}.`;
  if (reasons.length === 0) return `If it should not be: report ${where} as *malicious*.`;
  const delicate = isSensitive(call.category) || call.category === 'CRITICAL';
  const accepting = delicate ? `, accepting ${call.category}` : '';
  return `If expected: archive as *expected* for this function and ${where}${accepting}. If not: treat its credentials as stolen.`;
}

function listed(items: readonly string[]): string {
  return items.length === 0 ? 'nothing' : items.join('; ');
}

function signed(amount: number): string {
  return amount < 0 ? String(amount) : `+${amount}`;
}

function count(amount: number, what: string): string {
  return `${amount} ${what}${amount === 1 ? '' : 's'}`;
}

function show(text: string): string {
  return printable(text, 120);
}
