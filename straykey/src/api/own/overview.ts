import { evidenceOf, several } from '../../findings/index.ts';
import type { ColumnCondition, Document, Store, StoredFinding } from '../../store/index.ts';
import type { Coverage, HostLine, Overview, SourceStatus } from './contract.ts';
import { isoTime } from './env.ts';
import { findingLine } from './finding-line.ts';

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

const DAY_MS = 86_400_000;
/** Days of the activity plot. */
const DAYS = 30;
/** Newest findings whose documents are opened, for countries and activity. */
const OPENED = 200;
/** Findings in the list of newest ones. */
const NEWEST = 10;

type Counted = Awaited<ReturnType<Store['counters']['list']>>;
type InsideSessions = Awaited<ReturnType<Store['evidence']['insideSessions']>>;

export interface OverviewPorts {
  readonly store: Store;
  readonly now: () => number;
  readonly sources: () => readonly SourceStatus[];
  readonly oddityMeanings: ReadonlyMap<string, string>;
}

/** The first page, out of a dozen questions to the store whatever the number of findings. */
export async function overviewOf(ports: OverviewPorts): Promise<Overview> {
  const { now, oddityMeanings, store } = ports;
  const at = now();
  const { counters, documents, evidence, findings } = store;
  const sources = ports.sources();
  const [byArchived, bySeverity, byAge, newest, inside, covered, begun, oddities, suppressed, hosts] =
    await Promise.all([
      findings.count([], 'archived'),
      findings.count(ACTIVE, 'severity'),
      agesOf(store, at),
      findings.places({ where: ACTIVE, orderBy: 'updatedAt', descending: true, limit: OPENED }),
      evidence.insideSessions(Math.floor(at / DAY_MS) - DAYS + 1),
      counters.list('coverage:'),
      documents.list(COVERAGE),
      counters.list('oddity:'),
      counters.list('filter-suppressed:'),
      documents.list<HostLine>('host'),
    ]);
  const ids = newest.map(({ id }) => id);
  const opened = await findings.get(ids);
  const coverage = coverageOf(covered, begun);
  const numberOf = (archived: number) => byArchived.find(({ value }) => Number(value) === archived)?.count ?? 0;
  const inState = (state: HostLine['state']) => hosts.filter(({ body }) => body.state === state).length;
  return {
    at: isoTime(at),
    findings: {
      active: numberOf(0),
      archived: numberOf(1),
      suppressed: suppressed.reduce((sum, { value }) => sum + value, 0),
      bySeverity: bySeverity.map(({ value, count }) => ({ severity: Number(value), count })),
      byAge,
      newest: opened.slice(0, NEWEST).map(findingLine),
    },
    activity: activityOf(inside, opened, at),
    countries: countriesOf(opened),
    sources,
    oddities: oddities
      .map(({ name, value, at: last }) => {
        const kind = name.slice('oddity:'.length);
        return { kind, count: value, lastAt: isoTime(last), meaning: oddityMeanings.get(kind) ?? '' };
      })
      .sort((a, b) => b.count - a.count || (a.kind < b.kind ? -1 : 1)),
    learning: { learned: inState('learned'), learning: inState('learning'), reopened: inState('reopened') },
    coverage,
    gaps: gapsOf(coverage, sources),
    empty: coverage.length === 0 && byArchived.length === 0 && sources.every(({ objects }) => objects === 0),
  };
}

const ACTIVE: readonly ColumnCondition[] = [{ column: 'archived', operator: 'in', values: [0] }];

async function agesOf({ findings }: Store, at: number): Promise<Overview['findings']['byAge']> {
  const today = at - (at % DAY_MS);
  const bands = [
    { label: 'today', from: today, before: Number.MAX_SAFE_INTEGER },
    { label: '7 days', from: at - 7 * DAY_MS, before: today },
    { label: '30 days', from: at - 30 * DAY_MS, before: at - 7 * DAY_MS },
    { label: 'older', from: 0, before: at - 30 * DAY_MS },
  ] as const;
  return await Promise.all(
    bands.map(async ({ label, from, before }) => {
      const [row] = await findings.count([
        ...ACTIVE,
        { column: 'updatedAt', operator: 'gte', values: [from] },
        { column: 'updatedAt', operator: 'lt', values: [before] },
      ]);
      return { label, count: row?.count ?? 0 };
    }),
  );
}

