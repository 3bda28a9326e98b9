import type { Evidence, Finding } from '../findings/index.ts';
import type { ApiCall } from '../records/index.ts';
import { roleKeyOfSession, sessionKey } from '../sessions/index.ts';
import { type Cidr, cidrContains, parseCidr, parseIp } from '../where/index.ts';

/** What ties stored calls and days to one finding. */
export interface Ties {
  /**
   * Whether a call was made with a credential of the finding's function, task or instance. Takes as proof: one of the finding's own keys, the
   * record's own `inScopeOf`, else the same role and session name. Errs towards yes for two functions of one name and one role in two
   * regions, whose calls only `inScopeOf` tells apart.
   */
  isSameResource(call: ApiCall): boolean;
  isSameHost(address: string): boolean;
  /** Whether a session, as inside days name it, is one of the resource's. */
  isSameSession(session: string): boolean;
}

export function tiesOf(finding: Finding, evidence: Evidence): Ties {
  const keys = new Set(evidence.keys.listed.map(({ accessKeyId }) => accessKeyId));
  const sessions = new Set(sessionsOf(finding));
  const hosts = hostsOf(evidence);
  return {
    isSameResource: ({ identity }) => {
      if (keys.has(identity.accessKeyId)) return true;
      const { inScopeOf } = identity;
      if (inScopeOf !== undefined) return inScopeOf.credentialsIssuedTo === evidence.credential.issuedTo.arn;
      if (identity.kind !== 'session') return false;
      return [roleKeyOfSession(identity), identity.roleId].some(
        (role) => role !== '' && sessions.has(sessionKey(role, identity.sessionName)),
      );
    },
    isSameHost: (address) => {
      const ip = parseIp(address);
      return ip !== undefined && hosts.some((cidr) => cidrContains(cidr, ip));
    },
    isSameSession: (session) => sessions.has(session),
  };
}

/** The finding's session under the role's name and under its unique id. */
function sessionsOf({ accountId, resource }: Finding): readonly string[] {
  const { principalId, userName } = resource.accessKeyDetails;
  const colon = principalId.indexOf(':');
  const name = principalId.slice(colon + 1);
  return [
    ...(userName === '' ? [] : [sessionKey(`${accountId}/${userName}`, name)]),
    ...(colon > 0 ? [sessionKey(principalId.slice(0, colon), name)] : []),
  ];
}

/** The blocks of a pool, or the one host; for IPv6 its /64. */
function hostsOf({ learning: { scope }, place }: Evidence): readonly Cidr[] {
  const texts = [
    ...(scope.kind === 'pool' ? scope.blocks : [scope.unit]),
    ...place.addresses.listed.map(({ address }) => address),
  ];
  return texts
    .map((text) => parseCidr(text.includes(':') && !text.includes('/') ? `${text}/64` : text))
    .filter((cidr) => cidr !== undefined);
}
