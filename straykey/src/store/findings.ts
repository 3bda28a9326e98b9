import { type RawBuilder, sql } from 'kysely';
import type { Finding } from '../findings/index.ts';
import { addressKey } from './address-key.ts';
import { COLUMNS, pageOf, placesOf, planFor, whereOf } from './finding-query.ts';
import { deflated, inflated, jsonOf } from './json.ts';
import { Keys, readKeys } from './keys.ts';
import type {
  Change,
  ColumnCondition,
  FindingColumn,
  FindingEvent,
  FindingPlace,
  FindingQuery,
  FindingShelf,
  FindingWrite,
  StoredFinding,
} from './port.ts';
import type { DocumentTable, FindingRow, FindingTable, Schema } from './schema.ts';
import type { Session } from './session.ts';
import { escapeText, keyOf, unescapeText } from './text.ts';

type Put = Awaited<ReturnType<FindingShelf['put']>>;
type ArchivedBy = NonNullable<StoredFinding['archivedBy']>;

/** Who writes findings, in their history. */
const ENGINE = 'straykey';

/** Findings forgotten in one transaction. */
const FORGET_CHUNK = 500;

/** Evidence shorter than this stays in the head of the document: unpacking a text costs about as much as reading 1,000 characters of it. */
const SHORT_EVIDENCE = 1_000;

/** History lines that tell of a document. */
export const DOCUMENT_KINDS: readonly FindingEvent['kind'][] = ['created', 'updated', 'reopened'];

export class Findings implements FindingShelf {
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  async put(write: FindingWrite): Promise<Put> {
    return await this.session.atomically(async () => {
      for (;;) {
        const before = await this.locked(write.finding.id);
        if (before !== undefined) return await this.update(before, write);
        const after = firstOf(write, await this.lastRevision(write.finding.id));
        // False: somebody else was quicker, and has committed.
        if (await this.insert(after)) return { before: undefined, after, changed: true };
      }
    });
  }

  private async locked(id: string): Promise<StoredFinding | undefined> {
    const { db, words } = this.session;
    const { rows } = await sql<FindingRow>`${WHOLE} where id = ${keyOf(id)} ${words.forUpdate}`.execute(db);
    return rows[0] && storedOf(rows[0]);
  }

  /** 0 for a finding never heard of; a retracted one that comes back goes on counting, so that no revision is told twice. */
  private async lastRevision(id: string): Promise<number> {
    const { rows } = await sql<{ revision: number }>`select coalesce(max(revision), 0) as revision from finding_events
      where finding_id = ${keyOf(id)}`.execute(this.session.db);
    return rows[0]!.revision;
  }

  private async insert(stored: StoredFinding): Promise<boolean> {
    const keys = new Keys();
    const row = rowOf(stored, keys);
    await keys.save(this.session);
    const inserted = await this.session.db
      .insertInto('findings')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .returning('id')
      .execute();
    if (inserted.length === 0) return false;
    await this.session.db
      .insertInto('finding_documents')
      .values({ finding_id: row.id, ...partsOf(stored.finding) })
      .execute();
    await this.addTopics(row.id, stored.topics);
    await this.tell(stored, 'created', { at: stored.writtenAt, by: ENGINE });
    await this.tellArchived(stored);
    return true;
  }

  private async update(before: StoredFinding, write: FindingWrite): Promise<Put> {
    const { after, changed, reopened } = nextOf(before, write);
    if (after === before) return { before, after, changed };
    const keys = new Keys();
    const { id, ...columns } = rowOf(after, keys);
    await keys.save(this.session);
    await this.session.db.updateTable('findings').set(columns).where('id', '=', id).execute();
    if (after.finding !== before.finding) {
      await this.keepDocument(before);
      const parts = partsOf(after.finding);
      await this.session.db.updateTable('finding_documents').set(parts).where('finding_id', '=', id).execute();
    }
    if (after.topics.length > before.topics.length) await this.addTopics(id, after.topics);
    if (changed) {
      await this.tell(after, reopened ? 'reopened' : 'updated', { at: write.at, by: ENGINE });
    }
    if (after.archived && (!before.archived || reopened)) await this.tellArchived(after);
    return { before, after, changed };
  }

