import {
  attribute,
  type CredentialUse,
  type Delegation,
  type Derived,
  delegationOf,
  type IssuedTo,
  type Ledger,
  roleKeyFor,
} from '../sessions/index.ts';
import type { Place, PlaceTables } from '../where/index.ts';
import { placeOf } from './place-cache.ts';
import type { Survey } from './survey.ts';

/** One use from outside AWS of a credential made for a resource. */
export interface OutsideUse {
  readonly use: CredentialUse;
  readonly place: Extract<Place, { kind: 'outside' }>;
  readonly delegation: Delegation;
  /** `account/role`: MODEL.md's role. */
  readonly role: string;
  /** `account/role/name`: MODEL.md's principal. */
  readonly principal: string;
}

/** Inside use of one principal on one UTC day. */
export interface InsideUseDay {
  readonly principal: string;
  /** Day number, `floor(time / 86400)`. */
  readonly day: number;
  readonly pub: boolean;
  /** `eventSource@region` used through an endpoint. */
  readonly endpoint: readonly string[];
}

/** Calls under a session named like a function that exists, with no issue seen: shown, never a finding. */
export interface Unattributed {
  readonly functionName: string;
  readonly accountId: string;
  readonly calls: number;
  readonly addresses: readonly string[];
}

export interface Joined {
  /** Unique by call id, sorted by (time, id). */
  readonly uses: readonly OutsideUse[];
  readonly inside: readonly InsideUseDay[];
  readonly unattributed: readonly Unattributed[];
  /** Issued-to ARN to presigned use. */
  readonly presigned: ReadonlyMap<string, { readonly calls: number; readonly addresses: readonly string[] }>;
  /** Principals (`account/role/name`) attributed in this input, whether used outside or not, with how. */
  readonly principals: ReadonlyMap<string, IssuedTo>;
}

/** Attributes what the survey kept, now that all records have testified. Pure: the same survey, the same answer. */
export function join(survey: Survey, tables: PlaceTables): Joined {
  const uses: OutsideUse[] = [];
  const unattributed = new Map<
    string,
    { functionName: string; accountId: string; ids: Set<string>; addresses: Set<string> }
  >();
  for (const call of survey.calls.values()) {
    if (call.identity.kind !== 'session') continue;
    const place = placeOf(call, tables);
    if (place.kind !== 'outside') continue;
    const attribution = attribute(call.identity, survey.ledger);
    if (attribution.kind === 'other') continue;
    const role = roleKeyFor(call.identity, survey.ledger);
    if (attribution.kind === 'unattributed') {
      const accountId = role.slice(0, 12) || call.identity.accountId;
      const key = `${accountId} ${attribution.functionName}`;
      const entry = unattributed.get(key) ?? {
        functionName: attribution.functionName,
        accountId,
        ids: new Set(),
        addresses: new Set(),
      };
      entry.ids.add(call.id);
      entry.addresses.add(place.address);
      unattributed.set(key, entry);
      continue;
    }
    const { rung, issuedTo, platform, proof } = attribution;
    uses.push({
      use: { call, rung, issuedTo, platform, proof },
      place,
      delegation: delegationOf(call),
      role,
      principal: principalOf(role, issuedTo),
    });
  }
  uses.sort((a, b) => a.use.call.time - b.use.call.time || (a.use.call.id < b.use.call.id ? -1 : 1));
  const principals = principalsOf(survey.ledger, uses);
  return {
    uses,
    inside: insideOf(survey, principals.bySession),
    unattributed: [...unattributed.values()]
      .map(({ functionName, accountId, ids, addresses }) => ({
        functionName,
        accountId,
        calls: ids.size,
        addresses: [...addresses].sort(),
      }))
      .sort((a, b) => (a.accountId + a.functionName < b.accountId + b.functionName ? -1 : 1)),
    presigned: presignedOf(survey),
    principals: principals.all,
  };
}

function principalOf(role: string, issuedTo: IssuedTo): string {
  return `${role || issuedTo.accountId}/${issuedTo.name}`;
}