/** Calls outside from the newest findings' own days, sessions inside from the evidence. */
function activityOf(inside: InsideSessions, opened: readonly StoredFinding[], at: number): Overview['activity'] {
  const days = new Map<string, Mutable<Overview['activity'][number]>>(
    Array.from({ length: DAYS }, (_, i) => {
      const day = isoTime(at - (DAYS - 1 - i) * DAY_MS).slice(0, 10);
      return [day, { day, alarming: 0, silenced: 0, insideSessions: 0 }];
    }),
  );
  for (const { day, sessions } of inside) {
    const line = days.get(isoTime(day * DAY_MS).slice(0, 10));
    if (line !== undefined) line.insideSessions = sessions;
  }
  for (const each of opened.flatMap(({ finding }) => evidenceOf(finding)?.calls.byDay.listed ?? [])) {
    const line = days.get(each.day);
    if (line === undefined) continue;
    line.alarming += each.alarming;
    line.silenced += each.silenced;
  }
  return [...days.values()];
}

function countriesOf(opened: readonly StoredFinding[]): Overview['countries'] {
  const countries = new Map<string, { code: string; name: string; calls: number; findings: number }>();
  for (const { finding } of opened) {
    const { country } = finding.service.action.awsApiCallAction.remoteIpDetails;
    const code = country?.countryCode;
    if (code === undefined) continue;
    const line = countries.get(code) ?? { code, name: country?.countryName ?? code, calls: 0, findings: 0 };
    countries.set(code, line);
    line.calls += finding.service.count;
    line.findings++;
  }
  return [...countries.values()].sort((a, b) => b.calls - a.calls || (a.code < b.code ? -1 : 1));
}

/** Documents of this kind, `account:region`, were made when the first record from there was read. */
export const COVERAGE = 'coverage';

/** From the counters `coverage:<account>:<region>:management|s3data`, which know when they last grew, and the documents of {@link COVERAGE}. */
export function coverageOf(counted: Counted, begun: readonly Document<unknown>[]): readonly Coverage[] {
  const firstSeen = new Map(begun.map(({ createdAt, id }) => [id, isoTime(createdAt)]));
  const lines = new Map<string, Mutable<Coverage>>();
  for (const { at, name, value } of counted) {
    const [, accountId = '', region = '', sort] = name.split(':');
    const time = isoTime(at);
    const key = `${accountId}:${region}`;
    const line = lines.get(key) ?? {
      accountId,
      region,
      managementRecords: 0,
      s3DataRecords: 0,
      firstSeen: firstSeen.get(key) ?? time,
      lastSeen: time,
    };
    lines.set(key, line);
    if (sort === 'management') line.managementRecords = value;
    if (sort === 's3data') line.s3DataRecords = value;
    if (time > line.lastSeen) line.lastSeen = time;
  }
  return [...lines.values()];
}

function gapsOf(coverage: readonly Coverage[], sources: readonly SourceStatus[]): readonly string[] {
  const accounts = Map.groupBy(coverage, ({ accountId }) => accountId);
  const without = (column: 'managementRecords' | 's3DataRecords') =>
    [...accounts].filter(([, lines]) => lines.every((line) => line[column] === 0)).map(([account]) => account);
  const [noData, noManagement] = [without('s3DataRecords'), without('managementRecords')];
  return [
    ...(noData.length > 0
      ? [`S3 data events are not recorded in ${accountsText(noData)}: stolen keys that only read objects are not seen.`]
      : []),
    ...(noManagement.length > 0
      ? [
          `Management events are not recorded in ${accountsText(noManagement)}: which function a key was made for is often not provable.`,
        ]
      : []),
    ...sources.flatMap(({ error, name, state }) => {
      if (state === 'silent') return [`Source ${name} has brought nothing for longer than usual.`];
      if (state === 'failing') return [`Source ${name} cannot be read${error === undefined ? '' : `: ${error}`}.`];
      return [];
    }),
  ];
}

function accountsText(accounts: readonly string[]): string {
  return `${accounts.length} ${accounts.length === 1 ? 'account' : 'accounts'} (${several(accounts)})`;
}
