import { ByteReader, ByteWriter } from './bytes.ts';
import { type DayRecord, emptyDay } from './day-record.ts';
import type { HostHabit, Principal } from './habits.ts';
import type { Host } from './host.ts';
import type { Feedback } from './input.ts';
import { startOf } from './input.ts';
import type { LedgerRecord } from './ledger.ts';

/** A model's whole state, for a store: one piece of bytes for each principal, statements and ledger as plain data. */
export interface Snapshot {
  readonly version: typeof SNAPSHOT_VERSION;
  /** By name. */
  readonly principals: readonly StoredPrincipal[];
  readonly statements: readonly Feedback[];
  readonly ledger: readonly LedgerRecord[];
}

export interface StoredPrincipal {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Changes when the bytes or the hash change; an older state is then to be rebuilt from the trail. */
export const SNAPSHOT_VERSION = 1;

/** The same habits give the same bytes, whatever order they came in. */
export function encodePrincipal(principal: Principal): Uint8Array {
  const profiles = new Profiles();
  const body = new ByteWriter();
  const hosts = [...principal.hosts.values()].sort((a, b) => (a.host.unit < b.host.unit ? -1 : 1));
  body.count(hosts.length);
  for (const habit of hosts) encodeHost(body, habit, profiles);
  encodeInside(body, principal.inside);
  const out = new ByteWriter();
  out.text(principal.role ?? '');
  out.byte(principal.role === undefined ? 0 : 1);
  profiles.encode(out);
  for (const byte of body.done()) out.byte(byte);
  return out.done();
}

/** Reads {@link encodePrincipal}'s bytes; `hostOf` makes a host of its address. Throws on damaged bytes. */
export function decodePrincipal(
  { bytes, name }: StoredPrincipal,
  hostOf: (address: string) => Host | undefined,
): Pick<Principal, 'name' | 'role' | 'hosts' | 'inside'> {
  const reader = new ByteReader(bytes);
  const text = reader.text();
  const role = reader.byte() === 1 ? { role: text } : {};
  const profiles = decodeProfiles(reader);
  const hosts = new Map<string, HostHabit>();
  for (let left = reader.count(); left > 0; left--) {
    const address = reader.text();
    const host = hostOf(address.replace(/\/64$/, ''));
    if (!host) throw new RangeError(`saved habits: expected an address, found ${JSON.stringify(address)}`);
    hosts.set(host.unit, { host, days: decodeDays(reader, profiles) });
  }
  return { name, ...role, hosts, inside: decodeInside(reader) };
}

function encodeHost(out: ByteWriter, { host, days }: HostHabit, profiles: Profiles): void {
  out.text(host.unit);
  out.count(days.size);
  let before = 0;
  for (const [day, record] of [...days].sort(([a], [b]) => a - b)) {
    out.signed(day - before);
    encodeDay(out, record, day, profiles);
    before = day;
  }
}

function decodeDays(reader: ByteReader, profiles: readonly Profile[]): Map<number, DayRecord> {
  const days = new Map<number, DayRecord>();
  let day = 0;
  for (let left = reader.count(); left > 0; left--) {
    day += reader.signed();
    days.set(day, decodeDay(reader, day, profiles));
  }
  return days;
}

const FLAGS = { ok: 1, un: 2, crit: 4, open: 8 } as const;

/**
 * One day: flags and number of credentials, categories, profile, volume, credentials. A settled day takes at most 61 bytes
 * below 16,384 profiles and 2^28 calls; a day that is still open carries its event sketch and times besides.
 */
export function encodeDay(out: ByteWriter, record: Readonly<DayRecord>, day: number, profiles: Profiles): void {
  const open = record.vol.length > 0;
  const flags = (record.ok ? FLAGS.ok : 0) | (record.un ? FLAGS.un : 0) | (record.crit ? FLAGS.crit : 0);
  out.byte(flags | (open ? FLAGS.open : 0) | (record.creds.length << 4));
  out.byte(record.cats);
  out.count(profiles.indexOf(record));
  out.count(record.settledVolume);
  encodeCredentials(out, record.creds);
  if (!open) return;
  out.float(record.first - startOf(day));
  out.float(record.last - startOf(day));
  out.count(record.vol.length);
  for (const hash of record.vol) out.fixed(hash, HASH_BYTES);
}

export function decodeDay(reader: ByteReader, day: number, profiles: readonly Profile[]): DayRecord {
  const flags = reader.byte();
  const has = (flag: keyof typeof FLAGS) => (flags & FLAGS[flag]) !== 0;
  const cats = reader.byte();
  const profile = profiles[reader.count()];
  if (!profile) throw new RangeError('saved habits: expected a profile of the table');
  const settledVolume = reader.count();
  const creds = decodeCredentials(reader, flags >> 4);
  const facts = { ok: has('ok'), un: has('un'), crit: has('crit'), cats, creds, settledVolume };
  const [clients, regions, svcs, den] = profile.map((set) => [...set]) as [number[], number[], number[], number[]];
  const record = { ...emptyDay(), ...facts, clients, regions, svcs, den };
  if (!has('open')) return { ...record, first: startOf(day), last: startOf(day + 1) - 1 };
  record.first = startOf(day) + reader.float();
  record.last = startOf(day) + reader.float();
  for (let left = reader.count(); left > 0; left--) record.vol.push(reader.fixed(HASH_BYTES));
  return record;
}

/** 53 bits in whole bytes. */
const HASH_BYTES = 7;
/** Credentials are the bulk of a day: their lower 48 bits lie in bytes, the upper 5 bits of all of them together. */
const LOWER_BYTES = 6;
const LOWER = 2 ** 48;
const UPPER = 2 ** 5;

function encodeCredentials(out: ByteWriter, hashes: readonly number[]): void {
  let uppers = 0;
  for (const hash of hashes) {
    out.fixed(hash % LOWER, LOWER_BYTES);
    uppers = uppers * UPPER + Math.floor(hash / LOWER);
  }
  out.fixed(uppers, Math.ceil((hashes.length * 5) / 8));
}

function decodeCredentials(reader: ByteReader, count: number): number[] {
  const lowers = Array.from({ length: count }, () => reader.fixed(LOWER_BYTES));
  let uppers = reader.fixed(Math.ceil((count * 5) / 8));
  const hashes = new Array<number>(count);
  for (let at = count - 1; at >= 0; at--) {
    hashes[at] = (lowers[at] ?? 0) + (uppers % UPPER) * LOWER;
    uppers = Math.floor(uppers / UPPER);
  }
  return hashes;
}

/** Clients, regions, services and denied calls of a day: a function shows the same ones day after day. */
type Profile = readonly (readonly number[])[];

/** The distinct profiles of a principal, each stored once. */
export class Profiles {
  readonly #known = new Map<string, number>();
  readonly #profiles: Profile[] = [];

