import { closeSync, openSync, rmSync } from 'node:fs';
import process from 'node:process';
import { backup, DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { checkStore } from './check.ts';
import type { Store, Upkeep } from './port.ts';
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
  const value = JSON.stringify({ pid: process.pid, since: now() });
  await sql`insert into meta (name, value) values ('serving', ${value})
    on conflict (name) do update set value = excluded.value`.execute(session.db);
  return async () => {
    if (!lock.isOpen) return;
    await session.db.deleteFrom('meta').where('name', '=', 'serving').execute();
    lock.close();
  };
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
    claimServing: async () => async () => {},
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
