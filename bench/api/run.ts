// Times of the GuardDuty API over HTTP, signed by AWS's own client, on a SQLite file. Arguments: --findings N (default 10000), --asks N (default 300),
// --save: write bench/api/results.json. Goal: p99 under 50 ms with 10,000 findings.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import {
  type Condition,
  GetFindingsCommand,
  GetFindingsStatisticsCommand,
  ListFindingsCommand,
} from '@aws-sdk/client-guardduty';
import { finding } from '../../test/api/made-findings.ts';
import { DETECTOR, serve } from '../../test/api/served.ts';

const { values } = parseArgs({
  options: {
    findings: { type: 'string', default: '10000' },
    asks: { type: 'string', default: '300' },
    save: { type: 'boolean', default: false },
  },
});
const count = Number(values.findings);
const asks = Number(values.asks);
// Before this run: over the number of cores, the tails say more about others than about us.
const loadBefore = Number(loadavg()[0]!.toFixed(1));
const folder = mkdtempSync(join(tmpdir(), 'straykey-bench-api-'));
const served = await serve({ storeUrl: `sqlite:${join(folder, 'straykey.db')}` });
const { client, store } = served;
const DetectorId = DETECTOR;
const CALLER = 'service.action.awsApiCallAction.remoteIpDetails.ipAddressV4';

const began = performance.now();
for (let from = 0; from < count; from += 1_000) {
  await store.atomically(async (inside) => {
    for (let n = from; n < Math.min(count, from + 1_000); n++) {
      await inside.findings.put({ finding: made(n), at: Date.now(), topics: [`fn-${n % 500}`] });
    }
  });
}
const writes = Math.round(count / ((performance.now() - began) / 1000));

/** 500 functions in 40 accounts; one in ten from RIPE NCC's network, one in fifty of another severity. */
function made(n: number): ReturnType<typeof finding> {
  const time = Date.UTC(2026, 0, 1) + n * 60_000;
  return finding(n, {
    functionName: `fn-${n % 500}`,
    accountId: String(111_122_220_000 + (n % 40)),
    accessKeyId: `ASIA${String(n % 5_000).padStart(9, '0')}EXAMPLE`,
    severity: n % 50 === 0 ? 5 : 8,
    address: n % 10 === 0 ? '193.0.6.139' : '185.220.101.1',
    createdAt: new Date(time).toISOString(),
    updatedAt: new Date(time + 3_600_000).toISOString(),
  });
}

const list = (Criterion: Record<string, Condition>) => async (): Promise<void> => {
  await client.send(new ListFindingsCommand({ DetectorId, FindingCriteria: { Criterion } }));
};
const cases: readonly (readonly [string, (n: number) => Promise<unknown>])[] = [
  ['ListFindings, newest 50', list({})],
  [
    'ListFindings, severity and not archived',
    list({ severity: { Equals: ['7', '8'] }, 'service.archived': { Equals: ['false'] } }),
  ],
  ['ListFindings, one function', list({ 'resource.lambdaDetails.functionName': { Equals: ['fn-123'] } })],
  ['ListFindings, caller in a network', list({ [CALLER]: { Equals: ['193.0.6.0/24'] } })],
  ['ListFindings, caller in a network without findings', list({ [CALLER]: { Equals: ['9.9.9.0/24'] } })],
  ['ListFindings, API call other than', list({ 'service.action.awsApiCallAction.api': { NotEquals: ['GetObject'] } })],
  [
    'GetFindings, 1',
    async (n) => await client.send(new GetFindingsCommand({ DetectorId, FindingIds: [id((n * 7919) % count)] })),
  ],
  [
    'GetFindings, 50',
    async (n) =>
      await client.send(
        new GetFindingsCommand({
          DetectorId,
          FindingIds: Array.from({ length: 50 }, (_, i) => id((n * 7919 + i * 131) % count)),
        }),
      ),
  ],
  [
    'GetFindingsStatistics by account',
    async () => await client.send(new GetFindingsStatisticsCommand({ DetectorId, GroupBy: 'ACCOUNT' })),
  ],
];

function id(n: number): string {
  return n.toString(16).padStart(32, '0');
}

const results = [];
for (const [name, ask] of cases) {
  for (let n = 0; n < 10; n++) await ask(n);
  const times: number[] = [];
  const busy = process.cpuUsage();
  for (let n = 0; n < asks; n++) {
    const start = performance.now();
    await ask(n);
    times.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(busy);
  times.sort((a, b) => a - b);
  const at = (share: number): number => Number(times[Math.min(asks - 1, Math.floor(asks * share))]!.toFixed(1));
  // Of client and server together. Where others use the machine too, it says more than the clock.
  const cpu = Number(((user + system) / 1000 / asks).toFixed(1));
  results.push({ name, p50: at(0.5), p99: at(0.99), cpu });
  const [p50, p99, each] = [at(0.5), at(0.99), cpu].map((ms) => `${String(ms).padStart(7)} ms`);
  process.stdout.write(`${name.padEnd(52)} p50 ${p50}   p99 ${p99}   cpu ${each}\n`);
}
process.stdout.write(
  `${count} findings, written at ${writes} a second; ${asks} asks each, one after the other, client and server in one process\n`,
);
if (values.save) {
  const machine = `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.version}`;
  const page = { findings: count, asks, writesPerSecond: writes, machine, loadBefore, results };
  writeFileSync(join(import.meta.dirname, 'results.json'), `${JSON.stringify(page, undefined, 2)}\n`);
}
await served.close();
rmSync(folder, { recursive: true });
