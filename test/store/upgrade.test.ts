import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { sql } from 'kysely';
import { openStore, StoreTooNew } from '../../straykey/src/store/index.ts';
import { MIGRATIONS, migrate } from '../../straykey/src/store/migrations.ts';
import { postgresKysely, postgresPool } from '../../straykey/src/store/postgres.ts';
import { RootSession } from '../../straykey/src/store/session.ts';
import { openDatabase, sqliteKysely } from '../../straykey/src/store/sqlite.ts';
import { postgresWords, sqliteWords } from '../../straykey/src/store/words.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../support/postgres.ts';
import { AT, findingOf, idOf } from './fixtures.ts';

/** Beginning of the SHA-256 of each migration that was released. A change to one is a change to stores that exist: add another migration instead. */
const RELEASED = ['f20b9a422736e865', 'e385cbf020f2cff7'];

const folder = mkdtempSync(join(tmpdir(), 'straykey-upgrade-'));
const missing = postgresMissing();
let server: PostgresServer | undefined;
after(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('released migrations are never edited', () => {
  const hashes = MIGRATIONS.map(({ statements }) =>
    createHash('sha256').update(statements.join(';\n')).digest('hex').slice(0, 16),
  );
  assert.deepEqual(hashes, RELEASED);
});

const ENGINES = {
  sqlite: {
    skip: undefined,
    url: async () => `sqlite:${join(folder, `${Math.random()}.db`)}`,
    session: (url: string) =>
      new RootSession(url, sqliteWords, sqliteKysely(openDatabase(url.slice('sqlite:'.length)), url), () => false),
  },
  postgres: {
    skip: missing,
    url: async () => {
      server ??= await startPostgres();
      return await server.newDatabase();
    },
    session: (url: string) => new RootSession(url, postgresWords, postgresKysely(postgresPool(url), url), () => false),
  },
};

for (const [name, { skip, url, session }] of Object.entries(ENGINES)) {
  describe(`an older store on ${name}`, { skip }, () => {
    test('of the first tables opens with all it held', async () => {
      const place = await url();
      const first = session(place);
      await migrate(first, 1);
      for (const row of firstRows()) await sql.raw(row).execute(first.db);
      await first.close();
      const store = await openStore(place, { now: () => AT });
      assert.deepEqual(await store.upkeep!.check(), []);
      const [finding] = await store.findings.page({ where: [], orderBy: 'severity', descending: true, limit: 9 });
      assert.deepEqual([finding!.finding.id, finding!.revision, finding!.topics], [idOf(1), 1, ['invoice']]);
      assert.deepEqual(
        (await store.outbox.claim(AT, 9, 1)).map(({ revision }) => revision),
        [1],
      );
      assert.deepEqual((await store.documents.get('filter', 'office'))?.body, { name: 'office' });
      assert.deepEqual(
        (await store.evidence.usesOf(['invoice'])).map(({ id }) => id),
        ['call-1'],
      );
      assert.deepEqual((await store.evidence.insideDaysOf(['invoice']))[0]!.keys, ['ASIA1']);
      assert.equal((await store.evidence.factsByKey(['issued-key'], ['ASIA1'])).length, 1);
      assert.deepEqual(await store.evidence.seen(['s3://trail/1']), new Set(['s3://trail/1']));
      assert.equal((await store.counters.list('oddity:'))[0]!.value, 3);
      await store.close();
    });

    test('of a newer Straykey is refused, and left as it is', async () => {
      const place = await url();
      await (await openStore(place, { now: () => AT })).close();
      const future = session(place);
      await sql`update meta set value = '999' where name = 'schema'`.execute(future.db);
      await assert.rejects(openStore(place, { now: () => AT }), (error) => {
        return error instanceof StoreTooNew && /newer Straykey.*version 999/.test(error.message);
      });
      const { rows } = await sql<{ value: string }>`select value from meta where name = 'schema'`.execute(future.db);
      assert.equal(rows[0]!.value, '999');
      await future.close();
    });
  });
}

/** Rows as the first version wrote them, in its own words. */
function firstRows(): string[] {
  const document = JSON.stringify(findingOf({ id: idOf(1) })).replaceAll("'", "''");
  const seen = Date.parse('2027-01-15T07:00:00.000Z');
  return [
    `insert into findings values ('${idOf(1)}', 'UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS', 8,
      '111122223333', 'eu-west-1', 0, 1, ${seen}, ${AT}, 'invoice', 'ASIAIOSFODNN7EXAMPLE', '198.51.100.7', '4c6336407', ${AT}, ${AT}, 1, 0, 0,
      '', '', '["invoice"]')`,
    `insert into finding_documents values ('${idOf(1)}', '${document}', null)`,
    `insert into finding_topics (topic, finding_id) values ('invoice', '${idOf(1)}')`,
    `insert into finding_events (finding_id, revision, kind, at, actor, reason, document)
      values ('${idOf(1)}', 1, 'created', ${AT}, 'straykey', null, null)`,
    `insert into tellings (outlet, finding_id, added, sent, sent_at) values ('pager', '${idOf(1)}', 1, 0, null)`,
    `insert into outbox (outlet, finding_id, revision, kind, document, due_at, at, state, attempts)
      values ('pager', '${idOf(1)}', 1, 'new', '${document}', ${AT}, ${AT}, 'waiting', 0)`,
    `insert into documents values ('filter', 'office', '{"name":"office"}', 0, 1, ${AT}, ${AT})`,
    "insert into counters values ('oddity:x', 0, 3, 1)",
    `insert into objects values ('${createHash('sha256').update('s3://trail/1').digest('base64url').slice(0, 22)}', ${AT})`,
    `insert into facts values ('issued-key', 'ASIA1', '', 'digest', '{}', 1, ${AT})`,
    `insert into inside_days values ('invoice', '111122223333/r invoice', 20000, 'public', 'ASIA1', '\u{10ffff}', ${AT})`,
    `insert into uses values ('call-1', 'invoice', 'ASIA1', '', 1, '{}', ${AT})`,
  ];
}
