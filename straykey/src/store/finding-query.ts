import { type RawBuilder, sql } from 'kysely';
import { addressKey } from './address-key.ts';
import type { ColumnCondition, FindingColumn, FindingQuery } from './port.ts';
import type { FindingRow, FindingTable } from './schema.ts';
import type { Session } from './session.ts';
import { keyOf } from './text.ts';
import type { Words } from './words.ts';

interface Column {
  readonly name: keyof FindingTable;
  readonly type: 'text' | 'integer' | 'real';
}

export const COLUMNS: Readonly<Record<FindingColumn, Column>> = {
  id: { name: 'id', type: 'text' },
  type: { name: 'type', type: 'text' },
  severity: { name: 'severity', type: 'real' },
  accountId: { name: 'account_id', type: 'text' },
  region: { name: 'region', type: 'text' },
  archived: { name: 'archived', type: 'integer' },
  count: { name: 'count', type: 'integer' },
  createdAt: { name: 'created_at', type: 'integer' },
  updatedAt: { name: 'updated_at', type: 'integer' },
  resourceName: { name: 'resource_name', type: 'text' },
  accessKeyId: { name: 'access_key_id', type: 'text' },
  callerAddress: { name: 'caller_address', type: 'text' },
  changedAt: { name: 'changed_at', type: 'integer' },
};

const NEVER = sql<boolean>`1 = 0`;
const ALWAYS = sql<boolean>`1 = 1`;

/**
 * How an engine should find a page. `walk`: along the order asked, passing rows that do not fit. `few`: all rows that the conditions on
 * one column leave, then sorted. `free`: as the engine likes.
 */
export type Plan =
  | { readonly kind: 'free' }
  | { readonly kind: 'walk'; readonly orderBy: FindingColumn }
  | { readonly kind: 'few'; readonly column: FindingColumn };

const FREE: Plan = { kind: 'free' };

/**
 * Rows that may be looked up and sorted for a page, about 5 ms of work. Conditions that leave more are held against each row along the order
 * asked: what is frequent is met soon.
 */
const FEW = 2_000;

/** All conditions hold; none: always true. */
export function whereOf(words: Words, conditions: readonly ColumnCondition[], plan: Plan = FREE): RawBuilder<boolean> {
  if (conditions.length === 0) return ALWAYS;
  return sql<boolean>`${sql.join(
    conditions.map((condition) => conditionOf(words, condition, isOffered(words, condition, plan))),
    sql` and `,
  )}`;
}

/** Whether an index may be begun with this condition. PostgreSQL knows what is frequent, and is only told when not to walk. */
function isOffered({ engine }: Words, condition: ColumnCondition, plan: Plan): boolean {
  if (plan.kind === 'free' || engine === 'postgres') return true;
  return plan.kind === 'few' ? condition.column === plan.column : beginsWalk(condition, plan.orderBy);
}

/** Whether a walk along this order can begin where the condition begins to hold: a bound of the order itself, or what is archived or not. */
function beginsWalk({ column, operator, values }: ColumnCondition, orderBy: FindingColumn): boolean {
  if (operator === 'in') {
    return values.length === 1 && (column === orderBy || (column === 'archived' && ARCHIVED_AND.has(orderBy)));
  }
  return column === orderBy && operator !== 'within' && operator !== 'notWithin' && operator !== 'notIn';
}

/** Orders that have an index which begins with `archived`. */
const ARCHIVED_AND: ReadonlySet<FindingColumn> = new Set(['severity', 'createdAt', 'updatedAt']);

/** No index begins with an expression; adding nothing makes one of a column. */
function refTo({ engine }: Words, { name, type }: Column, offered: boolean): RawBuilder<unknown> {
  const ref = sql.ref(name);
  if (offered) return ref;
  if (engine === 'sqlite') return sql`+${ref}`;
  return type === 'text' ? sql`(${ref} || '')` : sql`(${ref} + 0)`;
}

function conditionOf(
  words: Words,
  { column, operator, values }: ColumnCondition,
  offered: boolean,
): RawBuilder<boolean> {
  if (operator === 'within') return within(words, values, offered);
  if (operator === 'notWithin') return sql`not (${within(words, values, offered)})`;
  const { type } = COLUMNS[column];
  const ref = refTo(words, COLUMNS[column], offered);
  if (operator === 'in') return among(words, ref, type, values);
  if (operator === 'notIn') return sql`not (${among(words, ref, type, values)})`;
  const [value] = values;
  if (value === undefined || values.length > 1) throw new TypeError(`${operator} on ${column} takes exactly one value`);
  const bound = boundOf(type, operator, value);
  switch (operator) {
    case 'gt':
      return sql`${ref} > ${bound}`;
    case 'gte':
      return sql`${ref} >= ${bound}`;
    case 'lt':
      return sql`${ref} < ${bound}`;
    case 'lte':
      return sql`${ref} <= ${bound}`;
  }
}

/** Pairs of addresses, first and last. */
function within(words: Words, values: ColumnCondition['values'], offered: boolean): RawBuilder<boolean> {
  const ref = refTo(words, { name: 'caller_key', type: 'text' }, offered);
  const ranges: RawBuilder<boolean>[] = [];
  for (let i = 0; i + 1 < values.length; i += 2) {
    const [first, last] = [addressKey(String(values[i])), addressKey(String(values[i + 1]))];
    if (first !== '' && last !== '') ranges.push(sql<boolean>`${ref} between ${first} and ${last}`);
  }
  return ranges.length === 0 ? NEVER : sql<boolean>`(${sql.join(ranges, sql` or `)})`;
}

