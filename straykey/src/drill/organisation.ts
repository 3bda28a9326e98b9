import { addressIn, awsAddress, outsideAddresses } from './addresses.ts';
import {
  assumeRoleBy,
  coldStart,
  createFunction,
  lambdaCall,
  onBehalf,
  presignedCall,
  s3DataEvent,
  sessionCall,
} from './calls.ts';
import {
  agents,
  type FunctionSession,
  type LambdaFunction,
  newFunction,
  newFunctionSession,
  newRole,
  newSession,
  newUser,
  sessionIdentity,
  userIdentity,
} from './identities.ts';
import * as operations from './operations.ts';
import { Random } from './random.ts';
import { type Operation, type TrailRecord, writeRecord } from './record.ts';
import { theft } from './theft.ts';

/** One strand of an organisation's trail, with what a reader should know about it. */
export interface Chapter {
  /** What these calls are. */
  readonly what: string;
  /** Why they must not alarm; absent for the theft. */
  readonly why?: string;
  readonly records: readonly TrailRecord[];
}

export interface Organisation {
  readonly chapters: readonly Chapter[];
  readonly accounts: number;
  readonly functions: number;
  readonly days: number;
  readonly stolenFunction: string;
}

const SHOP = '111122223333';
const DATA = '222233334444';
const LAB = '333344445555';

/** S3 data events are recorded in the shop's account alone, as trails go: they cost money. */
const TEAMS: readonly {
  readonly accountId: string;
  readonly region: string;
  readonly agent: string;
  readonly s3DataEvents: boolean;
  readonly functions: readonly string[];
}[] = [
  {
    accountId: SHOP,
    region: 'eu-west-1',
    agent: agents.node,
    s3DataEvents: true,
    functions: ['checkout-api', 'order-events', 'invoice-pdf', 'thumbnail-maker', 'download-links', 'cart-cleanup'],
  },
  {
    accountId: DATA,
    region: 'us-east-1',
    agent: agents.python,
    s3DataEvents: false,
    functions: ['etl-ingest', 'etl-transform', 'price-feed', 'search-index', 'report-nightly', 'stock-sync'],
  },
  {
    accountId: LAB,
    region: 'eu-west-1',
    agent: agents.go,
    s3DataEvents: false,
    functions: ['alert-relay', 'image-lab', 'hello-world'],
  },
];

const DAY = 86_400;

/**
 * A week of a small organisation: functions, people, build runners, customers with presigned links, and one theft in the fifth night.
 * Always the same records for the same seed and start.
 *
 * @param startTime epoch seconds, a midnight
 */
export function organisation(seed: string, startTime: number, days = 7): Organisation {
  const random = new Random(seed);
  const functions = TEAMS.flatMap(({ accountId, region, agent, functions: names }) =>
    names.map((name) => newFunction(random, { accountId, region, name, agent })),
  );
  const find = (name: string) => functions.find((fn) => fn.name === name)!;
  const dayStarts = Array.from({ length: days }, (_, day) => startTime + day * DAY);
  const work = functions.map((fn) => weekOf(random, fn, dayStarts));
  const sessionsOf = (fn: LambdaFunction) => work[functions.indexOf(fn)]!.sessions;
  const atWork = sessionsOf(find('invoice-pdf')).filter(({ issuedAt }) => issuedAt < startTime + 4 * DAY + 2 * 3600);
  const stolen = theftOf(random, atWork.at(-1)!, startTime + 4 * DAY + 2 * 3600 + 41 * 60);
  return {
    chapters: [
      {
        what: 'by functions, from AWS addresses',
        why: 'where functions belong',
        records: work.flatMap(({ records }) => records),
      },
      {
        what: 'by stock-sync through a VPC endpoint',
        why: 'a private address behind your own endpoint is inside',
        records: throughEndpoint(random, sessionsOf(find('stock-sync'))),
      },
      {
        what: 'by AWS services on behalf of functions',
        why: 'CloudTrail names the service, not a host',
        records: behalf(random, sessionsOf(find('order-events'))),
      },
      {
        what: 'by customers with links presigned by download-links',
        why: 'the function signed, a browser sent: counted, never learned',
        records: downloads(random, sessionsOf(find('download-links'))),
      },
      {
        what: 'by people and build runners, from offices and homes',
        why: 'their credentials were not made for a function',
        records: [...people(random, dayStarts), ...deployments(random, functions, dayStarts)],
      },
      {
        what: 'by a developer who named her session "invoice-pdf"',
        why: 'same role, same name, but the key was issued to her',
        records: lookAlike(random, find('invoice-pdf'), startTime + 2 * DAY + 10 * 3600),
      },
      { what: 'with the stolen credential', records: stolen },
    ],
    accounts: TEAMS.length,
    functions: functions.length,
    days,
    stolenFunction: 'invoice-pdf',
  };
}

