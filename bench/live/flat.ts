// Does an object cost the same however many came before, and however many functions there are? `node bench/live/flat.ts [--objects 1000,10000,100000]
// [--functions 10,100,1000,10000] [--gateway 1000,3000,10000]`.
// The engine and its store (SQLite) in this process, objects made as they are read: nothing else on the bill but generating them, which is measured apart and taken off.
// Writes `flat` into bench/live/results.json.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { ArrivedObject, Delivery } from '../../straykey/src/arrivals/index.ts';
import { loadConfig } from '../../straykey/src/config/index.ts';
import { loadTables } from '../../straykey/src/reference/index.ts';
import { openStore } from '../../straykey/src/store/index.ts';
import { engineOver } from '../../test/support/live.ts';
import { awsAddress, hosterAddress } from '../generator/addresses.ts';
import { FUNCTION_CALLS, GET_OBJECT } from '../generator/calls.ts';
import { Random } from '../generator/random.ts';
import { functionIdentity, functionIssue, type Row, record } from '../generator/records.ts';
import type { LambdaFunction, LambdaSession } from '../generator/world.ts';
import { machine } from '../measure.ts';
import type { FlatPoint } from './flat-point.ts';
import { readResults, writeResults } from './results.ts';

/** Records of one object: some 32 KB, the median of the corpus. */
const RECORDS = 20;
/** Of them, issues by Lambda: one for eight calls or so, as in the corpus. */
const ISSUES = 2;
/** Objects of one day: those of a small organisation, so that 100,000 are a month. */
const OBJECTS_A_DAY = 3_300;
/** One object in so many has a call through the office's gateway, where there is one; one in so many a call from elsewhere, a finding. */
const GATEWAY_EVERY = 50;
const THEFT_EVERY = 1_000;
/** ETH Zurich's network, as the office. */
const GATEWAY = '129.132.19.4';
/** Objects in one batch. */
const BATCH = 64;
/** Objects made to know what making one costs. */
const MADE_APART = 300;

const { values } = parseArgs({
  options: {
    objects: { type: 'string', default: '1000,10000,100000' },
    functions: { type: 'string', default: '10,100,1000,10000' },
    gateway: { type: 'string', default: '1000,3000,10000' },
  },
});
const where = machine();
const tables = loadTables({ ...loadConfig(undefined, {}), dataDir: join(import.meta.dirname, 'no-data') }, []);
const points: FlatPoint[] = [];
await measure(500, 100, false);
for (const functions of numbers(values.functions)) points.push(await measure(5_000, functions, false));
for (const objects of numbers(values.objects)) points.push(await measure(objects, 100, false));
for (const objects of numbers(values.gateway)) points.push(await measure(objects, 100, true));
for (const { cpu, cpuAtTheEnd, functions, gateway, objects, rows, storeBytes } of points) {
  const kept = Object.entries(rows).map(([table, count]) => `${table} ${count.toFixed(2)}`);
  console.log(
    `${objects} objects, ${functions} functions${gateway ? ', one gateway' : ''}: ${cpu.toFixed(2)} ms, at the end ${cpuAtTheEnd.toFixed(2)} ms, ${storeBytes.toFixed(0)} B; rows: ${kept.join(', ')}`,
  );
}
writeResults({ ...readResults(), flat: { machine: where, points } });

function numbers(list: string): number[] {
  return list.split(',').filter(Boolean).map(Number);
}

async function measure(objects: number, functions: number, gateway: boolean): Promise<FlatPoint> {
  const folder = mkdtempSync(join(tmpdir(), 'straykey-bench-'));
  const of: Kind = { functions, gateway };
  const store = await openStore(`sqlite:${join(folder, 'straykey.db')}`, { now: Date.now });
  const { engine } = engineOver(store, new Map(), tables, {
    now: Date.now,
    reopen: (origin) => again(origin, of),
  });
  const making = cpuOf(() => {
    for (let i = 0; i < MADE_APART; i++) objectOf(i, of).readWhole?.();
  });
  const made = (await making) / MADE_APART;
  const take = async (from: number, to: number) => {
    for (let i = from; i < to; i += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, to - i) }, (_, j) => objectOf(i + j, of));
      await engine.handle([deliveryOf(batch)]);
      await engine.settle();
    }
  };
  const tenth = Math.floor(objects / 10);
  const first = await cpuOf(() => take(0, objects - tenth));
  const last = await cpuOf(() => take(objects - tenth, objects));
  await store.upkeep.vacuum();
  await store.close();
  const { bytes, rows } = await contents(join(folder, 'straykey.db'));
  rmSync(folder, { recursive: true, force: true });
  return {
    objects,
    functions,
    gateway,
    cpu: (first + last) / objects - made,
    cpuAtTheEnd: last / tenth - made,
    storeBytes: bytes / objects,
    rows: Object.fromEntries(rows.map(([table, count]) => [table, count / objects])),
  };
}

