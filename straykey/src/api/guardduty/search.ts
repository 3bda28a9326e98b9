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
  type FindingPlace,
  type FindingQuery,
  presented,
  type Store,
  type StoredFinding,
} from '../../store/index.ts';
import { formatIp, lastOf, parseCidr } from '../../where/index.ts';
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

/** Fields that have a column. `function`: the column holds its name, or a task or instance. `address`: the caller's, of either family. */
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
      return { where: [{ column, operator: 'in', values: given }], exact: given.every(isFunctionOnly) };
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
    case 'address':
      return within(column, 'within', given);
  }
}

function unequal(column: FindingColumn, kind: Kind, given: readonly string[]): Narrowed {
  if (kind === 'text') return said({ column, operator: 'notIn', values: given });
  if (kind === 'flag') return said({ column, operator: 'notIn', values: flagsIn(given) });
  if (kind === 'address') return within(column, 'notWithin', given);
  if (kind === 'function' && given.every(isFunctionOnly)) return said({ column, operator: 'notIn', values: given });
  return UNSAID;
}

/** Whether no task and no instance can be called this. The empty text stands for neither of the three. */
function isFunctionOnly(name: string): boolean {
  return name !== '' && !name.includes(':') && !name.startsWith('i-');
}

/** Addresses and CIDRs that the field can have: those of its own family, or `compile` would have refused them. */
function within(column: FindingColumn, operator: 'within' | 'notWithin', given: readonly string[]): Narrowed {
  const values = given.map(parseCidr).flatMap((cidr) => (cidr ? [formatIp(cidr.base), formatIp(lastOf(cidr))] : []));
  return said({ column, operator, values });
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

export interface Order {
  readonly column: FindingColumn;
  readonly descending: boolean;
}

interface Page {
  /** Where to go on; absent at the end. There may be more even when fewer than asked for were found. */
  readonly next?: FindingPlace;
}

export interface IdPage extends Page {
  readonly ids: readonly string[];
}

export interface SearchPage extends Page {
  readonly found: readonly StoredFinding[];
}

/** Rows asked for at once where the columns do not say everything. */
const BATCH = 100;
/** Rows looked at for one page: some 10 ms of reading. Outlines are quicker than documents with all their evidence. */
const MOST_LOOKED_AT = { outlines: 500, get: 200 } as const;

/** Ids of one page of what matches, in a stated order. Documents are opened only for criteria that columns do not say. */
export async function searchIds(
  { findings }: Pick<Store, 'findings'>,
  { where, exact, criteria }: Search,
  { column, descending }: Order,
  after: FindingPlace | undefined,
  limit: number,
): Promise<IdPage> {
  const query = { where, orderBy: column, descending };
  // One row over the page: there may be more.
  if (exact) {
    const places = await findings.places({ ...query, ...from(after), limit: limit + 1 });
    return pageOf(places, limit);
  }
  const how = needsEvidence(criteria) ? 'get' : 'outlines';
  const found: FindingPlace[] = [];
  let place = after;
  for (let looked = 0; looked < MOST_LOOKED_AT[how]; looked += BATCH) {
    const places = await findings.places({ ...query, ...from(place), limit: BATCH });
    const read = await findings[how](places.map(({ id }) => id));
    const matching = new Set(read.filter((each) => criteria.matches(presented(each))).map(({ finding }) => finding.id));
    found.push(...places.filter(({ id }) => matching.has(id)));
    if (found.length > limit || places.length < BATCH) return pageOf(found, limit);
    place = places.at(-1)!;
  }
  return { ...pageOf(found, limit), ...(place !== undefined && { next: place }) };
}

function from(after: FindingPlace | undefined): Pick<FindingQuery, 'after'> {
  return after === undefined ? {} : { after };
}

function pageOf(places: readonly FindingPlace[], limit: number): IdPage {
  const page = places.slice(0, limit);
  return { ids: page.map(({ id }) => id), ...(places.length > limit && { next: page.at(-1)! }) };
}

/** Whether criteria ask for anything that an outline leaves out. */
function needsEvidence({ fields }: Criteria): boolean {
  return [...fields].some((field) => field.startsWith('service.additionalInfo'));
}

/** One page of what matches, with its documents, in a stated order. */
export async function searchPage(
  store: Pick<Store, 'findings'>,
  search: Search,
  order: Order,
  after: FindingPlace | undefined,
  limit: number,
): Promise<SearchPage> {
  const { ids, ...rest } = await searchIds(store, search, order, after, limit);
  return { found: await store.findings.get(ids), ...rest };
}

/** Outlines of everything that matches, in no stated order, a batch at a time; others get their turn in between. */
export async function* searchAll(store: Pick<Store, 'findings'>, search: Search): AsyncGenerator<StoredFinding> {
  let after: FindingPlace | undefined;
  for (;;) {
    const { ids, next }: IdPage = await searchIds(store, search, { column: 'id', descending: false }, after, BATCH);
    yield* await store.findings.outlines(ids);
    if (next === undefined) return;
    after = next;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