  private async addTopics(findingId: string, topics: readonly string[]): Promise<void> {
    const keys = new Keys();
    const rows = topics.map((topic) => [keys.of(topic), findingId]);
    if (rows.length === 0) return;
    const { db, words } = this.session;
    await keys.save(this.session);
    await sql`insert into finding_topics (topic, finding_id)
      select topic, finding_id from ${words.rows('given', { topic: 'text', finding_id: 'text' }, rows)} where true
      on conflict do nothing`.execute(db);
  }

  private async tellArchived(after: StoredFinding): Promise<void> {
    if (after.archivedBy?.kind !== 'filter') return;
    await this.tell(after, 'archived', { at: after.changedAt, by: `filter/${after.archivedBy.name}` });
  }

  private async tell(
    { finding: { id }, revision }: StoredFinding,
    kind: FindingEvent['kind'],
    { at, by, reason }: Change,
  ): Promise<void> {
    await this.session.db
      .insertInto('finding_events')
      .values({
        finding_id: keyOf(id),
        revision,
        kind,
        at,
        actor: escapeText(by),
        reason: reason === undefined ? null : escapeText(reason),
        document: null,
      })
      .execute();
  }

  /** A document that is about to go moves to the history line of its revision, unless an earlier one of that revision is there. */
  private async keepDocument({ finding, revision }: StoredFinding): Promise<void> {
    await this.session.db
      .updateTable('finding_events')
      .set({ document: deflated(jsonOf(finding)) })
      .where('finding_id', '=', keyOf(finding.id))
      .where('revision', '=', revision)
      .where('kind', 'in', DOCUMENT_KINDS)
      .where('document', 'is', null)
      .execute();
  }

  async get(ids: readonly string[]): Promise<StoredFinding[]> {
    return await this.known(ids, WHOLE);
  }

  async outlines(ids: readonly string[]): Promise<StoredFinding[]> {
    return await this.known(ids, OUTLINE);
  }

  private async known(ids: readonly string[], what: RawBuilder<FindingRow>): Promise<StoredFinding[]> {
    const { db, words } = this.session;
    if (ids.length === 0) return [];
    const { rows } = await sql<FindingRow>`${what} where ${words.oneOf(sql.ref('id'), ids.map(keyOf))}`.execute(db);
    const known = new Map(rows.map((row) => [row.id, storedOf(row)]));
    return [...new Set(ids)].flatMap((id) => known.get(keyOf(id)) ?? []);
  }

  async page(query: FindingQuery): Promise<StoredFinding[]> {
    const { db, words } = this.session;
    const { rows } = await pageOf(words, query, await planFor(this.session, query)).execute(db);
    return rows.map(storedOf);
  }

  async places(query: FindingQuery): Promise<FindingPlace[]> {
    const { db, words } = this.session;
    const { rows } = await placesOf(words, query, await planFor(this.session, query)).execute(db);
    const read = await readKeys(
      this.session,
      rows.flatMap(({ id, value }) => (typeof value === 'string' ? [id, value] : [id])),
    );
    return rows.map(({ id, value }) => ({ value: typeof value === 'string' ? read(value) : value, id: read(id) }));
  }

  async count(
    where: readonly ColumnCondition[],
    by?: FindingColumn,
  ): Promise<{ readonly value: string | number; readonly count: number }[]> {
    const { db, words } = this.session;
    const condition = whereOf(words, where);
    if (by === undefined) {
      const { rows } = await sql<{ count: number }>`select count(*) as count from findings where ${condition}`.execute(
        db,
      );
      return rows.map(({ count }) => ({ value: '', count }));
    }
    const column = sql.ref(COLUMNS[by].name);
    // Not `count`, which is a column.
    const { rows } = await sql<{ value: string | number; lines: number }>`select ${column} as value, count(*) as lines
      from findings where ${condition} group by ${column} order by lines desc, value`.execute(db);
    const read = await readKeys(
      this.session,
      rows.flatMap(({ value }) => (typeof value === 'string' ? value : [])),
    );
    return rows.map(({ value, lines }) => ({ value: typeof value === 'string' ? read(value) : value, count: lines }));
  }

