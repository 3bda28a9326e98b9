import { type Evidence, gatherEvidence } from './evidence.ts';
import type { Habits, Principal } from './habits.ts';
import type { Host } from './host.ts';
import { isKnown, type Requirement, requirementOf, vouches } from './requirement.ts';
import { hostsWithin, type Pool, type Reach, scopeDays, scopeKey } from './scope.ts';
import type { Settings } from './settings.ts';
import type { Statements } from './statements.ts';

/** Where a principal stands with a host, from settled days alone. */
export interface Standing extends Reach {
  readonly evidence: Evidence;
  /** Other roles whose routed functions use the scope, sorted. */
  readonly vouchingRoles: readonly string[];
  readonly requirement: Requirement;
  readonly known: boolean;
  /** A pool of the host's network that does not hold the host. */
  readonly nearbyPool?: Pool;
}

/** Rules an outlook is made by: settings and the weights that follow from them. */
export interface Rules {
  readonly settings: Settings;
  readonly weights: readonly number[];
}

/**
 * What was known at the end of one UTC day: evidence, vouchers and pools, each computed once. It must be thrown away when a
 * record of that day or earlier, or a statement, comes in.
 */
export class Outlook {
  readonly through: number;
  readonly #habits: Habits;
  readonly #statements: Statements;
  readonly #rules: Rules;
  readonly #evidence = new Map<Principal, Map<string, Evidence>>();
  readonly #standings = new Map<Principal, Map<string, Standing>>();
  readonly #pools = new Map<string, Pool | undefined>();
  readonly #vouchers = new Map<string, readonly string[]>();

  constructor(habits: Habits, statements: Statements, rules: Rules, through: number) {
    this.#habits = habits;
    this.#statements = statements;
    this.#rules = rules;
    this.through = through;
  }

  /** Computed once for hosts the principal has a record of; strangers are cheap and too many to keep. */
  standing(name: string, role: string, host: Host): Standing {
    const principal = this.#habits.principals.get(name);
    const known = principal && this.#standings.get(principal)?.get(host.unit);
    if (known) return known;
    const standing = this.#computeStanding(principal, role, host);
    if (principal?.hosts.has(host.unit)) keep(this.#standings, principal, host.unit, standing);
    return standing;
  }

  /** "Scope of (P,u) at T: the pool of u's network if u is in it, else {u}." */
  #reach(host: Host): Reach & { readonly nearbyPool?: Pool } {
    const pool = this.pool(host.network);
    if (pool?.blocks.has(host.block)) return { scope: pool.scope, host, pool };
    const scope = { kind: 'host', unit: host.unit } as const;
    return pool ? { scope, host, nearbyPool: pool } : { scope, host };
  }

  /**
   * "The pool is every address of the network that lies in an aligned /28 (IPv6: /60) containing a member of U", U being the
   * addresses over which a routed function itself rotates. Nobody else's use, however steady, draws a pool.
   */
  pool(network: string): Pool | undefined {
    if (this.#pools.has(network)) return this.#pools.get(network);
    const blocks = new Set<string>();
    for (const principal of this.#habits.inNetwork.get(network) ?? []) {
      for (const { block } of this.#rotation(principal, network)) blocks.add(block);
    }
    const scope = { kind: 'pool', network, blocks: [...blocks].sort() } as const;
    const pool = blocks.size > 0 ? { scope, blocks } : undefined;
    if (this.#habits.inNetwork.has(network)) this.#pools.set(network, pool);
    return pool;
  }

  /** "Vouchers: roles other than role(P) with some principal p: routed(p,S,T), n >= corrDays, T-last <= dormant." */
  #vouchingRoles(reach: Reach): readonly string[] {
    const key = scopeKey(reach.scope);
    const known = this.#vouchers.get(key);
    if (known) return known;
    const { atHost, inNetwork } = this.#habits;
    const users = reach.pool ? inNetwork.get(key) : atHost.get(key);
    const roles = new Set<string>();
    for (const principal of users ?? []) {
      const { role } = principal;
      if (role === undefined || roles.has(role)) continue;
      if (vouches(this.#evidenceOf(principal, reach), this.#rules.settings)) roles.add(role);
    }
    const sorted = [...roles].sort();
    if (users) this.#vouchers.set(key, sorted);
    return sorted;
  }

  #computeStanding(principal: Principal | undefined, role: string, host: Host): Standing {
    const { settings } = this.#rules;
    const reach = this.#reach(host);
    const evidence = this.#evidenceOf(principal, reach);
    const ownRole = principal?.role ?? role;
    const vouchingRoles = this.#vouchingRoles(reach).filter((other) => other !== ownRole);
    const requirement = requirementOf({ ...evidence, vouchers: vouchingRoles.length }, settings);
    return { ...reach, evidence, vouchingRoles, requirement, known: isKnown(evidence, requirement, settings) };
  }

  #evidenceOf(principal: Principal | undefined, reach: Reach): Evidence {
    const key = scopeKey(reach.scope);
    const known = principal && this.#evidence.get(principal)?.get(key);
    if (known) return known;
    const { settings, weights } = this.#rules;
    const hosts = hostsWithin(principal, reach);
    const days = scopeDays(hosts, settings.sketch);
    const evidence = gatherEvidence(days, principal?.inside ?? new Map(), this.through, settings, weights);
    if (principal && hosts.length > 0) keep(this.#evidence, principal, key, evidence);
    return evidence;
  }

  /**
   * "Principals that have at least poolUnits units in the network with routed and n >= poolDays (each unit alone)": the hosts
   * such a principal adds. Hosts reported malicious for everybody do not count at all.
   */
  #rotation(principal: Principal, network: string): Host[] {
    const { lag, poolDays, poolUnits } = this.#rules.settings;
    const candidates = [...(principal.networks.get(network) ?? [])].filter(({ days }) => days.size >= poolDays);
    if (candidates.length < poolUnits) return [];
    const hosts = candidates
      .map(({ host }) => host)
      .filter((host) => {
        const alone = this.#evidenceOf(principal, { scope: { kind: 'host', unit: host.unit }, host });
        return alone.routed && alone.days >= poolDays && !this.#statements.isMaliciousForAll(host, this.through + lag);
      });
    return hosts.length >= poolUnits ? hosts : [];
  }
}

function keep<Value>(
  caches: Map<Principal, Map<string, Value>>,
  principal: Principal,
  key: string,
  value: Value,
): void {
  const cache = caches.get(principal);
  if (cache) cache.set(key, value);
  else caches.set(principal, new Map([[key, value]]));
}
