/**
 * What the simulated organisation is like. Nobody has published such figures: each is a guess that can be argued with,
 * and `WORLDS` says how the comparison moves when the boldest ones are wrong.
 */
export interface WorldSettings {
  /** Days of trail. */
  readonly days: number;
  /** Days from the start in which everything is new; what follows is counted as steady. */
  readonly onboardingDays: number;
  readonly accounts: number;
  /** Functions whose traffic leaves through the organisation's own networks (Outposts, VPN, Direct Connect). */
  readonly egressFunctions: number;
  /** Functions that call from AWS addresses only, unless stolen. */
  readonly insideFunctions: number;
  readonly developers: number;
  /** Attack campaigns of each kind. */
  readonly campaignsPerKind: number;
  /** Days a patient intruder behaves before acting. */
  readonly patientDays: number;
  /** Length of a low-and-slow reading campaign, days. */
  readonly slowDays: number;
  /** First day on which a campaign may begin: later than Cortex's 14 days of activation, so that these cost it nothing. */
  readonly attacksFrom: number;
  /** First day of campaigns inside the learned egress. */
  readonly insideEgressFrom: number;
  /** Day on which `migrating` functions move from site B to site A. */
  readonly migrationDay: number;
  readonly migrating: number;
  /** First day and length of the disaster-recovery drill. */
  readonly drillDay: number;
  readonly drillDays: number;
  /** Days between replacements of one address of site A. */
  readonly replaceEvery: number;
  /** Share of egress functions on runtimes that leave no marker in the user agent. */
  readonly unmarked: number;
  /** Share of egress functions that also run inside AWS (the same name in a second region, say). */
  readonly mixedOrigin: number;
  /** Share of egress functions whose S3 traffic goes through a VPC endpoint. */
  readonly endpoint: number;
  /** Egress functions that make a critical IAM call each week, as key rotators do. */
  readonly criticalFunctions: number;
  /** Shares of the inside functions that run daily, on half of the days, on one day in 25, and never visibly. */
  readonly activity: {
    readonly active: number;
    readonly often: number;
    readonly idle: number;
    readonly invisible: number;
  };
  /** Chance per function and day of a call it never made before, of another SDK, of another region. */
  readonly newCall: number;
  readonly newClient: number;
  readonly newRegion: number;
  /** Chance per function and day of running at 2 to 6 times its usual volume. */
  readonly surge: number;
  /** Chance per function and day of one to four calls being denied, as after a bad deployment. */
  readonly denied: number;
}

export const DEFAULT_WORLD: WorldSettings = {
  days: 150,
  onboardingDays: 60,
  accounts: 6,
  egressFunctions: 40,
  insideFunctions: 80,
  developers: 8,
  campaignsPerKind: 2,
  patientDays: 30,
  slowDays: 40,
  attacksFrom: 20,
  insideEgressFrom: 60,
  migrationDay: 60,
  migrating: 4,
  drillDay: 75,
  drillDays: 3,
  replaceEvery: 21,
  unmarked: 0.2,
  mixedOrigin: 0.05,
  endpoint: 0.5,
  criticalFunctions: 2,
  activity: { active: 0.5, often: 0.25, idle: 0.13, invisible: 0.12 },
  newCall: 1 / 75,
  newClient: 1 / 200,
  newRegion: 1 / 200,
  surge: 1 / 60,
  denied: 1 / 100,
};

/** Small enough for a test, with every kind of actor and campaign in it. The figures it gives mean nothing. */
export const TINY_WORLD: WorldSettings = {
  ...DEFAULT_WORLD,
  days: 34,
  onboardingDays: 14,
  accounts: 2,
  egressFunctions: 8,
  insideFunctions: 24,
  developers: 2,
  campaignsPerKind: 1,
  patientDays: 8,
  slowDays: 10,
  attacksFrom: 15,
  insideEgressFrom: 22,
  migrationDay: 18,
  migrating: 1,
  drillDay: 25,
  drillDays: 2,
};

/** The assumptions most likely to be wrong, turned one at a time. */
export const WORLDS: readonly { readonly name: string; readonly settings: Partial<WorldSettings> }[] = [
  { name: 'default', settings: {} },
  { name: 'mixed-origin functions 5 % -> 20 %', settings: { mixedOrigin: 0.2 } },
  { name: 'functions without runtime marker 20 % -> 60 %', settings: { unmarked: 0.6 } },
  {
    name: 'functions with no visible inside call 12 % -> 50 %',
    settings: { activity: { active: 0.28, often: 0.14, idle: 0.08, invisible: 0.5 } },
  },
  {
    name: 'no inside call visible for anybody',
    settings: { activity: { active: 0, often: 0, idle: 0, invisible: 1 }, mixedOrigin: 0 },
  },
  {
    name: 'functions change three times as often',
    settings: { newCall: 1 / 25, newClient: 1 / 67, newRegion: 1 / 67 },
  },
  {
    name: 'small shop: 6 egress functions, 15 in AWS',
    settings: { egressFunctions: 6, insideFunctions: 15, developers: 2, migrating: 1, criticalFunctions: 1 },
  },
];
