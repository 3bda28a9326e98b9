import { accessSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { migrate } from './migrations.ts';
import { type Store, StoreUnavailable, type Upkeep } from './port.ts';
import { mustRepeat } from './postgres-errors.ts';
import { RootSession } from './session.ts';
import { shelvesOf } from './sql-store.ts';
import { openDatabase, sqliteKysely } from './sqlite.ts';
import { sqliteError } from './sqlite-errors.ts';
import { postgresUpkeep, sqliteUpkeep } from './upkeep.ts';
import { postgresWords, sqliteWords } from './words.ts';

/** A store, and what its operator does with it. */
export interface OpenedStore extends Store {
  readonly upkeep: Upkeep;
}

/** No store has such a URL. */
export class StoreUrlError extends Error {
  override readonly name = 'StoreUrlError';
}

export interface OpenOptions {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Make a SQLite file that is not there. Default: true. */
  readonly create?: boolean;
}

/**
 * The store that `url` names, its tables made or brought to the newest form: `sqlite::memory:` (gone when closed), `sqlite:PATH` (made when
 * absent) or `postgres://…`.
 *
 * @throws StoreUnavailable when the engine cannot be reached or the file not opened
 * @throws StoreTooNew when a newer Straykey wrote it
 * @throws StoreUrlError for what is no such URL
 */
export async function openStore(url: string, options: OpenOptions): Promise<OpenedStore> {
  if (url.startsWith('sqlite:') && url !== 'sqlite:') return await openSqlite(url.slice('sqlite:'.length), options);
  if (/^postgres(?:ql)?:\/\//.test(url)) return await openPostgres(url, options);
  throw new StoreUrlError(
    `expected a store such as sqlite:straykey.db or postgres://user@host/database, found ${withoutSecrets(url)}.`,
  );
}

async function openSqlite(path: string, options: OpenOptions): Promise<OpenedStore> {
  const place = path === ':memory:' ? path : resolve(path);
  const name = `sqlite:${place}`;
  if (place !== ':memory:') prepareFile(place, name, options.create ?? true);
  const database = opened(place, name);
  const session = new RootSession(name, sqliteWords, sqliteKysely(database, name), () => false);
  return await ready(session, options, sqliteUpkeep(session, database, place, options.now));
}

/** New files, and those that SQLite puts beside them, are for their owner only: findings name people and keys. */
function prepareFile(path: string, name: string, create: boolean): void {
  try {
    if (create) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      closeSync(openSync(path, 'a', 0o600));
    } else {
      accessSync(path);
    }
  } catch (error) {
    const { code } = error as { code?: string };
    // A read-only file can still be read: SQLite says what it cannot do when it is asked to.
    if (create && (code === 'EACCES' || code === 'EROFS') && existsSync(path)) return;
    const reason = code === 'ENOENT' ? 'does not exist' : `cannot be opened (${code}): check folder, owner and mode`;
    throw new StoreUnavailable(`The store ${name} ${reason}.`, { cause: error });
  }
}

function opened(path: string, name: string): DatabaseSync {
  try {
    return openDatabase(path);
  } catch (error) {
    throw sqliteError(error, name);
  }
}

async function openPostgres(url: string, options: OpenOptions): Promise<OpenedStore> {
  const name = withoutSecrets(url);
  if (!URL.canParse(url)) {
    throw new StoreUrlError(
      `expected postgres://user:password@host:port/database, special characters percent-encoded; found ${name}`,
    );
  }
  // Not needed by most, and slow to load.
  const { postgresKysely, postgresPool } = await import('./postgres.ts');
  const session = new RootSession(name, postgresWords, postgresKysely(postgresPool(url), name), mustRepeat);
  return await ready(session, options, postgresUpkeep(session));
}

async function ready(session: RootSession, { now }: OpenOptions, upkeep: Upkeep): Promise<OpenedStore> {
  try {
    await migrate(session);
  } catch (error) {
    await session.close();
    throw error;
  }
  return { ...shelvesOf(session, now), upkeep, close: () => session.close() };
}

/** Host and database; never user, password or parameters, which may carry them. */
function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return `${/^[a-z]{1,20}:/i.exec(url)?.[0] ?? ''}…`;
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
