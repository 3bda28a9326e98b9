import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { CompiledQuery, type RawBuilder, sql } from 'kysely';
import { type Plan, pageOf, whereOf } from '../../straykey/src/store/finding-query.ts';
import type { ColumnCondition, FindingQuery } from '../../straykey/src/store/index.ts';
import { migrate } from '../../straykey/src/store/migrations.ts';
import { postgresKysely, postgresPool } from '../../straykey/src/store/postgres.ts';
import { RootSession } from '../../straykey/src/store/session.ts';
import { openDatabase, sqliteKysely } from '../../straykey/src/store/sqlite.ts';
import { postgresWords, sqliteWords } from '../../straykey/src/store/words.ts';
import { postgresMissing, startPostgres } from '../support/postgres.ts';

/** Enough for the planners to care. A million looks the same: see docs/adr/0011-store.md. */
const FINDINGS = 20_000;

const SHOWN: ColumnCondition = { column: 'archived', operator: 'in', values: [0] };

/** What consoles and API clients ask for all day. */
const PAGES: Readonly<Record<string, Omit<FindingQuery, 'limit'>>> = {
  'newest first': { where: [], orderBy: 'updatedAt', descending: true },
  'newest that are not archived': { where: [SHOWN], orderBy: 'updatedAt', descending: true },
  'worst that are not archived': { where: [SHOWN], orderBy: 'severity', descending: true },
  'the page after': {
    where: [SHOWN],
    orderBy: 'updatedAt',
    descending: true,
    after: { value: 1_700_000_000_000, id: '8'.repeat(32) },
  },
  'by account, upwards': { where: [], orderBy: 'accountId', descending: false },
  'by type, downwards': { where: [], orderBy: 'type', descending: true },
  'of one function': {
    where: [{ column: 'resourceName', operator: 'in', values: ['function-7'] }],
    orderBy: 'updatedAt',
    descending: true,
  },
  'of one access key': {
    where: [{ column: 'accessKeyId', operator: 'in', values: ['ASIA77'] }],
    orderBy: 'updatedAt',
    descending: true,
  },
  'changed since': {
    where: [{ column: 'changedAt', operator: 'gt', values: [1_700_000_019_990] }],
    orderBy: 'changedAt',
    descending: false,
  },
};

const missing = postgresMissing();
const server = missing === undefined ? await startPostgres() : undefined;
after(() => server?.close());

describe('plans on sqlite', async () => {
  const session = new RootSession('plans', sqliteWords, sqliteKysely(openDatabase(':memory:'), 'plans'), () => false);
  await fill(session, 'with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < LIMIT)');
  after(() => session.close());
  for (const [name, query] of Object.entries(PAGES)) {
    test(`a page: ${name}`, async () => {
      const plan = await planOf(session, 'explain query plan ', pageOf(session.words, { ...query, limit: 50 }));
      assert.match(plan, /findings USING (?:COVERING )?INDEX/, plan);
      // A rest of ties may be sorted; everything may not, but what one function or key has.
      const few = /resource_name|access_key_id/.test(plan);
      assert.ok(few || !/USE TEMP B-TREE FOR ORDER BY/.test(plan), plan);
    });
  }
  test('what is not archived is found without passing what is', async () => {
    const plan = await planOf(
      session,
      'explain query plan ',
      pageOf(session.words, { ...PAGES['newest that are not archived']!, limit: 50 }),
    );
    assert.match(plan, /findings_shown_by_time \(archived=\?\)/);
  });
  test('a count needs no table', async () => {
    const count = sql`select severity as value, count(*) as lines from findings where ${whereOf(session.words, [SHOWN])} group by severity`;
    assert.match(await planOf(session, 'explain query plan ', count), /COVERING INDEX/);
  });
});

describe('plans on postgres', { skip: missing }, async () => {
  if (server === undefined) return;
  const url = await server.newDatabase();
  const session = new RootSession('plans', postgresWords, postgresKysely(postgresPool(url), 'plans'), () => false);
  await fill(session, 'with numbers (n) as (select generate_series(1, LIMIT))');
  after(() => session.close());
  for (const [name, query] of Object.entries(PAGES)) {
    test(`a page: ${name}`, async () => {
      const plan = await planOf(session, 'explain ', pageOf(session.words, { ...query, limit: 50 }));
      assert.match(plan, /(?:Index Scan|Index Only Scan|Bitmap)/, plan);
      assert.doesNotMatch(plan, /Seq Scan/, plan);
    });
  }
});

async function fill(session: RootSession, numbers: string): Promise<void> {
  await migrate(session);
  await sql
    .raw(
      `${numbers.replace('LIMIT', String(FINDINGS))} insert into findings
        select substr('00000000000000000000000000000000', 1, 32 - length(cast(n as text))) || cast(n as text), 'type-' || cast(n % 5 as text), 2 + n % 3 * 3,
          cast(111122223333 + n % 40 as text), 'eu-west-1', case when n % 50 = 0 then 0 else 1 end, n % 100, 1600000000000 + n,
          1700000000000 + n, 'function-' || cast(n % 900 as text), 'ASIA' || cast(n as text), '198.51.100.7', 1700000000000 + n,
          1700000000000 + n, 1, 0, 0, '', '', '[]', '{}' from numbers`,
    )
    .execute(session.db);
  await sql.raw('analyze').execute(session.db);
}

async function planOf({ db }: RootSession, explain: string, query: RawBuilder<unknown>): Promise<string> {
  const compiled = query.compile(db);
  const { rows } = await db.executeQuery<Record<string, unknown>>(
    CompiledQuery.raw(`${explain}${compiled.sql}`, [...compiled.parameters]),
  );
  return rows.map((row) => String(row.detail ?? row['QUERY PLAN'])).join('\n');
}
