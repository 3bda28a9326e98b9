import { checkRule, type KeptRule, MOST_RULES, type ReadyRule, type Rule } from '../criteria/index.ts';

/** One change of the rules, with who, when and why. Never changed itself: the list of changes is the audit trail. */
export type RuleEvent = {
  /** ISO time. */
  readonly at: string;
  readonly by: string;
  readonly reason: string;
} & (
  | { readonly event: 'added' | 'changed'; readonly rule: Rule }
  | { readonly event: 'removed'; readonly name: string }
);

export interface KeptReadyRule extends ReadyRule {
  readonly rule: KeptRule;
}

/** The rules in force, by name. */
export type Rules = ReadonlyMap<string, KeptReadyRule>;

export type Replayed =
  | { readonly kind: 'rules'; readonly rules: Rules }
  | { readonly kind: 'problem'; readonly detail: string };

/**
 * The rules after one more change; a problem for a change that does not fit the rules before it (a name added twice, one changed or removed that is
 * not there), that goes over GuardDuty's limits, or whose rule cannot be used.
 */
export function replay(rules: Rules, event: RuleEvent): Replayed {
  if (event.event === 'removed') {
    if (!rules.has(event.name)) return problem(`there is no rule ${JSON.stringify(event.name)} to remove`);
    return { kind: 'rules', rules: new Map([...rules].filter(([name]) => name !== event.name)) };
  }
  const { rule, at, by, reason } = event;
  const before = rules.get(rule.name);
  if (event.event === 'added' && before !== undefined) {
    return problem(`there already is a rule ${JSON.stringify(rule.name)}`);
  }
  if (event.event === 'changed' && before === undefined) {
    return problem(`there is no rule ${JSON.stringify(rule.name)} to change`);
  }
  if (event.event === 'added' && rules.size >= MOST_RULES) {
    return problem(`there are ${MOST_RULES} rules already, as many as GuardDuty takes; remove one first`);
  }
  const checked = checkRule(rule);
  if (checked.kind === 'problems') {
    const sentences = checked.problems.map(({ about, detail }) =>
      detail.startsWith(about) ? detail : `${about}: ${detail}`,
    );
    return problem(`rule ${JSON.stringify(rule.name)} cannot be used: ${sentences.join('; ')}`);
  }
  const kept: KeptRule = { ...rule, createdAt: before?.rule.createdAt ?? at, updatedAt: at, by, reason };
  return { kind: 'rules', rules: new Map(rules).set(rule.name, { rule: kept, criteria: checked.criteria }) };
}

function problem(detail: string): Replayed {
  return { kind: 'problem', detail };
}
