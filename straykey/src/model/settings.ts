/** One number of the model: what it counts, its default and why, and what goes wrong when it is turned. */
interface Parameter {
  readonly default: number;
  readonly unit: string;
  readonly least: number;
  readonly most: number;
  readonly why: string;
  readonly turned: string;
}

/**
 * Every number of MODEL.md 2.12 under its name there. Measured by simulation (MODEL.md 3.3): only `base` is worth turning
 * for one installation; the rest is flat or is a guard rail.
 */
export const parameters = {
  lag: {
    default: 2,
    unit: 'days',
    least: 0,
    most: 30,
    why: 'A verdict uses days that are settled: with 2, a record may come 24 h late and change nothing.',
    turned: 'Below 2, order of arrival changes verdicts. Above, learning takes that much longer.',
  },
  window: {
    default: 120,
    unit: 'days',
    least: 2,
    most: 400,
    why: 'A weekly job (8 evidence days in 8 weeks) fits with room; a season of memory is enough.',
    turned: 'Lower forgets monthly jobs; higher remembers hosts nobody uses any more and costs memory.',
  },
  plateau: {
    default: 90,
    unit: 'days',
    least: 0,
    most: 400,
    why: 'Days younger than this count fully, so a monthly job is not punished for being monthly.',
    turned: 'Lower makes rare jobs unlearnable.',
  },
  fade: {
    default: 15,
    unit: 'days (half-life after the plateau)',
    least: 1,
    most: 400,
    why: 'Old evidence ends gently: no host is forgotten overnight.',
    turned: 'Lower makes a cliff at the plateau; higher makes one at the end of the window.',
  },
  dormant: {
    default: 45,
    unit: 'days',
    least: 1,
    most: 400,
    why: 'A monthly job with one miss stays known; a host silent for longer must be looked at again.',
    turned: 'Lower alarms on monthly jobs; higher lets an abandoned (and re-let) address stay trusted.',
  },
  base: {
    default: 14,
    unit: 'days',
    least: 1,
    most: 200,
    why: 'Trades one for one between the days an intruder stays visible and the days a partner host alarms.',
    turned:
      '18 is the cautious choice and costs routed functions almost nothing; below 10 a patient thief waits little.',
  },
  marker: {
    default: 3,
    unit: 'days',
    least: 0,
    most: 100,
    why: 'The runtime marker `exec-env/AWS_Lambda_` speaks for the function itself, but one variable forges it.',
    turned: 'Higher rewards forgery; 0 treats a laptop like a runtime.',
  },
  split: {
    default: 4,
    unit: 'days',
    least: 0,
    most: 100,
    why: 'A thief cannot stop the function from running in AWS: inside use on the same days is the best sign of theft.',
    turned: '0 gives it up: an active victim is visible 9 days instead of 16.',
  },
  corr: {
    default: 2,
    unit: 'days for each vouching role',
    least: 0,
    most: 100,
    why: 'Shared egress is learned sooner when unrelated, routed functions use it.',
    turned: 'Higher lets few colluding functions buy silence; 0 costs every new function 7 days.',
  },
  corrMax: {
    default: 4,
    unit: 'roles',
    least: 0,
    most: 100,
    why: 'Beyond four vouchers nothing new is proved.',
    turned: 'Higher lets a large estate outvote every other sign.',
  },
  corrDays: {
    default: 7,
    unit: 'days',
    least: 1,
    most: 200,
    why: 'A voucher must itself have been visible as long as a routed function needs.',
    turned: 'Lower lets hosts be vouched for by functions that came with the intruder.',
  },
  minReq: {
    default: 3,
    unit: 'days',
    least: 1,
    most: 200,
    why: 'Above zero, so the first sighting of a function at a host always alarms.',
    turned: '1 silences on the second day behind shared egress.',
  },
  maxReq: {
    default: 28,
    unit: 'days',
    least: 1,
    most: 400,
    why: 'Whatever adds up, four weeks of the same is the habit of somebody.',
    turned: 'Matters only when base, marker or split are raised.',
  },
  kOrd: {
    default: 3,
    unit: 'days',
    least: 0,
    most: 200,
    why: 'A new ordinary category, marked client or region alarms on three days, then is routine.',
    turned: '0 turns facets off: a learned host may then do anything.',
  },
  kSens: {
    default: 5,
    unit: 'days (routed functions only)',
    least: 0,
    most: 200,
    why: 'Secrets, reconnaissance and role chaining deserve more days; functions that also run in AWS never learn them.',
    turned: 'Lower makes a poisoned host more valuable.',
  },
  kUnmarked: {
    default: 5,
    unit: 'days',
    least: 0,
    most: 200,
    why: 'A command line or laptop client at a host of functions is how stolen keys are used.',
    turned: 'Lower lets a second client in sooner.',
  },
  kHabit: {
    default: 5,
    unit: 'days',
    least: 1,
    most: 200,
    why: 'Critical calls on fewer days void all evidence up to then; a deploy job does them every day.',
    turned: 'Lower lets an escalation pass for routine; critical calls alarm at any value.',
  },
  poolUnits: {
    default: 3,
    unit: 'hosts',
    least: 1,
    most: 1_000_000,
    why: 'One routed function that itself rotates over three addresses shows a shared egress.',
    turned: 'Lower makes pools of accidents; very high turns pools off (8 times the alert-days).',
  },
  poolDays: {
    default: 2,
    unit: 'days for each host',
    least: 1,
    most: 200,
    why: 'Each address of the rotation must have been seen on two days.',
    turned: '1 lets one day of scanning draw a pool.',
  },
  poolBlock: {
    default: 28,
    unit: 'prefix bits, IPv4',
    least: 24,
    most: 32,
    why: 'NAT addresses are bought in small blocks.',
    turned: '24 takes in neighbours (8 points of first-use recall lost); 32 stops growth (3.5 times the findings).',
  },
  poolBlock6: {
    default: 60,
    unit: 'prefix bits, IPv6',
    least: 48,
    most: 64,
    why: 'As /28, over /64 hosts.',
    turned: 'As poolBlock.',
  },
  volMin: {
    default: 200,
    unit: 'calls a day',
    least: 0,
    most: 1e9,
    why: 'Small numbers jump by themselves.',
    turned: 'Lower is noise; higher leaves more room for theft of data.',
  },
  volFactor: {
    default: 8,
    unit: 'times the second largest day',
    least: 0,
    most: 1e6,
    why: 'Routed functions have busy days.',
    turned: 'Lower is noise; higher lets a bulk download pass.',
  },
  volMinLone: {
    default: 50,
    unit: 'calls a day',
    least: 0,
    most: 1e9,
    why: 'As volMin, for functions that are not routed: less trust, tighter bound.',
    turned: 'As volMin.',
  },
  volFactorLone: {
    default: 4,
    unit: 'times the second largest day',
    least: 0,
    most: 1e6,
    why: 'As volFactor, for functions that are not routed.',
    turned: 'As volFactor.',
  },
  volWindow: {
    default: 30,
    unit: 'days',
    least: 1,
    most: 400,
    why: 'A month holds month-end peaks.',
    turned: 'Lower forgets them; higher compares with a size long gone.',
  },
  deniedMin: {
    default: 3,
    unit: 'different denied calls a day',
    least: 1,
    most: 8,
    why: 'Trying doors looks like this; two failures are a bug. At most 8 are told apart.',
    turned: 'Lower alarms on ordinary missing permissions.',
  },
  fanout: {
    default: 3,
    unit: 'networks a day',
    least: 1,
    most: 1000,
    why: 'One function from three unknown networks in a day is a proxy pool or several thieves.',
    turned: 'Lower marks failover; higher misses small proxy pools (each host alarms anyway).',
  },
  ttlDays: {
    default: 180,
    unit: 'days',
    least: 1,
    most: 36_500,
    why: 'An `expected` that nobody renews in half a year should be asked about again.',
    turned: 'Higher lets old promises outlive their reason.',
  },
  maxUnits: {
    default: 4096,
    unit: 'hosts for each function and day',
    least: 1,
    most: 1_000_000,
    why: 'Bounds memory when an attacker rotates addresses; hosts left out are simply never learned.',
    turned: 'Lower may leave out a learned host on a flooded day; higher costs memory.',
  },
  sketch: {
    default: 64,
    unit: 'hashes for each function, host and day',
    least: 8,
    most: 4096,
    why: 'Counts calls exactly below 64 and within about an eighth above, whatever is delivered twice.',
    turned: 'Higher is more exact and larger; all shards must agree on it.',
  },
} as const satisfies Readonly<Record<string, Parameter>>;