  /** A person's word stands over a rule's, never the other way round. */
  async archive(ids: readonly string[], how: ArchivedBy, change: Change): Promise<string[]> {
    return await this.change(ids, change, 'archived', (stored) => {
      const already = stored.archived && !(how.kind === 'person' && stored.archivedBy?.kind === 'filter');
      return already ? stored : { ...stored, archived: true, archivedBy: how };
    });
  }

  async unarchive(ids: readonly string[], change: Change): Promise<string[]> {
    return await this.change(ids, change, 'unarchived', (stored) => {
      if (!stored.archived) return stored;
      const { archivedBy: _, ...rest } = stored;
      return { ...rest, archived: false };
    });
  }

  async feedback(
    ids: readonly string[],
    feedback: NonNullable<StoredFinding['feedback']>,
    change: Change,
  ): Promise<string[]> {
    return await this.change(ids, change, 'feedback', (stored) => {
      return jsonOf(stored.feedback ?? null) === jsonOf(feedback) ? stored : { ...stored, feedback };
    });
  }

  private async change(
    ids: readonly string[],
    change: Change,
    kind: FindingEvent['kind'],
    next: (stored: StoredFinding) => StoredFinding,
  ): Promise<string[]> {
    if (ids.length === 0) return [];
    return await this.session.atomically(async ({ db, words }) => {
      const { rows } = await sql<FindingRow>`${OUTLINE}
        where ${words.oneOf(sql.ref('id'), ids.map(keyOf))} order by id ${words.forUpdate}`.execute(db);
      const changed: string[] = [];
      for (const before of rows.map(storedOf)) {
        const after = next(before);
        if (after === before) continue;
        const { id, archived, archived_by, feedback } = rowOf(after, new Keys());
        await db
          .updateTable('findings')
          .set({ archived, archived_by, feedback, changed_at: change.at })
          .where('id', '=', id)
          .execute();
        await this.tell(after, kind, change);
        changed.push(before.finding.id);
      }
      const known = new Set(changed);
      return [...new Set(ids)].filter((id) => known.has(id));
    });
  }

  async history(id: string, limit: number): Promise<FindingEvent[]> {
    const { rows } = await sql<EventRow>`select event.*, head, evidence from finding_events as event
        left join findings on findings.id = event.finding_id and findings.revision = event.revision
          and event.kind in (${sql.join(DOCUMENT_KINDS)})
        left join finding_documents on finding_documents.finding_id = findings.id
      where event.finding_id = ${keyOf(id)} order by event.id limit ${limit}`.execute(this.session.db);
    return rows.map((row) => {
      const finding = toldIn(row);
      return {
        findingId: id,
        revision: row.revision,
        kind: row.kind as FindingEvent['kind'],
        at: row.at,
        by: unescapeText(row.actor),
        ...(row.reason === null ? {} : { reason: unescapeText(row.reason) }),
        ...(finding === undefined ? {} : { finding }),
      };
    });
  }

  async ofTopics(topics: readonly string[]): Promise<StoredFinding[]> {
    const { db, words } = this.session;
    const { rows } = await sql<FindingRow>`${WHOLE} where id in (
      select finding_id from finding_topics where ${words.oneOf(sql.ref('topic'), topics.map(keyOf))}
    ) order by id`.execute(db);
    return rows.map(storedOf);
  }

  /** What waits to be told about them, and is in nobody's hands, is not told any more. */
  async retract(ids: readonly string[], change: Change): Promise<void> {
    if (ids.length === 0) return;
    await this.session.atomically(async ({ db, words }) => {
      const { rows } = await sql<FindingRow>`${WHOLE}
        where ${words.oneOf(sql.ref('id'), ids.map(keyOf))} order by id ${words.forUpdate}`.execute(db);
      const gone = rows.map(({ id }) => id);
      const ofThem = words.oneOf(sql.ref('finding_id'), gone);
      for (const stored of rows.map(storedOf)) {
        await this.keepDocument(stored);
        await this.tell(stored, 'retracted', change);
      }
      for (const table of ['finding_topics', 'finding_documents']) {
        await sql`delete from ${sql.table(table)} where ${ofThem}`.execute(db);
      }
      await sql`delete from findings where ${words.oneOf(sql.ref('id'), gone)}`.execute(db);
      await sql`delete from outbox where ${ofThem} and state = 'waiting' and leased_until is null`.execute(db);
    });
  }

