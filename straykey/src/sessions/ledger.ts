import type { ApiCall, InScopeOf, Issue, SessionIdentity } from '../records/index.ts';
import { roleKeyOf, roleKeyOfSession } from './names.ts';

/** Services whose AssumeRole makes a credential for one resource, and what kind of resource. */
const ISSUERS: ReadonlyMap<string, 'lambda' | 'ecs' | 'ec2'> = new Map([
  ['lambda.amazonaws.com', 'lambda'],
  ['edgelambda.amazonaws.com', 'lambda'],
  ['ecs-tasks.amazonaws.com', 'ecs'],
  ['ec2.amazonaws.com', 'ec2'],
]);

/** One AssumeRole by a service on behalf of a resource. */
export interface ServiceIssue {
  readonly family: 'lambda' | 'ecs' | 'ec2';
  readonly service: string;
  /** `account/role-name`. */
  readonly roleKey: string;
  readonly roleArn: string;
  readonly sessionName: string;
  readonly accountId: string;
  readonly region: string;
}

/** One credential made by using another one. */
export interface Descent {
  readonly parentKey: string;
  readonly accessKeyId: string;
  readonly by: string;
  readonly actsAs: string;
  readonly time: number;
  /** Whether the call that made it came from outside AWS: a function that vends sessions from inside taints nothing. */
  readonly fromOutside: boolean;
}

/** A Lambda function that a management record names. */
export interface KnownFunction {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  /** `yes` beats `no` beats unknown: one record that configures a VPC is enough to allow private egress. */
  readonly inVpc: 'yes' | 'no' | 'unknown';
}

/**
 * What records say about who was issued which credential, kept as sets so that the order, the number of copies and the split of
 * the input over files and workers do not matter: `absorb` is commutative, associative and idempotent.
 *
 * Grows with the number of credentials made for Lambda, ECS and EC2 and with chained sessions, not with the number of calls.
 */
export class Ledger {
  /** Access key id to the issues that returned it (one, unless keys were anonymised). */
  readonly issuedKeys = new Map<string, ServiceIssue[]>();
  /** `roleKey session` to its issues, one per region. */
  readonly issuedSessions = new Map<string, ServiceIssue[]>();
  /** Keys that a person's, a program's or another service's AssumeRole returned. */
  readonly othersKeys = new Set<string>();
  /** Access key id to what CloudTrail says it was issued to. */
  readonly scopes = new Map<string, InScopeOf[]>();
  /** Access key id to the function whose log stream it made. */
  readonly logWriters = new Map<
    string,
    { readonly name: string; readonly accountId: string; readonly region: string }
  >();
  /** `AROA…` to `account/role-name`, from records that show both. */
  readonly roleIds = new Map<string, string>();
  /** Parent key to the credentials made with it. */
  readonly descents = new Map<string, Descent[]>();
  /** `account name` to what is known. */
  readonly functions = new Map<string, KnownFunction>();
  /** Of the issues in `issuedSessions`, those that were handed out by {@link known}, and the list that their keys share. */
  private readonly own = new Map<ServiceIssue, ServiceIssue[]>();

  /** The facts of one record. `from`: where the call came from; a log writer's must come from inside AWS. */
  learn(call: ApiCall, from: 'inside' | 'outside' | 'elsewhere'): void {
    const { identity, testimony } = call;
    if (identity.kind === 'session') this.learnSession(identity);
    if (testimony === undefined) return;
    switch (testimony.kind) {
      case 'issue':
        if (call.errorCode === undefined) this.learnIssue(call, from === 'outside');
        return;
      case 'log-stream':
        if (
          from === 'inside' &&
          identity.kind === 'session' &&
          identity.accessKeyId !== '' &&
          testimony.functionName === identity.sessionName
        ) {
          this.addLogWriter(identity.accessKeyId, testimony.functionName, identity.accountId, call.awsRegion);
        }
        return;
      case 'environment-decrypt': {
        const match = /^arn:[\w-]+:lambda:([\w-]+):(\d{12}):function:([\w-]+)/.exec(testimony.functionArn);
        if (match && from === 'inside' && identity.kind === 'session' && identity.accessKeyId !== '') {
          this.addLogWriter(identity.accessKeyId, match[3]!, match[2]!, match[1]!);
        }
        return;
      }
      case 'function-named':
        this.addFunction({
          accountId: call.recipientAccountId,
          region: call.awsRegion,
          name: testimony.functionName,
          inVpc: testimony.inVpc === undefined ? 'unknown' : testimony.inVpc ? 'yes' : 'no',
        });
        return;
      case 'minted':
        if (call.errorCode === undefined && identity.accessKeyId !== '') {
          this.addDescent({
            parentKey: identity.accessKeyId,
            accessKeyId: testimony.accessKeyId ?? '',
            by: `${call.eventSource.split('.')[0]}:${call.eventName}`,
            actsAs: testimony.userName === undefined ? identity.arn : userArn(identity.arn, testimony.userName),
            time: call.time,
            fromOutside: from === 'outside',
          });
        }
        return;
    }
  }