/** Milliseconds of user and system time. */
async function cpuOf(work: () => Promise<void> | void): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { system, user } = process.cpuUsage(before);
  return (system + user) / 1000;
}

async function contents(
  path: string,
): Promise<{ readonly bytes: number; readonly rows: (readonly [string, number])[] }> {
  const { DatabaseSync } = await import('node:sqlite');
  const { statSync } = await import('node:fs');
  const database = new DatabaseSync(path, { readOnly: true });
  const tablesThere = ['objects', 'facts', 'inside_days', 'uses', 'sightings', 'habits', 'findings'];
  const rows = tablesThere.map((table) => {
    const { n } = database.prepare(`select count(*) as n from ${table}`).get() as { n: number };
    return [table, n] as const;
  });
  database.close();
  return { bytes: statSync(path).size, rows };
}

function deliveryOf(objects: readonly ArrivedObject[]): Delivery {
  return {
    id: objects[0]!.origin,
    objects,
    receivedAt: 0,
    done: async () => {},
    release: async () => {},
    failed: async () => 'dead',
  };
}

interface Kind {
  readonly functions: number;
  readonly gateway: boolean;
}

function again(origin: string, of: Kind): ArrivedObject {
  return objectOf(Number(origin.slice(origin.lastIndexOf('/') + 1)), of);
}

/** The same number is the same object. */
function objectOf(number: number, of: Kind): ArrivedObject {
  const origin = `s3://my-trail/${number}`;
  const bytes = () => gzipSync(JSON.stringify({ Records: recordsOf(number, of) }), { level: 1 });
  return {
    origin,
    identity: origin,
    again: true,
    readWhole: bytes,
    async *open() {
      yield bytes();
    },
    explain: (error) => ({ kind: 'unreadable-file', reason: String(error) }),
  };
}

/** What a few functions do in five minutes, their keys made at the beginning. */
function recordsOf(number: number, { functions, gateway }: Kind): Row[] {
  const r = new Random(`flat ${number}`);
  const time = Date.UTC(2026, 0, 1) / 1000 + Math.floor((number * 86_400) / OBJECTS_A_DAY);
  const sessions = Array.from({ length: ISSUES }, () => sessionOf(functionOf(r.int(functions)), time, r));
  const rows = sessions.map((session) => functionIssue(whereOf(session.fn, time, r), session));
  while (rows.length < RECORDS) {
    const session = r.pick(sessions);
    rows.push(callOf(session, session.address, time + rows.length, r));
  }
  if (gateway && number % GATEWAY_EVERY === 0) rows.push(callOf(sessions[0]!, GATEWAY, time + RECORDS, r));
  if (number % THEFT_EVERY === 0) rows.push(callOf(sessions[0]!, hosterAddress(r), time + RECORDS, r));
  return rows;
}

function callOf(session: LambdaSession, address: string, time: number, r: Random): Row {
  const { fn } = session;
  const api = address === session.address ? r.pick(FUNCTION_CALLS) : GET_OBJECT;
  const calling = { identity: functionIdentity(session), address, agent: fn.agent, old: fn.account.old };
  return record(api, whereOf(fn, time, r), calling);
}

function whereOf(fn: LambdaFunction, time: number, r: Random) {
  return { r, account: fn.account.id, region: fn.region, time, topic: 1, item: 1 };
}

function sessionOf(fn: LambdaFunction, time: number, r: Random): LambdaSession {
  const key = `ASIA${r.text(9, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}EXAMPLE`;
  return { fn, key, createdAt: time, expiresAt: time + 43_200, address: awsAddress(r, fn.region) };
}

function functionOf(number: number): LambdaFunction {
  const name = `function-${number}`;
  const account = { id: '111122223333', old: number % 4 === 0 };
  return {
    name,
    account,
    region: 'us-east-1',
    arn: `arn:aws:lambda:us-east-1:${account.id}:function:${name}`,
    roleName: `${name}-role`,
    roleArn: `arn:aws:iam::${account.id}:role/${name}-role`,
    roleId: `AROA${String(number).padStart(10, 'A')}EXAMPLE`,
    agent: 'Boto3/1.40.1',
    scoped: number % 4 !== 0,
  };
}
