import { archive, type DryRun, type FindingCriteria, isOver, type KeptRule, textOf } from '../criteria/index.ts';
import type { Finding } from '../findings/index.ts';
import type { KeptReadyRule, RuleEvent } from '../rules/index.ts';
import type { AuditEntry } from '../store/index.ts';
import { rows } from './layout.ts';
import { number } from './progress.ts';

type Row = readonly [label: string, text: string];

/** Width of the labels: a name of a rule may be longer and then pushes its line. */
const LABELS = 16;

export function describeRules(rules: readonly KeptRule[], now: number, columns: number): string {
  if (rules.length === 0) return 'No suppression rules.\n';
  const sorted = [...rules].sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1));
  return sorted.map((rule) => rows(ruleRows(rule, now), columns, undefined, LABELS)).join('\n');
}

export function ruleRows(rule: KeptRule, now: number): Row[] {
  return [
    ['Rule', `${rule.name}, rank ${rule.rank}`],
    ...criteriaRows(rule.findingCriteria),
    ['Until', untilText(rule, now)],
    ['Said by', `${rule.by}, ${minute(rule.updatedAt)}: ${rule.reason}`],
    ...(rule.description === undefined ? [] : [['Description', rule.description] as const]),
  ];
}

function criteriaRows(criteria: FindingCriteria): Row[] {
  return textOf(criteria).map((text, i) => [i === 0 ? 'Hides' : '', i === 0 ? text : `and ${text}`]);
}

function untilText(rule: KeptRule, now: number): string {
  if (rule.expiresAt === undefined) return 'no end; --expires gives one';
  return isOver(rule, now) ? `over since ${minute(rule.expiresAt)}: hides nothing` : minute(rule.expiresAt);
}

/** The audit trail, oldest first. */
export function describeEvents(events: readonly RuleEvent[], columns: number): string {
  if (events.length === 0) return 'No suppression rule was ever made.\n';
  const lines = events.flatMap((event): Row[] => [
    [
      minute(event.at),
      `${event.event} ${event.event === 'removed' ? event.name : event.rule.name} by ${event.by}: ${event.reason}`,
    ],
    ...(event.event === 'removed'
      ? []
      : [
          ['', `rank ${event.rule.rank}, ${textOf(event.rule.findingCriteria).join(' and ')}`] as const,
          ...(event.rule.expiresAt === undefined ? [] : [['', `until ${minute(event.rule.expiresAt)}`] as const]),
        ]),
  ]);
  return rows(lines, columns, undefined, 19);
}

/** The same from the audit trail of a store. */
export function describeChanges(changes: readonly AuditEntry[], columns: number): string {
  if (changes.length === 0) return 'No suppression rule was ever made.\n';
  const lines = changes.map(({ action, at, by, reason, subject }): Row => {
    const name = subject.slice(subject.indexOf('/') + 1);
    const why = reason === undefined ? '' : `: ${reason}`;
    return [minute(new Date(at).toISOString()), `${action.slice(action.indexOf('.') + 1)} ${name} by ${by}${why}`];
  });
  return rows(lines, columns, undefined, 19);
}

/** Most findings in the list of a dry run. */
const MOST_LISTED = 20;

export interface DryRunContext {
  /** Findings that the criteria were held against. */
  readonly total: number;
  /** Rules in force, without the one that is tried. */
  readonly others: readonly KeptReadyRule[];
  readonly criteria: FindingCriteria;
  readonly now: number;
}

export function describeDryRun(
  { hidden, kept, warnings }: DryRun,
  { criteria, now, others, total }: DryRunContext,
  columns: number,
): string {
  const already = archive(hidden, others, now).suppressed;
  const twice = already.reduce((sum, each) => sum + each.findings, 0);
  const lines: Row[] = [
    ...criteriaRows(criteria),
    [
      'Would hide',
      hidden.length === 0
        ? `none of ${plural(total)}`
        : `${number(hidden.length)} of ${plural(total)}${twice === 0 ? '' : `, ${number(twice)} of them hidden already by ${already.map(({ rule }) => rule).join(', ')}`}`,
    ],
    ...hidden.slice(0, MOST_LISTED).map((finding) => ['', findingText(finding)] as const),
    ...(hidden.length > MOST_LISTED ? [['', `and ${number(hidden.length - MOST_LISTED)} more`] as const] : []),
    ...kept
      .slice(0, MOST_LISTED)
      .map(
        (finding) =>
          ['Would not hide', `${findingText(finding)}: it fits the newest call, but not all calls behind it`] as const,
      ),
    ...warnings.map((warning) => ['WARNING', warning] as const),
    ...(hidden.length > 0 && warnings.length === 0
      ? [['No warning', 'That is no proof: a thief behind the same gateway looks like the gateway.'] as const]
      : []),
  ];
  return rows(lines, columns, undefined, LABELS);
}

function findingText({ id, resource, service }: Finding): string {
  const { ipAddressV4, ipAddressV6 } = service.action.awsApiCallAction.remoteIpDetails;
  const name = resource.lambdaDetails?.functionName ?? resource.accessKeyDetails.principalId;
  return `${id.slice(0, 12)} ${name} from ${ipAddressV4 ?? ipAddressV6 ?? 'nowhere'}, ${service.eventFirstSeen.slice(0, 10)} to ${service.eventLastSeen.slice(0, 10)}`;
}

function plural(count: number): string {
  return `${number(count)} ${count === 1 ? 'finding' : 'findings'}`;
}

function minute(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')}Z`;
}
