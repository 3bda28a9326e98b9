import {
  agents,
  type FunctionSession,
  type LambdaFunction,
  lambdaCall,
  lambdaIssue,
  newFunction,
  newFunctionSession,
  type Operation,
  operations,
  Random,
  type TrailRecord,
} from '../../straykey/src/drill/index.ts';

/**
 * 150 days of one account. Four functions leave AWS through an on-premises gateway whose addresses they take turns over; a thief comes for a
 * night on day 100; a patient one has used another function's keys every day since day 60, with a forged user agent, and reads a secret on day 130.
 */

const DAYS = 150;
export const START = Date.UTC(2026, 0, 5) / 1000;
const ACCOUNT = '111122223333';
/** RIPE NCC's, standing in for a company's gateway. */
const GATEWAY = ['193.0.6.16', '193.0.6.17', '193.0.6.18', '193.0.6.19'];
/** A Tor exit of Stiftung Erneuerbare Freiheit. */
const THIEF = '185.220.101.1';
/** Scaleway's: a rented server. */
const PATIENT = '51.15.103.8';

const random = new Random('150 days');

function functionNamed(name: string): LambdaFunction {
  return newFunction(random, { accountId: ACCOUNT, region: 'eu-west-1', name });
}

export const routed = ['branch-sync', 'label-print', 'till-report', 'price-push'].map(functionNamed);
const orders = functionNamed('orders');
const billing = functionNamed('billing');

function at(day: number, hour: number): number {
  return START + day * 86_400 + hour * 3600;
}

const usual = operations.describeTable('stock');

/** A new environment's issue and a few calls with its key. */
function dayOfWork(
  fn: LambdaFunction,
  day: number,
  addresses: readonly (string | undefined)[],
): { records: TrailRecord[]; session: FunctionSession } {
  const session = newFunctionSession(random, fn, at(day, 7));
  const calls = addresses.map((address, i) =>
    lambdaCall(random, session, usual, at(day, 8 + i), address === undefined ? {} : { address }),
  );
  return { records: [lambdaIssue(random, session), ...calls], session };
}

function stolenCall(
  session: FunctionSession,
  operation: Operation,
  time: number,
  address: string,
  agent: string,
): TrailRecord {
  return lambdaCall(random, session, operation, time, { address, agent });
}

export function trail(): TrailRecord[] {
  const records: TrailRecord[] = [];
  for (let day = 0; day < DAYS; day++) {
    for (const [i, fn] of routed.entries()) {
      records.push(
        ...dayOfWork(
          fn,
          day,
          [0, 1, 2].map((call) => GATEWAY[(day + i + call) % GATEWAY.length]),
        ).records,
      );
    }
    const inside = [undefined, undefined];
    const ordersDay = dayOfWork(orders, day, inside);
    const billingDay = dayOfWork(billing, day, inside);
    records.push(...ordersDay.records, ...billingDay.records);
    if (day === 100) {
      for (const [i, operation] of [
        operations.getCallerIdentity,
        operations.listBuckets,
        operations.getSecretValue('prod/db'),
      ].entries()) {
        records.push(stolenCall(ordersDay.session, operation, at(day, 10) + i * 20, THIEF, agents.cli));
      }
    }
    if (day >= 60) records.push(stolenCall(billingDay.session, usual, at(day, 12), PATIENT, agents.python));
    if (day === 130) {
      records.push(
        stolenCall(billingDay.session, operations.getSecretValue('prod/db'), at(day, 13), PATIENT, agents.python),
      );
    }
  }
  return records;
}
