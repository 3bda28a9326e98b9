import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ArrivedObject, ObjectProblem } from '../arrivals/index.ts';
import type { Oddity } from '../kit/index.ts';
import { type Counts, UNREADABLE } from '../passes/index.ts';
import { type ApiCall, createReader, type Reader, type SessionIdentity, type SkimHooks } from '../records/index.ts';
import { type ServiceIssue, serviceIssueOf } from '../sessions/index.ts';
import { inflatePiece, readObject } from '../sources/index.ts';
import { callerOf, Survey, type TallyKind } from '../survey/index.ts';
import type { PlaceTables } from '../where/index.ts';
import type { KnownSessions } from './known.ts';
import type { EnginePorts } from './ports.ts';
import { type EvidenceRows, rowsOf } from './rows.ts';

export const readerLimits = {
  /** Milliseconds after which a reader is replaced; 1 hour. What it has asked is then asked, and written, again: a sweep may have taken it away. */
  age: 3_600_000,
  /** Milliseconds before it is replaced because more sessions are known; 10 s. Until then each object with their calls is read twice. */
  patience: 10_000,
  /** Callers from outside that it holds in full; 50,000, some 40 MB. */
  callers: 50_000,
  /** Kinds of issues that it holds; 50,000, some 20 MB. */
  issues: 50_000,
  /** Kinds of records that it counts; 5,000: they are summed up after each batch. */
  kinds: 5_000,
} as const;

/** What reading some objects left behind. */
export interface ReadBatch {
  readonly rows: EvidenceRows;
  readonly counts: Counts;
  /** By object, in the order given. */
  readonly each: readonly Pick<Counts, 'records' | 'bytes'>[];
  readonly tallies: readonly KindCount[];
  readonly oddities: readonly Oddity[];
  /** Objects that could not be read, or not to their end. */
  readonly problems: readonly ObjectProblem[];
  /** Identities of those that were read. */
  readonly read: readonly string[];
}

export interface KindCount extends TallyKind {
  readonly records: number;
}

/**
 * Reads batch after batch, each into a survey of its own, with one reader that remembers what it has asked: a caller or a kind of record
 * met before costs nothing again. So a batch shows only what the batches before it did not, and stands for nothing unless these are committed:
 * whoever gives one up has to call {@link forget}, and to read again what was read since.
 *
 * Batches are read one at a time.
 */
export class BatchReader {
  readonly #ports: Pick<EnginePorts, 'tables' | 'watch' | 'now'>;
  readonly #known: KnownSessions;
  #hooks: LastingHooks | undefined;

  constructor(ports: Pick<EnginePorts, 'tables' | 'watch' | 'now'>, known: KnownSessions) {
    this.#ports = ports;
    this.#known = known;
  }

  /** What was asked is asked again: by the next batch. */
  forget(): void {
    this.#hooks = undefined;
  }

  async read(objects: readonly ArrivedObject[]): Promise<ReadBatch> {
    const { watch } = this.#ports;
    const oddities: Oddity[] = [];
    const tell = (oddity: Oddity) => {
      oddities.push(oddity);
      watch.oddity(oddity);
    };
    const hooks = this.#lasting();
    const survey = hooks.beginBatch(tell);
    let counts: Counts = { files: 0, storedBytes: 0, bytes: 0, records: 0 };
    const each: Pick<Counts, 'records' | 'bytes'>[] = [];
    for (const [number, object] of objects.entries()) {
      const before = hooks.reader.records;
      survey.begin(number, object.origin);
      const { storedBytes, bytes } = await readObject(object, hooks.reader, tell);
      const records = hooks.reader.records - before;
      each.push({ records, bytes });
      counts = {
        files: counts.files + 1,
        storedBytes: counts.storedBytes + storedBytes,
        bytes: counts.bytes + bytes,
        records: counts.records + records,
      };
      // What is being fetched, and the commit of the batch before, get on meanwhile.
      await nextTurn();
    }
    const problems = oddities.filter(({ kind }) => UNREADABLE.has(kind));
    const unread = new Set(problems.map(({ origin }) => origin));
    return {
      rows: rowsOf(survey.facts(), (file) => objects[file]!.origin),
      counts,
      each,
      tallies: hooks.newTallies(),
      oddities,
      problems: problems.map(({ kind, origin, reason }) => ({ kind, origin, reason })),
      read: objects.filter(({ origin }) => !unread.has(origin)).map(({ identity }) => identity),
    };
  }

  #lasting(): LastingHooks {
    const { now, tables } = this.#ports;
    const at = now();
    if (this.#hooks === undefined || this.#hooks.isWornOut(tables, this.#known, at)) {
      this.#hooks = new LastingHooks(tables, this.#known, at);
    }
    return this.#hooks;
  }
}

interface Noted {
  readonly caller: string;
  /** Absent for callers without a session. */
  readonly identity?: SessionIdentity;
}

