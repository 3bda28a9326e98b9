import { type ApiCall, CALLS, type CallKind, COMMAND_LINE, ORDINARY_READS, PLAIN_BOTO3 } from './calls.ts';
import type { Random } from './random.ts';
import { type Attempt, egressAddresses } from './traffic.ts';
import {
  type Activity,
  type EgressFunction,
  foreignRegion,
  type InsideFunction,
  type Lambda,
  userAgentOn,
  type World,
} from './world.ts';

/** What a patient intruder does on the day he stops being patient. */
export const PATIENT_ACTIONS = [
  'critical',
  'secrets',
  'recon, new region',
  'another data category',
  'volume',
  'same',
] as const;
export type PatientAction = (typeof PATIENT_ACTIONS)[number];

/**
 * `new host`: the function was never used from there; the first call ought to be reported.
 * `inside egress`: from the function's own learned egress; only changed behaviour can be reported.
 * `blind spot`: a case the model is known to miss, shown and kept out of the averages.
 */
export type Group = 'new host' | 'inside egress' | 'blind spot';

/** One intruder's intentions. */
export interface Plan {
  /** The first day; the intruder's calls go on to `lastDay`. */
  readonly start: number;
  readonly lastDay: number;
  /** Absent when nothing new is ever tried. */
  readonly actionDay?: number;
  /** Only of patient kinds. */
  readonly action?: PatientAction;
  /** The calls of a day from `start` to `lastDay`, in no order. Pure: the same each time it is asked. */
  readonly attempts: (day: number) => readonly Attempt[];
}

export interface Context {
  readonly world: World;
  /** Of this campaign alone. */
  readonly random: Random;
  /** A stream of this campaign for one day. */
  readonly daily: (day: number) => Random;
  readonly victims: Victims;
  /** Counts all patient campaigns of all seeds, so that the actions come round evenly. */
  readonly turn: () => number;
}

/** Hands out victims so that two campaigns share one only when there are too few: a reopened function proves nothing. */
export interface Victims {
  steal(activities: readonly Activity[], count: number): InsideFunction[];
  routed(suits: (fn: EgressFunction) => boolean): EgressFunction;
}

interface Kind {
  readonly name: string;
  readonly group: Group;
  readonly plan: (context: Context) => Plan;
}

const ACTIVE: readonly Activity[] = ['active'];
const QUIET: readonly Activity[] = ['idle', 'invisible'];

/** The campaigns of MODEL.md 3.2, and one more that looks where a pool is weakest. */
export const KINDS: readonly Kind[] = [
  { name: 'smash and grab, one day', group: 'new host', plan: smashAndGrab },
  { name: 'residential proxies, each call another address', group: 'new host', plan: residentialProxies },
  { name: 'low and slow reads', group: 'new host', plan: lowAndSlow },
  patient('patient, honest client, active function', { activities: ACTIVE, honest: true }),
  patient('patient, spoofed marker, active function', { activities: ACTIVE }),
  patient('patient, spoofed, idle or invisible function', { activities: QUIET }),
  patient('patient, 4 active functions, one host', { activities: ACTIVE, count: 4 }),
  patient('patient, 5 idle or invisible functions, one host', { activities: QUIET, count: 5 }),
  patient('patient, same /24 as the corporate pool', { activities: ACTIVE, from: 'neighbour' }),
  patient('patient, inside the learned egress, function never routed there', { activities: ACTIVE, from: 'site A' }),
  {
    name: 'routed function used from the same /24, outside the pool',
    group: 'new host',
    plan: (c) => mimic(c, () => c.random.pick(c.world.networks.neighbours)),
  },
  insideEgress('command line', ownCalls, { agent: COMMAND_LINE }),
  insideEgress('new: secrets', (c, fn) => some(c.random.pick(CALLS.SECRETS), fn, 2, 5), { lacks: ['SECRETS'] }),
  insideEgress('new: recon', (c, fn) => some(c.random.pick(CALLS.RECON), fn, 3, 8), { lacks: ['RECON'] }),
  insideEgress('new: AssumeRole', (_, fn) => some(CALLS.ROLE_CHAIN[0]!, fn, 1, 3), { lacks: ['ROLE_CHAIN'] }),
  insideEgress('critical API', (c, fn) => some(c.random.pick(CALLS.CRITICAL), fn, 1, 3)),
  insideEgress('new region', (c, fn, day) => {
    const region = foreignRegion(fn, c.random);
    return (random) => ownCalls(c, fn, day)(random).map((call) => ({ ...call, region }));
  }),
  insideEgress('5 to 160 times the volume', manyOwnCalls),
  insideEgress('nothing unusual', ownCalls, { quiet: true }),
  {
    name: 'routed function used from another tenant of the /28',
    group: 'blind spot',
    plan: (c) => mimic(c, () => c.random.pick(c.world.networks.closeNeighbours)),
  },
];