/** Principals by `roleKey session`: from issues, and from uses (which also know those of `inScopeOf` and log writers). */
function principalsOf(
  ledger: Ledger,
  uses: readonly OutsideUse[],
): { bySession: Map<string, string>; all: Map<string, IssuedTo> } {
  const bySession = new Map<string, string>();
  const all = new Map<string, IssuedTo>();
  for (const [session, issues] of ledger.issuedSessions) {
    const issue = issues[0]!;
    const attribution = attribute(
      {
        kind: 'session',
        accountId: issue.accountId,
        principalId: '',
        arn: '',
        accessKeyId: '',
        roleId: '',
        roleArn: issue.roleArn,
        roleName: '',
        sessionName: issue.sessionName,
      },
      ledger,
    );
    if (attribution.kind !== 'resource') continue;
    const principal = principalOf(issue.roleKey, attribution.issuedTo);
    bySession.set(session, principal);
    all.set(principal, attribution.issuedTo);
  }
  for (const { use, principal, role } of uses) {
    if (use.call.identity.kind === 'session') bySession.set(`${role} ${use.call.identity.sessionName}`, principal);
    all.set(principal, use.issuedTo);
  }
  return { bySession, all };
}

function insideOf(survey: Survey, bySession: ReadonlyMap<string, string>): InsideUseDay[] {
  const counts = (keys: readonly string[]) => keys.some((key) => !survey.ledger.othersKeys.has(key));
  const days: InsideUseDay[] = [];
  for (const [session, facts] of survey.inside.sessions) {
    const principal = bySession.get(canonicalSession(session, survey.ledger));
    if (principal === undefined) continue;
    for (const [day, { pub, endpoint }] of facts) {
      const services = [...endpoint].filter(([, keys]) => counts(keys)).map(([service]) => service);
      const inPublic = counts(pub);
      if (inPublic || services.length > 0) days.push({ principal, day, pub: inPublic, endpoint: services.sort() });
    }
  }
  return days.sort((a, b) => a.day - b.day || (a.principal < b.principal ? -1 : 1));
}

function canonicalSession(session: string, ledger: Ledger): string {
  const [who, name] = session.split(' ') as [string, string];
  return `${ledger.roleIds.get(who) ?? who} ${name}`;
}

function presignedOf(survey: Survey): Map<string, { calls: number; addresses: string[] }> {
  const sums = new Map<string, { ids: Set<string>; addresses: Set<string> }>();
  for (const { identity, ids, addresses } of survey.presigned.values()) {
    const attribution = attribute(identity, survey.ledger);
    if (attribution.kind !== 'resource') continue;
    const sum = sums.get(attribution.issuedTo.arn) ?? { ids: new Set<string>(), addresses: new Set<string>() };
    for (const id of ids) sum.ids.add(id);
    for (const address of addresses) sum.addresses.add(address);
    sums.set(attribution.issuedTo.arn, sum);
  }
  return new Map(
    [...sums]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([arn, { ids, addresses }]) => [arn, { calls: ids.size, addresses: [...addresses].sort() }]),
  );
}

/** How far a chain of credentials made from a stolen one is followed. Chained role sessions last an hour at most. */
const MAX_DEPTH = 5;

/** Credentials made, from outside, with one of these keys, and with those, at any place. `calls` counts by the new key. */
export function derivedFrom(keys: ReadonlySet<string>, ledger: Ledger, calls: ReadonlyMap<string, number>): Derived[] {
  const derived: Derived[] = [];
  const seen = new Set(keys);
  let generation = [...keys];
  for (let depth = 1; depth <= MAX_DEPTH && generation.length > 0; depth++) {
    const next: string[] = [];
    for (const parentKey of generation) {
      for (const { accessKeyId, by, actsAs, time, fromOutside } of ledger.descents.get(parentKey) ?? []) {
        if (depth === 1 && !fromOutside) continue;
        derived.push({
          parentKey,
          ...(accessKeyId === '' ? {} : { accessKeyId }),
          by,
          actsAs,
          time,
          depth,
          calls: calls.get(accessKeyId) ?? 0,
        });
        if (accessKeyId !== '' && !seen.has(accessKeyId)) {
          seen.add(accessKeyId);
          next.push(accessKeyId);
        }
      }
    }
    generation = next;
  }
  return derived.sort((a, b) => a.time - b.time || (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** Whether records show the function configured in a VPC; undefined when none says. */
export function inVpcOf(issuedTo: IssuedTo, ledger: Ledger): boolean | undefined {
  const known = ledger.functions.get(`${issuedTo.accountId} ${issuedTo.name}`)?.inVpc ?? 'unknown';
  return known === 'unknown' ? undefined : known === 'yes';
}