  async forget(before: number): Promise<number> {
    const old = sql`select id from findings where changed_at < ${before} order by changed_at, id limit ${FORGET_CHUNK}`;
    const forgotten = await this.inChunks(sql`delete from findings where id in (${old}) returning id`);
    await this.inChunks(sql`with retracted as (
        select finding_id as id from finding_events as event where kind = 'retracted' and at < ${before}
          and not exists (select 1 from findings where findings.id = event.finding_id) order by at limit ${FORGET_CHUNK}
      ) select distinct id from retracted`);
    return forgotten;
  }

  /** Drops what else is known of the findings that the statement answers, until it answers none. */
  private async inChunks(statement: RawBuilder<unknown>): Promise<number> {
    for (let dropped = 0; ; ) {
      const count = await this.session.atomically(async ({ db, words }) => {
        const { rows } = await (statement as RawBuilder<{ id: string }>).execute(db);
        const ofThem = words.oneOf(
          sql.ref('finding_id'),
          rows.map(({ id }) => id),
        );
        if (rows.length === 0) return 0;
        for (const table of ['finding_documents', 'finding_events', 'finding_topics', 'tellings']) {
          await sql`delete from ${sql.table(table)} where ${ofThem}`.execute(db);
        }
        await sql`delete from outbox where ${ofThem} and state <> 'waiting'`.execute(db);
        return rows.length;
      });
      dropped += count;
      if (count === 0) return dropped;
    }
  }
}

/** All of a finding, and all but its evidence. */
const WHOLE = sql<FindingRow>`select findings.*, head, evidence from findings join finding_documents on finding_id = id`;
const OUTLINE = sql<FindingRow>`select findings.*, head, null as evidence from findings join finding_documents on finding_id = id`;

/** What a document that is new leaves behind. */
function firstOf(
  { finding, at, topics, sample, historical, suppressedBy }: FindingWrite,
  lastRevision: number,
): StoredFinding {
  return {
    finding: asRaised(finding),
    archived: suppressedBy !== undefined,
    ...(suppressedBy === undefined ? {} : { archivedBy: { kind: 'filter', name: suppressedBy } }),
    sample: sample === true,
    historical: historical === true,
    revision: lastRevision + 1,
    writtenAt: at,
    changedAt: at,
    topics: [...new Set(topics)].sort(),
  };
}

interface Next {
  /** The same object as before when nothing is to be written. */
  readonly after: StoredFinding;
  /** A new revision: the document differs, and not only in what goes without saying. */
  readonly changed: boolean;
  readonly reopened: boolean;
}

/**
 * What a document does to a finding that is there. Topics only grow: evidence that a finding once rested on stays findable. A finding of
 * the past that changes in the present is of the present from then on.
 */
function nextOf(before: StoredFinding, write: FindingWrite): Next {
  const finding = asRaised(write.finding);
  const differs = jsonOf(finding) !== jsonOf(before.finding);
  const changed = differs && write.quiet !== true;
  const topics = [...new Set([...before.topics, ...write.topics])].sort();
  const reopened = changed && write.reopen === true && before.archivedBy?.kind === 'person';
  const archivedBy = archiverOf(reopened ? undefined : before.archivedBy, write.suppressedBy);
  const flagged = reopened || jsonOf(archivedBy ?? null) !== jsonOf(before.archivedBy ?? null);
  if (!differs && !flagged && topics.length === before.topics.length) return { after: before, changed, reopened };
  const { archivedBy: _, ...rest } = before;
  const after: StoredFinding = {
    ...rest,
    finding: differs ? finding : before.finding,
    archived: archivedBy !== undefined,
    ...(archivedBy === undefined ? {} : { archivedBy }),
    historical: before.historical && (!changed || write.historical === true),
    revision: before.revision + (changed ? 1 : 0),
    changedAt: differs || flagged ? write.at : before.changedAt,
    topics,
  };
  return { after, changed, reopened };
}

function archiverOf(before: ArchivedBy | undefined, suppressedBy: string | undefined): ArchivedBy | undefined {
  if (suppressedBy === undefined || before?.kind === 'person') return before;
  return { kind: 'filter', name: suppressedBy };
}

