import type { Finding } from '../findings/index.ts';

/**
 * What Straykey remembers between runs, whichever engine holds it. `test/store/contract.ts` is the suite every engine takes.
 *
 * Times are epoch milliseconds (integers) unless a name says seconds. Bodies are JSON values: no dates, no `undefined`, no `bigint`.
 * Lists come in a stated order. Counters grow in one statement, so that two processes lose nothing. Every method may be called inside
 * {@link Store.atomically}, where all of them take effect together or not at all.
 *
 * @throws StoreUnavailable when the engine cannot be reached, is full or was closed: try again later, nothing was written. (Where the answer to
 *   a commit was lost, it may have been: `begin` tells, everything else but counters is idempotent.)
 */
export interface Store {
  readonly engine: 'sqlite' | 'postgres';
  /** Without secrets: `sqlite:/var/lib/straykey/straykey.db`, `postgres://host/database`. */
  readonly name: string;
  readonly findings: FindingShelf;
  readonly outbox: Outbox;
  readonly documents: DocumentShelf;
  readonly audit: AuditTrail;
  readonly positions: Positions;
  readonly counters: Counters;
  readonly evidence: EvidenceShelf;
  /**
   * One transaction: serializable on SQLite, read committed with row locks on PostgreSQL. Done again when the engine asks for it (deadlock), so
   * `work` must change nothing but the store. Whatever `work` does with either store, the outer or the one it is given, is part of it.
   */
  atomically<Result>(work: (store: Store) => Promise<Result>): Promise<Result>;
  /** Answers after one read and, where nothing else tells, one write. */
  ping(): Promise<void>;
  close(): Promise<void>;
  /** Absent inside of a transaction. */
  readonly upkeep?: Upkeep;
}

/** What an operator does with a store. */
export interface Upkeep {
  /**
   * Writes a copy as of one moment to a new file, while the store is in use.
   *
   * @throws StoreRefusal when the file exists, and for PostgreSQL, which brings `pg_dump`
   */
  backup(path: string): Promise<void>;
  /** Sentences on what is wrong; none: all is well. Reads everything: minutes for a large store. */
  check(): Promise<readonly string[]>;
  /** Gives space back and renews what the engine knows about its tables. SQLite needs as much free space again, and nobody writes meanwhile. */
  vacuum(): Promise<void>;
  /** See `claimServing`. */
  claimServing(): Promise<() => Promise<void>>;
}

/** A finding as kept: the document as raised, and what happened to it since. */
export interface StoredFinding {
  /** As `raise` made it; `service.archived` is always false in here. {@link presented} lays the rest over it. */
  readonly finding: Finding;
  readonly archived: boolean;
  /** Why it is archived: a person, or the suppression rule of that name. */
  readonly archivedBy?: { readonly kind: 'person' } | { readonly kind: 'filter'; readonly name: string };
  readonly feedback?: { readonly verdict: 'USEFUL' | 'NOT_USEFUL'; readonly comment?: string };
  /** Made by CreateSampleFindings. */
  readonly sample: boolean;
  /** Found while history was filled in: told nowhere. */
  readonly historical: boolean;
  /** 1 at first, one more with every changed document; a retracted finding that comes back goes on counting. */
  readonly revision: number;
  /** When Straykey first and last wrote it. The document's own times are the trail's. */
  readonly writtenAt: number;
  readonly changedAt: number;
  /** What the engine keeps to find a finding's evidence again; see `live/`. */
  readonly topics: readonly string[];
}

/** Columns that the engines index; everything else is asked of the document by the criteria engine. */
export type FindingColumn =
  | 'id'
  | 'type'
  | 'severity'
  | 'accountId'
  | 'region'
  | 'archived'
  | 'count'
  /** Epoch ms of the document's `createdAt` (= service.eventFirstSeen) and `updatedAt` (= service.eventLastSeen). */
  | 'createdAt'
  | 'updatedAt'
  /** `resource.lambdaDetails.functionName`, ECS task ARN or instance id; empty when none. */
  | 'resourceName'
  /** `resource.accessKeyDetails.accessKeyId`. */
  | 'accessKeyId'
  /** Address of the newest alarming call; a finding has an IPv4 or an IPv6 address, not both. */
  | 'callerAddress'
  | 'changedAt';

