import type { FindingColumn, Store, StoredFinding } from '../../store/index.ts';
import { byText } from './pages.ts';
import type { Call } from './ports.ts';
import { oneOf, wholeIn } from './read-input.ts';
import { wrong } from './rejection.ts';
import { type Search, searchAll, searchIn } from './search.ts';

const DAY = 86_400_000;

/** One line of a statistic: what it counts, how many findings, and the newest of them. */
interface Group {
  readonly key: string | number;
  readonly count: number;
  readonly newest: StoredFinding;
}

/** How findings are grouped: by a column where the store can count, and by the finding itself where it cannot. */
interface Grouping {
  readonly member: string;
  readonly column: FindingColumn;
  keyOf(finding: StoredFinding): string | number;
  line(group: Group): object;
}

const GROUPINGS: Readonly<Record<'ACCOUNT' | 'FINDING_TYPE' | 'RESOURCE' | 'SEVERITY', Grouping>> = {
  ACCOUNT: {
    member: 'groupedByAccount',
    column: 'accountId',
    keyOf: ({ finding }) => finding.accountId,
    line: ({ key }) => ({ accountId: key }),
  },
  FINDING_TYPE: {
    member: 'groupedByFindingType',
    column: 'type',
    keyOf: ({ finding }) => finding.type,
    line: ({ key }) => ({ findingType: key }),
  },
  RESOURCE: {
    member: 'groupedByResource',
    column: 'accessKeyId',
    keyOf: ({ finding }) => finding.resource.accessKeyDetails.accessKeyId,
    line: ({ key, newest: { finding } }) => ({
      accountId: finding.accountId,
      resourceId: key,
      resourceType: finding.resource.resourceType,
    }),
  },
  SEVERITY: {
    member: 'groupedBySeverity',
    column: 'severity',
    keyOf: ({ finding }) => finding.severity,
    line: ({ key }) => ({ severity: key }),
  },
};

/**
 * Counts of findings, archived ones too unless the criteria say otherwise. Where columns say all of the criteria the store counts; else every
 * candidate is read, which takes its time with many findings but little memory. Days are UTC, of the newest activity.
 */
export async function getFindingsStatistics({ input, ports: { store } }: Call): Promise<object> {
  const search = searchIn(input);
  const groupBy = oneOf(input, 'groupBy', ['ACCOUNT', 'DATE', 'FINDING_TYPE', 'RESOURCE', 'SEVERITY']);
  const types = (input.findingStatisticTypes ?? []) as readonly string[];
  const orderBy = oneOf(input, 'orderBy', ['ASC', 'DESC']);
  const most = wholeIn(input, 'maxResults', 1, 100);
  if ((groupBy === undefined) === (types.length === 0)) {
    throw wrong(
      groupBy === undefined ? 'groupBy' : 'findingStatisticTypes',
      'give one of groupBy and findingStatisticTypes',
    );
  }
  if (groupBy === undefined) {
    if (types.some((type) => type !== 'COUNT_BY_SEVERITY'))
      throw wrong('findingStatisticTypes', 'expected COUNT_BY_SEVERITY');
    if (orderBy !== undefined || most !== undefined)
      throw wrong(orderBy ? 'orderBy' : 'maxResults', 'goes with groupBy only');
    return { findingStatistics: { countBySeverity: await countBySeverity(store, search) } };
  }
  const options = { ascending: orderBy === 'ASC', most: most ?? 25 };
  if (groupBy === 'DATE') return { findingStatistics: { groupedByDate: await byDate(store, search, options) } };
  const grouping = GROUPINGS[groupBy];
  const lines = (await groupsOf(store, search, grouping, options)).map((group) => ({
    ...grouping.line(group),
    ...tally(group),
  }));
  return { findingStatistics: { [grouping.member]: lines } };
}

/** Keys as GuardDuty writes them: "8.0". */
async function countBySeverity(store: Store, search: Search): Promise<Readonly<Record<string, number>>> {
  const counts = await countsOf(store, search, GROUPINGS.SEVERITY);
  return Object.fromEntries(
    counts.map(({ value, count }) => [Number.isInteger(value) ? `${value}.0` : String(value), count]),
  );
}

async function countsOf(
  store: Store,
  search: Search,
  { column, keyOf }: Grouping,
): Promise<readonly { readonly value: string | number; readonly count: number }[]> {
  if (search.exact) return await store.findings.count(search.where, column);
  const counts = new Map<string | number, number>();
  for await (const each of searchAll(store, search)) counts.set(keyOf(each), (counts.get(keyOf(each)) ?? 0) + 1);
  return [...counts].map(([value, count]) => ({ value, count }));
}

