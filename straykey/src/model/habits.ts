import type { Call } from './call.ts';
import {
  type DayRecord,
  emptyDay,
  INSIDE_SERVICES_KEPT,
  type InsideDay,
  joinDay,
  joinInside,
  noteCall,
  volumeOf,
} from './day-record.ts';
import type { Host } from './host.ts';
import { startOf } from './input.ts';
import type { Settings } from './settings.ts';
import { addTo } from './sketch.ts';

/** One principal at one host, by UTC day. */
export interface HostHabit {
  readonly host: Host;
  readonly days: Map<number, DayRecord>;
}

/** Everything remembered of one principal. */
export interface Principal {
  readonly name: string;
  /** account/role; absent until seen outside. Should records disagree, the smallest, so that order does not matter. */
  role?: string;
  readonly hosts: Map<string, HostHabit>;
  readonly networks: Map<string, Set<HostHabit>>;
  readonly days: Map<number, DayHosts>;
  readonly inside: Map<number, InsideDay>;
}

/**
 * What is remembered: a join-semilattice over (principal, host, UTC day). Its value depends on the *set* of records noted,
 * never on their order, copies or grouping.
 */
export class Habits {
  readonly principals = new Map<string, Principal>();
  /** Who was seen at a host, and in a network. */
  readonly atHost = new Map<string, Set<Principal>>();
  readonly inNetwork = new Map<string, Set<Principal>>();
  /** Greatest day seen in an outside or inside record. */
  newestDay = Number.NEGATIVE_INFINITY;
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** True when the call changed anything: a copy of a call noted before does not. */
  note(call: Call): boolean {
    const principal = this.#principal(call.event.principal);
    const newRole = takeRole(principal, call.event.role);
    const record = this.#record(principal, call.host, call.day);
    const changed = record !== undefined && noteCall(record, call, this.#settings.sketch);
    return changed || newRole;
  }

  /** Inside use: from a public address (no service given), or of a service through a VPC endpoint. */
  noteInside(name: string, day: number, service: number | undefined): boolean {
    const inside = this.#inside(this.#principal(name), day);
    if (service !== undefined) return addTo(inside.svcs, service, INSIDE_SERVICES_KEPT);
    const changed = !inside.pub;
    inside.pub = true;
    return changed;
  }

  /** Takes in everything the other knows; the other is only read. */
  join(other: Habits): void {
    for (const theirs of other.principals.values()) this.joinPrincipal(theirs);
  }

  joinPrincipal(theirs: Pick<Principal, 'name' | 'role' | 'hosts' | 'inside'>): void {
    const mine = this.#principal(theirs.name);
    if (theirs.role !== undefined) takeRole(mine, theirs.role);
    for (const { host, days } of theirs.hosts.values()) {
      for (const [day, record] of days) this.#joinDay(mine, host, day, record);
    }
    for (const [day, inside] of theirs.inside) joinInside(this.#inside(mine, day), inside);
  }

  /** Copies one day of one principal from another store of habits. */
  copyDay(from: Habits, name: string, day: number): void {
    const theirs = from.principals.get(name);
    if (!theirs) return;
    const mine = this.#principal(name);
    for (const { host, days } of theirs.days.get(day)?.values() ?? []) {
      const record = days.get(day);
      if (record) this.#joinDay(mine, host, day, record);
    }
  }

  /** Forgets days before `day`, and who has none left. */
  prune(day: number): void {
    for (const principal of this.principals.values()) {
      for (const known of principal.inside.keys()) if (known < day) principal.inside.delete(known);
      for (const [known, hosts] of principal.days) {
        if (known >= day) continue;
        principal.days.delete(known);
        for (const habit of hosts.values()) this.#forget(principal, habit, known);
      }
      if (principal.days.size === 0 && principal.inside.size === 0) this.principals.delete(principal.name);
    }
  }

  /** "Settled days may be compacted (vol to a count)": days before `day`. Facts and verdicts stay as they are. */
  settle(day: number): void {
    for (const principal of this.principals.values()) {
      for (const [known, hosts] of principal.days) {
        if (known >= day) continue;
        for (const { days } of hosts.values()) settleDay(days.get(known), known, this.#settings.sketch);
      }
    }
  }

  #principal(name: string): Principal {
    const known = this.principals.get(name);
    if (known) return known;
    const principal = { name, hosts: new Map(), networks: new Map(), days: new Map(), inside: new Map() };
    this.principals.set(name, principal);
    return principal;
  }

  #inside(principal: Principal, day: number): InsideDay {
    const known = principal.inside.get(day);
    if (known) return known;
    this.newestDay = Math.max(this.newestDay, day);
    const inside = { pub: false, svcs: [] };
    principal.inside.set(day, inside);
    return inside;
  }

  #joinDay(principal: Principal, host: Host, day: number, record: Readonly<DayRecord>): void {
    const mine = this.#record(principal, host, day);
    if (mine) joinDay(mine, record, this.#settings.sketch);
  }

  /** The record to note into; nothing when the day is full of hosts with smaller hashes. */
  #record(principal: Principal, host: Host, day: number): DayRecord | undefined {
    const known = principal.hosts.get(host.unit)?.days.get(day);
    if (known) return known;
    this.newestDay = Math.max(this.newestDay, day);
    const hosts = principal.days.get(day) ?? new DayHosts(this.#settings.maxUnits);
    principal.days.set(day, hosts);
    if (!hosts.hasRoomFor(host)) return undefined;
    const habit = principal.hosts.get(host.unit) ?? this.#newHabit(principal, host);
    const record = emptyDay();
    habit.days.set(day, record);
    const crowdedOut = hosts.add(habit);
    if (crowdedOut) this.#forget(principal, crowdedOut, day);
    return record;
  }

  #newHabit(principal: Principal, host: Host): HostHabit {
    const habit = { host, days: new Map<number, DayRecord>() };
    principal.hosts.set(host.unit, habit);
    addMember(principal.networks, host.network, habit);
    addMember(this.atHost, host.unit, principal);
    addMember(this.inNetwork, host.network, principal);
    return habit;
  }