/** What happened to a finding since is kept apart from its document. */
function asRaised(finding: Finding): Finding {
  const { service } = finding;
  if (!service.archived && service.userFeedback === undefined) return finding;
  const { userFeedback: _, ...rest } = service;
  return { ...finding, service: { ...rest, archived: false } };
}

export function rowOf(stored: StoredFinding, keys: Keys): FindingTable {
  const { finding, archived, archivedBy, feedback, sample, historical, revision, writtenAt, changedAt, topics } =
    stored;
  const { resource, service } = finding;
  const { remoteIpDetails } = service.action.awsApiCallAction;
  return {
    id: keys.of(finding.id),
    type: keys.of(finding.type),
    severity: finding.severity,
    account_id: keys.of(finding.accountId),
    region: keys.of(finding.region),
    archived: archived ? 1 : 0,
    count: service.count,
    created_at: epochMs(finding.createdAt),
    updated_at: epochMs(finding.updatedAt),
    resource_name: keys.of(resourceNameOf(resource)),
    access_key_id: keys.of(resource.accessKeyDetails.accessKeyId),
    caller_address: keys.of(remoteIpDetails.ipAddressV4 ?? remoteIpDetails.ipAddressV6 ?? ''),
    caller_key: addressKey(remoteIpDetails.ipAddressV4 ?? remoteIpDetails.ipAddressV6 ?? ''),
    changed_at: changedAt,
    written_at: writtenAt,
    revision,
    sample: sample ? 1 : 0,
    historical: historical ? 1 : 0,
    archived_by:
      archivedBy === undefined ? '' : archivedBy.kind === 'person' ? 'person' : escapeText(`filter:${archivedBy.name}`),
    feedback: feedback === undefined ? '' : jsonOf(feedback),
    topics: jsonOf(topics),
  };
}

/** Half a surrogate pair would not survive outside of JSON. */
function partsOf(finding: Finding): Pick<DocumentTable, 'head' | 'evidence'> {
  const { service } = finding;
  const { value } = service.additionalInfo as { readonly value?: unknown };
  if (typeof value !== 'string' || value.length < SHORT_EVIDENCE || !value.isWellFormed()) {
    return { head: jsonOf(finding), evidence: null };
  }
  return { head: jsonOf(withEvidence(finding, '')), evidence: deflated(value) };
}

/** The order of the members stays. */
function withEvidence(finding: Finding, value: string): Finding {
  const { service } = finding;
  return { ...finding, service: { ...service, additionalInfo: { ...service.additionalInfo, value } } };
}

function documentOf({ head, evidence }: Pick<DocumentTable, 'head' | 'evidence'>): Finding {
  const finding = JSON.parse(head) as Finding;
  return evidence === null ? finding : withEvidence(finding, inflated(evidence));
}

/** A history line, and the finding's document while that is the one it tells of. */
type EventRow = Omit<Schema['finding_events'], 'id'> & {
  readonly head: string | null;
  readonly evidence: Uint8Array | null;
};

function toldIn({ document, head, evidence }: EventRow): Finding | undefined {
  if (document !== null) return JSON.parse(inflated(document)) as Finding;
  return head === null ? undefined : documentOf({ head, evidence });
}

function resourceNameOf({ lambdaDetails, ecsClusterDetails, instanceDetails }: Finding['resource']): string {
  return lambdaDetails?.functionName ?? ecsClusterDetails?.taskDetails.arn ?? instanceDetails?.instanceId ?? '';
}

/** 0 for what is no time: the document says more. */
function epochMs(time: string): number {
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? 0 : ms;
}

export function storedOf(row: FindingRow): StoredFinding {
  const archivedBy = unescapeText(row.archived_by);
  return {
    finding: documentOf(row),
    archived: row.archived === 1,
    ...(archivedBy === ''
      ? {}
      : { archivedBy: archivedBy === 'person' ? { kind: 'person' } : { kind: 'filter', name: archivedBy.slice(7) } }),
    ...(row.feedback === '' ? {} : { feedback: JSON.parse(row.feedback) as NonNullable<StoredFinding['feedback']> }),
    sample: row.sample === 1,
    historical: row.historical === 1,
    revision: row.revision,
    writtenAt: row.written_at,
    changedAt: row.changed_at,
    topics: JSON.parse(row.topics) as string[],
  };
}
