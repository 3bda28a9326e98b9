import { type RawBuilder, sql } from 'kysely';

/** Types of columns handed over in bulk. */
export type BulkType = 'text' | 'integer' | 'hex';

/** Where the two engines need different words for the same thing. */
export interface Words {
  readonly engine: 'sqlite' | 'postgres';
  /** Spelling of types and table endings in migrations. */
  readonly spelling: Readonly<Record<string, string>>;
  /** Others who migrate wait until this transaction ends. */
  readonly lockMigrations: RawBuilder<unknown>;
  /** Any number of rows as one parameter (or one for each column): `from …`, with these column names. `hex` becomes bytes. */
  rows(
    name: string,
    columns: Readonly<Record<string, BulkType>>,
    rows: readonly (readonly (string | number)[])[],
  ): RawBuilder<unknown>;
  /** `column = one of these`; no values: never. */
  oneOf(column: RawBuilder<unknown>, values: readonly string[]): RawBuilder<boolean>;
  oneOfNumbers(column: RawBuilder<unknown>, values: readonly number[], type: 'integer' | 'real'): RawBuilder<boolean>;
  /** Smallest and largest of the arguments. */
  least(...of: readonly RawBuilder<unknown>[]): RawBuilder<string>;
  greatest(...of: readonly RawBuilder<unknown>[]): RawBuilder<string>;
  /** After a select: nobody else may change these rows until the transaction ends. */
  readonly forUpdate: RawBuilder<unknown>;
  /** The same; rows that others hold are left out. */
  readonly forUpdateSkipLocked: RawBuilder<unknown>;
  /** True when this transaction holds the topic now; false when another does. */
  holds(topic: RawBuilder<unknown>): RawBuilder<boolean>;
  /** Transactions run one after the other. */
  readonly serial: boolean;
  /** Renews what the planner knows, where the engine does not do so by itself. */
  readonly refreshPlans?: RawBuilder<unknown>;
  /** Which row of a counter this connection adds to. */
  readonly shard: RawBuilder<number>;
}

export const sqliteWords: Words = {
  engine: 'sqlite',
  spelling: {
    text: 'text',
    integer: 'integer',
    real: 'real',
    bytes: 'blob',
    serial: 'integer primary key autoincrement',
    strict: 'strict',
    clustered: 'strict, without rowid',
  },
  lockMigrations: sql`select 1`,
  rows(name, columns, rows) {
    const picked = Object.entries(columns).map(([column, type], index) => {
      const value = sql`value ->> ${sql.lit(index)}`;
      return sql`${type === 'hex' ? sql`unhex(${value})` : value} as ${sql.ref(column)}`;
    });
    return sql`(select ${sql.join(picked)} from json_each(${JSON.stringify(rows)})) as ${sql.table(name)}`;
  },
  oneOf: (column, values) => sql`${column} in (select value from json_each(${JSON.stringify(values)}))`,
  oneOfNumbers: (column, values) => sql`${column} in (select value from json_each(${JSON.stringify(values)}))`,
  least: (...of) => sql`min(${sql.join(of)})`,
  greatest: (...of) => sql`max(${sql.join(of)})`,
  forUpdate: sql``,
  forUpdateSkipLocked: sql``,
  holds: () => sql<boolean>`true`,
  serial: true,
  refreshPlans: sql`pragma optimize`,
  shard: sql<number>`0`,
};

/** Spaces of advisory locks: any numbers that other programs in the same database are unlikely to use. */
const TOPIC_LOCKS = 0x5374_726b;
const MIGRATION_LOCK = 0x5374_726b_6d69;

export const postgresWords: Words = {
  engine: 'postgres',
  spelling: {
    text: 'text collate "C"',
    integer: 'bigint',
    real: 'double precision',
    bytes: 'bytea',
    serial: 'bigint generated always as identity primary key',
    strict: '',
    clustered: '',
  },
  // An index over millions of rows may take longer than other statements.
  lockMigrations: sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)}), set_config('statement_timeout', '0', true)`,
  rows(name, columns, rows) {
    const entries = Object.entries(columns);
    const arrays = entries.map(([, type], index) => {
      const values = rows.map((row) => row[index]);
      return type === 'integer' ? sql`${values}::bigint[]` : sql`${values}::text[]`;
    });
    const picked = entries.map(([column, type]) =>
      type === 'hex' ? sql`decode(${sql.ref(column)}, 'hex') as ${sql.ref(column)}` : sql.ref(column),
    );
    const names = entries.map(([column]) => sql.ref(column));
    return sql`(select ${sql.join(picked)} from unnest(${sql.join(arrays)}) as given (${sql.join(names)})) as ${sql.table(name)}`;
  },
  oneOf: (column, values) => sql`${column} = any(${values}::text[])`,
  oneOfNumbers: (column, values, type) =>
    sql`${column} = any(${values}::${type === 'integer' ? sql`bigint` : sql`double precision`}[])`,
  least: (...of) => sql`least(${sql.join(of)})`,
  greatest: (...of) => sql`greatest(${sql.join(of)})`,
  forUpdate: sql`for update`,
  forUpdateSkipLocked: sql`for update skip locked`,
  holds: (topic) => sql`pg_try_advisory_xact_lock(${sql.lit(TOPIC_LOCKS)}, hashtext(${topic}))`,
  serial: false,
  shard: sql<number>`(pg_backend_pid() & 15)`,
};