  indexOf({ clients, den, regions, svcs }: Readonly<DayRecord>): number {
    const profile = [clients, regions, svcs, den];
    const key = profile.join(';');
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, this.#profiles.length);
    return this.#profiles.push(profile) - 1;
  }

  encode(out: ByteWriter): void {
    out.count(this.#profiles.length);
    for (const set of this.#profiles.flat()) {
      out.byte(set.length);
      for (const hash of set) out.fixed(hash, HASH_BYTES);
    }
  }
}

export function decodeProfiles(reader: ByteReader): Profile[] {
  const set = () => Array.from({ length: reader.byte() }, () => reader.fixed(HASH_BYTES));
  return Array.from({ length: reader.count() }, () => [set(), set(), set(), set()]);
}

function encodeInside(out: ByteWriter, inside: Principal['inside']): void {
  out.count(inside.size);
  let before = 0;
  for (const [day, { pub, svcs }] of [...inside].sort(([a], [b]) => a - b)) {
    out.signed(day - before);
    out.byte((pub ? 1 : 0) | (svcs.length << 1));
    for (const hash of svcs) out.fixed(hash, HASH_BYTES);
    before = day;
  }
}

function decodeInside(reader: ByteReader): Principal['inside'] {
  const inside: Principal['inside'] = new Map();
  let day = 0;
  for (let left = reader.count(); left > 0; left--) {
    day += reader.signed();
    const head = reader.byte();
    inside.set(day, { pub: (head & 1) === 1, svcs: Array.from({ length: head >> 1 }, () => reader.fixed(HASH_BYTES)) });
  }
  return inside;
}
