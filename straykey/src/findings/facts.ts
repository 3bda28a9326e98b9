import type { SessionIdentity } from '../records/index.ts';
import type { Case, JudgedUse } from './case.ts';
import { type Client, clientOf } from './client.ts';
import type { Calls, Evidence } from './evidence.ts';
import { callsOf, keysOf } from './tally.ts';
import { byText } from './text.ts';

/** A case put in order once, so that no later step depends on how it arrived. */
export interface Facts {
  readonly case: Case;
  /** Every use from the host, by time, then call id. */
  readonly uses: readonly JudgedUse[];
  /** Those that alarm, same order. */
  readonly alarming: readonly JudgedUse[];
  readonly oldest: JudgedUse;
  readonly newest: JudgedUse;
  readonly partition: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly principalId: string;
  readonly roleName: string;
  /** Empty when no record spells it. */
  readonly roleArn: string;
  /** What the distinct user agents of the alarming uses claim. */
  readonly clients: readonly Client[];
  readonly calls: Calls;
  readonly keys: Evidence['keys'];
}

/** Throws on a case without an alarming use: that is our own mistake, never bad input. */
export function gather(c: Case): Facts {
  const uses = [...c.uses].sort(byTimeThenId);
  const alarming = uses.filter((each) => each.judgement.finding);
  const oldest = alarming[0];
  const newest = alarming[alarming.length - 1];
  if (oldest === undefined || newest === undefined) throw new Error('raise: a case needs at least one alarming use');
  const sessions = alarming.map((each) => each.use.call.identity).filter((identity) => identity.kind === 'session');
  const role = (read: (identity: SessionIdentity) => string) =>
    sessions.map(read).findLast((text) => text !== '') ?? '';
  const region = c.issuedTo.region || oldest.use.call.awsRegion;
  return {
    case: c,
    uses,
    alarming,
    oldest,
    newest,
    partition: partitionOf(c.issuedTo.arn, region),
    region,
    accessKeyId: alarming.map((each) => each.use.call.identity.accessKeyId).findLast((key) => key !== '') ?? '',
    principalId: newest.use.call.identity.principalId,
    roleName: role((identity) => identity.roleName),
    roleArn: role((identity) => identity.roleArn),
    clients: clientsOf(alarming, c.issuedTo.family),
    calls: callsOf(uses, alarming),
    keys: keysOf(alarming),
  };
}

function clientsOf(alarming: readonly JudgedUse[], family: Case['issuedTo']['family']): readonly Client[] {
  const userAgents = new Set(alarming.map((each) => each.use.call.userAgent));
  return [...userAgents].sort(byText).map((userAgent) => clientOf(userAgent, family));
}

function byTimeThenId(a: JudgedUse, b: JudgedUse): number {
  return a.use.call.time - b.use.call.time || byText(a.use.call.id, b.use.call.id);
}

/** The ARN's second part, when it looks like a partition; else told from the region's prefix. */
function partitionOf(arn: string, region: string): string {
  const [, named] = /^arn:(aws(?:-[a-z0-9]{1,12}){0,3}):/.exec(arn) ?? [];
  if (named !== undefined) return named;
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  return 'aws';
}
