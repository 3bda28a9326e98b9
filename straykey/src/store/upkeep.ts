import { closeSync, openSync, rmSync } from 'node:fs';
import process from 'node:process';
import { backup, DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { checkStore } from './check.ts';
import { type Store, StoreUnavailable, type Upkeep } from './port.ts';
import type { Schema } from './schema.ts';
import type { RootSession } from './session.ts';
import { isBusy, sqliteError } from './sqlite-errors.ts';

/** The store is well, but cannot be used like this. The message says what to do. */
export class StoreRefusal extends Error {
  override readonly name = 'StoreRefusal';
}

/**
 * Serves this store until the answer is called, or the process ends, however it ends. A SQLite file is served by one process; commands may use
 * it at the same time. On PostgreSQL any number may serve.
 *
 * What a clock ahead of this one has put off, in this process's last run or in another, comes due. On SQLite the notifications that an earlier run
 * had in hand when it was killed are free at once: nobody else can hold any.
 *
 * @throws StoreRefusal when another process serves it
 */
export async function claimServing({ upkeep }: Pick<Store, 'upkeep'>): Promise<() => Promise<void>> {
  if (upkeep === undefined) throw new TypeError('only a store as openStore made it can be served');
  return await upkeep.claimServing();
}

export function sqliteUpkeep(session: RootSession, database: DatabaseSync, path: string, now: () => number): Upkeep {
  return {
    backup: (to) => backupTo(to, path, database, session.name),
    check: async () => [...integrityOf(database), ...(await checkStore(session))],
    async vacuum() {
      for (const statement of ['pragma wal_checkpoint(truncate)', 'vacuum', 'analyze']) {
        await sql.raw(statement).execute(session.db);
      }
    },
    claimServing: () => claimFile(session, path, now),
  };
}

/** In one step, on a connection of its own: writers go on, the copy is of one moment. */
async function backupTo(to: string, path: string, database: DatabaseSync, name: string): Promise<void> {
  try {
    // Readable by its owner, as the store is.
    closeSync(openSync(to, 'wx', 0o600));
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') throw error;
    throw new StoreRefusal(`${to} exists. A backup never replaces a file: name another.`, { cause: error });
  }
  const source = path === ':memory:' ? database : new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  try {
    await backup(source, to, { rate: WHOLE });
  } catch (error) {
    rmSync(to, { force: true });
    throw sqliteError(error, name);
  } finally {
    if (source !== database) source.close();
  }
}

/** Pages in one step: all of them. */
const WHOLE = 2_147_483_647;

function integrityOf(database: DatabaseSync): string[] {
  const rows = database.prepare('pragma integrity_check').all() as { integrity_check: string }[];
  return rows.map(({ integrity_check }) => integrity_check).filter((line) => line !== 'ok');
}

/** The lock lies on a file beside the store: locks on the store itself come and go with each transaction. */
async function claimFile(session: RootSession, path: string, now: () => number): Promise<() => Promise<void>> {
  if (path === ':memory:') return async () => {};
  const lock = new DatabaseSync(`${path}-serving`, { timeout: 0 });
  try {
    lock.exec('begin immediate');
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw sqliteError(error, session.name);
    throw new StoreRefusal(
      `The store ${session.name} is served by another process${await holderOf(session)}. Stop that one, or give this one another store.`,
      { cause: error },
    );
  }
  try {
    const value = JSON.stringify({ pid: process.pid, since: now() });
    await sql`insert into meta (name, value) values ('serving', ${value})
      on conflict (name) do update set value = excluded.value`.execute(session.db);
    await freeLeases(session, now());
    await bringForward(session, now());
  } catch (error) {
    lock.close();
    throw error;
  }
  return async () => {
    if (!lock.isOpen) return;
    // Only for messages: a full disk must not keep it from being given up.
    await session.db.deleteFrom('meta').where('name', '=', 'serving').execute().catch(onlyUnavailable);
    lock.close();
  };
}

function onlyUnavailable(error: unknown): void {
  if (!(error instanceof StoreUnavailable)) throw error;
}

/** Over at this moment, not as if never held: a message that may have been sent is not replaced by a newer one. */
async function freeLeases({ db }: RootSession, at: number): Promise<void> {
  await sql`update outbox set leased_until = cast(${at} as bigint)
    where state = 'waiting' and leased_until > ${at}`.execute(db);
}

/** Milliseconds that a mark is put off at most, with time to spare; 15 min. A second look that failed waits 10. */
const MARK_AHEAD = 900_000;
/** Milliseconds that a notification is put off at most; 6 h, the longest publishing frequency. */
const LINE_AHEAD = 21_600_000;
/** Milliseconds that clocks of several computers differ without being wrong; 1 min. */
const SKEW = 60_000;

/** What lies further ahead than anything is ever put off was written by a clock that was wrong. */
async function bringForward(session: RootSession, at: number): Promise<void> {
  await session.atomically(async ({ db }) => {
    await sql`update marks set due_at = cast(${at} as bigint) where due_at > ${at + MARK_AHEAD}`.execute(db);
    await sql`update outbox set due_at = cast(${at} as bigint)
      where state = 'waiting' and (due_at > ${at + LINE_AHEAD} or (attempts = 0 and at > ${at + SKEW}))`.execute(db);
    await sql`update outbox set leased_until = cast(${at} as bigint)
      where state = 'waiting' and leased_until > ${at + LINE_AHEAD}`.execute(db);
  });
}

async function holderOf({ db }: RootSession): Promise<string> {
  const row = await db.selectFrom('meta').select('value').where('name', '=', 'serving').executeTakeFirst();
  if (row === undefined) return '';
  const { pid, since } = JSON.parse(row.value) as { readonly pid: number; readonly since: number };
  return ` (process ${pid}, since ${new Date(since).toISOString()})`;
}

export function postgresUpkeep(session: RootSession): Upkeep {
  return {
    async backup() {
      throw new StoreRefusal(
        `${session.name} is backed up with PostgreSQL's own tools: pg_dump, or your provider's snapshots.`,
      );
    },
    check: () => checkStore(session),
    async vacuum() {
      await session.db.connection().execute(async (db) => {
        await sql`set statement_timeout = 0`.execute(db);
        for (const table of TABLES) await sql`vacuum (analyze) ${sql.table(table)}`.execute(db);
        await sql`reset statement_timeout`.execute(db);
      });
    },
    async claimServing() {
      // The server's clock: many processes share what lies here.
      const { rows } = await sql<{ at: number }>`
        select cast(extract(epoch from clock_timestamp()) * 1000 as bigint) as at`.execute(session.db);
      await bringForward(session, rows[0]!.at);
      return async () => {};
    },
  };
}

const TABLES: readonly (keyof Schema)[] = [
  'meta',
  'long_texts',
  'findings',
  'finding_documents',
  'finding_topics',
  'finding_events',
  'outbox',
  'tellings',
  'documents',
  'audit',
  'positions',
  'counters',
  'objects',
  'facts',
  'inside_days',
  'uses',
  'sightings',
  'marks',
  'habits',
  'habit_networks',
];