  /** The ledger's own object for an issue that it knows. */
  known(issue: ServiceIssue): ServiceIssue {
    const issues = this.issuedSessions.get(sessionKey(issue.roleKey, issue.sessionName));
    const known = issues?.find((each) => haveSameMembers(each, issue));
    if (known !== undefined && !this.own.has(known)) this.own.set(known, [known]);
    return known ?? issue;
  }

  /** A key that came back from an issue by a service for a resource (`made`), or from somebody else's (undefined). */
  learnKey(key: string, made: ServiceIssue | undefined): void {
    if (made === undefined) {
      this.othersKeys.add(key);
      return;
    }
    // Nearly always a key that nobody has seen and a session that is known: no need to compare and sort.
    const alone = this.own.get(made);
    if (alone === undefined || this.issuedKeys.has(key)) this.addIssue(key, made);
    else this.issuedKeys.set(key, alone);
  }

  /** The facts that any record of a session shows: its scope, and which role its id belongs to. `roleKey`: by {@link roleKeyOfSession}. */
  learnSession(identity: SessionIdentity, roleKey: string = roleKeyOfSession(identity)): void {
    const { accessKeyId, inScopeOf, roleId } = identity;
    if (inScopeOf !== undefined && accessKeyId !== '') this.addScope(accessKeyId, inScopeOf);
    if (roleId !== '' && roleKey !== '') this.addRoleId(roleId, roleKey);
  }

  private learnIssue(call: ApiCall, fromOutside: boolean): void {
    const issue = call.testimony;
    if (issue?.kind !== 'issue') return;
    const roleKey = roleKeyOf(issue.roleArn);
    const made = serviceIssueOf(issue, call.awsRegion);
    if (issue.accessKeyId !== undefined) this.learnKey(issue.accessKeyId, made);
    else if (made !== undefined) this.addIssue(undefined, made);
    if (issue.service === undefined && call.identity.accessKeyId !== '') {
      this.addDescent({
        parentKey: call.identity.accessKeyId,
        accessKeyId: issue.accessKeyId ?? '',
        by: `sts:${call.eventName}`,
        actsAs: issue.roleArn,
        time: call.time,
        fromOutside,
      });
    }
    if (issue.roleId !== undefined && roleKey !== '') this.addRoleId(issue.roleId, roleKey);
  }

  facts(): LedgerFacts {
    const { issuedKeys, issuedSessions, othersKeys, scopes, logWriters, roleIds, descents, functions } = this;
    return { issuedKeys, issuedSessions, othersKeys, scopes, logWriters, roleIds, descents, functions };
  }

  /** Joins another ledger's facts into these. */
  absorb(other: LedgerFacts): void {
    for (const issues of other.issuedSessions.values()) for (const issue of issues) this.addIssue(undefined, issue);
    const own = new Map<ServiceIssue, ServiceIssue>();
    for (const [key, issues] of other.issuedKeys) {
      for (const issue of issues) {
        const known = own.get(issue) ?? this.known(issue);
        own.set(issue, known);
        this.learnKey(key, known);
      }
    }
    for (const key of other.othersKeys) this.othersKeys.add(key);
    for (const [key, scopes] of other.scopes) for (const scope of scopes) this.addScope(key, scope);
    for (const [key, writer] of other.logWriters) this.addLogWriter(key, writer.name, writer.accountId, writer.region);
    for (const [roleId, roleKey] of other.roleIds) this.addRoleId(roleId, roleKey);
    for (const descents of other.descents.values()) for (const descent of descents) this.addDescent(descent);
    for (const known of other.functions.values()) this.addFunction(known);
  }

