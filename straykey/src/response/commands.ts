import { FORMS } from '../findings/index.ts';
import { printable } from '../kit/index.ts';
import type { Command } from './plan.ts';
import { CUTOFF, type Policy } from './policies.ts';

/** Placeholders of ours, beside those of `FORMS`: what a trail does not say. */
const OWN_PLACEHOLDERS = [
  'ADDRESS',
  'ALIAS',
  'ASSOCIATION_ID',
  'BUCKET',
  'ENI_ID',
  'EMPTY_GROUP_ID',
  'EVENT_DATA_STORE',
  'FINDING_ID',
  'INSTANCE_PROFILE',
  'KEY_ID',
  'LOCAL_TIME',
  'NAT_ADDRESS',
  'POLICY_ID',
  'PREVIOUS_CONCURRENCY',
  'PREVIOUS_COUNT',
  'REASON',
  'SERVICE',
  'SOURCE',
  'TARGET_ID',
  'TRAIL',
  'VERSION',
  'VPC_ID',
  CUTOFF,
] as const;

const PLACEHOLDERS = new RegExp(
  `(?<![A-Za-z0-9_-])(?:${[...new Set([...Object.values(FORMS).map((form) => form.placeholder), ...OWN_PLACEHOLDERS])]
    .sort((a, b) => b.length - a.length)
    .join('|')})(?![A-Za-z0-9_-])`,
  'g',
);

/** Placeholders in a text, each once, in order. */
export function placeholdersIn(text: string): readonly string[] {
  return [...new Set(text.match(PLACEHOLDERS) ?? [])];
}

type More = Pick<Command, 'account' | 'note'>;

/** Looks, changes nothing. */
export function look(text: string, more: More = {}): Command {
  return command(text, false, more);
}

/** Changes something. */
export function change(text: string, more: More = {}): Command {
  return command(text, true, more);
}

/** One line, whatever went into it: a line break would end the comment that a command stands in. */
function command(text: string, changes: boolean, more: More): Command {
  const line = printable(text, LONGEST);
  return { text: line, changes, fill: placeholdersIn(line), ...more };
}

/** Characters; no command of ours comes near. */
const LONGEST = 20_000;

/**
 * Seconds the cut-off lies in the future, as IAM's console does it: policies take that long to reach every region, and a thief could have
 * a session made in between.
 */
export const CUTOFF_MARGIN_SECONDS = 30;

/** GNU and BSD `date` differ; one of the two answers. */
export const SET_CUTOFF: Command = look(
  `cutoff="$(date -u -d '+${CUTOFF_MARGIN_SECONDS} seconds' +%Y-%m-%dT%H:%M:%SZ 2>/dev/null || date -u -v+${CUTOFF_MARGIN_SECONDS}S +%Y-%m-%dT%H:%M:%SZ)"`,
);

/** A policy as one shell word; a cut-off in it is the variable that {@link SET_CUTOFF} sets. Documents hold checked names only: no quote, no percent. */
export function policyWord(policy: Policy): string {
  const json = JSON.stringify(policy);
  return json.includes(CUTOFF) ? `"$(printf '${json.replaceAll(CUTOFF, '%s')}' "$cutoff")"` : `'${json}'`;
}