/** A day on which a campaign of `length` days may start. */
function startOf({ world, random }: Context, length: number, earliest = world.settings.attacksFrom): number {
  return random.int(earliest, Math.max(earliest, world.settings.days - length));
}

/** `count` calls at random seconds between 06:00 and 22:00. */
function spread(random: Random, count: number, make: (random: Random) => Omit<Attempt, 'second'>): Attempt[] {
  return Array.from({ length: count }, () => ({ ...make(random), second: random.int(6 * 3600, 22 * 3600) }));
}

const LOOT = ['RECON', 'RECON', 'SECRETS', 'DATA_READ', 'CRITICAL'] as const;

function smashAndGrab(c: Context): Plan {
  const [fn] = c.victims.steal(['active', 'often'], 1) as [InsideFunction];
  const start = startOf(c, 1);
  const ip = c.world.networks.fresh();
  const attempts = (day: number) =>
    spread(c.daily(day), 40, (random) => {
      const call = random.pick(CALLS[random.pick(LOOT)]);
      return { fn, day, ip, userAgent: COMMAND_LINE, call, region: random.pick([fn.region, 'us-east-1']) };
    });
  return { start, lastDay: start, actionDay: start, attempts };
}

function residentialProxies(c: Context): Plan {
  const [fn] = c.victims.steal(['active', 'often'], 1) as [InsideFunction];
  const start = startOf(c, 1);
  const addresses = Array.from({ length: 20 }, () => c.world.networks.fresh());
  const attempts = (day: number) => {
    const random = c.daily(day);
    return addresses.flatMap((ip) =>
      spread(random, 1, () => {
        const call = random.pick(random.pick([CALLS.RECON, CALLS.SECRETS, ORDINARY_READS]));
        return { fn, day, ip, userAgent: PLAIN_BOTO3, call, region: fn.region };
      }),
    );
  };
  return { start, lastDay: start, actionDay: start, attempts };
}

/** One to three reads on three days in five, nothing else ever. */
function lowAndSlow(c: Context): Plan {
  const { slowDays } = c.world.settings;
  const [fn] = c.victims.steal(ACTIVE, 1) as [InsideFunction];
  const start = startOf(c, slowDays);
  const ip = c.world.networks.fresh();
  const attempts = (day: number) => {
    const random = c.daily(day);
    if (day > start && !random.chance(0.6)) return [];
    return spread(random, random.int(1, 3), () => {
      return { fn, day, ip, userAgent: PLAIN_BOTO3, call: random.pick(CALLS.DATA_READ), region: fn.region };
    });
  };
  return { start, lastDay: start + slowDays - 1, attempts };
}

interface Patience {
  readonly activities: readonly Activity[];
  readonly count?: number;
  /** Uses a client of his own instead of the function's. */
  readonly honest?: boolean;
  /** Default: a network nobody used before. */
  readonly from?: 'neighbour' | 'site A';
}

/** Three to ten ordinary reads a day with each stolen function, every day; then the action, with one of them. */
function patient(name: string, { activities, count = 1, honest = false, from }: Patience): Kind {
  const plan = (c: Context): Plan => {
    const { world, random } = c;
    const victims = c.victims.steal(activities, count);
    const start = startOf(c, world.settings.patientDays + 1);
    const actionDay = start + world.settings.patientDays;
    const fixed = from === 'neighbour' ? random.pick(world.networks.neighbours) : world.networks.fresh();
    const action = PATIENT_ACTIONS[c.turn() % PATIENT_ACTIONS.length]!;
    const habits = random.shuffle(ORDINARY_READS).slice(0, 4);
    const attempts = (day: number) => {
      const daily = c.daily(day);
      const base = (fn: Lambda) => ({
        fn,
        day,
        userAgent: honest ? PLAIN_BOTO3 : spoofedAgent(fn, day),
        region: fn.region,
      });
      const ip = () => (from === 'site A' ? daily.pick(world.siteA.on(day)) : fixed);
      const usual = victims.flatMap((fn) =>
        spread(daily, daily.int(3, 10), () => ({ ...base(fn), ip: ip(), call: daily.pick(habits) })),
      );
      if (day < actionDay) return usual;
      const acting = base(victims[0]!);
      const extra = actionCalls(action, acting.fn, habits, daily);
      return [...usual, ...extra.flatMap((what) => spread(daily, 1, () => ({ ...acting, ip: ip(), ...what })))];
    };
    return { start, lastDay: actionDay, actionDay, action, attempts };
  };
  return { name, group: 'new host', plan };
}

