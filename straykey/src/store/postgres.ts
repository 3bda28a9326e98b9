import { hash } from 'node:crypto';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryCompiler,
  type QueryResult,
} from 'kysely';
import pg from 'pg';
import { postgresError } from './postgres-errors.ts';
import type { Schema } from './schema.ts';
import { bindable } from './sqlite.ts';

/** Connections of one process. Ingest, judges, outlets and the API each hold one for some milliseconds. */
const CONNECTIONS = 10;
/** How long a connection may take to come about, or to become free. */
const CONNECT_MS = 10_000;
/** A statement that takes longer is given up by the server. The longest known, a chunk of a sweep, takes some milliseconds. */
const STATEMENT_MS = 30_000;
/** A transaction whose process hangs loses its locks after this. */
const IDLE_IN_TRANSACTION_MS = 60_000;

const TYPE_BIGINT = 20;
const TYPE_NUMERIC = 1700;

/** Connects when first asked, and again after the server was away. */
export function postgresPool(url: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: 30_000,
    statement_timeout: STATEMENT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    keepAlive: true,
    application_name: 'straykey',
    types: {
      // All our whole numbers are below 2^53; as text they would compare wrongly.
      getTypeParser: ((oid: number, format?: 'text') =>
        oid === TYPE_BIGINT || oid === TYPE_NUMERIC
          ? Number
          : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
    },
  });
  // Said of idle connections when the server goes: whoever comes next gets a new one. Without a listener the process would end.
  pool.on('error', () => {});
  // A server may end a connection in the very packet that says it is ready, before anybody listens; whoever asked for it hears of it.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

export function postgresKysely(pool: pg.Pool, name: string): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: new PostgresDialect(pool, name) });
}

/** One connection a transaction. */
class PostgresDialect implements Dialect {
  private readonly pool: pg.Pool;
  private readonly name: string;
  constructor(pool: pg.Pool, name: string) {
    this.pool = pool;
    this.name = name;
  }
  createDriver(): Driver {
    return new PostgresDriver(this.pool, this.name);
  }
  createAdapter(): DialectAdapter {
    return new PostgresAdapter();
  }
  createQueryCompiler(): QueryCompiler {
    return new PostgresQueryCompiler();
  }
  createIntrospector(db: Kysely<Schema>): DatabaseIntrospector {
    return new PostgresIntrospector(db);
  }
}

class PostgresDriver implements Driver {
  private readonly pool: pg.Pool;
  private readonly name: string;

  constructor(pool: pg.Pool, name: string) {
    this.pool = pool;
    this.name = name;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<PostgresConnection> {
    try {
      return new PostgresConnection(await this.pool.connect(), this.name);
    } catch (error) {
      throw postgresError(error, this.name);
    }
  }

  async releaseConnection(connection: PostgresConnection): Promise<void> {
    connection.release();
  }

  async beginTransaction(connection: PostgresConnection): Promise<void> {
    await connection.run({ text: 'begin' });
  }

  async commitTransaction(connection: PostgresConnection): Promise<void> {
    const { command } = await connection.run({ text: 'commit' });
    if (command !== 'COMMIT') throw new Error('a statement of this transaction had failed: it was rolled back');
  }

  /** The error that led here says more than a rollback that fails on a broken connection. */
  async rollbackTransaction(connection: PostgresConnection): Promise<void> {
    await connection.run({ text: 'rollback' }).catch(() => connection.discard());
  }

  async destroy(): Promise<void> {
    await this.pool.end();
  }
}

class PostgresConnection implements DatabaseConnection {
  private readonly client: pg.PoolClient;
  private readonly name: string;
  private readonly onError: () => void;
  private broken = false;
  /** Settles when the statement before is done: one at a time. */
  private line: Promise<unknown> = Promise.resolve();

  constructor(client: pg.PoolClient, name: string) {
    this.client = client;
    this.name = name;
    this.onError = () => this.discard();
    client.on('error', this.onError);
  }

  async executeQuery<Row>(compiled: CompiledQuery): Promise<QueryResult<Row>> {
    const { sql, parameters, query } = compiled;
    const values = parameters.map((value) => (Array.isArray(value) ? value.map(bindable) : bindable(value)));
    // Statements written by hand come again and again and stay prepared; queries that are built come in too many shapes.
    const name = query.kind === 'RawNode' ? `straykey-${hash('md5', sql)}` : undefined;
    const { rows, rowCount } = await this.run({ text: sql, values, ...(name === undefined ? {} : { name }) });
    return { rows: rows as Row[], numAffectedRows: BigInt(rowCount ?? 0) };
  }

  async run(config: pg.QueryConfig): Promise<pg.QueryResult> {
    const answer = this.line.then(() => this.client.query(config));
    this.line = answer.catch(() => {});
    try {
      return await answer;
    } catch (error) {
      throw postgresError(error, this.name);
    }
  }

  // biome-ignore lint/correctness/useYield: Kysely's interface asks for it, nothing here streams.
  async *streamQuery(): AsyncIterableIterator<never> {
    throw new Error('the store does not stream');
  }

  discard(): void {
    this.broken = true;
  }

  release(): void {
    this.client.off('error', this.onError);
    this.client.release(this.broken);
  }
}
