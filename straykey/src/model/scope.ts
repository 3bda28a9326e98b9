import { type DayRecord, emptyDay, joinFacts, volumeOf } from './day-record.ts';
import type { ScopeDays } from './evidence.ts';
import type { HostHabit, Principal } from './habits.ts';
import type { Host } from './host.ts';
import type { Scope } from './judgement.ts';

/** A learned egress pool: the aligned blocks of a network that count as one host. */
export interface Pool {
  readonly scope: Extract<Scope, { kind: 'pool' }>;
  readonly blocks: ReadonlySet<string>;
}

/** What one verdict treats as "the same host": the pool that holds the address, else the address alone. */
export interface Reach {
  readonly scope: Scope;
  readonly host: Host;
  readonly pool?: Pool;
}

/** Names a scope within its principal: the unit, or the pool's network. Also the host part of a finding's key. */
export function scopeKey(scope: Scope): string {
  return scope.kind === 'host' ? scope.unit : scope.network;
}

/** The hosts of a principal within reach. */
export function hostsWithin(principal: Principal | undefined, { host, pool }: Reach): readonly HostHabit[] {
  if (pool) return neighboursWithin(principal?.networks.get(host.network), pool);
  const habit = principal?.hosts.get(host.unit);
  return habit ? [habit] : NO_HOSTS;
}

function neighboursWithin(neighbours: Iterable<HostHabit> | undefined, { blocks }: Pool): readonly HostHabit[] {
  const within: HostHabit[] = [];
  for (const habit of neighbours ?? NO_HOSTS) if (blocks.has(habit.host.block)) within.push(habit);
  return within;
}

const NO_HOSTS: readonly HostHabit[] = [];

/** "Records of the units of S are merged per day (OR, union; volumes are summed)." */
export function scopeDays(habits: readonly HostHabit[], sketch: number): ScopeDays {
  const [only] = habits;
  if (only && habits.length === 1) {
    return {
      facts: (day) => only.days.get(day),
      volume: (day) => volumeOn(only, day, sketch),
    };
  }
  return {
    facts: (day) => mergedFacts(habits, day),
    volume: (day) => habits.reduce((sum, habit) => sum + volumeOn(habit, day, sketch), 0),
  };
}

function volumeOn({ days }: HostHabit, day: number, sketch: number): number {
  const record = days.get(day);
  return record ? volumeOf(record, sketch) : 0;
}

function mergedFacts(habits: readonly HostHabit[], day: number): Readonly<DayRecord> | undefined {
  let merged: DayRecord | undefined;
  for (const { days } of habits) {
    const record = days.get(day);
    if (!record) continue;
    merged ??= emptyDay();
    joinFacts(merged, record);
  }
  return merged;
}
