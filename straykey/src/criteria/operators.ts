import { cidrContains, parseCidr, parseIp } from '../where/index.ts';
import type { FieldKind } from './fields.ts';
import type { Condition } from './finding-criteria.ts';
import type { Scalar } from './values.ts';
import { fits, wildcardsIn } from './wildcard.ts';

/** Most values of `equals` and `notEquals`. Source: the service model. */
export const MOST_VALUES = 50;
/** Most values of `matches` and `notMatches`, their length in characters, and the wildcards in one. Source: the same, and the guide. */
export const MOST_PATTERNS = 5;
export const MOST_PATTERN_CHARACTERS = 512;
export const MOST_WILDCARDS = 5;

type Operator = keyof Condition;

/** What an operator compares with: one whole number, a list of texts, or a list of patterns. */
type Operand = 'number' | 'values' | 'patterns';

interface Sheet {
  readonly operand: Operand;
  /** True for conditions that hold when no value of the field is the one named, so also when the field is missing. */
  readonly negative?: boolean;
  readonly compares?: (found: number, given: number) => boolean;
}

const over: Sheet = { operand: 'number', compares: (found, given) => found > given };
const atLeast: Sheet = { operand: 'number', compares: (found, given) => found >= given };
const under: Sheet = { operand: 'number', compares: (found, given) => found < given };
const atMost: Sheet = { operand: 'number', compares: (found, given) => found <= given };

export const operators: ReadonlyMap<string, Sheet> = new Map<Operator, Sheet>([
  ['equals', { operand: 'values' }],
  ['eq', { operand: 'values' }],
  ['notEquals', { operand: 'values', negative: true }],
  ['neq', { operand: 'values', negative: true }],
  ['greaterThan', over],
  ['gt', over],
  ['greaterThanOrEqual', atLeast],
  ['gte', atLeast],
  ['lessThan', under],
  ['lt', under],
  ['lessThanOrEqual', atMost],
  ['lte', atMost],
  ['matches', { operand: 'patterns' }],
  ['notMatches', { operand: 'patterns', negative: true }],
]);

/** Whether the values of a field fulfil a condition. */
export type Predicate = (values: readonly Scalar[]) => boolean;

export type Prepared =
  | { readonly kind: 'predicate'; readonly holds: Predicate }
  /** `malformed`: not the JSON type the model says. `invalid`: the type, but over a limit or no possible value. */
  | { readonly kind: 'malformed' | 'invalid'; readonly expected: string };

/** One condition of one field, checked once, asked often. */
export function prepare(sheet: Sheet, given: unknown, kind: FieldKind): Prepared {
  if (sheet.operand === 'number') return prepareOrder(sheet, given, kind);
  if (!Array.isArray(given) || given.some((each) => typeof each !== 'string')) {
    return { kind: 'malformed', expected: 'a list of texts' };
  }
  const prepared = sheet.operand === 'values' ? prepareValues(given, kind) : preparePatterns(given);
  if (prepared.kind !== 'predicate' || sheet.negative !== true) return prepared;
  return { kind: 'predicate', holds: (values) => !prepared.holds(values) };
}

function prepareOrder({ compares }: Sheet, given: unknown, kind: FieldKind): Prepared {
  if (typeof given !== 'number' || !Number.isSafeInteger(given)) {
    return { kind: 'malformed', expected: kind === 'time' ? 'epoch milliseconds' : 'a whole number' };
  }
  return { kind: 'predicate', holds: (values) => values.some((value) => compares!(numberOf(value, kind), given)) };
}

function prepareValues(given: readonly string[], kind: FieldKind): Prepared {
  if (given.length === 0 || given.length > MOST_VALUES) {
    return { kind: 'invalid', expected: `1 to ${MOST_VALUES} values` };
  }
  const tests = given.map((each) => equalTo(each, kind));
  const wrong = tests.indexOf(undefined);
  if (wrong !== -1) return { kind: 'invalid', expected: `${ADDRESS[kind]}, not ${JSON.stringify(given[wrong])}` };
  return { kind: 'predicate', holds: (values) => values.some((value) => tests.some((test) => test!(value))) };
}

const ADDRESS: Readonly<Record<FieldKind, string>> = {
  text: 'text',
  time: 'epoch milliseconds',
  severity: 'a number',
  address: 'an address or CIDR',
  ipv4: 'an IPv4 address or CIDR',
  ipv6: 'an IPv6 address or CIDR',
};

/**
 * The test for one value; undefined for a value that no address can equal. Addresses compare as addresses, whatever their spelling, and a
 * CIDR holds every address in it: GuardDuty's page on this finding promises that, its API reference is silent.
 */
function equalTo(given: string, kind: FieldKind): ((value: Scalar) => boolean) | undefined {
  switch (kind) {
    case 'address':
    case 'ipv4':
    case 'ipv6': {
      const cidr = parseCidr(given);
      if (cidr === undefined || (kind !== 'address' && kind !== `ipv${cidr.base.family}`)) return undefined;
      return (value) => {
        const ip = parseIp(String(value));
        return ip !== undefined && cidrContains(cidr, ip);
      };
    }
    case 'time':
    case 'severity':
      return (value) => String(value) === given || (given.trim() !== '' && numberOf(value, kind) === Number(given));
    case 'text':
      return (value) => String(value) === given;
  }
}

function preparePatterns(given: readonly string[]): Prepared {
  if (given.length === 0 || given.length > MOST_PATTERNS) {
    return { kind: 'invalid', expected: `1 to ${MOST_PATTERNS} patterns` };
  }
  for (const pattern of given) {
    if (pattern.length === 0 || pattern.length > MOST_PATTERN_CHARACTERS) {
      return { kind: 'invalid', expected: `patterns of 1 to ${MOST_PATTERN_CHARACTERS} characters` };
    }
    if (wildcardsIn(pattern) > MOST_WILDCARDS) {
      return { kind: 'invalid', expected: `at most ${MOST_WILDCARDS} wildcards in a pattern` };
    }
  }
  return {
    kind: 'predicate',
    holds: (values) => values.some((value) => given.some((pattern) => fits(String(value), pattern))),
  };
}

/** NaN, which no order holds for, when the value is no number. Severities count by their integer part: 8.9 is an 8. */
function numberOf(value: Scalar, kind: FieldKind): number {
  if (kind === 'time' && typeof value === 'string') return Date.parse(value);
  const number =
    typeof value === 'number' ? value : /^-?\d+(?:\.\d+)?$/.test(String(value)) ? Number(value) : Number.NaN;
  return kind === 'severity' ? Math.trunc(number) : number;
}
