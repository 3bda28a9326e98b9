import { type Criteria, compile } from './compile.ts';
import { type FindingCriteria, MESSAGES, type Problem } from './finding-criteria.ts';

/** A suppression rule: a GuardDuty filter with action ARCHIVE, and what GuardDuty does not keep: who, why, until when. */
export interface Rule {
  readonly name: string;
  readonly description?: string;
  /** 1 to 100. Of several rules that match, the lowest rank archives; equal ranks go by name. */
  readonly rank: number;
  readonly findingCriteria: FindingCriteria;
  /** ISO time. From then on the rule matches nothing. */
  readonly expiresAt?: string;
}

/** A rule in the list of those in force, with who vouches for it. */
export interface KeptRule extends Rule {
  /** ISO times. */
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Of the newest change. */
  readonly by: string;
  readonly reason: string;
}

/** Most filters of an account and region. Source: GuardDuty's quotas, which cannot be raised. */
export const MOST_RULES = 100;

const NAME = /^[A-Za-z0-9._-]{3,64}$/;
/** Letters and digits of ASCII, blanks of every kind, and `- . : _ { } [ ] ( ) /`; no comma. */
const DESCRIPTION = /^[A-Za-z0-9.:_{}[\]()/\s-]{0,512}$/;

export type CheckedRule =
  | { readonly kind: 'rule'; readonly criteria: Criteria }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/** A rule held against GuardDuty's limits: name, description, rank, criteria. All problems, not just the first. */
export function checkRule(rule: {
  readonly name: string;
  readonly description?: string | undefined;
  readonly rank: number;
  readonly findingCriteria: unknown;
  readonly expiresAt?: string | undefined;
}): CheckedRule {
  const problems: Problem[] = [];
  const wrong = (about: string, detail: string) =>
    problems.push({ about, message: MESSAGES.parameter(about), detail: `${about}: expected ${detail}` });
  if (!NAME.test(rule.name)) wrong('name', `3 to 64 of A-Z a-z 0-9 . _ -, found ${JSON.stringify(rule.name)}`);
  if (rule.description !== undefined && !DESCRIPTION.test(rule.description)) {
    wrong('description', 'at most 512 letters, digits, blanks and - . : _ { } [ ] ( ) /');
  }
  if (!Number.isInteger(rule.rank) || rule.rank < 1 || rule.rank > 100) wrong('rank', '1 to 100');
  if (rule.expiresAt !== undefined && Number.isNaN(Date.parse(rule.expiresAt))) wrong('expiresAt', 'an ISO time');
  const criteria = compile(rule.findingCriteria);
  if (criteria.kind === 'problems') problems.push(...criteria.problems);
  return criteria.kind === 'problems' || problems.length > 0
    ? { kind: 'problems', problems }
    : { kind: 'rule', criteria };
}
