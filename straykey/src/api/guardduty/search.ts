import {
  type Condition,
  type Criteria,
  compile,
  type FindingCriteria,
  fieldOf,
  type Purpose,
} from '../../criteria/index.ts';
import {
  type ColumnCondition,
  type FindingColumn,
  presented,
  type Store,
  type StoredFinding,
} from '../../store/index.ts';
import { canonicalIp } from '../../where/index.ts';
import type { Input } from './read-input.ts';
import { problem } from './rejection.ts';

/**
 * Criteria as the store can ask them: conditions on its columns, which let through everything that matches, and the criteria
 * themselves for the rest. The engine of `criteria/` has the last word unless the columns say all of it.
 */
export interface Search {
  readonly where: readonly ColumnCondition[];
  /** The columns say everything: what they let through matches. */
  readonly exact: boolean;
  readonly criteria: Criteria;
}

type Kind = 'text' | 'time' | 'severity' | 'count' | 'flag' | 'function' | 'address';

/** Fields that have a column. `function`, `address`: the column holds it or something else, so it can only narrow. */
const COLUMNS: ReadonlyMap<string, { readonly column: FindingColumn; readonly kind: Kind }> = new Map([
  ['id', { column: 'id', kind: 'text' }],
  ['type', { column: 'type', kind: 'text' }],
  ['severity', { column: 'severity', kind: 'severity' }],
  ['accountId', { column: 'accountId', kind: 'text' }],
  ['region', { column: 'region', kind: 'text' }],
  ['service.archived', { column: 'archived', kind: 'flag' }],
  ['service.count', { column: 'count', kind: 'count' }],
  ['createdAt', { column: 'createdAt', kind: 'time' }],
  ['service.eventFirstSeen', { column: 'createdAt', kind: 'time' }],
  ['updatedAt', { column: 'updatedAt', kind: 'time' }],
  ['service.eventLastSeen', { column: 'updatedAt', kind: 'time' }],
  ['resource.accessKeyDetails.accessKeyId', { column: 'accessKeyId', kind: 'text' }],
  ['resource.lambdaDetails.functionName', { column: 'resourceName', kind: 'function' }],
  ['service.action.awsApiCallAction.remoteIpDetails.ipAddressV4', { column: 'callerAddress', kind: 'address' }],
  ['service.action.awsApiCallAction.remoteIpDetails.ipAddressV6', { column: 'callerAddress', kind: 'address' }],
] as const);

/** The column that findings are sorted by for an attribute; undefined when there is none. */
export function columnOf(attribute: string): FindingColumn | undefined {
  return COLUMNS.get(attribute)?.column;
}

export type SearchRead =
  | { readonly kind: 'search'; readonly search: Search }
  | Extract<ReturnType<typeof compile>, { kind: 'problems' }>;

/** Criteria as the store can ask them; absent ones match everything. `filter`: wildcards too, which ListFindings refuses. */
export function searchFor(findingCriteria: unknown, purpose: Purpose = 'search'): SearchRead {
  const criteria = compile(findingCriteria ?? {}, purpose);
  if (criteria.kind === 'problems') return criteria;
  const parts = Object.entries(criteria.criteria.criterion).map(([name, condition]) => narrow(name, condition));
  return {
    kind: 'search',
    search: {
      where: parts.flatMap(({ where }) => where),
      exact: parts.every(({ exact }) => exact),
      criteria,
    },
  };
}

/** The criteria of a request, ready to be asked. */
export function searchIn({ findingCriteria }: Input): Search {
  const read = searchFor(findingCriteria);
  if (read.kind === 'problems') throw problem(read.problems);
  return read.search;
}

interface Narrowed {
  readonly where: readonly ColumnCondition[];
  readonly exact: boolean;
}

const UNSAID: Narrowed = { where: [], exact: false };

function narrow(name: string, condition: FindingCriteria['criterion'][string]): Narrowed {
  const found = COLUMNS.get(fieldOf(name)?.path ?? name);
  if (found === undefined) return UNSAID;
  const parts = Object.entries(condition).map(([operator, operand]) =>
    narrowOne(found.column, found.kind, operator as keyof Condition, operand as readonly string[] | number),
  );
  return { where: parts.flatMap(({ where }) => where), exact: parts.every(({ exact }) => exact) };
}

function narrowOne(
  column: FindingColumn,
  kind: Kind,
  operator: keyof Condition,
  operand: readonly string[] | number,
): Narrowed {
  switch (operator) {
    case 'equals':
    case 'eq':
      return equal(column, kind, operand as readonly string[]);
    case 'notEquals':
    case 'neq':
      return unequal(column, kind, operand as readonly string[]);
    case 'greaterThan':
    case 'gt':
      return ordered(column, kind, 'gt', operand as number);
    case 'greaterThanOrEqual':
    case 'gte':
      return ordered(column, kind, 'gte', operand as number);
    case 'lessThan':
    case 'lt':
      return ordered(column, kind, 'lt', operand as number);
    case 'lessThanOrEqual':
    case 'lte':
      return ordered(column, kind, 'lte', operand as number);
    case 'matches':
    case 'notMatches':
      return UNSAID;
  }
}

