import { outsideAddresses } from './addresses.ts';
import { coldStart, lambdaCall, presignedCall, s3DataEvent } from './calls.ts';
import { timeOf } from './delivery.ts';
import { type FunctionSession, functionArn, newFunction, newFunctionSession, newRole } from './identities.ts';
import { getParameter, getSecretValue } from './operations.ts';
import { Random } from './random.ts';
import type { TrailRecord } from './record.ts';
import { theft } from './theft.ts';

/** What a drill plays. Equal settings give equal records. */
export interface ExerciseSettings {
  readonly seed: number;
  readonly accountId: string;
  readonly functionName: string;
  readonly roleName: string;
  readonly region: string;
  /** Where the stolen key is used. */
  readonly fromAddress: string;
  /** Epoch seconds; every record is earlier. */
  readonly time: number;
  /** The twin alone: the same function, the same hours, no theft. */
  readonly benignOnly: boolean;
}

export interface Exercise {
  /** Sorted by time. */
  readonly records: readonly TrailRecord[];
  readonly functionArn: string;
  /** Calls with the stolen key from outside; 0 for the twin. */
  readonly stolenCalls: number;
  /** Key that is used from outside, and key of the second environment, which never is. */
  readonly stolenKey: string;
  readonly innocentKey: string;
}

/**
 * A function at work in two execution environments for three hours, with downloads it presigned for a browser. The key of the
 * first environment is stolen and used from outside; the second is its benign twin. Without the theft the other records are the same, to
 * the byte.
 */
export function exercise(settings: ExerciseSettings): Exercise {
  const { accountId, region, functionName: name, roleName, time } = settings;
  const random = new Random(`drill ${settings.seed}`);
  const fn = newFunction(random, { accountId, region, name, role: newRole(random, accountId, roleName) });
  const bucket = `${name.toLowerCase().replaceAll('_', '-')}-documents-${accountId}`;
  const loot = {
    secret: `prod/${name}/database`,
    parameter: `/prod/${name}/api-token`,
    bucket,
    keys: ['2026/customers.csv', '2026/invoices.csv', 'backup/users.sql.gz'],
    role: newRole(random, accountId, `${name}-deploy`, '/'),
    s3DataEvents: true,
  };
  const first = newFunctionSession(random, fn, time - 3 * 3600);
  const second = newFunctionSession(random, fn, time - 3 * 3600 + 540);
  const work = [first, second].flatMap((session) => normalUse(random, session, loot, time));
  const download = presignedCall(
    random,
    first,
    'GetObject',
    { bucket, key: 'public/statement.pdf' },
    { signedAt: time - 7200, sentAt: time - 7150 },
    { address: outsideAddresses.office },
  );
  const stolen = theft(new Random(`theft ${settings.seed}`), first, loot, time - 2400, settings.fromAddress);
  const story = settings.benignOnly ? [] : [...stolen.direct, ...stolen.derived];
  return {
    records: [...work, download, ...story].sort((a, b) => timeOf(a) - timeOf(b)),
    functionArn: functionArn(fn),
    stolenCalls: settings.benignOnly ? 0 : stolen.direct.length,
    stolenKey: first.key,
    innocentKey: second.key,
  };
}

/** Cold start, then the function's own few calls every ten minutes or so until shortly before the end. */
function normalUse(
  random: Random,
  session: FunctionSession,
  loot: { readonly secret: string; readonly parameter: string; readonly bucket: string },
  end: number,
): TrailRecord[] {
  const records = coldStart(random, session);
  records.push(lambdaCall(random, session, getSecretValue(loot.secret), session.issuedAt + 2));
  for (let at = session.issuedAt + 5; at < end - 60; at += 420 + random.int(360)) {
    const key = `incoming/${random.text(8, '0123456789abcdef')}.json`;
    records.push(lambdaCall(random, session, getParameter(loot.parameter), at));
    records.push(s3DataEvent(random, session, 'PutObject', { bucket: loot.bucket, key }, at + 1));
  }
  return records;
}