export interface ColumnCondition {
  readonly column: FindingColumn;
  /** `within` and `notWithin` are for `callerAddress` only. */
  readonly operator: 'in' | 'notIn' | 'gt' | 'gte' | 'lt' | 'lte' | 'within' | 'notWithin';
  /** `archived` is 0 or 1. `gt` and its kin take exactly one. `within`: the first and the last address of each network, in turn. */
  readonly values: readonly (string | number)[];
}

export interface FindingQuery {
  /** All must hold. */
  readonly where: readonly ColumnCondition[];
  /** Ties are broken by id, in the same direction. */
  readonly orderBy: FindingColumn;
  readonly descending: boolean;
  /** Rows after this one: the last row of the page before. */
  readonly after?: FindingPlace;
  readonly limit: number;
}

/** Where a finding stands in an order: what it has in the column, and its id. */
export interface FindingPlace {
  readonly value: string | number;
  readonly id: string;
}

export interface FindingShelf {
  /**
   * Inserts, or replaces the document when it differs. Answers what was there before, `undefined` when nothing was, and whether there is a
   * new revision. Topics join those of before. A finding of the past that changes in the present is of the present from then on.
   */
  put(
    write: FindingWrite,
  ): Promise<{ readonly before: StoredFinding | undefined; readonly after: StoredFinding; readonly changed: boolean }>;
  /** Known ones in the order asked; unknown ids are left out. */
  get(ids: readonly string[]): Promise<StoredFinding[]>;
  page(query: FindingQuery): Promise<StoredFinding[]>;
  /** The page without its documents: quicker by far. */
  places(query: FindingQuery): Promise<FindingPlace[]>;
  /**
   * As {@link FindingShelf.get}, but `service.additionalInfo.value`, where all of the evidence is, may be left empty. For lists and for criteria
   * that do not name it; never to be written back or shown as the finding.
   */
  outlines(ids: readonly string[]): Promise<StoredFinding[]>;
  /** How many rows, by column value; most first, then by value. Without a column: one line, whose value is empty. */
  count(
    where: readonly ColumnCondition[],
    by?: FindingColumn,
  ): Promise<{ readonly value: string | number; readonly count: number }[]>;
  /**
   * Sets flags on known findings and writes a history line for each that changed. Answers the ids that changed, in the order asked. A person's
   * word stands over a rule's, never the other way round.
   */
  archive(ids: readonly string[], how: NonNullable<StoredFinding['archivedBy']>, change: Change): Promise<string[]>;
  unarchive(ids: readonly string[], change: Change): Promise<string[]>;
  feedback(ids: readonly string[], feedback: NonNullable<StoredFinding['feedback']>, change: Change): Promise<string[]>;
  /** Everything that happened to a finding, oldest first. */
  history(id: string, limit: number): Promise<FindingEvent[]>;
  /** Findings that rest on one of these topics. */
  ofTopics(topics: readonly string[]): Promise<StoredFinding[]>;
  /**
   * Later records proved these wrong (the key was somebody else's): they go; their history stays and says why (`retracted`). Lines
   * about them that wait and that nobody holds are not told any more.
   */
  retract(ids: readonly string[], change: Change): Promise<void>;
  /** Forgets findings not changed since, with their history. Answers how many. */
  forget(before: number): Promise<number>;
}

export interface FindingWrite {
  readonly finding: Finding;
  readonly at: number;
  readonly topics: readonly string[];
  readonly sample?: boolean;
  readonly historical?: boolean;
  /** The suppression rule that archives it; absent: none does, and a finding archived by a rule stays archived. */
  readonly suppressedBy?: string;
  /** A finding that a person archived is active again because of this document. */
  readonly reopen?: boolean;
  /** Only what goes without saying has changed (silenced calls): the document is replaced without a new revision or history line. */
  readonly quiet?: boolean;
}