function equal(column: FindingColumn, kind: Kind, given: readonly string[]): Narrowed {
  switch (kind) {
    case 'text':
      return said({ column, operator: 'in', values: given });
    case 'function':
      return { where: [{ column, operator: 'in', values: given }], exact: false };
    case 'flag':
      return said({ column, operator: 'in', values: flagsIn(given) });
    case 'count':
      return said({
        column,
        operator: 'in',
        values: given.filter((each) => /^(?:0|[1-9]\d{0,14})$/.test(each)).map(Number),
      });
    case 'time': {
      const whole = given.every((each) => /^\d{1,15}$/.test(each));
      return whole ? said({ column, operator: 'in', values: given.map(Number) }) : UNSAID;
    }
    case 'severity': {
      // By integer part: 8 is everything from 8 to under 9. Neighbours make one stretch.
      const numbers = [...new Set(given.map(Number))].sort((a, b) => a - b);
      const least = numbers[0]!;
      const stretch = numbers.every((each, i) => Number.isInteger(each) && each === least + i);
      return stretch ? between(column, least, numbers.at(-1)! + 1) : UNSAID;
    }
    case 'address': {
      const addresses = given.map(canonicalIp);
      return addresses.includes(undefined)
        ? UNSAID
        : { where: [{ column, operator: 'in', values: addresses as readonly string[] }], exact: false };
    }
  }
}

function unequal(column: FindingColumn, kind: Kind, given: readonly string[]): Narrowed {
  if (kind === 'text') return said({ column, operator: 'notIn', values: given });
  if (kind === 'flag') return said({ column, operator: 'notIn', values: flagsIn(given) });
  return UNSAID;
}

function ordered(column: FindingColumn, kind: Kind, operator: 'gt' | 'gte' | 'lt' | 'lte', given: number): Narrowed {
  if (kind === 'time' || kind === 'count') return said({ column, operator, values: [given] });
  if (kind !== 'severity') return UNSAID;
  // The integer part is over 7 from 8 on, and at most 7 below 8.
  if (operator === 'gt') return said({ column, operator: 'gte', values: [given + 1] });
  if (operator === 'lte') return said({ column, operator: 'lt', values: [given + 1] });
  return said({ column, operator, values: [given] });
}

function between(column: FindingColumn, from: number, to: number): Narrowed {
  return {
    where: [
      { column, operator: 'gte', values: [from] },
      { column, operator: 'lt', values: [to] },
    ],
    exact: true,
  };
}

function said(condition: ColumnCondition): Narrowed {
  return { where: [condition], exact: true };
}

function flagsIn(given: readonly string[]): readonly number[] {
  return given.flatMap((each) => (each === 'true' ? [1] : each === 'false' ? [0] : []));
}

/** Where a finding stands in an order: its value in the column, as the store has it. */
export function valueIn({ finding, archived, changedAt }: StoredFinding, column: FindingColumn): string | number {
  switch (column) {
    case 'id':
    case 'type':
    case 'severity':
    case 'accountId':
    case 'region':
      return finding[column];
    case 'archived':
      return archived ? 1 : 0;
    case 'count':
      return finding.service.count;
    case 'createdAt':
    case 'updatedAt':
      return Date.parse(finding[column]);
    case 'resourceName':
      return (
        finding.resource.lambdaDetails?.functionName ??
        finding.resource.ecsClusterDetails?.taskDetails.arn ??
        finding.resource.instanceDetails?.instanceId ??
        ''
      );
    case 'accessKeyId':
      return finding.resource.accessKeyDetails.accessKeyId;
    case 'callerAddress': {
      const { ipAddressV4, ipAddressV6 } = finding.service.action.awsApiCallAction.remoteIpDetails;
      return ipAddressV4 ?? ipAddressV6 ?? '';
    }
    case 'changedAt':
      return changedAt;
  }
}

export interface Order {
  readonly column: FindingColumn;
  readonly descending: boolean;
}

export interface Place {
  readonly value: string | number;
  readonly id: string;
}

export interface SearchPage {
  readonly found: readonly StoredFinding[];
  /** Where to go on; absent at the end. There may be more even when fewer than asked for were found. */
  readonly next?: Place;
}

/** Rows asked for at once, and looked at for one page, where the columns do not say everything: about 20 ms of reading. */
const BATCH = 100;
const MOST_LOOKED_AT = 400;

/** One page of what matches, in a stated order. */
export async function searchPage(
  store: Store,
  { where, exact, criteria }: Search,
  { column, descending }: Order,
  after: Place | undefined,
  limit: number,
): Promise<SearchPage> {
  const found: StoredFinding[] = [];
  let place = after;
  let looked = 0;
  for (;;) {
    const size = exact ? limit + 1 : BATCH;
    const rows = await store.findings.page({
      where,
      orderBy: column,
      descending,
      ...(place === undefined ? {} : { after: place }),
      limit: size,
    });
    for (const row of rows) {
      // One row over the page: there may be more.
      if (found.length === limit) return { found, next: placeOf(found.at(-1)!, column) };
      if (exact || criteria.matches(presented(row))) found.push(row);
    }
    if (rows.length < size) return { found };
    looked += rows.length;
    place = placeOf(rows.at(-1)!, column);
    if (looked >= MOST_LOOKED_AT) return { found, next: place };
  }
}

/** Everything that matches, a batch at a time; others get their turn in between. */
export async function* searchAll(store: Store, search: Search): AsyncGenerator<StoredFinding> {
  let after: Place | undefined;
  for (;;) {
    const { found, next }: SearchPage = await searchPage(
      store,
      search,
      { column: 'id', descending: false },
      after,
      BATCH,
    );
    yield* found;
    if (next === undefined) return;
    after = next;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

function placeOf(row: StoredFinding, column: FindingColumn): Place {
  return { value: valueIn(row, column), id: row.finding.id };
}
