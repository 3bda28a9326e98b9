import type { Outside } from '../../straykey/src/model/index.ts';
import { type ApiCall, CALLS, PLAIN_BOTO3 } from './calls.ts';
import { type Random, randomOf } from './random.ts';
import { FIRST_DAY, type InsideUse, type Truth, type Use } from './records.ts';
import {
  type Activity,
  type Developer,
  type EgressFunction,
  type Habit,
  type InsideFunction,
  type Lambda,
  userAgentOn,
  type World,
} from './world.ts';

/** One call before it has an id. `second` is of the simulated day. */
export interface Attempt {
  readonly fn: Lambda;
  readonly day: number;
  readonly second: number;
  readonly ip: string;
  readonly userAgent: string;
  readonly call: ApiCall;
  readonly region: string;
  readonly error?: string;
}

const KEY_LIFE = 6 * 3600;
const DAY = 86_400;

/** Lambda's credentials last some hours and do not stop at midnight: a quarter of the keys span two days. */
export function keyAt(fn: Lambda, day: number, second: number): string {
  const slot = Math.floor((day * DAY + second + fn.keyShift) / KEY_LIFE);
  return `ASIAF${fn.index}S${slot}EXAMPLE`;
}

export function outside(attempt: Attempt, truth: Truth): Use {
  const { fn, day, second, call } = attempt;
  const event: Omit<Outside, 'id'> = {
    t: (FIRST_DAY + day) * DAY + second,
    principal: fn.principal,
    role: fn.role,
    key: keyAt(fn, day, second),
    ip: attempt.ip,
    ua: attempt.userAgent,
    source: call.source,
    name: call.name,
    readOnly: call.readOnly,
    region: attempt.region,
    ...(attempt.error === undefined ? {} : { error: attempt.error }),
  };
  return { event: { ...event, id: '' }, truth };
}

/** The uses and inside records that nobody should worry about. */
export function benignDay(world: World, day: number): { uses: Use[]; inside: InsideUse[] } {
  const uses: Use[] = [];
  const inside: InsideUse[] = [];
  for (const fn of world.egress) egressDay(world, fn, day, uses, inside);
  for (const fn of world.inside) insideDay(world, fn, day, inside);
  for (const developer of world.developers) developerDay(world, developer, day, uses);
  partnerDay(world, day, uses);
  return { uses, inside };
}

/** 0 is Sunday. */
const weekday = (day: number) => (FIRST_DAY + day + 4) % 7;
const isWorkday = (day: number) => weekday(day) !== 0 && weekday(day) !== 6;

export function runsOn(fn: EgressFunction, day: number): boolean {
  if (fn.pace === 'busy') return true;
  if (fn.pace === 'weekdays') return isWorkday(day);
  return fn.pace === 'weekly' ? weekday(day) === fn.phase % 7 : day % 30 === fn.phase;
}

/** Busy functions run round the clock, the others in working hours. */
const secondOf = (fn: EgressFunction, random: Random) =>
  fn.pace === 'busy' ? random.int(0, DAY - 1) : random.int(7 * 3600, 19 * 3600);

export function egressAddresses(world: World, fn: EgressFunction, day: number): readonly string[] {
  const { settings, networks } = world;
  const atA = fn.site === 'A' || (fn.migrates && day >= settings.migrationDay);
  if (!atA) return (fn.site === 'B' ? networks.siteB : networks.siteC).on(day);
  const drill = day >= settings.drillDay && day < settings.drillDay + settings.drillDays;
  return (drill ? networks.drill : networks.siteA).on(day);
}

