import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { CompiledQuery, type RawBuilder, sql } from 'kysely';
import { type Plan, pageOf, placesOf, planFor, whereOf } from '../../straykey/src/store/finding-query.ts';
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

interface Asked extends Omit<FindingQuery, 'limit'> {
  /** Rows that the conditions leave which the order does not begin with; all of them unless said. */
  readonly rows?: number;
}

/** What consoles and API clients ask for all day. */
const PAGES: Readonly<Record<string, Asked>> = {
  'newest first': { where: [], orderBy: 'updatedAt', descending: true },
  'newest that are not archived': { where: [SHOWN], orderBy: 'updatedAt', descending: true },
  'worst that are not archived': { where: [SHOWN], orderBy: 'severity', descending: true },
  'the page after': {
    where: [SHOWN],
    orderBy: 'updatedAt',
    descending: true,
    after: { value: 1_700_000_010_000, id: '8'.repeat(32) },
  },
  'by account, upwards': { where: [], orderBy: 'accountId', descending: false },
  'by type, downwards': { where: [], orderBy: 'type', descending: true },
  'of one function': {
    where: [{ column: 'resourceName', operator: 'in', values: ['function-7'] }],
    rows: 22,
    orderBy: 'updatedAt',
    descending: true,
  },
  'of one access key': {
    where: [{ column: 'accessKeyId', operator: 'in', values: ['ASIA77'] }],
    rows: 1,
    orderBy: 'updatedAt',
    descending: true,
  },
  'of a network with many findings': {
    where: [{ column: 'callerAddress', operator: 'within', values: ['198.51.100.0', '198.51.100.255'] }],
    orderBy: 'createdAt',
    descending: true,
  },
  'of frequent severities, not archived': {
    where: [{ column: 'severity', operator: 'gte', values: [5] }, SHOWN],
    orderBy: 'createdAt',
    descending: true,
  },
  'of a time long ago, by another time': {
    where: [{ column: 'updatedAt', operator: 'lt', values: [1_700_000_000_100] }],
    orderBy: 'createdAt',
    descending: true,
    rows: 99,
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
  for (const [name, { rows = FINDINGS, ...query }] of Object.entries(PAGES)) {
    test(`a page: ${name}`, async () => {
      const asked = { ...query, limit: 50 };
      const how = await planFor(session, asked);
      const plan = await planOf(session, 'explain query plan ', placesOf(session.words, asked, how));
      assert.match(plan, /findings USING (?:COVERING )?INDEX/, plan);
      // Only what one function, key or network has is looked up and sorted; and never with its documents.
      assert.equal(how.kind, rows < 2_000 ? 'few' : 'walk');
      assert.equal(/USE TEMP B-TREE FOR ORDER BY/.test(plan), how.kind === 'few', plan);
      const whole = await planOf(session, 'explain query plan ', pageOf(session.words, asked, how));
      assert.match(whole, /SEARCH finding_documents USING INDEX/);
    });
  }
  sameWhicheverWay(session);
  test('what is not archived is found without passing what is', async () => {
    const plan = await planOf(
      session,
      'explain query plan ',
      placesOf(session.words, { ...PAGES['newest that are not archived']!, limit: 50 }),
    );
    assert.match(plan, /findings_shown_by_updated_at \(archived=\?\)/);
  });
  for (const column of ['severity', 'type', 'account_id', 'access_key_id']) {
    for (const where of [[], [SHOWN]]) {
      test(`a count by ${column}${where.length > 0 ? ' of what is shown' : ''} needs no table`, async () => {
        const ref = sql.ref(column);
        const count = sql`select ${ref} as value, count(*) as lines from findings where ${whereOf(session.words, where)} group by ${ref}`;
        assert.match(await planOf(session, 'explain query plan ', count), /COVERING INDEX/);
      });
    }
  }
});

describe('plans on postgres', { skip: missing }, async () => {
  if (server === undefined) return;
  const url = await server.newDatabase();
  const session = new RootSession('plans', postgresWords, postgresKysely(postgresPool(url), 'plans'), () => false);
  await fill(session, 'with numbers (n) as (select generate_series(1, LIMIT))');
  after(() => session.close());
  for (const [name, { rows = FINDINGS, ...query }] of Object.entries(PAGES)) {
    test(`a page: ${name}`, async () => {
      const asked = { ...query, limit: 50 };
      const plan = await planOf(session, 'explain ', pageOf(session.words, asked, await planFor(session, asked)));
      assert.match(plan, /(?:Index Scan|Index Only Scan|Bitmap)/, plan);
      assert.doesNotMatch(plan, /Seq Scan/, plan);
      if (rows < 2_000) assert.match(plan, /Sort Key: \(?\(?findings/, plan);
    });
  }
  sameWhicheverWay(session);
});

/** Plans are about time; what is found must not depend on them. */
function sameWhicheverWay(session: RootSession): void {
  for (const [name, { rows: _, ...query }] of Object.entries(PAGES)) {
    test(`the same is found whichever way: ${name}`, async () => {
      const asked = { ...query, limit: 7 };
      const plans: Plan[] = [
        { kind: 'walk', orderBy: query.orderBy },
        ...query.where.map(({ column }): Plan => ({ kind: 'few', column })),
      ];
      const free = await found(session, asked, { kind: 'free' });
      assert.equal(free.length, query.where.some(({ column }) => column === 'accessKeyId') ? 1 : 7);
      for (const plan of plans) assert.deepEqual(await found(session, asked, plan), free, JSON.stringify(plan));
      const after = free[3];
      if (after === undefined) return;
      for (const plan of plans) {
        const rest = await found(session, { ...asked, after, limit: free.length - 4 }, plan);
        assert.deepEqual(rest, free.slice(4), JSON.stringify(plan));
      }
    });
  }
}

async function found({ db, words }: RootSession, query: FindingQuery, plan: Plan) {
  const { rows } = await placesOf(words, query, plan).execute(db);
  const whole = await pageOf(words, query, plan).execute(db);
  assert.deepEqual(
    whole.rows.map(({ id }) => id),
    rows.map(({ id }) => id),
  );
  return rows.map(({ id, value }) => ({ value, id }));
}

async function fill(session: RootSession, numbers: string): Promise<void> {
  await migrate(session);
  await sql
    .raw(
      `${numbers.replace('LIMIT', String(FINDINGS))} insert into findings
        select substr('00000000000000000000000000000000', 1, 32 - length(cast(n as text))) || cast(n as text), 'type-' || cast(n % 5 as text), 2 + n % 3 * 3,
          cast(111122223333 + n % 40 as text), 'eu-west-1', case when n % 50 = 0 then 0 else 1 end, n % 100, 1600000000000 + n,
          1700000000000 + n, 'function-' || cast(n % 900 as text), 'ASIA' || cast(n as text), '198.51.100.7', '4c6336407', 1700000000000 + n,
          1700000000000 + n, 1, 0, 0, '', '', '[]' from numbers`,
    )
    .execute(session.db);
  await sql.raw("insert into finding_documents select id, '{}', null from findings").execute(session.db);
  await sql.raw('analyze').execute(session.db);
}

async function planOf({ db }: RootSession, explain: string, query: RawBuilder<unknown>): Promise<string> {
  const compiled = query.compile(db);
  const { rows } = await db.executeQuery<Record<string, unknown>>(
    CompiledQuery.raw(`${explain}${compiled.sql}`, [...compiled.parameters]),
  );
  return rows.map((row) => String(row.detail ?? row['QUERY PLAN'])).join('\n');
}
