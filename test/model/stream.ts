import type { Feedback, Inside, Outside } from '../../straykey/src/model/index.ts';
import { randomOf } from './scenario.ts';

/** A made-up organisation over some months: the same for the same seed. Outside uses by (time, id). */
export interface Stream {
  readonly outside: readonly Outside[];
  readonly inside: readonly Inside[];
  readonly feedback: readonly Feedback[];
  readonly firstDay: number;
  readonly days: number;
}

const MARKED = 'Boto3/1.39.7 exec-env/AWS_Lambda_python3.12 Botocore/1.39.17';
const AGENTS = [MARKED, MARKED, MARKED, 'aws-sdk-go-v2/1.30.3 os/linux', 'aws-cli/2.15.0', ''];
const CALLS: readonly (readonly [string, string])[] = [
  ['ec2', 'DescribeTags'],
  ['s3', 'GetObject'],
  ['sqs', 'SendMessage'],
  ['logs', 'PutRetentionPolicy'],
  ['secretsmanager', 'GetSecretValue'],
  ['sts', 'GetCallerIdentity'],
  ['sts', 'AssumeRole'],
];
const ERRORS = ['AccessDenied', 'Client.UnauthorizedOperation', 'ThrottlingException'];
const REGIONS = ['eu-west-1', 'eu-west-1', 'eu-west-1', 'us-east-1'];

/** How one function lives: where it is used from, how often, and whether it also runs inside AWS. */
interface Life {
  readonly name: string;
  readonly role: string;
  readonly hosts: readonly string[];
  readonly chance: number;
  readonly inside: number;
  readonly vpce: boolean;
  readonly agent: string;
  readonly callsADay: number;
  readonly keysADay: number;
  readonly from: number;
  readonly rare: number;
  /** Not used between these days. */
  readonly rests?: readonly [number, number];
}

const POOL = [16, 17, 18, 19, 21].map((last) => `203.0.113.${last}`);

/** Lives that meet every rule: shared rotating egress, lone hosts, idle and mixed functions, IPv6, late starters, pauses. */
function livesOf(random: () => number): Life[] {
  const base = { chance: 0.9, inside: 0, vpce: false, agent: MARKED, callsADay: 4, keysADay: 2, from: 0, rare: 0.05 };
  const account = '111122223333';
  const life = (name: string, role: string, hosts: readonly string[], rest: Partial<Life> = {}): Life => ({
    ...base,
    name: `${account}/${role}/${name}`,
    role: `${account}/${role}`,
    hosts,
    from: Math.floor(random() * 10),
    ...rest,
  });
  return [
    life('a1', 'role-a', POOL, { callsADay: 6 }),
    life('a2', 'role-a', POOL),
    life('b', 'role-b', POOL.slice(0, 3), { callsADay: 5 }),
    life('c', 'role-c', [...POOL.slice(2), '203.0.113.99']),
    life('late', 'role-d', POOL.slice(0, 2), { from: 30 }),
    life('lone', 'role-e', ['198.51.100.7'], { agent: 'aws-sdk-go-v2/1.30.3' }),
    life('mixed', 'role-f', ['198.51.100.7', '198.51.100.9'], { inside: 0.6 }),
    life('idle', 'role-g', ['192.0.2.40'], { inside: 0.05, chance: 0.7 }),
    life('endpoint', 'role-h', ['192.0.2.40'], { inside: 0.7, vpce: true }),
    life('six', 'role-i', ['2001:db8:1:2::a', '2001:db8:1:2:ffff::1', '2001:db8:1:9::5'], { chance: 0.8 }),
    life('weekly', 'role-j', ['192.0.2.41'], { chance: 0.15, keysADay: 1 }),
    life('longkey', 'role-k', ['192.0.2.42'], { keysADay: 0.5 }),
    life('seasonal', 'role-m', ['192.0.2.43'], { rests: [12, 64] }),
    life('nomad', 'role-l', ['192.0.2.1', '198.51.100.1', '203.0.113.200', '9.9.9.9'], { chance: 0.5, rare: 0.2 }),
  ];
}