function egressDay(world: World, fn: EgressFunction, day: number, uses: Use[], inside: InsideUse[]): void {
  if (!runsOn(fn, day)) return;
  const random = randomOf(world.seed, 'egress day', fn.index, day);
  const addresses = egressAddresses(world, fn, day);
  const userAgent = userAgentOn(fn, day);
  const truth: Truth = { actor: 'egress', regular: fn.pace === 'busy' || fn.pace === 'weekdays' };
  const send = (call: ApiCall, region: string, error?: string) => {
    const second = secondOf(fn, random);
    const attempt: Attempt = { fn, day, second, ip: random.pick(addresses), userAgent, call, region };
    uses.push(outside(error === undefined ? attempt : { ...attempt, error }, truth));
  };
  const today = habitsToday(fn, day, random);
  const surge = random.chance(world.settings.surge) ? random.int(2, 6) : 1;
  const count = Math.max(today.length, Math.round(fn.callsPerDay * random.between(0.6, 1.4) * surge));
  for (let i = 0; i < count; i++) {
    const { call, region } = today[i] ?? random.pick(today);
    send(call, region, random.chance(0.01) ? 'ThrottlingException' : undefined);
  }
  if (random.chance(world.settings.denied)) {
    const denied = random.shuffle([...CALLS.READ, ...CALLS.DATA_WRITE]).slice(0, random.int(1, 4));
    for (const call of denied) send(call, fn.region, 'AccessDenied');
  }
  if (fn.weeklyCritical && weekday(day) === 1) send(CALLS.CRITICAL[0]!, 'us-east-1');
  if (fn.usesEndpoint) inside.push(endpointUse(fn, day, random));
  if (fn.alsoInside && random.chance(0.8)) insideUse(fn, day, random, inside);
}

function habitsToday(fn: EgressFunction, day: number, random: Random): readonly Habit[] {
  const today = fn.habits.filter((habit) => habit.from <= day && random.chance(habit.daily));
  return today.length > 0 ? today : [fn.habits[0]!];
}

function endpointUse(fn: Lambda, day: number, random: Random): InsideUse {
  const second = random.int(0, DAY - 1);
  const t = (FIRST_DAY + day) * DAY + second;
  const place = { source: 's3.amazonaws.com', region: fn.region };
  return { record: { inside: true, t, principal: fn.principal, vpce: true, ...place }, key: keyAt(fn, day, second) };
}

/**
 * Inside use, once under each credential that begins on the day, within its first five minutes: credentials exist because
 * the function was called, so the function is before any thief.
 */
function insideUse(fn: Lambda, day: number, random: Random, inside: InsideUse[]): void {
  const begin = (KEY_LIFE - ((day * DAY + fn.keyShift) % KEY_LIFE)) % KEY_LIFE;
  for (let start = begin; start < DAY; start += KEY_LIFE) {
    const second = Math.min(DAY - 1, start + random.int(0, 299));
    const t = (FIRST_DAY + day) * DAY + second;
    const record = { inside: true, t, principal: fn.principal, vpce: false } as const;
    inside.push({ record, key: keyAt(fn, day, second) });
  }
}

/** Chance of a day with inside use. */
const ACTIVITY: Readonly<Record<Activity, number>> = { active: 1, often: 0.5, idle: 0.04, invisible: 0 };

function insideDay(world: World, fn: InsideFunction, day: number, inside: InsideUse[]): void {
  const random = randomOf(world.seed, 'inside day', fn.index, day);
  if (random.chance(ACTIVITY[fn.activity])) insideUse(fn, day, random, inside);
}

/** On one workday in seven: a few calls, `sts:GetCallerIdentity` among them, from home or through the corporate VPN. */
function developerDay(world: World, developer: Developer, day: number, uses: Use[]): void {
  const random = randomOf(world.seed, 'developer day', developer.borrows.index, day);
  if (!isWorkday(day) || !random.chance(1 / 7)) return;
  const { borrows: fn, homes, vpn, userAgent } = developer;
  const ip = vpn ? random.pick(world.siteA.on(day)) : homes[Math.floor(day / 30)]!;
  const kinds = [CALLS.RECON.slice(0, 1), CALLS.DATA_READ, CALLS.READ, CALLS.SECRETS] as const;
  for (let i = random.int(3, 20); i > 0; i--) {
    const second = random.int(8 * 3600, 18 * 3600);
    const call = random.pick(random.pick(kinds));
    uses.push(outside({ fn, day, second, ip, userAgent, call, region: fn.region }, { actor: 'developer' }));
  }
}

/** Each weekday a batch of reads with exported credentials, always the same host and client. */
function partnerDay(world: World, day: number, uses: Use[]): void {
  if (!isWorkday(day)) return;
  const { exports: fn, address: ip } = world.partner;
  const random = randomOf(world.seed, 'partner day', day);
  for (let i = random.int(20, 40); i > 0; i--) {
    const second = random.int(6 * 3600, 9 * 3600);
    const call = random.pick(CALLS.DATA_READ.slice(0, 2));
    uses.push(outside({ fn, day, second, ip, userAgent: PLAIN_BOTO3, call, region: fn.region }, { actor: 'partner' }));
  }
}
