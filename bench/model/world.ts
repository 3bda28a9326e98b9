import {
  type ApiCall,
  CALLS,
  type CallKind,
  FUNCTION_CALLS,
  MARKED_AGENTS,
  PLAIN_BOTO3,
  UNMARKED_AGENTS,
} from './calls.ts';
import { type Network, type Networks, networksOf } from './networks.ts';
import { type Random, randomOf } from './random.ts';
import type { WorldSettings } from './settings.ts';

/** A call a function makes from `from` on, in one region. */
export interface Habit {
  readonly call: ApiCall;
  readonly region: string;
  /** First day on which it may occur. */
  readonly from: number;
  /** Chance that it occurs on a day the function runs. */
  readonly daily: number;
}

export interface Lambda {
  /** account/role/function, as in MODEL.md 2.1. */
  readonly principal: string;
  readonly role: string;
  readonly region: string;
  readonly index: number;
  /** Seconds by which its six-hourly credentials are shifted against midnight. */
  readonly keyShift: number;
  /** In the order of `from`; the last that applies is in use. */
  readonly userAgents: readonly { readonly from: number; readonly text: string }[];
}

export type Pace = 'busy' | 'weekdays' | 'weekly' | 'monthly';

export interface EgressFunction extends Lambda {
  readonly site: 'A' | 'B' | 'C';
  /** From the migration day on its traffic leaves by site A. */
  readonly migrates: boolean;
  readonly pace: Pace;
  /** Day of the week or month on which a weekly or monthly function runs. */
  readonly phase: number;
  readonly callsPerDay: number;
  readonly habits: readonly Habit[];
  readonly alsoInside: boolean;
  readonly usesEndpoint: boolean;
  readonly weeklyCritical: boolean;
}

export type Activity = 'active' | 'often' | 'idle' | 'invisible';

export interface InsideFunction extends Lambda {
  readonly activity: Activity;
}

/** A person who runs a function's credentials on a laptop now and then. */
export interface Developer {
  readonly borrows: InsideFunction;
  /** Homes get another address every 30 days. */
  readonly homes: readonly string[];
  /** Works through the corporate VPN, that is, leaves by site A. */
  readonly vpn: boolean;
  readonly userAgent: string;
}

export interface Partner {
  readonly exports: InsideFunction;
  readonly address: string;
}

export interface World {
  readonly seed: number;
  readonly settings: WorldSettings;
  readonly networks: Networks;
  readonly siteA: Network;
  readonly egress: readonly EgressFunction[];
  readonly inside: readonly InsideFunction[];
  readonly developers: readonly Developer[];
  readonly partner: Partner;
}

const REGIONS = ['eu-west-1', 'eu-central-1', 'us-east-1', 'us-west-2', 'ap-southeast-2'] as const;
const ACCOUNTS = ['111122223333', '222233334444', '333344445555', '444455556666', '555566667777', '666677778888'];

export function createWorld(settings: WorldSettings, seed: number): World {
  const networks = networksOf(seed, settings);
  const random = randomOf(seed, 'people');
  const egress = createEgress(settings, seed);
  const inside = createInside(settings, seed);
  // The partner's function runs daily if any does; developers borrow what runs at all.
  const order = ['active', 'often', 'idle', 'invisible'] as const;
  const byActivity = random.shuffle(inside).sort((a, b) => order.indexOf(a.activity) - order.indexOf(b.activity));
  const partner = { exports: byActivity[0]!, address: networks.fresh() };
  const running = byActivity.slice(1).filter((fn) => fn.activity === 'active' || fn.activity === 'often');
  const borrowed = running.length > settings.developers ? random.shuffle(running) : byActivity.slice(1);
  const developers = borrowed.slice(0, settings.developers).map((borrows, i) => ({
    borrows,
    homes: Array.from({ length: Math.ceil(settings.days / 30) }, () => networks.fresh()),
    vpn: i % 3 === 0,
    userAgent: i % 2 === 0 ? PLAIN_BOTO3 : 'aws-sdk-js/3.758.0 ua/2.1 os/darwin#24.3.0 lang/js md/nodejs#22.14.0',
  }));
  return { seed, settings, networks, siteA: networks.siteA, egress, inside, developers, partner };
}

/** Functions that no developer and no partner uses: the ones to steal from. */
export function unlent(world: World): InsideFunction[] {
  const lent = new Set([world.partner.exports, ...world.developers.map((d) => d.borrows)]);
  return world.inside.filter((fn) => !lent.has(fn));
}

function lambda(settings: WorldSettings, random: Random, family: string, index: number): Omit<Lambda, 'userAgents'> {
  const account = ACCOUNTS[random.int(0, Math.min(settings.accounts, ACCOUNTS.length) - 1)]!;
  // One function in five shares its role with a neighbour of the same account.
  const roleOf = random.chance(0.2) ? `${family}-shared-${index % 5}` : `${family}-${index}`;
  return {
    principal: `${account}/${roleOf}/${family}-${index}`,
    role: `${account}/${roleOf}`,
    region: random.chance(0.7) ? REGIONS[0] : random.pick(REGIONS),
    index: family === 'egress' ? index : 1000 + index,
    keyShift: random.int(0, 21_599),
  };
}