function among(
  words: Words,
  ref: RawBuilder<unknown>,
  type: Column['type'],
  values: ColumnCondition['values'],
): RawBuilder<boolean> {
  if (type === 'text') {
    const keys = values.map(String).map(keyOf);
    return keys.length === 1 ? sql`${ref} = ${keys[0]}` : words.oneOf(ref, keys);
  }
  // A column of whole numbers holds no others.
  const numbers = values.map(Number).filter(type === 'integer' ? Number.isSafeInteger : Number.isFinite);
  if (numbers.length === 0) return NEVER;
  // One value leaves an index in the order of its other columns; several do not.
  return numbers.length === 1
    ? sql`${ref} = ${boundOf(type, 'gte', numbers[0]!)}`
    : words.oneOfNumbers(ref, numbers, type);
}

/** Whole numbers beside columns of whole numbers, which PostgreSQL insists on: x > 1.5 is x > 1. */
function boundOf(
  type: Column['type'],
  operator: 'gt' | 'gte' | 'lt' | 'lte',
  value: string | number,
): RawBuilder<unknown> {
  if (type === 'text') return sql`${keyOf(String(value))}`;
  const number = Number(value);
  if (Number.isNaN(number)) throw new TypeError(`expected a number, found ${value}`);
  if (type === 'real') return sql`cast(${number} as double precision)`;
  const whole = operator === 'gt' || operator === 'lte' ? Math.floor(number) : Math.ceil(number);
  const least = Number.MIN_SAFE_INTEGER;
  return sql`cast(${Math.min(Math.max(whole, least), -least)} as bigint)`;
}

/** How a statement spells a query: the conditions, the place to go on from, the order. */
interface Spelled {
  readonly where: RawBuilder<boolean>;
  readonly order: RawBuilder<unknown>;
}

function spelled(words: Words, { where, orderBy, descending, after }: FindingQuery, plan: Plan): Spelled {
  const { name, type } = COLUMNS[orderBy];
  const ref = refTo(words, COLUMNS[orderBy], plan.kind !== 'few');
  const direction = sql.raw(descending ? 'desc' : 'asc');
  const rest = sql<boolean>`${whereOf(words, where, plan)} and ${after === undefined ? ALWAYS : startOf(ref, type, descending, after, name === 'id')}`;
  return { where: rest, order: name === 'id' ? sql`${ref} ${direction}` : sql`${ref} ${direction}, id ${direction}` };
}

/** Ids and places of a page as one statement that opens no document. */
export function placesOf(
  words: Words,
  query: FindingQuery,
  plan: Plan = FREE,
): RawBuilder<{ id: string; value: string | number }> {
  const { where, order } = spelled(words, query, plan);
  const value = sql.ref(COLUMNS[query.orderBy].name);
  return sql`select id, ${value} as value from findings where ${where} order by ${order} limit ${query.limit}`;
}

/** The page with its documents, as one statement. Only the documents of the page are opened. */
export function pageOf(words: Words, query: FindingQuery, plan: Plan = FREE): RawBuilder<FindingRow> {
  const { where, order } = spelled(words, query, plan);
  const direction = sql.raw(query.descending ? 'desc' : 'asc');
  const value = sql.ref(`findings.${COLUMNS[query.orderBy].name}`);
  return sql`select findings.*, head, evidence
    from (select id from findings where ${where} order by ${order} limit ${query.limit}) as page
      cross join findings cross join finding_documents
    where findings.id = page.id and finding_id = page.id
    order by ${value} ${direction}, findings.id ${direction}`;
}

/** How to find this page: by the column whose conditions leave few rows, if any do. */
export async function planFor({ db, words }: Session, { where, orderBy }: FindingQuery): Promise<Plan> {
  const asked = where.filter((condition) => narrows(condition) && !beginsWalk(condition, orderBy));
  let plan: Plan = { kind: 'walk', orderBy };
  let fewest = FEW;
  for (const column of new Set(asked.map((condition) => condition.column))) {
    const own = asked.filter((condition) => condition.column === column);
    const { rows } = await sql<{ lines: number }>`select count(*) as lines
      from (select 1 from findings where ${whereOf(words, own)} limit ${fewest}) as met`.execute(db);
    const { lines } = rows[0]!;
    if (lines >= fewest) continue;
    fewest = lines;
    plan = { kind: 'few', column };
  }
  return plan;
}

/** Whether an index can find the rows that the condition leaves. */
function narrows({ operator }: ColumnCondition): boolean {
  return operator !== 'notIn' && operator !== 'notWithin';
}

/** `(column, id)` beyond those of the row named: a range that an index can begin with. */
function startOf(
  ref: RawBuilder<unknown>,
  type: Column['type'],
  descending: boolean,
  after: NonNullable<FindingQuery['after']>,
  byId: boolean,
): RawBuilder<boolean> {
  const id = keyOf(after.id);
  const beyond = sql.raw(descending ? '<' : '>');
  if (byId) return sql`${ref} ${beyond} ${id}`;
  return sql`(${ref}, id) ${beyond} (${boundOf(type, descending ? 'lte' : 'gte', after.value)}, ${id})`;
}
