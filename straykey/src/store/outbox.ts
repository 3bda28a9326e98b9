import { sql } from 'kysely';
import type { Finding } from '../findings/index.ts';
import { jsonOf } from './json.ts';
import { Keys, readKeys } from './keys.ts';
import type { Outbox, OutboxEntry, OutboxLine } from './port.ts';
import type { OutboxTable } from './schema.ts';
import type { Session } from './session.ts';
import { escapeText, keyOf, unescapeText } from './text.ts';

type Row = Omit<OutboxTable, 'id'> & { readonly id: number };

const FORGET_CHUNK = 1_000;

/**
 * How a finding is told in order and no revision twice:
 *
 * - `tellings` has one row for each (outlet, finding); adding locks it, so additions for one finding come one after the other. It knows the
 *   newest revision handed over, which outlives the lines.
 * - A line that nobody holds is replaced under a new id: a sender whose lease ran out answers for an id that is gone, never for a document it
 *   has not sent. A line that somebody holds, or held without an answer, is left alone, and the newer one waits behind it.
 * - Of the waiting lines of a (outlet, finding) only the one of the lowest revision can be claimed.
 * - A dead line waits again only while nothing newer was told or waits.
 */
export class StoredOutbox implements Outbox {
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  async add(entries: readonly OutboxEntry[]): Promise<void> {
    const ordered = entries.toSorted((a, b) => {
      return compare(a.outlet, b.outlet) || compare(a.findingId, b.findingId) || a.revision - b.revision;
    });
    await this.session.atomically(async () => {
      for (const entry of ordered) await this.addOne(entry);
    });
  }

  private async addOne(entry: OutboxEntry): Promise<void> {
    const keys = new Keys();
    const [outlet, findingId] = [keys.of(entry.outlet), keys.of(entry.findingId)];
    const { db } = this.session;
    await keys.save(this.session);
    const newer =
      await sql`insert into tellings (outlet, finding_id, added, sent) values (${outlet}, ${findingId}, ${entry.revision}, 0)
      on conflict (outlet, finding_id) do update set added = excluded.added where tellings.added < excluded.added
      returning added`.execute(db);
    if (newer.rows.length === 0) return;
    const replaced = await sql<Row>`delete from outbox
      where outlet = ${outlet} and finding_id = ${findingId} and state = 'waiting' and leased_until is null
      returning *`.execute(db);
    const [first] = replaced.rows.toSorted((a, b) => a.revision - b.revision);
    await db
      .insertInto('outbox')
      .values({
        outlet,
        finding_id: findingId,
        revision: entry.revision,
        kind: first === undefined ? entry.kind : kindOf(first.kind as OutboxLine['kind'], entry.kind),
        document: jsonOf(entry.finding),
        due_at: first === undefined ? entry.dueAt : dueOf(first, entry.dueAt),
        at: entry.at,
        state: 'waiting',
        attempts: first?.attempts ?? 0,
        error: first?.error ?? null,
        sent_at: null,
        leased_until: null,
      })
      .execute();
  }

  async claim(now: number, limit: number, leaseMs: number): Promise<OutboxLine[]> {
    const { db, words } = this.session;
    const { rows } =
      await sql<Row>`update outbox set leased_until = cast(${now + leaseMs} as bigint), attempts = attempts + 1
      where id in (
        select id from outbox where state = 'waiting' and due_at <= ${now}
          and (leased_until is null or leased_until <= ${now})
          and not exists (
            select 1 from outbox as older where older.state = 'waiting' and older.outlet = outbox.outlet
              and older.finding_id = outbox.finding_id and older.revision < outbox.revision
          )
        order by due_at, id limit ${limit} ${words.forUpdateSkipLocked}
      ) returning *`.execute(db);
    return await this.lines(rows.toSorted((a, b) => a.due_at - b.due_at || a.id - b.id));
  }

  async sent(id: number, at: number): Promise<void> {
    await this.session.atomically(async ({ db }) => {
      const { rows } = await sql<Row>`update outbox
        set state = 'sent', sent_at = cast(${at} as bigint), leased_until = null, error = null
        where id = ${id} and state = 'waiting' returning *`.execute(db);
      for (const { outlet, finding_id, revision } of rows) {
        await sql`insert into tellings (outlet, finding_id, added, sent, sent_at)
          values (${outlet}, ${finding_id}, ${revision}, ${revision}, ${at})
          on conflict (outlet, finding_id) do update set sent = excluded.sent, sent_at = excluded.sent_at`.execute(db);
      }
    });
  }

