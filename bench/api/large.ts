// How the store finds its way among many findings, and how long that takes: node bench/api/large.ts. Options: --findings N (default 1000000),
// --asks N (20), --postgres (a server of its own; default: a SQLite file), --plans (print them), --store URL (one that a run with --keep left), --keep, --save.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { CompiledQuery, type RawBuilder } from 'kysely';
import { searchFor, searchIds } from '../../straykey/src/api/guardduty/search.ts';
import type { FindingCriteria } from '../../straykey/src/criteria/index.ts';
import { placesOf, planFor } from '../../straykey/src/store/finding-query.ts';
import { type ColumnCondition, type FindingColumn, openStore } from '../../straykey/src/store/index.ts';
import type { RootSession } from '../../straykey/src/store/session.ts';
import { startOwnApi } from '../../test/api-own/server.ts';
import { startPostgres } from '../../test/support/postgres.ts';
import { accountOf, fill, sessionOf } from './fill.ts';

const { values } = parseArgs({
  options: {
    findings: { type: 'string', default: '1000000' },
    asks: { type: 'string', default: '20' },
    postgres: { type: 'boolean', default: false },
    plans: { type: 'boolean', default: false },
    store: { type: 'string' },
    keep: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
  },
});
const count = Number(values.findings);
const asks = Number(values.asks);
const loadBefore = Number(loadavg()[0]!.toFixed(1));
const folder = mkdtempSync(join(tmpdir(), 'straykey-bench-large-'));
const server = values.postgres && values.store === undefined ? await startPostgres() : undefined;
const url = values.store ?? (await server?.newDatabase()) ?? `sqlite:${join(folder, 'straykey.db')}`;
const engine = url.startsWith('postgres') ? 'PostgreSQL' : 'SQLite';
if (values.store === undefined) {
  const began = performance.now();
  await fill(url, count);
  process.stdout.write(`${count} findings in ${((performance.now() - began) / 1000).toFixed(0)} s\n`);
}

const CALLER = 'service.action.awsApiCallAction.remoteIpDetails.ipAddressV4';
const CALLER_V6 = 'service.action.awsApiCallAction.remoteIpDetails.ipAddressV6';
const SHOWN = { 'service.archived': { equals: ['false'] } };
const NEWEST = { column: 'createdAt', descending: true } as const;

interface Question {
  readonly criterion: FindingCriteria['criterion'];
  readonly order?: { readonly column: FindingColumn; readonly descending: boolean };
}

/** Pages of 50. */
const QUESTIONS: Readonly<Record<string, Question>> = {
  newest: { criterion: {} },
  'shown, by last activity': { criterion: SHOWN, order: { column: 'updatedAt', descending: true } },
  'shown, worst first': { criterion: SHOWN, order: { column: 'severity', descending: true } },
  'severity 7 and 8, shown': { criterion: { severity: { equals: ['7', '8'] }, ...SHOWN } },
  'severity 5, shown': { criterion: { severity: { equals: ['5'] }, ...SHOWN } },
  'one function': { criterion: { 'resource.lambdaDetails.functionName': { equals: ['fn-123'] } } },
  'one account, shown': { criterion: { accountId: { equals: [accountOf(100)] }, ...SHOWN } },
  'one account that has none shown': { criterion: { accountId: { equals: [accountOf(123)] }, ...SHOWN } },
  'caller in a frequent network': { criterion: { [CALLER]: { equals: ['193.0.6.0/24'] } } },
  'caller in a rare network': { criterion: { [CALLER_V6]: { equals: ['2001:db8::42/124'] } } },
  'caller in a network without findings': { criterion: { [CALLER]: { equals: ['9.9.9.0/24'] } } },
  'one day of last activity': {
    criterion: { updatedAt: { greaterThanOrEqual: Date.UTC(2025, 0, 20), lessThan: Date.UTC(2025, 0, 21) } },
  },
  'by account': { criterion: {}, order: { column: 'accountId', descending: false } },
  'API call other than (documents)': {
    criterion: { 'service.action.awsApiCallAction.api': { notEquals: ['GetObject'] } },
  },
};

