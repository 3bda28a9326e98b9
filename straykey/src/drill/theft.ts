import { assumeRoleBy, lambdaCall, s3DataEvent, sessionCall } from './calls.ts';
import { agents, type FunctionSession, newSession, type Role, type Session, sessionIdentity } from './identities.ts';
import {
  describeInstances,
  getCallerIdentity,
  getParameter,
  getSecretValue,
  listBuckets,
  listObjects,
  listSecrets,
} from './operations.ts';
import type { Random } from './random.ts';
import type { TrailRecord } from './record.ts';

/** What the thief goes for. */
export interface Loot {
  readonly secret: string;
  readonly parameter: string;
  readonly bucket: string;
  readonly keys: readonly string[];
  /** A role that the function may assume. */
  readonly role: Role;
  /** False where the trail records no S3 data events. */
  readonly s3DataEvents: boolean;
}

export interface Theft {
  /** Calls with the stolen key itself. */
  readonly direct: readonly TrailRecord[];
  /** Calls with the key that the stolen one made. */
  readonly derived: readonly TrailRecord[];
  readonly child: Session;
}

/**
 * The usual course of a stolen function credential, some ten minutes long: who am I, what is here (half of it refused), secrets,
 * objects, then a second role.
 */
export function theft(
  random: Random,
  session: FunctionSession,
  loot: Loot,
  startTime: number,
  address: string,
  agent: string = agents.cli,
): Theft {
  let time = startTime;
  const later = () => {
    time += 4 + random.int(45);
    return time;
  };
  const from = { address, agent };
  const refused = { ...from, errorCode: 'AccessDenied' };
  const { region } = session.of;
  const direct = [
    lambdaCall(random, session, getCallerIdentity, later(), from),
    lambdaCall(random, session, listBuckets, later(), from),
    lambdaCall(random, session, listSecrets, later(), refused),
    lambdaCall(random, session, getSecretValue(loot.secret), later(), from),
    lambdaCall(random, session, getParameter(loot.parameter), later(), from),
    lambdaCall(random, session, describeInstances, later(), { ...from, errorCode: 'Client.UnauthorizedOperation' }),
  ];
  if (loot.s3DataEvents) {
    direct.push(lambdaCall(random, session, listObjects(loot.bucket), later(), from));
    for (const key of loot.keys) {
      direct.push(s3DataEvent(random, session, 'GetObject', { bucket: loot.bucket, key }, later(), from));
    }
  }
  const child = newSession(random, loot.role, 'session1', later());
  direct.push(assumeRoleBy(random, sessionIdentity(session), child, { ...from, region }));
  const derived = [getCallerIdentity, listSecrets, listBuckets].map((operation) =>
    sessionCall(random, child, operation, { ...from, time: later(), region }),
  );
  return { direct, derived, child };
}
