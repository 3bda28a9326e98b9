import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  Kysely,
  type QueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Schema } from './schema.ts';
import { isBusy, sqliteError } from './sqlite-errors.ts';

/** Statements that stay prepared. There are about 150; pages of findings come in more shapes than that. */
const PREPARED = 256;

/** How long a write waits for another process (a `straykey` command beside `serve`) before it is refused. */
const PATIENCE_MS = 5_000;
/** Of that, how much inside SQLite, where this whole process stands still. */
const BLOCKING_MS = 50;

/** Opens the file (making it) with what a store that loses nothing needs. */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: BLOCKING_MS, enableForeignKeyConstraints: true });
  // FULL: a commit is on the disk before it is answered; an SQS message is deleted after it.
  for (const pragma of [
    'journal_mode = wal',
    'synchronous = full',
    // Pages of 4 KB; 64 MB of them.
    'cache_size = -65536',
    'temp_store = memory',
    // The write-ahead file shrinks to this after a checkpoint.
    'journal_size_limit = 67108864',
  ]) {
    database.exec(`pragma ${pragma}`);
  }
  return database;
}

/** One connection; whoever comes waits in line, a transaction holds it until its end. */
export class SqliteDialect implements Dialect {
  private readonly database: DatabaseSync;
  private readonly name: string;
  constructor(database: DatabaseSync, name: string) {
    this.database = database;
    this.name = name;
  }
  createDriver(): Driver {
    return new SqliteDriver(new SqliteConnection(this.database, this.name));
  }
  createAdapter(): DialectAdapter {
    return new SqliteAdapter();
  }
  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler();
  }
  createIntrospector(db: Kysely<Schema>): DatabaseIntrospector {
    return new SqliteIntrospector(db);
  }
}

export function sqliteKysely(database: DatabaseSync, name: string): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: new SqliteDialect(database, name) });
}

class SqliteDriver implements Driver {
  private readonly connection: SqliteConnection;
  /** Settles when the one before is done. */
  private line: Promise<void> = Promise.resolve();
  private leave: (() => void) | undefined;

  constructor(connection: SqliteConnection) {
    this.connection = connection;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.line;
    let leave = (): void => {};
    this.line = new Promise((resolve) => {
      leave = resolve;
    });
    await before;
    this.leave = leave;
    return this.connection;
  }

  async releaseConnection(): Promise<void> {
    this.leave?.();
  }

  /** Takes the write lock at once: a lock asked for later could fail in the middle of the work. */
  async beginTransaction(): Promise<void> {
    await this.connection.run('begin immediate', []);
    this.connection.inTransaction = true;
  }

  async commitTransaction(): Promise<void> {
    await this.connection.run('commit', []);
    this.connection.inTransaction = false;
  }

  async rollbackTransaction(): Promise<void> {
    this.connection.inTransaction = false;
    // A full disk makes SQLite roll back by itself.
    if (this.connection.hasTransaction) await this.connection.run('rollback', []);
  }

  async destroy(): Promise<void> {
    await this.acquireConnection();
    this.connection.close();
    this.releaseConnection();
  }
}

class SqliteConnection implements DatabaseConnection {
  inTransaction = false;
  private readonly database: DatabaseSync;
  private readonly name: string;
  private readonly prepared = new Map<string, StatementSync>();

  constructor(database: DatabaseSync, name: string) {
    this.database = database;
    this.name = name;
  }

  get hasTransaction(): boolean {
    return this.database.isOpen && this.database.isTransaction;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    return await this.run<Row>(sql, parameters);
  }

  /** Inside a transaction nobody else holds the lock; before one, waits for it without holding up this process. */
  async run<Row>(sql: string, parameters: readonly unknown[]): Promise<QueryResult<Row>> {
    for (let waited = 0; ; waited += BLOCKING_MS + 10) {
      try {
        return this.runNow<Row>(sql, parameters);
      } catch (error) {
        if (!isBusy(error) || this.inTransaction || waited >= PATIENCE_MS) throw sqliteError(error, this.name);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  }

  // biome-ignore lint/correctness/useYield: Kysely's interface asks for it, nothing here streams.
  async *streamQuery(): AsyncIterableIterator<never> {
    throw new Error('the store does not stream');
  }

  close(): void {
    this.prepared.clear();
    if (this.database.isOpen) this.database.close();
  }

  private runNow<Row>(sql: string, parameters: readonly unknown[]): QueryResult<Row> {
    const statement = this.statement(sql);
    const bound = parameters.map(bindable);
    if (statement.columns().length > 0) return { rows: statement.all(...bound) as Row[] };
    const { changes, lastInsertRowid } = statement.run(...bound);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  }

  private statement(sql: string): StatementSync {
    const known = this.prepared.get(sql);
    if (known !== undefined) {
      // Used last, dropped last.
      this.prepared.delete(sql);
      this.prepared.set(sql, known);
      return known;
    }
    const statement = this.database.prepare(sql);
    this.prepared.set(sql, statement);
    if (this.prepared.size > PREPARED) this.prepared.delete(this.prepared.keys().next().value!);
    return statement;
  }
}

/** node:sqlite stores a Date as NULL without a word and takes an object for named parameters. Only what is what it seems gets through. */
export function bindable(value: unknown): SQLInputValue {
  switch (typeof value) {
    case 'string':
    case 'bigint':
      return value;
    case 'boolean':
      return value ? 1 : 0;
    case 'number':
      if (Number.isFinite(value)) {
        // node:sqlite binds whole numbers over 2^53 as floating point.
        return Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(value) : value;
      }
      break;
    case 'object':
      if (value === null || value instanceof Uint8Array) return value;
      break;
  }
  throw new TypeError(
    `cannot store ${value instanceof Date ? 'a Date' : String(value)}: hand over text, a finite number, bytes or null`,
  );
}
