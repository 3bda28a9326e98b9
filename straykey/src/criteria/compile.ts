import type { Finding } from '../findings/index.ts';
import { nearest } from '../kit/index.ts';
import { type Field, fieldOf, nearestField } from './fields.ts';
import { type FindingCriteria, MESSAGES, type Problem } from './finding-criteria.ts';
import { operators, type Predicate, prepare } from './operators.ts';
import { readerOf } from './values.ts';

/** Most fields of one filter. Source: the guide. */
export const MOST_FIELDS = 50;

/** `filter`: criteria that are kept, of a rule. `search`: those of one question (ListFindings, statistics), without wildcards, which may be empty. */
export type Purpose = 'filter' | 'search';

export interface Criteria {
  readonly kind: 'criteria';
  /** As given, the same names and order: a client that wrote `eq` reads `eq`. */
  readonly criteria: FindingCriteria;
  /** Paths that the criteria name. */
  readonly fields: ReadonlySet<string>;
  matches(finding: Finding): boolean;
}

export interface Problems {
  readonly kind: 'problems';
  readonly problems: readonly Problem[];
}

/**
 * GuardDuty's criteria as a question to findings.
 *
 * Every field and every condition on it must hold. `equals` and `matches` hold when any value of the field (lists have several) is any of
 * those given; `notEquals` and `notMatches` when none is, so also for a field the finding does not have; orders when any value
 * fulfils them. Text compares exactly, case included.
 *
 * Refuses what would silently mean something else: an unknown field or condition, an empty list, a text where an address must stand.
 * GuardDuty is laxer with some of these; a rule that it takes and this refuses would hide nothing, or everything.
 */
export function compile(given: unknown, purpose: Purpose = 'filter'): Criteria | Problems {
  const criterion = isRecord(given) ? (given.criterion ?? {}) : undefined;
  if (!isRecord(given) || !isRecord(criterion)) {
    return refused('findingCriteria', 'malformed', 'expected an object { "criterion": { FIELD: CONDITION } }');
  }
  const strange = Object.keys(given).find((key) => key !== 'criterion');
  if (strange !== undefined)
    return refused(strange, 'malformed', `expected only "criterion", found ${quoted(strange)}`);
  const entries = Object.entries(criterion);
  if (entries.length > MOST_FIELDS || (purpose === 'filter' && entries.length === 0)) {
    return refused('findingCriteria', 'invalid', `expected 1 to ${MOST_FIELDS} fields, found ${entries.length}`);
  }
  const parts = entries.map(([name, condition]) => compileField(name, condition, purpose));
  const problems = parts.flatMap((part) => (part.kind === 'problems' ? part.problems : []));
  if (problems.length > 0) return { kind: 'problems', problems };
  const tests = parts.flatMap((part) => (part.kind === 'field' ? [part] : []));
  return {
    kind: 'criteria',
    criteria: { criterion: criterion as FindingCriteria['criterion'] },
    fields: new Set(tests.map(({ field }) => field.path)),
    matches: (finding) => {
      const reader = readerOf(finding);
      return tests.every(({ field, holds }) => {
        const values = reader.at(field.path);
        return holds.every((each) => each(values));
      });
    },
  };
}

interface CompiledField {
  readonly kind: 'field';
  readonly field: Field;
  readonly holds: readonly Predicate[];
}

function compileField(name: string, condition: unknown, purpose: Purpose): CompiledField | Problems {
  const field = fieldOf(name);
  if (field === undefined) {
    const near = nearestField(name);
    return refused(name, 'invalid', `no such field${near === undefined ? '' : `; did you mean ${near}?`}`);
  }
  if (!isRecord(condition)) return refused(name, 'malformed', 'expected a condition such as { "equals": ["…"] }');
  const given = Object.entries(condition);
  if (given.length === 0) return refused(name, 'invalid', 'expected a condition, found none');
  const holds: Predicate[] = [];
  for (const [operator, operand] of given) {
    const sheet = operators.get(operator);
    if (sheet === undefined) {
      const near = nearest(operator, operators.keys());
      return refused(
        name,
        'malformed',
        `no condition is called ${quoted(operator)}${near === undefined ? '' : `; did you mean ${near}?`}`,
      );
    }
    if (sheet.operand === 'patterns' && purpose === 'search') {
      return refused(name, 'invalid', `${operator} is for filters only`);
    }
    const prepared = prepare(sheet, operand, field.kind);
    if (prepared.kind !== 'predicate') {
      return refused(name, prepared.kind, `${operator}: expected ${prepared.expected}`);
    }
    holds.push(prepared.holds);
  }
  return { kind: 'field', field, holds };
}

function refused(about: string, why: 'malformed' | 'invalid', detail: string): Problems {
  return { kind: 'problems', problems: [{ about, message: MESSAGES[why], detail }] };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
