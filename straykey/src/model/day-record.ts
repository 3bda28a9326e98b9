import type { Call } from './call.ts';
import { addTo, countOf, union } from './sketch.ts';

/**
 * What one principal did from one host on one UTC day: `rec(P,u,d)` of MODEL.md 2.3. Every field only grows (OR, union, min,
 * max), so records of the same day join in any order, any number of times, to the same value.
 */
export interface DayRecord {
  /** A successful call that is not CRITICAL. */
  ok: boolean;
  /** A successful call by a client without the runtime marker. */
  un: boolean;
  /** A CRITICAL call, whatever became of it. */
  crit: boolean;
  /** Bit set of the categories of successful calls. */
  cats: number;
  /** Of successful calls: hashes of clients, regions, source@region. */
  clients: number[];
  regions: number[];
  svcs: number[];
  /** Hashes of the access keys of successful calls that are not CRITICAL. */
  creds: number[];
  /** Hashes of source:name of denied calls. */
  den: number[];
  /** Hashes of event ids, all calls; emptied when the day is settled. */
  vol: number[];
  /** Calls counted when the day was settled; 0 before. */
  settledVolume: number;
  /** Event times, seconds. Widened to the whole day when it is settled. */
  first: number;
  last: number;
}

/** "bottom-8 hash sets". Not a setting: the stored form is laid out for it. */
export const FACETS_KEPT = 8;

/** Inside use of one principal on one UTC day: `ins(P,d)`. */
export interface InsideDay {
  /** A call from an AWS-owned public address. */
  pub: boolean;
  /** Hashes of source@region of calls through a VPC endpoint. */
  svcs: number[];
}

/** "bottom-16". */
export const INSIDE_SERVICES_KEPT = 16;

export function emptyDay(): DayRecord {
  return {
    ok: false,
    un: false,
    crit: false,
    cats: 0,
    clients: [],
    regions: [],
    svcs: [],
    creds: [],
    den: [],
    vol: [],
    settledVolume: 0,
    first: Number.POSITIVE_INFINITY,
    last: Number.NEGATIVE_INFINITY,
  };
}

/** Puts one call into its day; true when that changed anything. */
export function noteCall(record: DayRecord, call: Call, sketch: number): boolean {
  const { bit, client, event, outcome } = call;
  const critical = call.category === 'CRITICAL';
  let changed = addTo(record.vol, call.id, sketch);
  changed = widen(record, event.t, event.t) || changed;
  if (critical) changed = raise(record, 'crit') || changed;
  if (outcome === 'denied') changed = addTo(record.den, call.api, FACETS_KEPT) || changed;
  if (outcome !== 'success') return changed;
  if (!client.marked) changed = raise(record, 'un') || changed;
  changed = (record.cats & bit) === 0 || changed;
  record.cats |= bit;
  changed = addTo(record.clients, client.hash, FACETS_KEPT) || changed;
  changed = addTo(record.regions, call.region, FACETS_KEPT) || changed;
  changed = addTo(record.svcs, call.service, FACETS_KEPT) || changed;
  if (critical) return changed;
  changed = raise(record, 'ok') || changed;
  return addTo(record.creds, call.credential, FACETS_KEPT) || changed;
}

function raise(record: DayRecord, flag: 'ok' | 'un' | 'crit'): boolean {
  const changed = !record[flag];
  record[flag] = true;
  return changed;
}

function widen(record: DayRecord, first: number, last: number): boolean {
  const changed = first < record.first || last > record.last;
  record.first = Math.min(record.first, first);
  record.last = Math.max(record.last, last);
  return changed;
}

/** Puts what another copy, shard or host knows of the same day into `record`. The other is only read. */
export function joinDay(record: DayRecord, other: Readonly<DayRecord>, sketch: number): void {
  joinFacts(record, other);
  record.vol = union(record.vol, other.vol, sketch);
  record.settledVolume = Math.max(record.settledVolume, other.settledVolume);
}

/** As {@link joinDay} for everything but the volume, which counts differently over hosts (a sum) than over copies. */
export function joinFacts(record: DayRecord, other: Readonly<DayRecord>): void {
  record.ok ||= other.ok;
  record.un ||= other.un;
  record.crit ||= other.crit;
  record.cats |= other.cats;
  record.clients = union(record.clients, other.clients, FACETS_KEPT);
  record.regions = union(record.regions, other.regions, FACETS_KEPT);
  record.svcs = union(record.svcs, other.svcs, FACETS_KEPT);
  record.creds = union(record.creds, other.creds, FACETS_KEPT);
  record.den = union(record.den, other.den, FACETS_KEPT);
  widen(record, other.first, other.last);
}

/** Calls of the day. A settled day to which a late record came counts whichever is greater. */
export function volumeOf(record: Readonly<DayRecord>, sketch: number): number {
  return Math.max(record.settledVolume, countOf(record.vol, sketch));
}

export function joinInside(day: InsideDay, other: Readonly<InsideDay>): void {
  day.pub ||= other.pub;
  day.svcs = union(day.svcs, other.svcs, INSIDE_SERVICES_KEPT);
}