/** Two or three execution environments a day, each with its own key, at work for some hours. */
function weekOf(random: Random, fn: LambdaFunction, dayStarts: readonly number[]) {
  const sessions = dayStarts.flatMap((day) =>
    [0, 8, 16].map((hour) => newFunctionSession(random, fn, day + hour * 3600 + random.int(1800))),
  );
  const team = TEAMS.find(({ accountId }) => accountId === fn.accountId)!;
  return { sessions, records: sessions.flatMap((session) => shiftOf(random, session, team.s3DataEvents)) };
}

function shiftOf(random: Random, session: FunctionSession, s3DataEvents: boolean): TrailRecord[] {
  const { name, region } = session.of;
  const address = awsAddress(random, region);
  const records = coldStart(random, session);
  const usual: Operation[] = [
    operations.getParameter(`/prod/${name}/settings`),
    operations.describeTable(`${name}-table`),
  ];
  for (let at = session.issuedAt + 10; at < session.issuedAt + 8 * 3600; at += 600 + random.int(1200)) {
    records.push(lambdaCall(random, session, random.pick(usual), at, { address }));
    if (s3DataEvents) {
      const key = `${random.text(12, '0123456789abcdef')}.json`;
      records.push(s3DataEvent(random, session, 'PutObject', { bucket: `${name}-data`, key }, at + 1, { address }));
    }
  }
  return records;
}

function throughEndpoint(random: Random, sessions: readonly FunctionSession[]): TrailRecord[] {
  return sessions.flatMap((session) =>
    [1, 2, 3].map((hour) =>
      lambdaCall(random, session, operations.getSecretValue('prod/stock/warehouse'), session.issuedAt + hour * 3600, {
        address: `10.20.${random.int(4)}.${10 + random.int(200)}`,
        more: { vpcEndpointId: 'vpce-0a1b2c3d4e5f60718', vpcEndpointAccountId: session.of.accountId },
      }),
    ),
  );
}

function behalf(random: Random, sessions: readonly FunctionSession[]): TrailRecord[] {
  const decrypt: Operation = { source: 'kms.amazonaws.com', name: 'Decrypt', readOnly: true };
  return sessions.flatMap((session) =>
    [600, 5400].map((after) => onBehalf(random, session, decrypt, 'AWS Internal', session.issuedAt + after)),
  );
}

/** Customers everywhere: universities' networks stand for them (SURF, Jisc, DFN). */
const CUSTOMERS = ['145.100.0.0/16', '193.60.0.0/14', '141.50.0.0/15'];

function downloads(random: Random, sessions: readonly FunctionSession[]): TrailRecord[] {
  return sessions.flatMap((session) =>
    Array.from({ length: 4 }, (_, i) => {
      const signedAt = session.issuedAt + 900 + i * 1500;
      const object = { bucket: 'download-links-data', key: `invoices/${random.text(10, '0123456789abcdef')}.pdf` };
      const address = addressIn(random, random.pick(CUSTOMERS));
      return presignedCall(random, session, 'GetObject', object, { signedAt, sentAt: signedAt + 40 }, { address });
    }),
  );
}

