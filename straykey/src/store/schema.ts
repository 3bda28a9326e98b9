import type { Generated } from 'kysely';

/**
 * The tables, one description for both engines. Whole numbers are integers (bigint in PostgreSQL, read as numbers), truths are 0 and 1, JSON
 * is text. Columns called `…_key` in the comments hold {@link keyOf}.
 */
export interface Schema {
  /** Names to values: `schema` is the number of the newest migration. */
  meta: { name: string; value: string };
  /** What keys too long for an index stand for. */
  long_texts: { short: string; text: string };
  findings: FindingTable;
  finding_documents: DocumentTable;
  finding_topics: { topic: string; finding_id: string };
  finding_events: {
    id: Generated<number>;
    finding_id: string;
    revision: number;
    kind: string;
    at: number;
    actor: string;
    reason: string | null;
    /** The document of that revision, deflated. Null while the finding still has it, and for lines that tell of none. */
    document: Uint8Array | null;
  };
  outbox: OutboxTable;
  /** One row for each finding an outlet has to do with: what was handed over and what was sent. Adding locks it. */
  tellings: { outlet: string; finding_id: string; added: number; sent: number; sent_at: number | null };
  documents: {
    kind: string;
    id: string;
    body: string;
    rank: number;
    version: number;
    created_at: number;
    updated_at: number;
  };
  audit: {
    id: Generated<number>;
    at: number;
    actor: string;
    reason: string | null;
    action: string;
    subject: string;
    detail: string | null;
  };
  positions: { source: string; value: string; at: number };
  /** Several rows a name on PostgreSQL, so that connections seldom wait for each other; the value is their sum. */
  counters: { name: string; shard: number; value: number; at: number };
  /** Seen objects, by digest. */
  objects: { id: string; at: number };
  /** `digest` stands for the value, which may be too long for a key. */
  facts: {
    kind: string;
    key: string;
    topic: string;
    digest: string;
    value: string;
    about_key: number;
    at: number;
  };
  inside_days: {
    topic: string;
    session: string;
    day: number;
    via: string;
    first_key: string;
    second_key: string;
    at: number;
  };
  uses: { id: string; topic: string; access_key: string; role_id: string; time: number; call: string; at: number };
  sightings: {
    id: Generated<number>;
    digest: string;
    topic: string;
    caller: string;
    access_key: string;
    role_id: string;
    identity: string;
    objects: string;
    at: number;
  };
  /** Any number of rows a topic; see `marks.ts`. */
  marks: { id: Generated<number>; topic: string; due_at: number };
  habits: {
    principal: string;
    topics: string;
    networks: string;
    last_day: number;
    bytes: Uint8Array;
    settled: Uint8Array;
    at: number;
  };
  habit_networks: { network: string; principal: string };
}

export interface FindingTable {
  id: string;
  type: string;
  severity: number;
  account_id: string;
  region: string;
  archived: number;
  count: number;
  created_at: number;
  updated_at: number;
  resource_name: string;
  access_key_id: string;
  caller_address: string;
  /** See `addressKey`. */
  caller_key: string;
  changed_at: number;
  written_at: number;
  revision: number;
  sample: number;
  historical: number;
  /** Empty, `person`, or `filter:` and the rule's name. */
  archived_by: string;
  /** Empty, or JSON. */
  feedback: string;
  /** JSON. */
  topics: string;
}

/** Apart from the columns, so that searching and sorting pass over few bytes. */
export interface DocumentTable {
  finding_id: string;
  /** JSON; with `evidence`, what is left of the document without it. */
  head: string;
  /** `service.additionalInfo.value`, deflated: most of a document. Null when it is short and in the head. */
  evidence: Uint8Array | null;
}

/** A finding as read: its columns and its document. */
export type FindingRow = FindingTable & Pick<DocumentTable, 'head' | 'evidence'>;

export interface OutboxTable {
  /** A line that replaces a waiting one gets a new id, so that a late answer for the old one finds nothing. */
  id: Generated<number>;
  outlet: string;
  finding_id: string;
  revision: number;
  kind: string;
  document: string;
  due_at: number;
  at: number;
  state: string;
  attempts: number;
  error: string | null;
  sent_at: number | null;
  /** Null while nobody holds it. Past when its holder took too long. */
  leased_until: number | null;
}

/** Columns that hold {@link keyOf}, for reading them back. */
export const NO_KEY = '\u{10ffff}';