const STATISTICS: readonly (readonly [string, readonly ColumnCondition[], FindingColumn])[] = [
  ['count by severity', [], 'severity'],
  ['count by account', [], 'accountId'],
  ['count by account, shown', [{ column: 'archived', operator: 'in', values: [0] }], 'accountId'],
];

const store = await openStore(url, { now: Date.now });
const session = sessionOf(url);
const results: object[] = [];
for (const [name, { criterion, order = NEWEST }] of Object.entries(QUESTIONS)) {
  const read = searchFor({ criterion });
  if (read.kind !== 'search') throw new Error(JSON.stringify(read.problems));
  const { search } = read;
  const query = { where: search.where, orderBy: order.column, descending: order.descending, limit: 51 };
  const plan = await planned(session, placesOf(session.words, query, await planFor(session, query)));
  await measured(name, () => searchIds(store, search, order, undefined, 50), plan);
}
for (const [name, where, by] of STATISTICS) await measured(name, () => store.findings.count(where, by));

const own = await startOwnApi({ store, unsignedFromLoopback: true });
const [some] = await store.findings.places({ where: [], orderBy: 'id', descending: false, limit: 1 });
const posted = async (path: string, body?: object): Promise<void> => {
  const { status, text } = await own.ask(body === undefined ? 'GET' : 'POST', path, body);
  if (status !== 200) throw new Error(text);
};
await measured('console: overview', () => posted('/overview'));
for (const cidr of ['185.220.101.1/32', '193.0.6.0/24', '9.9.9.0/24']) {
  await measured(`console: preview of ${cidr}`, () => posted(`/findings/${some!.id}/suppression-preview`, { cidr }));
}
await measured('console: dry run over all that is shown', () =>
  posted('/dry-run', { findingCriteria: { criterion: { severity: { greaterThanOrEqual: 1 } } } }),
);
await own.close();

if (values.save) save();
await session.close();
await server?.close();
if (values.keep) process.stdout.write(`kept: --store ${url}\n`);
else rmSync(folder, { recursive: true });

async function measured(name: string, ask: () => Promise<unknown>, plan?: string): Promise<void> {
  for (let n = 0; n < 3; n++) await ask();
  const times: number[] = [];
  const busy = process.cpuUsage();
  for (let n = 0; n < asks; n++) {
    const start = performance.now();
    await ask();
    times.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(busy);
  times.sort((a, b) => a - b);
  const median = Number(times[asks >> 1]!.toFixed(1));
  const slowest = Number(times.at(-1)!.toFixed(1));
  const cpu = Number(((user + system) / 1000 / asks).toFixed(1));
  results.push({ name, median, slowest, cpu, ...(plan !== undefined && { plan }) });
  const [a, b, c] = [median, slowest, cpu].map((ms) => `${String(ms).padStart(7)} ms`);
  process.stdout.write(`${name.padEnd(44)} median ${a}   slowest ${b}   cpu ${c}\n`);
  if (values.plans && plan !== undefined) process.stdout.write(`${plan.replace(/^/gm, '    ')}\n`);
}

async function planned({ db, words }: RootSession, query: RawBuilder<unknown>): Promise<string> {
  const compiled = query.compile(db);
  const explain = words.engine === 'sqlite' ? 'explain query plan' : 'explain (costs off)';
  const { rows } = await db.executeQuery<Record<string, unknown>>(
    CompiledQuery.raw(`${explain} ${compiled.sql}`, [...compiled.parameters]),
  );
  const lines = rows.map((row) => String(row.detail ?? row['QUERY PLAN']));
  return lines.join('\n').replace(/'[^']*'::\w+/g, '?');
}

/** Beside those of the other engine and size. */
function save(): void {
  const path = join(import.meta.dirname, 'large.json');
  const known: Record<string, unknown> = read(path);
  const machine = `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.version}`;
  known[`${engine}, ${count}`] = { machine, loadBefore, asks, results };
  writeFileSync(path, `${JSON.stringify(known, undefined, 2)}\n`);
}

function read(path: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  } catch {
    return {};
  }
}