/** The reader's questions go to the survey of the batch at hand; what the reader keeps of the answers (tokens, likes, kinds) holds from batch to batch. */
class LastingHooks implements SkimHooks {
  readonly reader: Reader;
  readonly #tables: PlaceTables;
  readonly #known: KnownSessions;
  readonly #knownVersion: number;
  readonly #born: number;
  #survey: Survey;
  /** Sessions of {@link KnownSessions} that the survey at hand has been told of. */
  #introduced = new Set<string>();
  /** By token. */
  readonly #noted: Noted[] = [];
  readonly #tokens = new Map<string, number>();
  /** Issues that others are like; undefined: by a service that makes credentials for none of our resources. */
  readonly #issues: (ServiceIssue | undefined)[] = [];
  readonly #kinds: TallyKind[] = [];
  readonly #kindNumbers = new Map<string, number>();
  /** Records counted up to the last batch, by kind. */
  readonly #counted: number[] = [];

  constructor(tables: PlaceTables, known: KnownSessions, at: number) {
    this.#tables = tables;
    this.#known = known;
    this.#knownVersion = known.version;
    this.#born = at;
    this.#survey = new Survey(tables, () => {});
    this.reader = createReader(this, { inflate: inflatePiece });
  }

  /** A caller that was noted before its session was known has to be asked about again, or each of its objects would be read twice. */
  isWornOut(tables: PlaceTables, known: KnownSessions, at: number): boolean {
    const age = Math.abs(at - this.#born);
    return (
      tables !== this.#tables ||
      (known.version !== this.#knownVersion && age >= readerLimits.patience) ||
      age >= readerLimits.age ||
      this.#noted.length >= readerLimits.callers ||
      this.#issues.length >= readerLimits.issues ||
      this.#kinds.length >= readerLimits.kinds
    );
  }

  beginBatch(report: (oddity: Oddity) => void): Survey {
    this.#survey = new Survey(this.#tables, report);
    this.#introduced = new Set();
    return this.#survey;
  }

  kindOf(eventSource: string, eventName: string): ReturnType<SkimHooks['kindOf']> {
    return this.#survey.kindOf(eventSource, eventName);
  }

  meet(call: ApiCall): ReturnType<SkimHooks['meet']> {
    this.#introduce(call);
    const standing = this.#survey.meet(call);
    return typeof standing === 'object' ? { note: this.#tokenOf(call) } : standing;
  }

  witness(call: ApiCall): boolean {
    this.#introduce(call);
    return this.#survey.witness(call);
  }

  read(call: ApiCall, offset: number): void {
    this.#introduce(call);
    this.#survey.read(call, offset);
  }

  likeOf({ awsRegion, identity, testimony }: ApiCall): number {
    if (identity.kind !== 'service' || testimony?.kind !== 'issue') return -1;
    return this.#issues.push(serviceIssueOf(testimony, awsRegion)) - 1;
  }

  issued(like: number, accessKeyId: string): void {
    this.#survey.ledger.learnKey(accessKeyId, this.#issues[like]);
  }

  note(token: number): void {
    const { caller, identity } = this.#noted[token]!;
    const { roster, waiting } = this.#survey;
    if (identity !== undefined && !waiting.has(caller)) waiting.set(caller, identity);
    this.#survey.note(roster.tokenOf(caller));
  }

  tallyOf(sample: ApiCall): number {
    const kind = this.#survey.tallyKinds[this.#survey.tallyOf(sample)]!;
    const key = JSON.stringify(kind);
    const known = this.#kindNumbers.get(key);
    if (known !== undefined) return known;
    this.#kindNumbers.set(key, this.#kinds.length);
    return this.#kinds.push(kind) - 1;
  }

  oddity(oddity: Oddity): void {
    this.#survey.oddity(oddity);
  }

  /** Records of each kind since this was last asked. */
  newTallies(): KindCount[] {
    const counts: KindCount[] = [];
    for (const [number, { records }] of this.reader.tallies()) {
      const fresh = records - (this.#counted[number] ?? 0);
      if (fresh > 0) counts.push({ ...this.#kinds[number]!, records: fresh });
      this.#counted[number] = records;
    }
    return counts;
  }

  #tokenOf({ identity }: ApiCall): number {
    const caller = callerOf(identity);
    const known = this.#tokens.get(caller);
    if (known !== undefined) return known;
    this.#tokens.set(caller, this.#noted.length);
    return this.#noted.push(identity.kind === 'session' ? { caller, identity } : { caller }) - 1;
  }

  /** What the store says about the session, so that its calls from outside are kept at first sight. */
  #introduce({ identity }: ApiCall): void {
    if (identity.kind !== 'session') return;
    const known = this.#known.of(identity);
    if (known === undefined || this.#introduced.has(known.session)) return;
    this.#introduced.add(known.session);
    this.#survey.ledger.absorb(known.ledger);
  }
}