interface Options {
  readonly ascending: boolean;
  readonly most: number;
}

async function groupsOf(
  store: Store,
  search: Search,
  grouping: Grouping,
  { ascending, most }: Options,
): Promise<Group[]> {
  const { column, keyOf } = grouping;
  const inOrder = <Each extends { readonly count: number; readonly key: string | number }>(groups: Each[]): Each[] =>
    groups
      .sort((a, b) => (ascending ? a.count - b.count : b.count - a.count) || byText(String(a.key), String(b.key)))
      .slice(0, most);
  if (!search.exact) {
    const groups = new Map<string | number, Group>();
    for await (const each of searchAll(store, search)) add(groups, keyOf(each), keyOf(each), each);
    return inOrder([...groups.values()]);
  }
  const counts = inOrder((await countsOf(store, search, grouping)).map(({ value, count }) => ({ key: value, count })));
  const newest = new Map<string | number, string>();
  for (const { key } of counts) {
    const [place] = await store.findings.places({
      where: [...search.where, { column, operator: 'in', values: [key] }],
      orderBy: 'updatedAt',
      descending: true,
      limit: 1,
    });
    if (place !== undefined) newest.set(key, place.id);
  }
  const documents = await store.findings.outlines([...newest.values()]);
  const byId = new Map(documents.map((each) => [each.finding.id, each]));
  return counts.flatMap(({ key, count }) => {
    const found = byId.get(newest.get(key) ?? '');
    // Gone since it was counted.
    return found === undefined ? [] : [{ key, count, newest: found }];
  });
}

/** One line for each day and severity, days in order. */
async function byDate(store: Store, search: Search, { ascending, most }: Options): Promise<object[]> {
  const lines = search.exact
    ? await daysCounted(store, search, ascending, most)
    : await daysRead(store, search, ascending);
  return lines.slice(0, most).map(({ day, severity, group }) => ({ date: day / 1000, severity, ...tally(group) }));
}

interface DayLine {
  readonly day: number;
  readonly severity: number;
  readonly group: Group;
}

/** From one day that has findings to the next. */
async function daysCounted(store: Store, search: Search, ascending: boolean, most: number): Promise<DayLine[]> {
  const lines: DayLine[] = [];
  let beyond: Search = search;
  while (lines.length < most) {
    const [first] = await store.findings.places({
      where: beyond.where,
      orderBy: 'updatedAt',
      descending: !ascending,
      limit: 1,
    });
    if (first === undefined) break;
    const day = Math.floor(Number(first.value) / DAY) * DAY;
    const where = [
      ...search.where,
      { column: 'updatedAt', operator: 'gte', values: [day] },
      { column: 'updatedAt', operator: 'lt', values: [day + DAY] },
    ] as const;
    const groups = await groupsOf(store, { ...search, where }, GROUPINGS.SEVERITY, { ascending: false, most: 100 });
    lines.push(
      ...groups.map((group) => ({ day, severity: Number(group.key), group })).sort((a, b) => b.severity - a.severity),
    );
    const rest = ascending
      ? ({ column: 'updatedAt', operator: 'gte', values: [day + DAY] } as const)
      : ({ column: 'updatedAt', operator: 'lt', values: [day] } as const);
    beyond = { ...search, where: [...search.where, rest] };
  }
  return lines;
}

async function daysRead(store: Store, search: Search, ascending: boolean): Promise<DayLine[]> {
  const groups = new Map<string, Group>();
  for await (const each of searchAll(store, search)) {
    add(groups, `${dayOf(each)} ${each.finding.severity}`, each.finding.severity, each);
  }
  return [...groups.values()]
    .map((group) => ({ day: dayOf(group.newest), severity: Number(group.key), group }))
    .sort((a, b) => (ascending ? a.day - b.day : b.day - a.day) || b.severity - a.severity);
}

function add<Key>(groups: Map<Key, Group>, at: Key, key: string | number, finding: StoredFinding): void {
  const before = groups.get(at);
  const newer = before === undefined || before.newest.finding.updatedAt < finding.finding.updatedAt;
  groups.set(at, { key, count: (before?.count ?? 0) + 1, newest: newer ? finding : before.newest });
}

function dayOf({ finding }: StoredFinding): number {
  return Math.floor(Date.parse(finding.updatedAt) / DAY) * DAY;
}

function tally({ count, newest }: Group): object {
  return { totalFindings: count, lastGeneratedAt: Date.parse(newest.finding.updatedAt) / 1000 };
}
