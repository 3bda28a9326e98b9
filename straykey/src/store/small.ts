import { sql } from 'kysely';
import { jsonOf } from './json.ts';
import { Keys, readKeys } from './keys.ts';
import type { AuditEntry, AuditTrail, Counters, Position, Positions } from './port.ts';
import { NO_KEY } from './schema.ts';
import type { Session } from './session.ts';
import { escapeText, keyOf, unescapeText } from './text.ts';

export class Audit implements AuditTrail {
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  async append({ at, by, reason, action, subject, detail }: AuditEntry): Promise<void> {
    const keys = new Keys();
    const row = {
      at,
      actor: escapeText(by),
      reason: reason === undefined ? null : escapeText(reason),
      action: escapeText(action),
      subject: keys.of(subject),
      detail: detail === undefined ? null : jsonOf(detail),
    };
    await keys.save(this.session);
    await this.session.db.insertInto('audit').values(row).execute();
  }

  async list({
    limit,
    before,
    subject,
  }: Parameters<AuditTrail['list']>[0]): Promise<(AuditEntry & { readonly id: number })[]> {
    const rows = await this.session.db
      .selectFrom('audit')
      .selectAll()
      .$if(before !== undefined, (query) => query.where('id', '<', before!))
      .$if(subject !== undefined, (query) => query.where('subject', '=', keyOf(subject!)))
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
    const read = await readKeys(
      this.session,
      rows.map((row) => row.subject),
    );
    return rows.map((row) => ({
      id: row.id,
      at: row.at,
      by: unescapeText(row.actor),
      ...(row.reason === null ? {} : { reason: unescapeText(row.reason) }),
      action: unescapeText(row.action),
      subject: read(row.subject),
      ...(row.detail === null ? {} : { detail: JSON.parse(row.detail) as unknown }),
    }));
  }
}

export class SourcePositions implements Positions {
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  async get(source: string): Promise<Position | undefined> {
    const row = await this.session.db
      .selectFrom('positions')
      .selectAll()
      .where('source', '=', keyOf(source))
      .executeTakeFirst();
    return row && { value: JSON.parse(row.value) as unknown, at: row.at };
  }

  async put(source: string, value: unknown, at: number): Promise<void> {
    const keys = new Keys();
    const row = { source: keys.of(source), value: jsonOf(value), at };
    await keys.save(this.session);
    await this.session.db
      .insertInto('positions')
      .values(row)
      .onConflict((conflict) => conflict.column('source').doUpdateSet({ value: row.value, at }))
      .execute();
  }

  async list(): Promise<(Position & { readonly source: string })[]> {
    const rows = await this.session.db.selectFrom('positions').selectAll().orderBy('source').execute();
    const read = await readKeys(
      this.session,
      rows.map(({ source }) => source),
    );
    return rows.map(({ source, value, at }) => ({ source: read(source), value: JSON.parse(value) as unknown, at }));
  }
}

export class StoredCounters implements Counters {
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  async add(increments: readonly { readonly name: string; readonly by: number }[], at: number): Promise<void> {
    const keys = new Keys();
    const sums = new Map<string, number>();
    for (const { name, by } of increments) {
      const key = keys.of(name);
      sums.set(key, (sums.get(key) ?? 0) + by);
    }
    const rows = [...sums].filter(([, by]) => by !== 0).sort(([a], [b]) => (a < b ? -1 : 1));
    if (rows.length === 0) return;
    const { db, words } = this.session;
    await keys.save(this.session);
    await sql`insert into counters (name, shard, value, at)
      select name, ${words.shard}, by, cast(${at} as bigint)
      from ${words.rows('given', { name: 'text', by: 'integer' }, rows)} where true
      on conflict (name, shard) do update set value = counters.value + excluded.value,
        at = ${words.greatest(sql.ref('counters.at'), sql.ref('excluded.at'))}`.execute(db);
  }

  async list(prefix: string): Promise<{ readonly name: string; readonly value: number; readonly at: number }[]> {
    const from = escapeText(prefix);
    const { rows } = await sql<{ name: string; value: number; at: number }>`
      select name, cast(sum(value) as bigint) as value, max(at) as at from counters
      where name >= ${from} and name < ${from + NO_KEY} group by name order by name`.execute(this.session.db);
    const read = await readKeys(
      this.session,
      rows.map(({ name }) => name),
    );
    return rows.map(({ name, value, at }) => ({ name: read(name), value, at }));
  }
}
