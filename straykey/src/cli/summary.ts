import { styleText } from 'node:util';
import type { Archived } from '../criteria/index.ts';
import { printable } from '../kit/index.ts';
import type { KindTally } from '../passes/index.ts';
import type { Scanned } from '../pipeline.ts';
import { recordOddities } from '../records/index.ts';
import { sourceOddities } from '../sources/index.ts';
import { placeOddities } from '../survey/index.ts';
import { basisOf, type PlaceTables } from '../where/index.ts';
import { rows } from './layout.ts';
import type { OddityCount } from './oddity-log.ts';
import { number } from './progress.ts';

const CATALOGUE: ReadonlyMap<
  string,
  { readonly means: string; readonly doThis: string; readonly effect: 'unusable' | 'skipped' }
> = new Map(Object.entries({ ...recordOddities, ...placeOddities, ...sourceOddities }));

export function isUnusable({ kind }: OddityCount): boolean {
  return CATALOGUE.get(kind)?.effect !== 'skipped';
}

/** Everything a reader needs in order to trust a silence: what was read, what it could show, what could not be used. */
export interface Report {
  readonly files: number;
  readonly storedBytes: number;
  readonly bytes: number;
  readonly records: number;
  /** ISO times of the earliest and latest record; absent when none had a time. */
  readonly from?: string;
  readonly to?: string;
  readonly accounts: readonly {
    readonly accountId: string;
    readonly records: number;
    readonly s3DataEvents: 'recorded' | 'absent' | 'unclear';
  }[];
  readonly regions: readonly string[];
  readonly addressData: string;
  readonly lambda: {
    /** Functions, tasks and instances whose credentials the trail identifies. */
    readonly resources: number;
    readonly usedOutside: number;
    readonly callsOutside: number;
    readonly callsSilenced: number;
    readonly presignedCalls: number;
  };
  readonly unattributed: Scanned['joined']['unattributed'];
  readonly oddities: readonly OddityCount[];
  /** Findings told: without the suppressed (unless `--all`) and those that `--where` leaves out. */
  readonly findings: number;
  /** Findings that suppression rules archived, by rule. */
  readonly suppressed: Archived['suppressed'];
  /** Rules that are over and would have archived a finding that is now shown. */
  readonly lapsed: Archived['lapsed'];
  readonly leftOut: number;
}

/** Of everything raised; no rules applied. */
export function reportOf(scanned: Scanned, oddities: readonly OddityCount[], tables: PlaceTables): Report {
  const { firstPass, joined, judged, findings } = scanned;
  const times = firstPass.tallies.filter(({ lastTime }) => lastTime > 0);
  const outside = new Set(judged.map(({ use }) => use.issuedTo.arn));
  const scopes = [...firstPass.survey.ledger.scopes.values()]
    .flat()
    .map(({ credentialsIssuedTo }) => credentialsIssuedTo);
  const resources = new Set([...scopes, ...[...joined.principals.values()].map(({ arn }) => arn)]);
  const silenced = judged.filter(({ judgement }) => !judgement.finding).length;
  return {
    ...firstPass.counts,
    ...(times.length === 0
      ? {}
      : {
          from: iso(Math.min(...times.map(({ firstTime }) => firstTime))),
          to: iso(Math.max(...times.map(({ lastTime }) => lastTime))),
        }),
    accounts: accountsOf(firstPass.tallies),
    regions: [...new Set(firstPass.tallies.map(({ region }) => region).filter((region) => region !== ''))].sort(),
    addressData: basisOf(Math.max(0, ...times.map(({ lastTime }) => lastTime)), tables).basis,
    lambda: {
      resources: resources.size,
      usedOutside: outside.size,
      callsOutside: judged.length,
      callsSilenced: silenced,
      presignedCalls: [...joined.presigned.values()].reduce((sum, { calls }) => sum + calls, 0),
    },
    unattributed: joined.unattributed,
    oddities,
    findings: findings.length,
    suppressed: [],
    lapsed: [],
    leftOut: 0,
  };
}

/** S3 data events per account. `unclear`: old records of S3 that do not say which kind they are. */
function accountsOf(tallies: readonly KindTally[]): Report['accounts'] {
  const accounts = new Map<string, { records: number; data: boolean; unclear: boolean }>();
  for (const { accountId, records, s3, category } of tallies) {
    if (accountId === '') continue;
    const entry = accounts.get(accountId) ?? { records: 0, data: false, unclear: false };
    accounts.set(accountId, {
      records: entry.records + records,
      data: entry.data || (s3 && category === 'Data'),
      unclear: entry.unclear || (s3 && category === ''),
    });
  }
  return [...accounts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([accountId, { records, data, unclear }]) => ({
      accountId,
      records,
      s3DataEvents: data ? 'recorded' : unclear ? 'unclear' : 'absent',
    }));
}

function iso(time: number): string {
  return `${new Date(time * 1000).toISOString().slice(0, 19)}Z`;
}