  async retry(id: number, dueAt: number, error: string): Promise<void> {
    await sql`update outbox set due_at = ${dueAt}, error = ${escapeText(error)}, leased_until = null
      where id = ${id} and state = 'waiting'`.execute(this.session.db);
  }

  async bury(id: number, at: number, error: string): Promise<void> {
    await sql`update outbox set state = 'dead', at = ${at}, error = ${escapeText(error)}, leased_until = null
      where id = ${id} and state = 'waiting'`.execute(this.session.db);
  }

  async resend(outlet: string, ids: readonly number[] | undefined, at: number): Promise<number> {
    const { db, words } = this.session;
    const chosen = ids === undefined ? sql`1 = 1` : words.oneOfNumbers(sql.ref('outbox.id'), ids, 'integer');
    const { rows } = await sql`update outbox set state = 'waiting', due_at = ${at}, attempts = 0, leased_until = null
      where state = 'dead' and outlet = ${keyOf(outlet)} and ${chosen} and not exists (
        select 1 from tellings where tellings.outlet = outbox.outlet and tellings.finding_id = outbox.finding_id
          and tellings.sent > outbox.revision
      ) and not exists (
        select 1 from outbox as newer where newer.outlet = outbox.outlet and newer.finding_id = outbox.finding_id
          and newer.revision > outbox.revision and newer.state = 'waiting'
      ) returning id`.execute(db);
    return rows.length;
  }

  async list(state: OutboxLine['state'], limit: number, outlet?: string): Promise<OutboxLine[]> {
    const rows = await this.session.db
      .selectFrom('outbox')
      .selectAll()
      .where('state', '=', state)
      .$if(outlet !== undefined, (query) => query.where('outlet', '=', keyOf(outlet!)))
      .orderBy('id', state === 'waiting' ? 'asc' : 'desc')
      .limit(limit)
      .execute();
    return await this.lines(rows);
  }

  async depth(): ReturnType<Outbox['depth']> {
    const { rows } = await sql<{ outlet: string; state: OutboxLine['state']; lines: number; oldest: number }>`
      select outlet, state, count(*) as lines, min(due_at) as oldest from outbox
      group by outlet, state order by outlet, state`.execute(this.session.db);
    const read = await readKeys(
      this.session,
      rows.map(({ outlet }) => outlet),
    );
    return rows.map(({ outlet, state, lines, oldest }) => ({
      outlet: read(outlet),
      state,
      lines,
      oldestDueAt: oldest,
    }));
  }

  async lastSent(outlet: string, findingId: string): Promise<number | undefined> {
    const { rows } = await sql<{ at: number | null }>`select max(at) as at from (
      select sent_at as at from tellings where outlet = ${keyOf(outlet)} and finding_id = ${keyOf(findingId)}
      union all
      select due_at as at from outbox where outlet = ${keyOf(outlet)} and finding_id = ${keyOf(findingId)}
        and state = 'waiting' and leased_until is not null
    ) as told`.execute(this.session.db);
    return rows[0]?.at ?? undefined;
  }

  async forget(before: number): Promise<number> {
    for (let forgotten = 0; ; ) {
      const { rows } = await sql`delete from outbox where id in (
        select id from outbox where state = 'sent' and sent_at < ${before} order by id limit ${FORGET_CHUNK}
      ) returning id`.execute(this.session.db);
      forgotten += rows.length;
      if (rows.length < FORGET_CHUNK) return forgotten;
    }
  }

  private async lines(rows: readonly Row[]): Promise<OutboxLine[]> {
    const read = await readKeys(
      this.session,
      rows.flatMap(({ outlet, finding_id }) => [outlet, finding_id]),
    );
    return rows.map((row) => ({
      id: row.id,
      outlet: read(row.outlet),
      findingId: read(row.finding_id),
      revision: row.revision,
      kind: row.kind as OutboxLine['kind'],
      finding: JSON.parse(row.document) as Finding,
      dueAt: row.due_at,
      at: row.at,
      state: row.state as OutboxLine['state'],
      attempts: row.attempts,
      ...(row.error === null ? {} : { error: unescapeText(row.error) }),
      ...(row.sent_at === null ? {} : { sentAt: row.sent_at }),
    }));
  }
}

/** A line keeps its kind; only "active again" is not lost in an update that waits. */
function kindOf(waiting: OutboxLine['kind'], added: OutboxLine['kind']): OutboxLine['kind'] {
  return waiting === 'update' && added === 'reopened' ? 'reopened' : waiting;
}

/** What is urgent is not held up by what was not; a receiver that refuses is given its rest. */
function dueOf({ due_at, attempts }: Row, dueAt: number): number {
  return attempts > 0 ? due_at : Math.min(due_at, dueAt);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