/** Signed in by single sign-on, one of them at home, and a user with keys of his own. */
function people(random: Random, dayStarts: readonly number[]): TrailRecord[] {
  const home = { address: outsideAddresses.registry, agent: agents.cliOnMac };
  const office = { address: outsideAddresses.office, agent: agents.browser };
  const user = newUser(random, LAB, 'backup-script');
  return dayStarts.flatMap((day, index) => {
    if (index % 7 >= 5) return [];
    return [SHOP, DATA, LAB].flatMap((accountId, i) => {
      const role = newRole(
        random,
        accountId,
        'AWSReservedSSO_Engineer_0a1b2c3d4e5f6071',
        '/aws-reserved/sso.amazonaws.com/',
      );
      const session = newSession(random, role, i === 0 ? 'maria@example.com' : 'jorge@example.com', day + 8 * 3600);
      const looks = [
        operations.listFunctions,
        operations.describeInstances,
        operations.listBuckets,
        operations.listRoles,
      ];
      const region = accountId === DATA ? 'us-east-1' : 'eu-west-1';
      const clicks = Array.from({ length: 12 }, (_, n) =>
        sessionCall(random, session, random.pick(looks), {
          ...(i === 2 ? home : office),
          time: session.issuedAt + 600 + n * 1700 + random.int(900),
          region,
        }),
      );
      const script = writeRecord(random, operations.listBuckets, {
        identity: userIdentity(user),
        time: day + 4 * 3600,
        region: 'eu-west-1',
        accountId: LAB,
        address: outsideAddresses.hoster,
        agent: agents.cli,
        generation: '1.11',
      });
      return i === 2 ? [...clicks, script] : clicks;
    });
  });
}

/** A build runner outside AWS deploys, each working day, one function of each account. */
function deployments(
  random: Random,
  functions: readonly LambdaFunction[],
  dayStarts: readonly number[],
): TrailRecord[] {
  return dayStarts.flatMap((day, index) => {
    if (index % 7 >= 5) return [];
    return TEAMS.flatMap(({ accountId, region }) => {
      const session = newSession(random, newRole(random, accountId, 'deploy', '/ci/'), 'build-runner', day + 9 * 3600);
      const where = { address: outsideAddresses.runner, region };
      const fn = random.pick(functions.filter((each) => each.accountId === accountId));
      return [
        assumeRoleBy(random, { type: 'WebIdentityUser', userName: 'repo:example/shop' }, session, where),
        sessionCall(random, session, operations.listFunctions, { ...where, time: session.issuedAt + 20 }),
        createFunction(random, fn, [], { identity: sessionIdentity(session), time: session.issuedAt + 40, ...where }),
      ];
    });
  });
}

function lookAlike(random: Random, fn: LambdaFunction, time: number): TrailRecord[] {
  const sso = newRole(
    random,
    fn.accountId,
    'AWSReservedSSO_Engineer_0a1b2c3d4e5f6071',
    '/aws-reserved/sso.amazonaws.com/',
  );
  const maria = newSession(random, sso, 'maria@example.com', time - 3600);
  const local = newSession(random, fn.role, fn.name, time);
  const where = { address: outsideAddresses.office, region: fn.region };
  const calls = [
    operations.getCallerIdentity,
    operations.getParameter(`/prod/${fn.name}/settings`),
    operations.listBuckets,
  ];
  return [
    assumeRoleBy(random, sessionIdentity(maria), local, { ...where, agent: agents.cliOnMac }),
    ...calls.map((call, i) => sessionCall(random, local, call, { ...where, time: time + 30 * (i + 1) })),
  ];
}

function theftOf(random: Random, session: FunctionSession, time: number): TrailRecord[] {
  const loot = {
    secret: 'prod/invoice-pdf/database',
    parameter: '/prod/invoice-pdf/payment-token',
    bucket: 'invoice-pdf-data',
    keys: ['2026/07/customers.csv', '2026/07/invoices.csv', '2026/06/customers.csv', '2026/06/invoices.csv'],
    role: newRole(random, session.of.accountId, 'reporting-read', '/'),
    s3DataEvents: true,
  };
  const { direct, derived } = theft(random, session, loot, time, outsideAddresses.torExit);
  return [...direct, ...derived];
}