/** The victim's own client, or Lambda's Python one when its runtime leaves no marker: whatever buys trust. */
function spoofedAgent(fn: Lambda, day: number): string {
  const own = userAgentOn(fn, day);
  return own.includes('exec-env/') ? own : `${PLAIN_BOTO3} exec-env/AWS_Lambda_python3.12`;
}

type What = Pick<Attempt, 'call' | 'region'>;

function actionCalls(action: PatientAction, fn: Lambda, habits: readonly ApiCall[], random: Random): What[] {
  const repeat = (count: number, calls: readonly ApiCall[], region = fn.region): What[] =>
    Array.from({ length: count }, () => ({ call: random.pick(calls), region }));
  switch (action) {
    case 'critical':
      return repeat(random.int(1, 3), CALLS.CRITICAL);
    case 'secrets':
      return repeat(random.int(2, 5), CALLS.SECRETS);
    case 'recon, new region':
      return repeat(random.int(3, 8), CALLS.RECON, foreignRegion(fn, random));
    case 'another data category':
      return repeat(random.int(3, 10), CALLS.DATA_WRITE);
    case 'volume':
      return repeat(Math.round(6.5 * random.logBetween(5, 160)), habits);
    case 'same':
      return [];
  }
}

/** One day of exactly what a routed function does, with its client, from somewhere else. */
function mimic(c: Context, address: () => string): Plan {
  const fn = c.victims.routed(() => true);
  const start = startOf(c, 1, c.world.settings.insideEgressFrom);
  const ip = address();
  const attempts = (day: number) => {
    const random = c.daily(day);
    const calls = ownCalls(c, fn, day)(random);
    return calls.flatMap((what) =>
      spread(random, 1, () => ({ fn, day, ip, userAgent: userAgentOn(fn, day), ...what })),
    );
  };
  return { start, lastDay: start, attempts };
}

/** What the intruder calls on the day, once its stream is given. */
type Deed = (c: Context, fn: EgressFunction, day: number) => (random: Random) => What[];

interface Conditions {
  /** The function has never made calls of these kinds and never will. */
  readonly lacks?: readonly CallKind[];
  readonly agent?: string;
  /** Nothing is changed: there is no action to recall. */
  readonly quiet?: boolean;
}

/** One day with a routed function's credentials from inside its own egress, doing something (or nothing) new. */
function insideEgress(name: string, deed: Deed, conditions: Conditions = {}): Kind {
  const { lacks = [], agent, quiet = false } = conditions;
  const plan = (c: Context): Plan => {
    const fn = c.victims.routed((f) => !f.habits.some((habit) => lacks.includes(habit.call.kind)));
    const start = afterDrill(c.world, startOf(c, 1, c.world.settings.insideEgressFrom));
    const calls = deed(c, fn, start);
    const attempts = (day: number) => {
      const random = c.daily(day);
      const addresses = egressAddresses(c.world, fn, day);
      const userAgent = agent ?? userAgentOn(fn, day);
      return calls(random).flatMap((what) =>
        spread(random, 1, () => ({ fn, day, ip: random.pick(addresses), userAgent, ...what })),
      );
    };
    return { start, lastDay: start, ...(quiet ? {} : { actionDay: start }), attempts };
  };
  return { name: `inside egress, routed function: ${name}`, group: 'inside egress', plan };
}

/** During the drill the function's egress is a strange one and anything alarms: such a day would prove nothing. */
function afterDrill({ settings: { drillDay, drillDays } }: World, day: number): number {
  return day >= drillDay && day < drillDay + drillDays ? drillDay + drillDays : day;
}

/** Between `low` and `high` of one call, in the function's own region. */
function some(call: ApiCall, fn: Lambda, low: number, high: number): (random: Random) => What[] {
  return (random) => Array.from({ length: random.int(low, high) }, () => ({ call, region: fn.region }));
}

/** Three to ten calls the function has made on most of its days for at least ten days. */
function ownCalls(_: Context, fn: EgressFunction, day: number): (random: Random) => What[] {
  const settled = fn.habits.filter((habit) => habit.from <= day - 10 && habit.daily === 1);
  return (random) => Array.from({ length: random.int(3, 10) }, () => random.pick(settled));
}

function manyOwnCalls(c: Context, fn: EgressFunction, day: number): (random: Random) => What[] {
  const [habit] = ownCalls(c, fn, day)(c.random);
  return (random) => Array.from({ length: Math.round(fn.callsPerDay * random.logBetween(5, 160)) }, () => habit!);
}
