import { readFileSync } from 'node:fs';
import type { Feedback, Inside, Outside, Settings } from '../../straykey/src/model/index.ts';

/** The acceptance scenarios in their compact form; the notation is told in MODEL.md section 4. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly options?: Partial<Settings>;
  readonly delivery?: Delivery;
  readonly steps: readonly Step[];
  readonly expect: readonly ExpectedDays[];
}

export interface Delivery {
  readonly dup?: number;
  readonly late?: number;
  readonly seed?: number;
  readonly delay?: number;
  readonly shards?: number;
}

export type Step = UseStep | InsideStep | FeedbackStep;

interface UseStep {
  readonly op: 'use';
  readonly fn: string | readonly string[];
  readonly days: string;
  readonly ip: string | readonly string[];
  readonly rotate?: boolean;
  readonly n?: number;
  readonly at?: string;
  readonly span?: number;
  readonly api?: string | readonly string[];
  readonly ua?: string;
  readonly key?: string;
  readonly keys?: number;
  readonly role?: string;
  readonly account?: string;
  readonly region?: string;
  readonly error?: string;
  readonly tag?: string;
}

interface InsideStep {
  readonly op: 'inside';
  readonly fn: string | readonly string[];
  readonly days: string;
  readonly vpce?: boolean;
  readonly api?: string;
  readonly role?: string;
  readonly account?: string;
  readonly region?: string;
}

interface FeedbackStep extends Pick<Feedback, 'verdict' | 'cidr' | 'accept' | 'ttlDays'> {
  readonly op: 'feedback';
  readonly day: number;
  readonly at?: string;
  readonly fn?: string;
}

interface ExpectedDays extends Selection {
  readonly days: string;
  readonly finding: boolean;
  readonly reason?: string;
  readonly all?: boolean;
}

interface Selection {
  readonly fn?: string;
  readonly ip?: string;
  readonly tag?: string;
  readonly api?: string;
}

/** What is known of an event besides its own fields: what expectations select by, and when it is delivered. */
interface Label {
  readonly deliverAt: number;
  readonly fn: string;
  readonly tag?: string;
  readonly api?: string;
}

export type DeliveredOutside = Outside & Label;
export type DeliveredInside = Inside & Label & { readonly id: string; readonly name: string; readonly key: string };
export type Delivered = DeliveredOutside | DeliveredInside;

export interface Expectation extends Selection {
  readonly date: string;
  readonly finding: boolean;
  readonly reason?: string;
  readonly all?: boolean;
}

/** A scenario written out. */
export interface Story {
  readonly id: string;
  readonly title: string;
  readonly options: Partial<Settings>;
  readonly delivery: Delivery;
  readonly feedback: readonly Feedback[];
  readonly events: readonly Delivered[];
  readonly expect: readonly Expectation[];
}

export const scenarios = JSON.parse(
  readFileSync(new URL('./scenarios.json', import.meta.url), 'utf8'),
) as readonly Scenario[];

export function isInside(event: Delivered): event is DeliveredInside {
  return 'inside' in event;
}

/** Writes a scenario out: every event in order of delivery, statements, expectations by date. */
export function expand(scenario: Scenario): Story {
  const { delivery = {}, expect, id, options = {}, steps, title } = scenario;
  const events: Delivered[] = [];
  const feedback: Feedback[] = [];
  const nextId = () => `${id}-${String(events.length).padStart(6, '0')}`;
  for (const step of steps) {
    if (step.op === 'feedback') feedback.push(statementOf(step, `fb${feedback.length}`));
    else if (step.op === 'inside') for (const event of insideOf(step)) events.push({ ...event, id: nextId() });
    else for (const event of usesOf(step)) events.push({ ...event, id: nextId() });
  }
  const expectations = expect.flatMap(({ days, ...rest }) =>
    daysOf(days).map((day) => ({ date: dateOf(day), ...rest })),
  );
  return { id, title, options, delivery, feedback, events: deliver(events, delivery), expect: expectations };
}

