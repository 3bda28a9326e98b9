import { malformed, wrong } from './rejection.ts';
import { membersOf, type OperationSheet, type Type } from './shapes.ts';

/** Members of a request by their names, read against the operation's shape. Operations say which ones they rely on. */
export type Input = Readonly<Record<string, unknown>>;

/**
 * A request's members: labels of the path, query parameters and the JSON body, checked against the model. Members that the model
 * does not know are left out, `null` counts as absent, as AWS has it. Own members only: `__proto__` in a body is one that nobody asks for.
 *
 * @throws Rejection for a body that is no JSON object, a wrong type, or a required member that is missing
 */
export function readInput(
  operation: OperationSheet,
  labels: ReadonlyMap<string, string>,
  query: ReadonlyMap<string, readonly string[]>,
  body: Uint8Array,
): Input {
  const document = documentIn(body);
  const input: Record<string, unknown> = Object.create(null);
  for (const { name, where, required, type } of membersOf(operation.input)) {
    const given =
      where === 'path'
        ? labels.get(name)
        : where === 'query'
          ? queryValue(name, query.get(name), type)
          : ownMember(document, name);
    if (given !== undefined && given !== null) input[name] = where === 'body' ? checked(given, type, name) : given;
    else if (required) throw wrong(name, 'is missing');
  }
  return Object.freeze(input);
}

function documentIn(body: Uint8Array): object {
  if (body.length === 0) return {};
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw malformed('the body is not JSON in UTF-8');
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw malformed('the body is not a JSON object');
  }
  return document;
}

function ownMember(document: object, name: string): unknown {
  return Object.hasOwn(document, name) ? (document as Readonly<Record<string, unknown>>)[name] : undefined;
}

function queryValue(name: string, values: readonly string[] | undefined, type: Type): unknown {
  if (values === undefined) return undefined;
  if (type.kind === 'list') return values;
  const [value = ''] = values;
  if (type.kind !== 'number') return value;
  if (!/^\d{1,9}$/.test(value)) throw wrong(name, `expected a number, found ${JSON.stringify(value)}`);
  return Number(value);
}

/** A value of the type, with unknown members left out. */
function checked(value: unknown, type: Type, at: string): unknown {
  switch (type.kind) {
    case 'string':
    case 'number':
    case 'boolean':
      if (typeof value === type.kind && !Number.isNaN(value)) return value;
      throw malformed(`${at}: expected a ${type.kind}`);
    case 'time':
      if (typeof value === 'number') return value;
      throw malformed(`${at}: expected epoch seconds`);
    case 'document':
      return value;
    case 'list':
      if (!Array.isArray(value)) throw malformed(`${at}: expected a list`);
      return value.map((each, i) => checked(each, type.of, `${at}[${i}]`));
    case 'map':
      if (!isRecord(value)) throw malformed(`${at}: expected an object`);
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, checked(each, type.of, at)]));
    case 'shape':
      if (!isRecord(value)) throw malformed(`${at}: expected an object`);
      return Object.fromEntries(
        membersOf(type.name).flatMap((member): [string, unknown][] => {
          const given = ownMember(value, member.name);
          if (given !== undefined && given !== null) {
            return [[member.name, checked(given, member.type, `${at}.${member.name}`)]];
          }
          if (member.required) throw wrong(member.name, `${at}.${member.name} is missing`);
          return [];
        }),
      );
  }
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A whole number of a request within its limits.
 *
 * @throws Rejection naming the parameter
 */
export function wholeIn(input: Input, name: string, least: number, most: number): number | undefined {
  const value = input[name];
  if (value === undefined) return undefined;
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
    throw wrong(name, `expected ${least} to ${most}`);
  }
  return value as number;
}

/** One of a few words. */
export function oneOf<Word extends string>(input: Input, name: string, words: readonly Word[]): Word | undefined {
  const value = input[name];
  if (value === undefined) return undefined;
  const word = words.find((each) => each === value);
  if (word === undefined) throw wrong(name, `expected one of ${words.join(', ')}`);
  return word;
}

/** A text that fits a pattern. */
export function textIn(input: Input, name: string, pattern: RegExp, expected: string): string | undefined {
  const value = input[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !pattern.test(value)) throw wrong(name, `expected ${expected}`);
  return value;
}

/** What must be there; the model says so, or the operation does. */
export function present<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined) throw wrong(name, 'is missing');
  return value;
}

/** At most 50 ids, each 32 hexadecimal digits in GuardDuty; here any text of a sane length, unknown ones are left alone. */
export function findingIdsIn(input: Input): readonly string[] {
  const ids = input.findingIds as readonly string[];
  if (ids.length > 50) throw wrong('findingIds', 'expected at most 50');
  if (ids.some((id) => id.length === 0 || id.length > 300)) throw wrong('findingIds', 'expected ids of findings');
  return [...new Set(ids)];
}