  #forget(principal: Principal, habit: HostHabit, day: number): void {
    const { unit, network } = habit.host;
    habit.days.delete(day);
    if (habit.days.size > 0) return;
    principal.hosts.delete(unit);
    removeMember(this.atHost, unit, principal);
    removeMember(principal.networks, network, habit);
    if (!principal.networks.has(network)) removeMember(this.inNetwork, network, principal);
  }
}

/**
 * The hosts of one principal on one day. "At most 4096 units per (P,d): those with the smallest unit hashes are kept; a unit
 * that is not kept is simply never learned." What is kept depends on the set of hosts only.
 */
export class DayHosts {
  readonly #most: number;
  readonly #hosts = new Map<string, HostHabit>();
  readonly #hostsIn = new Map<string, number>();
  /** By hash, once the day is full. */
  #ordered: HostHabit[] | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  /** How many networks the hosts lie in. */
  get networks(): number {
    return this.#hostsIn.size;
  }

  values(): Iterable<HostHabit> {
    return this.#hosts.values();
  }

  hasRoomFor(host: Host): boolean {
    const last = this.#ordered?.at(-1);
    return !last || byHash(host, last.host) < 0;
  }

  /** Adds a host there is room for; answers the one crowded out. */
  add(habit: HostHabit): HostHabit | undefined {
    const { network, unit } = habit.host;
    this.#hosts.set(unit, habit);
    this.#hostsIn.set(network, (this.#hostsIn.get(network) ?? 0) + 1);
    if (this.#ordered) this.#ordered.splice(placeOf(this.#ordered, habit.host), 0, habit);
    else if (this.#hosts.size >= this.#most)
      this.#ordered = [...this.#hosts.values()].sort((a, b) => byHash(a.host, b.host));
    return this.#ordered && this.#ordered.length > this.#most ? this.#crowdOut(this.#ordered) : undefined;
  }

  #crowdOut(ordered: HostHabit[]): HostHabit | undefined {
    const habit = ordered.pop();
    if (!habit) return undefined;
    const { network, unit } = habit.host;
    this.#hosts.delete(unit);
    const left = (this.#hostsIn.get(network) ?? 1) - 1;
    if (left > 0) this.#hostsIn.set(network, left);
    else this.#hostsIn.delete(network);
    return habit;
  }
}

function byHash(a: Host, b: Host): number {
  return a.hash - b.hash || (a.unit < b.unit ? -1 : Number(a.unit > b.unit));
}

function placeOf(ordered: readonly HostHabit[], host: Host): number {
  let low = 0;
  let high = ordered.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (byHash(ordered[middle]!.host, host) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function takeRole(principal: Principal, role: string): boolean {
  if (principal.role !== undefined && role >= principal.role) return false;
  principal.role = role;
  return true;
}

function settleDay(record: DayRecord | undefined, day: number, sketch: number): void {
  if (!record || record.vol.length === 0) return;
  record.settledVolume = volumeOf(record, sketch);
  record.vol = [];
  record.first = startOf(day);
  record.last = startOf(day + 1) - 1;
}

function addMember<Member>(sets: Map<string, Set<Member>>, key: string, member: Member): void {
  const set = sets.get(key);
  if (set) set.add(member);
  else sets.set(key, new Set([member]));
}

function removeMember<Member>(sets: Map<string, Set<Member>>, key: string, member: Member): void {
  const set = sets.get(key);
  set?.delete(member);
  if (set?.size === 0) sets.delete(key);
}