/** Who changed something, when, why. */
export interface Change {
  readonly at: number;
  readonly by: string;
  readonly reason?: string;
}

export interface FindingEvent extends Change {
  readonly findingId: string;
  readonly revision: number;
  readonly kind: 'created' | 'updated' | 'reopened' | 'archived' | 'unarchived' | 'feedback' | 'retracted';
  /** The document of that revision, for `created`, `updated` and `reopened`. */
  readonly finding?: Finding;
}

/** Notifications waiting to leave. Written in the transaction that changed the finding. */
export interface Outbox {
  /**
   * One line for (outlet, finding): a line still waiting is replaced by the newer document and keeps its kind and place, so a finding is
   * never told out of order and never twice under the same revision. (A waiting `update` becomes `reopened`, and due when that is.) While
   * somebody holds a line the newer one waits behind it. A revision that was handed over before, or an older one, changes nothing.
   */
  add(entries: readonly OutboxEntry[]): Promise<void>;
  /** Lines due by `now`, oldest first, at most one for each (outlet, finding), leased until `now + leaseMs`; nobody else gets them meanwhile. */
  claim(now: number, limit: number, leaseMs: number): Promise<OutboxLine[]>;
  sent(id: number, at: number): Promise<void>;
  /** Back to waiting. For this and its kin: an id whose line was replaced or is settled changes nothing. */
  retry(id: number, dueAt: number, error: string): Promise<void>;
  /** Given up; kept to be seen and sent again. */
  bury(id: number, at: number, error: string): Promise<void>;
  /** Dead ones wait again, at once, but for those that something newer has overtaken. Without ids: all of the outlet. Answers how many. */
  resend(outlet: string, ids: readonly number[] | undefined, at: number): Promise<number>;
  /** Waiting ones oldest first, others newest first. */
  list(state: OutboxLine['state'], limit: number, outlet?: string): Promise<OutboxLine[]>;
  /** Lines by outlet and state, and when the oldest waiting one became due. */
  depth(): Promise<
    {
      readonly outlet: string;
      readonly state: OutboxLine['state'];
      readonly lines: number;
      readonly oldestDueAt: number;
    }[]
  >;
  /** The last time an outlet was told of a finding, for publishing frequencies. A line that a sender holds counts from when it was due. */
  lastSent(outlet: string, findingId: string): Promise<number | undefined>;
  /** Forgets sent lines older than this. */
  forget(before: number): Promise<number>;
}

export interface OutboxEntry {
  readonly outlet: string;
  readonly findingId: string;
  readonly revision: number;
  readonly kind: 'new' | 'update' | 'reopened' | 'sample';
  /** As presented: archived flag and all. */
  readonly finding: Finding;
  readonly dueAt: number;
  readonly at: number;
}

export interface OutboxLine extends OutboxEntry {
  readonly id: number;
  readonly state: 'waiting' | 'sent' | 'dead';
  /** Times it was claimed. */
  readonly attempts: number;
  readonly error?: string;
  readonly sentAt?: number;
}

/**
 * Things people make: detectors, filters, lists, keys, statements, saved views, publishing destinations. Bodies are the owner's business;
 * a `version` guards against two people changing one thing at once.
 */
export interface DocumentShelf {
  get<Body>(kind: string, id: string): Promise<Document<Body> | undefined>;
  /** By (rank, id). */
  list<Body>(kind: string): Promise<Document<Body>[]>;
  /** Inserts; false when the id is taken. */
  create<Body>(kind: string, id: string, body: Body, at: number, rank?: number): Promise<boolean>;
  /** Replaces; false when it is gone or, with a version given, has changed since. */
  replace<Body>(
    kind: string,
    id: string,
    body: Body,
    at: number,
    options?: { readonly version?: number; readonly rank?: number },
  ): Promise<boolean>;
  remove(kind: string, id: string): Promise<boolean>;
}