  private addIssue(key: string | undefined, issue: ServiceIssue): void {
    if (key !== undefined) addDistinct(this.issuedKeys, key, issue);
    addDistinct(this.issuedSessions, sessionKey(issue.roleKey, issue.sessionName), issue);
  }

  private addScope(key: string, scope: InScopeOf): void {
    addDistinct(this.scopes, key, scope);
  }

  private addLogWriter(key: string, name: string, accountId: string, region: string): void {
    const writer = { name, accountId, region };
    const known = this.logWriters.get(key);
    if (known !== undefined && haveSameMembers(known, writer)) return;
    if (known === undefined || JSON.stringify(writer) < JSON.stringify(known)) this.logWriters.set(key, writer);
  }

  private addRoleId(roleId: string, roleKey: string): void {
    const known = this.roleIds.get(roleId);
    if (known === undefined || roleKey < known) this.roleIds.set(roleId, roleKey);
  }

  private addDescent(descent: Descent): void {
    addDistinct(this.descents, descent.parentKey, descent);
  }

  private addFunction(known: KnownFunction): void {
    const key = `${known.accountId} ${known.name}`;
    const before = this.functions.get(key);
    if (before === undefined) {
      this.functions.set(key, known);
      return;
    }
    const region = known.region < before.region ? known.region : before.region;
    const inVpc = IN_VPC_ORDER[known.inVpc] > IN_VPC_ORDER[before.inVpc] ? known.inVpc : before.inVpc;
    if (region !== before.region || inVpc !== before.inVpc) this.functions.set(key, { ...before, region, inVpc });
  }
}

const IN_VPC_ORDER: Readonly<Record<KnownFunction['inVpc'], number>> = { unknown: 0, no: 1, yes: 2 };

/** What a service's AssumeRole for a resource says; undefined when another service, a person or a program asked. */
export function serviceIssueOf(issue: Issue, region: string): ServiceIssue | undefined {
  const { service, roleArn, sessionName } = issue;
  const family = service === undefined ? undefined : ISSUERS.get(service);
  const roleKey = roleKeyOf(roleArn);
  if (service === undefined || family === undefined || roleKey === '') return undefined;
  return { family, service, roleKey, roleArn, sessionName, accountId: roleKey.slice(0, 12), region };
}

/** A ledger's maps and sets as plain data, fit for a structured clone. */
export type LedgerFacts = Pick<
  Ledger,
  'issuedKeys' | 'issuedSessions' | 'othersKeys' | 'scopes' | 'logWriters' | 'roleIds' | 'descents' | 'functions'
>;

/** ARN of a user in the account of the identity that made its key. The user's path, if any, is not in the record. */
function userArn(maker: string, userName: string): string {
  const [, partition = 'aws', account = ''] = /^arn:([^:]+):[^:]*:[^:]*:(\d{12}):/.exec(maker) ?? [];
  return `arn:${partition}:iam::${account}:user/${userName}`;
}

/** Key of `issuedSessions`. A space cannot occur in either part. */
export function sessionKey(roleKey: string, sessionName: string): string {
  return `${roleKey} ${sessionName}`;
}

/** Keeps a small sorted list of distinct values: the same list whatever the order of arrival. Records of plain values only. */
function addDistinct<T extends object>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) {
    map.set(key, [value]);
    return;
  }
  if (list.some((known) => haveSameMembers(known, value))) return;
  const text = JSON.stringify(value);
  const at = list.findIndex((known) => JSON.stringify(known) > text);
  // A list of its own: several keys may share the one that was there.
  map.set(key, list.toSpliced(at === -1 ? list.length : at, 0, value));
}

function haveSameMembers<T extends object>(a: T, b: T): boolean {
  for (const name in a) if (a[name] !== b[name]) return false;
  for (const name in b) if (!(name in a)) return false;
  return true;
}
