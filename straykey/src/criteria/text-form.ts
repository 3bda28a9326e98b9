import { type FieldKind, fieldOf } from './fields.ts';
import type { Condition, FindingCriteria } from './finding-criteria.ts';

/** Signs of the short form, longest first, and what they stand for. */
const SIGNS = [
  ['!=', 'notEquals'],
  ['!~', 'notMatches'],
  ['>=', 'greaterThanOrEqual'],
  ['<=', 'lessThanOrEqual'],
  ['=', 'equals'],
  ['~', 'matches'],
  ['>', 'greaterThan'],
  ['<', 'lessThan'],
] as const satisfies readonly (readonly [string, keyof Condition])[];

const SIGN_OF: ReadonlyMap<string, string> = new Map([
  ...SIGNS.map(([sign, operator]) => [operator, sign] as const),
  ['eq', '='],
  ['neq', '!='],
  ['gt', '>'],
  ['gte', '>='],
  ['lt', '<'],
  ['lte', '<='],
]);

export type TextRead =
  | { readonly kind: 'criteria'; readonly criteria: FindingCriteria }
  | { readonly kind: 'problem'; readonly detail: string };

/**
 * Criteria from their short form, one condition a text, all of which must hold: `type=A,B` (either), `severity>=7`,
 * `service.action.awsApiCallAction.api!=GetObject`, `resource.lambdaDetails.functionName~orders-*`. A comma in a value is written `\,` and a
 * backslash `\\`. Times may be dates: `updatedAt>=2026-10-01` is the first millisecond of that day, UTC. Fields and limits are checked by `compile`.
 */
export function criteriaFromText(texts: readonly string[]): TextRead {
  const criterion = new Map<string, Record<string, unknown>>();
  for (const text of texts) {
    const parts = split(text);
    if (parts === undefined) {
      return problem(`expected FIELD=VALUE (or != > >= < <= ~ !~), such as severity>=7, found ${JSON.stringify(text)}`);
    }
    const { name, sign, operator, value } = parts;
    const condition = criterion.get(name) ?? {};
    const before = condition[operator];
    const order = sign.startsWith('>') || sign.startsWith('<');
    if (order) {
      const number = orderOperand(value, fieldOf(name)?.kind ?? 'text');
      if (number === undefined)
        return problem(`${name}${sign}: expected a whole number, found ${JSON.stringify(value)}`);
      if (before !== undefined) return problem(`${name}${sign} is given twice; keep the one you mean`);
      condition[operator] = number;
    } else {
      const values = valuesOf(value);
      if (before !== undefined && !sign.startsWith('!')) {
        return problem(
          `${name}${sign} is given twice, and both must hold; for either, write ${name}${sign}${[...(before as string[]), ...values].map(escaped).join(',')}`,
        );
      }
      condition[operator] = [...((before as readonly string[] | undefined) ?? []), ...values];
    }
    criterion.set(name, condition);
  }
  return { kind: 'criteria', criteria: { criterion: ownRecord(criterion) } };
}

/** The short form of criteria, for people and for `--where`; reading it gives criteria that mean the same. */
export function textOf({ criterion }: FindingCriteria): readonly string[] {
  return Object.entries(criterion).flatMap(([field, condition]) =>
    Object.entries(condition).map(([operator, operand]: [string, unknown]) => {
      const value = Array.isArray(operand) ? operand.map((each) => escaped(String(each))).join(',') : String(operand);
      return `${field}${SIGN_OF.get(operator) ?? operator}${value}`;
    }),
  );
}

/** The members of a record as its own, whatever their names: `__proto__` is one that no field has, and is refused as such. */
function ownRecord<Value>(entries: Iterable<readonly [string, Value]>): Record<string, Value> {
  return Object.fromEntries(entries);
}

function split(text: string) {
  const match = /^\s*([A-Za-z0-9_.]+)\s*(!=|!~|>=|<=|=|~|>|<)\s*(.*)$/s.exec(text);
  if (match === null) return undefined;
  const [, name = '', sign = '', value = ''] = match;
  const operator = SIGNS.find(([each]) => each === sign)![1];
  return { name, sign, operator, value };
}

function orderOperand(value: string, kind: FieldKind): number | undefined {
  if (/^-?\d+$/.test(value)) return Number(value);
  if (kind !== 'time' || !/^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?Z)?$/.test(value))
    return undefined;
  const time = Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}

function valuesOf(text: string): string[] {
  const values = [''];
  let literal = false;
  for (const character of text) {
    if (!literal && character === '\\') {
      literal = true;
    } else if (!literal && character === ',') {
      values.push('');
    } else {
      values.push((values.pop() ?? '') + character);
      literal = false;
    }
  }
  return values;
}

function escaped(value: string): string {
  return value.replace(/[\\,]/g, '\\$&');
}

function problem(detail: string): TextRead {
  return { kind: 'problem', detail };
}