export interface Document<Body> {
  readonly id: string;
  readonly body: Body;
  readonly rank: number;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** Who did what to what. Append only. */
export interface AuditTrail {
  append(entry: AuditEntry): Promise<void>;
  /** Newest first. `before`: id of the last one of the page before. */
  list(options: {
    readonly limit: number;
    readonly before?: number;
    readonly subject?: string;
  }): Promise<(AuditEntry & { readonly id: number })[]>;
}

export interface AuditEntry extends Change {
  /** `filter.create`, `key.revoke`, `host.vouch`, … */
  readonly action: string;
  /** What it was done to: `filter/office-gateway`. */
  readonly subject: string;
  /** Never holds a secret. */
  readonly detail?: unknown;
}

/** Where a source stands, and when it last brought something. */
export interface Positions {
  get(source: string): Promise<Position | undefined>;
  put(source: string, value: unknown, at: number): Promise<void>;
  list(): Promise<(Position & { readonly source: string })[]>;
}

export interface Position {
  readonly value: unknown;
  readonly at: number;
}

/** Numbers that only grow: suppressed findings by filter, trusted calls, oddities by kind. */
export interface Counters {
  add(increments: readonly { readonly name: string; readonly by: number }[], at: number): Promise<void>;
  /** Those whose name begins so, by name. */
  list(prefix: string): Promise<{ readonly name: string; readonly value: number; readonly at: number }[]>;
}

/**
 * What `live/` keeps to judge by. Sets only: adding the same thing twice changes nothing, and order does not matter. A *topic* is a role
 * session name (without Lambda@Edge's region): everything that names one function's sessions carries it. Facts about access keys and role ids
 * have no topic (empty) and are found by their key.
 */
export interface EvidenceShelf {
  /** Those of the objects that a committed batch has taken in before. */
  seen(origins: readonly string[]): Promise<ReadonlySet<string>>;
  /** Takes objects in; answers those that were not in before. */
  begin(origins: readonly string[], at: number): Promise<ReadonlySet<string>>;
  /** Answers the facts that were not known before. */
  addFacts(facts: readonly FactRow[], at: number): Promise<readonly FactRow[]>;
  /** Keeps the two smallest keys for each (session, day, via). Answers the topics that learned something new. */
  addInsideDays(days: readonly InsideDayRow[], at: number): Promise<ReadonlySet<string>>;
  /** Of two copies of one call id keeps what `preferred` answers. Answers the topics that learned something new. */
  addUses(
    uses: readonly UseRow[],
    at: number,
    preferred: (kept: UseRow, offered: UseRow) => UseRow,
  ): Promise<ReadonlySet<string>>;
  addSightings(sightings: readonly SightingRow[], at: number): Promise<void>;
  /** By (topic, kind, key, value). The empty topic has none. */
  factsOf(topics: readonly string[]): Promise<FactRow[]>;
  /** Those of the topics that have a fact of this kind. */
  topicsWith(kind: string, topics: readonly string[]): Promise<string[]>;
  /** By key, of these kinds, whatever the topic. */
  factsByKey(kinds: readonly string[], keys: readonly string[]): Promise<FactRow[]>;
  /** By (topic, session, day, via). */
  insideDaysOf(topics: readonly string[]): Promise<InsideDayRow[]>;
  /** How many sessions were inside AWS, by UTC day number from this one on; days without any are left out. */
  insideSessions(fromDay: number): Promise<{ readonly day: number; readonly sessions: number }[]>;
  /** By (time, id). */
  usesOf(topics: readonly string[]): Promise<UseRow[]>;
  /** Sightings not looked up yet: of these topics, and of these access keys whatever the topic. */
  sightingsOf(
    topics: readonly string[],
    accessKeys: readonly string[],
  ): Promise<(SightingRow & { readonly id: number })[]>;
  /** Sightings that need no second look any more: they are dropped. */
  looked(ids: readonly number[]): Promise<void>;
  /**
   * Topics that have uses or sightings not looked up yet, and that these facts may concern: by topic, by access key or by role id of a use
   * or a sighting; `insideKeys`: also by the keys of inside days, for topics with uses.
   */
  concerned(by: {
    readonly topics: readonly string[];
    readonly keys: readonly string[];
    readonly roleIds: readonly string[];
    readonly insideKeys: readonly string[];
  }): Promise<ReadonlySet<string>>;
  /** Topics to judge: a topic waits once, `dueAt` is the earliest asked for. */
  mark(topics: Iterable<string>, dueAt: number): Promise<void>;
  /** Takes up to `limit` due topics in this transaction (others skip them meanwhile); a mark made later is not lost. Call inside `atomically`. */
  takeMarked(now: number, limit: number): Promise<string[]>;
  /** Topics waiting, and since when the oldest is due; 0 when none waits. */
  waiting(): Promise<{ readonly topics: number; readonly oldestDueAt: number }>;
  /** Habits of principals that share one of these networks, and of these principals. By principal. */
  habits(of: { readonly networks: readonly string[]; readonly principals: readonly string[] }): Promise<HabitRow[]>;
  putHabits(habits: readonly HabitRow[], at: number): Promise<void>;
  /** Topics with uses, by name, after this one: to judge all of them again when what people said has changed. */
  topics(after: string, limit: number): Promise<string[]>;
  /** Uses that the habits have taken up for good. */
  dropUses(ids: readonly string[]): Promise<void>;
  /** Drops what cannot matter any more. Answers rows dropped by table. */
  sweep(limits: SweepLimits): Promise<Readonly<Record<string, number>>>;
}

export interface FactRow {
  /** Empty for facts about keys and role ids. */
  readonly topic: string;
  /** `issued-key`, `others-key`, `scope`, `log-writer`, `descent`, `descended`, `child-call`, `role-id`; with topics: `issued-session`, `function`, `presigned-caller`, `presigned-call`, `presigned-address`. */
  readonly kind: string;
  readonly key: string;
  /** JSON text with members in a fixed order: equal facts are equal texts. (topic, kind, key, value) is the identity. */
  readonly value: string;
}

export interface InsideDayRow {
  readonly topic: string;
  /** `account/role session`, or `AROA… session` in views from another account. */
  readonly session: string;
  readonly day: number;
  /** `public`, or `eventSource@region` through an endpoint. */
  readonly via: string;
  /** One or two, sorted. */
  readonly keys: readonly string[];
}

export interface UseRow {
  readonly id: string;
  readonly topic: string;
  readonly accessKey: string;
  /** `AROA…`, only where the record does not spell the role; else empty. */
  readonly roleId: string;
  /** Epoch seconds. */
  readonly time: number;
  /** JSON text of the `ApiCall`. */
  readonly call: string;
}

/** A caller seen from outside whom nothing attributed yet, and the objects that hold its calls. */
export interface SightingRow {
  /** Empty for callers without a session. */
  readonly topic: string;
  readonly caller: string;
  readonly accessKey: string;
  readonly roleId: string;
  /** JSON text of the identity; empty for callers without a session. */
  readonly identity: string;
  readonly objects: readonly string[];
}

export interface HabitRow {
  readonly principal: string;
  readonly topics: readonly string[];
  readonly networks: readonly string[];
  /** Newest UTC day number with a use. */
  readonly lastDay: number;
  /** Everything known: the model's bytes. */
  readonly bytes: Uint8Array;
  /** What is known of uses that were dropped since: the model's bytes; empty when none were. */
  readonly settled: Uint8Array;
}

export interface SweepLimits {
  /**
   * Facts about keys, sightings and seen objects that came before this, unless a kept use has that key (a descent: unless its chain begins
   * with such a key).
   */
  readonly keysBefore: number;
  /** Everything else that came before this: uses, sessions, inside days, habits not touched since. */
  readonly before: number;
}

/** The engine cannot take or give anything now. Nothing was written; trying again later is safe. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** The finding as GuardDuty would show it now: archived flag, feedback and sample mark laid over the document. */
export function presented({ finding, archived, feedback }: StoredFinding): Finding {
  return {
    ...finding,
    service: {
      ...finding.service,
      archived,
      ...(feedback === undefined ? {} : { userFeedback: feedback.verdict }),
    },
  };
}