/** Those expectations the verdicts break, as sentences; none is the pass. */
export function broken(story: Story, verdicts: ReadonlyMap<string, readonly Verdict[]>): string[] {
  const calls = [...new Map(story.events.map((event) => [event.id, event])).values()].filter(
    (event) => !isInside(event),
  );
  return story.expect.flatMap((expected) => {
    const selected = calls.filter((event) => selects(expected, event)).map((event) => verdicts.get(event.id) ?? []);
    const problem = problemWith(expected, selected);
    return problem === undefined ? [] : [`${story.id} ${JSON.stringify(expected)}: ${problem}`];
  });
}

/** As the model gives it; a call delivered more than once has more than one. */
export interface Verdict {
  readonly finding: boolean;
  readonly reasons: readonly string[];
}

function problemWith(expected: Expectation, selected: readonly (readonly Verdict[])[]): string | undefined {
  if (selected.length === 0) return 'no call matches';
  if (selected.some((verdicts) => verdicts.length === 0)) return 'a call has no verdict';
  const matches = ({ finding, reasons }: Verdict) =>
    finding && (expected.reason === undefined || reasons.some((reason) => reason.startsWith(expected.reason ?? '')));
  const shown = () => JSON.stringify(selected.flat().map(({ reasons }) => reasons));
  if (!expected.finding)
    return selected.flat().some(({ finding }) => finding) ? `expected silence, found ${shown()}` : undefined;
  const found = selected.map((verdicts) => verdicts.some(matches));
  const holds = expected.all ? found.every(Boolean) : found.some(Boolean);
  return holds ? undefined : `expected a finding, found ${shown()}`;
}

function selects(expected: Expectation, event: Delivered): boolean {
  const date = new Date(event.t * 1000).toISOString().slice(0, 10);
  return (
    date === expected.date &&
    (expected.fn === undefined || expected.fn === event.fn) &&
    (expected.ip === undefined || ('ip' in event && expected.ip === event.ip)) &&
    (expected.tag === undefined || expected.tag === event.tag) &&
    (expected.api === undefined || apiOf(expected.api) === event.api)
  );
}

function* usesOf(step: UseStep): Generator<DeliveredOutside> {
  const { at = '08:00', error, n = 3, region = 'eu-west-1', span = 36_000, tag } = step;
  const addresses = listOf(step.ip);
  const apis = listOf(step.api ?? 'READ').map(apiOf);
  const stride = Math.min(60, Math.floor((span / n) * 1000) / 1000);
  for (const fn of listOf(step.fn)) {
    for (const day of daysOf(step.days)) {
      for (let i = 0; i < n; i++) {
        const t = secondOf(day, at) + Math.floor(i * stride);
        const api = apis[i % apis.length]!;
        const [service, name] = api.split(':') as [string, string];
        const place = (step.rotate ? day + i : i) % addresses.length;
        yield {
          deliverAt: t,
          id: '',
          t,
          ...namesOf(fn, step),
          key: keyOf(step, fn, day, i),
          ip: addresses.at(place)!,
          ua: USER_AGENTS[step.ua ?? 'boto3+l'] ?? step.ua ?? '',
          source: `${service}.amazonaws.com`,
          name,
          region,
          ...(error === undefined ? {} : { error }),
          ...(tag === undefined ? {} : { tag }),
          api,
        };
      }
    }
  }
}

function* insideOf(step: InsideStep): Generator<DeliveredInside> {
  const { api = 'sqs:ReceiveMessage', region = 'eu-west-1', vpce = false } = step;
  const [service, name] = api.split(':') as [string, string];
  for (const fn of listOf(step.fn)) {
    for (const day of daysOf(step.days)) {
      const t = secondOf(day, vpce ? '02:00' : '01:00');
      const names = namesOf(fn, step);
      const source = `${service}.amazonaws.com`;
      yield { deliverAt: t, inside: true, id: '', t, ...names, vpce, source, name, region, key: `${fn}-${day}` };
    }
  }
}

