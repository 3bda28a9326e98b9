/** `node bench/model/cost.ts`: what the learning costs. CPU seconds on this machine; bytes and counts are the same everywhere. */
import process from 'node:process';
import { createModel, type Inside, type Outside } from '../../straykey/src/model/index.ts';
import { DEFAULT_WORLD } from './settings.ts';
import { simulate } from './simulate.ts';

/** The goals of the project's issue on learning. */
const GOALS = { judgedASecond: 50_000, bytesARecord: 64 };
const SEED = 1;
const BURST = 20_000;
/** Enough days for windows to fill and pools to form, few enough for a minute. */
const DAYS = 100;

function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function streams(): { outside: Outside[]; inside: Inside[] } {
  const outside: Outside[] = [];
  const inside: Inside[] = [];
  const simulation = simulate({ ...DEFAULT_WORLD, days: DAYS }, SEED, 0);
  for (const day of simulation.days()) {
    for (const { record } of day.inside) inside.push(record);
    for (const { event } of day.uses) outside.push(event);
  }
  return { outside, inside };
}

function main(): void {
  const { outside, inside } = streams();
  const model = createModel();
  for (const record of inside) model.observeInside(record);
  const seconds = cpuSeconds(() => {
    for (const event of outside) model.judge(event);
  });
  const rate = Math.round(outside.length / seconds);
  const days = new Set(outside.map(({ principal, ip, t }) => `${principal} ${ip} ${Math.floor(t / 86_400)}`)).size;
  const last = Math.floor(outside.at(-1)!.t / 86_400);
  model.prune(last + 30);
  const bytes = model.snapshot().principals.reduce((sum, principal) => sum + principal.bytes.length, 0);
  print('judged outside uses', outside.length);
  print('judged per CPU second, one core', rate, rate >= GOALS.judgedASecond, `goal ${GOALS.judgedASecond}`);
  print('(function, host, day) records', days);
  const each = bytes / days;
  print(
    'bytes in the store per settled record',
    each.toFixed(1),
    each <= GOALS.bytesARecord,
    `goal at most ${GOALS.bytesARecord}`,
  );
}

/** One principal, one day, as many addresses as a botnet: what is remembered must stay bounded. */
function printBurst(): void {
  const model = createModel();
  for (let i = 0; i < BURST; i++) {
    const ip = `${20 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}.1`;
    model.judge({
      id: `b${i}`,
      t: 1_728_000_000 + i,
      principal: 'a/r/f',
      role: 'a/r',
      key: 'k',
      ip,
      source: 'ec2.amazonaws.com',
      name: 'DescribeTags',
      region: 'eu-west-1',
    });
  }
  const bytes = model.snapshot().principals.reduce((sum, principal) => sum + principal.bytes.length, 0);
  const { maxUnits } = model.settings;
  const most = maxUnits * GOALS.bytesARecord;
  print(
    `bytes kept of ${BURST} addresses in a day`,
    bytes,
    bytes <= most,
    `goal at most ${maxUnits} hosts of ${GOALS.bytesARecord}`,
  );
}

function print(what: string, figure: number | string, met?: boolean, goal?: string): void {
  const verdict = met === undefined ? '' : `  ${met ? 'met' : 'NOT met'} (${goal})`;
  process.stdout.write(`${what.padEnd(40)}${String(figure).padStart(12)}${verdict}\n`);
}

main();
printBurst();