/** The report for people, at most `columns` wide. */
export function describeReport(report: Report, seconds: number, columns: number, color: boolean): string {
  const head = (text: string) => (color ? styleText('bold', text, { validateStream: false }) : text);
  const lines: (readonly [string, string])[] = [];
  const add = (label: string, text: string) => lines.push([label, text]);
  add('Read', readLine(report, seconds));
  if (report.from !== undefined) add('Time span', `${minute(report.from)} to ${minute(report.to!)} UTC`);
  add(
    'Accounts',
    `${some(
      report.accounts.map(({ accountId }) => accountId),
      4,
    )}; regions: ${some(report.regions, 6)}`,
  );
  add('S3 data', coverageLine(report));
  add('Address data', report.addressData);
  add('Credentials', credentialsLine(report));
  for (const each of report.unattributed.slice(0, 5)) {
    add(
      'Unattributed',
      `${printable(each.functionName, 64)} (${each.accountId}): ${plural(each.calls, 'call')} from ${some(each.addresses, 3)} under a session of that name, but no record shows who issued the credential. Not a finding; look at it.`,
    );
  }
  const skipped = report.oddities.filter((each) => !isUnusable(each));
  if (skipped.length > 0) add('Set aside', skipped.map(({ kind, count }) => `${number(count)} ${kind}`).join(', '));
  for (const each of report.oddities.filter(isUnusable)) add('Not usable', oddityLine(each));
  if (report.suppressed.length > 0) add('Suppressed', suppressedLine(report));
  for (const { rule, expiresAt, findings } of report.lapsed) {
    add('Rule is over', `${rule}, since ${minute(expiresAt)} UTC; it would have hidden ${plural(findings, 'finding')}`);
  }
  add('Findings', findingsLine(report));
  return rows(lines, columns, head);
}

function readLine({ files, storedBytes, bytes, records }: Report, seconds: number): string {
  const inflated = bytes > storedBytes ? ` (${size(bytes)} inflated)` : '';
  return `${plural(files, 'file')}, ${size(storedBytes)}${inflated}, ${plural(records, 'record')} in ${seconds.toFixed(1)} s`;
}

function coverageLine({ accounts }: Report): string {
  const absent = accounts.filter(({ s3DataEvents }) => s3DataEvents === 'absent').map(({ accountId }) => accountId);
  const unclear = accounts.filter(({ s3DataEvents }) => s3DataEvents === 'unclear').map(({ accountId }) => accountId);
  if (accounts.length === 0) return 'no records';
  if (absent.length === 0 && unclear.length === 0) return 'S3 data events are recorded in every account read';
  const parts = [];
  if (absent.length > 0) {
    parts.push(
      `S3 data events are ABSENT for ${some(absent, 4)}: reads and writes of objects with a stolen credential cannot be seen there`,
    );
  }
  if (unclear.length > 0) parts.push(`the records do not tell for ${some(unclear, 4)}`);
  return parts.join('; ');
}

function credentialsLine({ lambda }: Report): string {
  const { resources, usedOutside, callsOutside, callsSilenced, presignedCalls } = lambda;
  const parts = [
    `${plural(resources, 'function, task or instance', 'functions, tasks and instances')} seen; ${number(usedOutside)} used from outside AWS (${plural(callsOutside, 'call')}`,
  ];
  parts.push(callsSilenced > 0 ? `, ${number(callsSilenced)} of them expected)` : ')');
  if (presignedCalls > 0)
    parts.push(`; ${plural(presignedCalls, 'presigned S3 call')}, signed by functions and sent by others`);
  return parts.join('');
}

function oddityLine({ kind, count, samples }: OddityCount): string {
  const entry = CATALOGUE.get(kind);
  const first = samples[0]!;
  const at = first.offset === undefined ? '' : `, byte ${number(first.offset)}`;
  return `${number(count)} ${kind}: ${entry?.means ?? ''} First: ${printable(first.origin, 120)}${at}: ${printable(first.reason, 160)}. ${entry?.doThis ?? ''}`;
}

function suppressedLine({ suppressed }: Report): string {
  const total = suppressed.reduce((sum, { findings }) => sum + findings, 0);
  const rules = suppressed.map(({ rule, findings }) => `${number(findings)} by ${rule}`);
  return `${plural(total, 'finding')}: ${some(rules, 4)}`;
}

function findingsLine({ findings, lambda, leftOut, records, suppressed }: Report): string {
  if (records === 0) return 'none, because nothing could be read';
  const others = leftOut > 0 ? `; --where leaves out ${number(leftOut)}` : '';
  if (findings > 0) return plural(findings, 'finding') + others;
  if (leftOut > 0) return `none${others}`;
  if (suppressed.length > 0) return 'none but the suppressed; --all shows them';
  if (lambda.resources === 0)
    return 'none; the trail shows no credential made for a Lambda function, ECS task or EC2 instance';
  return 'none';
}

function some(items: readonly string[], most: number): string {
  if (items.length === 0) return 'none';
  const shown = items.slice(0, most).map((item) => printable(item, 64));
  return items.length > most ? `${shown.join(', ')} and ${number(items.length - most)} more` : shown.join(', ');
}

function minute(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}

function plural(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