/**
 * `slow`: unattended learning, as GuardDuty promises. `ack`: a host whose functions are not routed is never learned without
 * an analyst's `expected`; for history judged unseen and for high-assurance tenants.
 */
export type LoneMode = 'slow' | 'ack';

export type Settings = { readonly [Name in keyof typeof parameters]: number } & { readonly loneMode: LoneMode };

export const defaultSettings: Settings = Object.freeze({
  ...mapValues(parameters, (parameter) => parameter.default),
  loneMode: 'slow',
} as const);

/**
 * Settings from options by name (MODEL.md 2.12), the rest default. Unknown names and values that do not fit are answered
 * with what was expected, never skipped.
 */
export function readSettings(options: unknown): { readonly settings: Settings } | { readonly problem: string } {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    return { problem: 'options: expected an object of parameter names and values' };
  }
  const chosen = new Map<string, unknown>(Object.entries(options));
  for (const [name, value] of chosen) {
    const problem = problemWith(name, value);
    if (problem !== undefined) return { problem };
  }
  const settings = mapValues(
    parameters,
    (parameter, name) => (chosen.get(name) as number | undefined) ?? parameter.default,
  );
  const loneMode = (chosen.get('loneMode') as LoneMode | undefined) ?? defaultSettings.loneMode;
  if (settings.minReq > settings.maxReq) return { problem: 'minReq: expected at most maxReq' };
  return { settings: Object.freeze({ ...settings, loneMode }) };
}

function problemWith(name: string, value: unknown): string | undefined {
  if (name === 'loneMode') {
    return value === 'slow' || value === 'ack' ? undefined : `loneMode: expected "slow" or "ack", found ${show(value)}`;
  }
  if (!Object.hasOwn(parameters, name)) {
    return `unknown option ${show(name)}; known: ${[...Object.keys(parameters), 'loneMode'].join(', ')}`;
  }
  const { least, most, unit } = parameters[name as keyof typeof parameters];
  const fits = typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
  return fits ? undefined : `${name}: expected a whole number from ${least} to ${most} (${unit}), found ${show(value)}`;
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? String(value)).slice(0, 80);
}

function mapValues<Key extends string, From>(
  table: Readonly<Record<Key, From>>,
  map: (value: From, key: Key) => number,
): Record<Key, number> {
  const entries = (Object.keys(table) as Key[]).map((key) => [key, map(table[key], key)] as const);
  return Object.fromEntries(entries) as Record<Key, number>;
}
