import type { Finding } from '../findings/index.ts';
import type { Criteria } from './compile.ts';
import type { Rule } from './rule.ts';
import { standsFor } from './stands-for.ts';

/** A rule whose criteria have been compiled. */
export interface ReadyRule {
  readonly rule: Rule;
  readonly criteria: Criteria;
}

export interface Archived {
  /** All of them, in the order given; the suppressed ones with `service.archived`, nothing else changed. */
  readonly findings: readonly Finding[];
  /** Rules that archived something and how many findings; most first, then by name. */
  readonly suppressed: readonly { readonly rule: string; readonly findings: number }[];
  /** Rules that no longer hold and would have archived a finding that is shown now. */
  readonly lapsed: readonly { readonly rule: string; readonly expiresAt: string; readonly findings: number }[];
}

/**
 * Archives the findings that a rule names. Of several rules the one with the lowest rank archives, of equal ranks the first by name; the
 * order of the rules does not matter. A finding that stands for calls a rule does not name stays (`standsFor`).
 *
 * `now`: epoch milliseconds; a rule is over from its `expiresAt` on.
 */
export function archive(findings: readonly Finding[], rules: readonly ReadyRule[], now: number): Archived {
  const ranked = [...rules].sort((a, b) => a.rule.rank - b.rule.rank || byText(a.rule.name, b.rule.name));
  const inForce = ranked.filter(({ rule }) => !isOver(rule, now));
  const over = ranked.filter(({ rule }) => isOver(rule, now));
  const suppressed = new Map<string, number>();
  const lapsed = new Map<Rule, number>();
  const marked = findings.map((finding) => {
    const suppressor = inForce.find((each) => suppresses(each.criteria, finding));
    if (suppressor !== undefined) {
      countUp(suppressed, suppressor.rule.name);
      return { ...finding, service: { ...finding.service, archived: true } };
    }
    for (const each of over) if (suppresses(each.criteria, finding)) countUp(lapsed, each.rule);
    return finding;
  });
  return {
    findings: marked,
    suppressed: [...suppressed]
      .map(([rule, count]) => ({ rule, findings: count }))
      .sort((a, b) => b.findings - a.findings || byText(a.rule, b.rule)),
    lapsed: [...lapsed].map(([rule, count]) => ({ rule: rule.name, expiresAt: rule.expiresAt!, findings: count })),
  };
}

/** Whether criteria name everything that a finding stands for. */
export function suppresses(criteria: Criteria, finding: Finding): boolean {
  return criteria.matches(finding) && standsFor(finding).every((each) => criteria.matches(each));
}

/** `now`: epoch milliseconds. */
export function isOver({ expiresAt }: Rule, now: number): boolean {
  return expiresAt !== undefined && now >= Date.parse(expiresAt);
}

function countUp<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