function statementOf({ accept, at = '06:00', cidr, day, fn, ttlDays, verdict }: FeedbackStep, id: string): Feedback {
  return {
    id,
    t: secondOf(day, at),
    verdict,
    principal: fn === undefined ? '*' : namesOf(fn, {}).principal,
    ...(cidr === undefined ? {} : { cidr }),
    ...(accept === undefined ? {} : { accept }),
    ...(ttlDays === undefined ? {} : { ttlDays }),
  };
}

function namesOf(fn: string, { account = '111111111111', role = `role-${fn}` }: { account?: string; role?: string }) {
  return { principal: `${account}/${role}/${fn}`, role: `${account}/${role}`, fn };
}

function keyOf({ key, keys }: UseStep, fn: string, day: number, i: number): string {
  if (key !== undefined) return key.replace('{half}', String(Math.floor(day / 2)));
  return keys === undefined ? `${fn}-${day}` : `${fn}-${day}-${i % keys}`;
}

/** Copies, delays and lateness as the delivery says, in order of delivery. */
function deliver(events: readonly Delivered[], { delay = 0, dup = 1, late = 0, seed = 1 }: Delivery): Delivered[] {
  const random = randomOf(seed);
  const copies = events.flatMap((event) =>
    Array.from({ length: dup }, () => ({ ...event, deliverAt: event.t + delay + Math.floor(random() * late) })),
  );
  return copies.sort((a, b) => a.deliverAt - b.deliverAt || (a.id < b.id ? -1 : Number(a.id > b.id)));
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** "0..20", "0..84/7", "3,5": days counted from day 0 = 2024-10-04. */
function daysOf(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const [range = '', step = '1'] = part.split('/');
    const [from = 0, to = from] = range.split('..').map(Number);
    return Array.from({ length: Math.floor((to - from) / Number(step)) + 1 }, (_, i) => from + i * Number(step));
  });
}

const DAY_0 = Date.UTC(2024, 9, 4) / 1000;

function secondOf(day: number, at: string): number {
  const [hours = 0, minutes = 0] = at.split(':').map(Number);
  return DAY_0 + day * 86_400 + hours * 3600 + minutes * 60;
}

function dateOf(day: number): string {
  return new Date(secondOf(day, '00:00') * 1000).toISOString().slice(0, 10);
}

function listOf<Item>(value: Item | readonly Item[]): readonly Item[] {
  return Array.isArray(value) ? value : [value as Item];
}

function apiOf(api: string): string {
  return APIS[api] ?? api;
}

/** The call that stands for a category. */
const APIS: Readonly<Record<string, string>> = {
  READ: 'ec2:DescribeTags',
  DATA_READ: 's3:GetObject',
  SECRETS: 'secretsmanager:GetSecretValue',
  CRITICAL: 'iam:CreateAccessKey',
};

const USER_AGENTS: Readonly<Record<string, string>> = {
  'boto3+l':
    'Boto3/1.39.7 md/Botocore#1.39.17 ua/2.1 os/linux#5.10.245 md/arch#aarch64 lang/python#3.12.12 exec-env/AWS_Lambda_python3.12 Botocore/1.39.17',
  'boto3new+l':
    'Boto3/1.40.2 md/Botocore#1.40.2 ua/2.1 os/linux#6.1 md/arch#x86_64 lang/python#3.13.1 exec-env/AWS_Lambda_python3.13 Botocore/1.40.2',
  boto3: 'Boto3/1.34.0 md/Botocore#1.34.0 ua/2.0 os/macos#23 lang/python#3.11',
  go: 'aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux',
  cli: 'aws-cli/2.15.0 Python/3.11.6 Linux/6.1 exe/x86_64 prompt/off command/sts.get-caller-identity',
};