export function streamOf(seed: number, days = 75): Stream {
  const random = randomOf(seed);
  const firstDay = 19_700;
  const lives = livesOf(random);
  const outside: Outside[] = [];
  const inside: Inside[] = [];
  for (const life of lives) {
    for (let offset = life.from; offset < days; offset++) {
      const day = firstDay + offset;
      if (random() < life.inside) inside.push(insideUse(life, day, random));
      const rests = life.rests !== undefined && offset >= life.rests[0] && offset < life.rests[1];
      if (rests || random() >= life.chance) continue;
      const calls = callsOf(life, random);
      for (let i = 0; i < calls; i++) outside.push(use(life, day, i, `${seed}-${outside.length}`, random));
    }
  }
  outside.sort((a, b) => a.t - b.t || (a.id < b.id ? -1 : 1));
  return { outside, inside, feedback: feedbackOf(firstDay), firstDay, days };
}

/** Now and then a busy day. */
function callsOf({ callsADay }: Life, random: () => number): number {
  const calls = 1 + Math.floor(random() * 2 * callsADay);
  return random() < 0.02 ? calls + 60 : calls;
}

function use(life: Life, day: number, i: number, id: string, random: () => number): Outside {
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)]!;
  const odd = random() < life.rare;
  const critical = odd && random() < 0.05;
  const [service, name] = critical ? (['iam', 'CreateAccessKey'] as const) : odd ? pick(CALLS) : CALLS[i % 2]!;
  const error = random() < 0.08 ? { error: pick(ERRORS) } : {};
  const key = life.keysADay < 1 ? Math.floor(day * life.keysADay) : `${day}-${i % life.keysADay}`;
  return {
    id,
    t: day * 86_400 + Math.floor(random() * 86_400),
    principal: life.name,
    role: life.role,
    key: `ASIA${life.role.slice(-1)}${key}`,
    ip: pick(life.hosts),
    ua: odd ? pick(AGENTS) : life.agent,
    source: `${service}.amazonaws.com`,
    name: error.error === undefined ? name : `${name}${Math.floor(random() * 4)}`,
    region: odd ? pick(REGIONS) : 'eu-west-1',
    ...(odd && random() < 0.5 ? { readOnly: random() < 0.5 } : {}),
    ...error,
  };
}

function insideUse({ name, vpce }: Life, day: number, random: () => number): Inside {
  const t = day * 86_400 + Math.floor(random() * 86_400);
  if (!vpce) return { inside: true, t, principal: name, vpce };
  const source = random() < 0.5 ? 'sqs.amazonaws.com' : 's3.amazonaws.com';
  return { inside: true, t, principal: name, vpce, source, region: 'eu-west-1' };
}

/**
 * Statements take effect at midnight and cover lone hosts: within one day the reasons that count calls would otherwise
 * depend on which of the calls came before the statement.
 */
function feedbackOf(firstDay: number): Feedback[] {
  const at = (offset: number) => (firstDay + offset) * 86_400;
  return [
    {
      id: 'f1',
      t: at(12),
      verdict: 'expected',
      principal: '111122223333/role-g/idle',
      cidr: '192.0.2.40',
      ttlDays: 20,
    },
    { id: 'f2', t: at(15), verdict: 'malicious', cidr: '198.51.100.9/32' },
    { id: 'f3', t: at(40), verdict: 'clear', cidr: '198.51.100.0/28' },
    { id: 'f4', t: at(20), verdict: 'expected', cidr: '2001:db8:1:2::a', accept: ['RECON', 'SECRETS'] },
    { id: 'f5', t: at(35), verdict: 'malicious', principal: '111122223333/role-c/c', cidr: '203.0.113.99' },
  ];
}
