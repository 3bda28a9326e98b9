import type { SessionIdentity } from '../records/index.ts';
import { mayNameFunction, roleKeyOfSession } from '../sessions/index.ts';

/** Sessions remembered. Beyond this all are forgotten, which costs time and nothing else. */
const MOST = 1 << 14;

/** What a survey asks about every session it meets, and what that was derived from. */
export interface Session {
  readonly roleArn: string;
  readonly roleId: string;
  readonly sessionName: string;
  /** `account/role-name`; empty in views from another account. */
  readonly roleKey: string;
  /** `account/role session`, or `AROA… session` in views from another account. */
  readonly id: string;
  readonly mayNameFunction: boolean;
}

/** Sessions by ARN: most records show one that was met a moment ago. */
export class SessionCache {
  private readonly sessions = new Map<string, Session>();

  of(identity: SessionIdentity): Session {
    const { arn, roleArn, roleId, sessionName } = identity;
    const known = this.sessions.get(arn);
    if (known?.roleArn === roleArn && known.roleId === roleId && known.sessionName === sessionName) return known;
    const session = sessionOf(identity);
    if (this.sessions.size >= MOST) this.sessions.clear();
    this.sessions.set(arn, session);
    return session;
  }
}

/** The same for the same arn, roleArn, roleId and sessionName. */
export function sessionOf(identity: SessionIdentity): Session {
  const { roleArn, roleId, sessionName } = identity;
  const roleKey = roleKeyOfSession(identity);
  const id = `${roleKey || roleId} ${sessionName}`;
  return { roleArn, roleId, sessionName, roleKey, id, mayNameFunction: mayNameFunction(sessionName) };
}
