import type { Acceptable, Feedback } from '../model/index.ts';

/** Something a person said about a host or network. Never changed, only followed by a newer one: the file is the audit trail. */
export interface Statement {
  readonly id: string;
  /** Epoch seconds: when it was said. */
  readonly made: number;
  /** Epoch seconds: calls from this time on are judged by it. */
  readonly since: number;
  readonly verdict: 'expected' | 'malicious' | 'clear';
  /** Address or CIDR. */
  readonly host: string;
  /** Function name, or `account/role/function`; absent: whichever function. */
  readonly function?: string;
  /** Account id; narrows a function given by name. */
  readonly account?: string;
  /** With `expected`: categories that are otherwise never learned. */
  readonly accept?: readonly Acceptable[];
  /** With `expected`: days until it lapses. */
  readonly ttlDays?: number;
  readonly by: string;
  readonly reason: string;
}

/**
 * The model's form of statements, for the principals (`account/role/function`) of an input. A statement that names a function by
 * name only speaks of each principal of that name.
 */
export function feedbackOf(statements: readonly Statement[], principals: Iterable<string>): Feedback[] {
  const known = [...new Set(principals)].sort();
  return statements.flatMap((statement) => {
    const { id, since, verdict, host, accept, ttlDays } = statement;
    const base = {
      t: since,
      verdict,
      cidr: host,
      ...(accept === undefined ? {} : { accept }),
      ...(ttlDays === undefined ? {} : { ttlDays }),
    };
    if (statement.function === undefined && statement.account === undefined) return [{ id, ...base }];
    return known
      .filter((principal) => speaksOf(statement, principal))
      .map((principal) => ({ id: `${id} ${principal}`, principal, ...base }));
  });
}

export function speaksOf(statement: Statement, principal: string): boolean {
  const [account, , name] = principal.split('/');
  if (statement.account !== undefined && statement.account !== account) return false;
  if (statement.function === undefined) return true;
  return statement.function.includes('/') ? statement.function === principal : statement.function === name;
}