function createEgress(settings: WorldSettings, seed: number): EgressFunction[] {
  const count = settings.egressFunctions;
  const paces = randomOf(seed, 'paces').shuffle(Array.from({ length: count }, (_, i) => paceOf((i + 0.5) / count)));
  const rank = randomOf(seed, 'traits').shuffle(Array.from({ length: count }, (_, i) => (i + 0.5) / count));
  return Array.from({ length: count }, (_, index) => {
    const random = randomOf(seed, 'egress', index);
    const base = lambda(settings, random, 'egress', index);
    const pace = paces[index]!;
    const site = siteOf(index, count);
    const usesEndpoint = random.chance(settings.endpoint);
    return {
      ...base,
      pace,
      site,
      phase: random.int(0, 27),
      callsPerDay: pace === 'busy' ? random.int(30, 120) : pace === 'weekdays' ? random.int(10, 60) : random.int(5, 30),
      migrates: site === 'B' && index - Math.ceil(count * 0.6) < settings.migrating,
      userAgents: clientsOf(settings, random, rank[index]! < settings.unmarked),
      habits: habitsOf(settings, random, base.region, usesEndpoint),
      usesEndpoint,
      alsoInside: rank[(index + 7) % count]! < settings.mixedOrigin,
      weeklyCritical: index < settings.criticalFunctions,
    };
  });
}

/** Three fifths leave by site A, a fifth by B, a fifth by C. */
function siteOf(index: number, count: number): 'A' | 'B' | 'C' {
  if (index < Math.ceil(count * 0.6)) return 'A';
  return index < Math.ceil(count * 0.8) ? 'B' : 'C';
}

function paceOf(rank: number): Pace {
  if (rank < 0.5) return 'busy';
  if (rank < 0.75) return 'weekdays';
  return rank < 0.9 ? 'weekly' : 'monthly';
}

function clientsOf(settings: WorldSettings, random: Random, unmarked: boolean): { from: number; text: string }[] {
  const agents = unmarked ? UNMARKED_AGENTS : MARKED_AGENTS;
  const clients = [{ from: 0, text: random.pick(agents) }];
  for (let day = 1; day < settings.days; day++) {
    if (random.chance(settings.newClient)) clients.push({ from: day, text: random.pick(agents) });
  }
  return clients;
}

function habitsOf(settings: WorldSettings, random: Random, home: string, usesEndpoint: boolean): Habit[] {
  const habits: Habit[] = [];
  const regions: string[] = [home];
  const add = (from: number, daily: number) => {
    const call = functionCall(random, usesEndpoint);
    const region = random.pick(regions);
    if (!habits.some((h) => h.call === call && h.region === region)) habits.push({ call, region, from, daily });
  };
  add(0, 1);
  for (let i = random.int(1, 4); i > 0; i--) add(0, random.chance(0.6) ? 1 : random.between(0.1, 0.6));
  for (let day = 1; day < settings.days; day++) {
    if (random.chance(settings.newCall)) add(day, random.chance(0.5) ? 1 : random.between(0.1, 0.6));
    if (random.chance(settings.newRegion)) {
      const region = random.pick(REGIONS);
      if (regions.includes(region)) continue;
      regions.push(region);
      habits.push({ ...random.pick(habits), region, from: day, daily: random.between(0.3, 1) });
    }
  }
  return habits;
}

function functionCall(random: Random, usesEndpoint: boolean): ApiCall {
  const kinds = FUNCTION_CALLS.flatMap(({ kind, weight }) => Array<CallKind>(weight).fill(kind));
  const calls = CALLS[random.pick(kinds)];
  const reachable = calls.filter((call) => !(usesEndpoint && call.source === 's3.amazonaws.com'));
  return random.pick(reachable);
}

function createInside(settings: WorldSettings, seed: number): InsideFunction[] {
  const { active, often, idle } = settings.activity;
  const count = settings.insideFunctions;
  const ranks = randomOf(seed, 'activity').shuffle(Array.from({ length: count }, (_, i) => (i + 0.5) / count));
  return ranks.map((rank, index) => {
    const random = randomOf(seed, 'inside', index);
    const activity: Activity =
      rank < active ? 'active' : rank < active + often ? 'often' : rank < active + often + idle ? 'idle' : 'invisible';
    return {
      ...lambda(settings, random, 'inside', index),
      activity,
      userAgents: [{ from: 0, text: random.pick(random.chance(0.8) ? MARKED_AGENTS : UNMARKED_AGENTS) }],
    };
  });
}

export function userAgentOn(fn: Lambda, day: number): string {
  return fn.userAgents.findLast((agent) => agent.from <= day)!.text;
}

/** A region the function has never worked in and never will in this world. */
export function foreignRegion(fn: Lambda & { readonly habits?: readonly Habit[] }, random: Random): string {
  const used = new Set([fn.region, ...(fn.habits ?? []).map((h) => h.region)]);
  return random.pick([...REGIONS, 'ap-northeast-1', 'sa-east-1'].filter((region) => !used.has(region)));
}
