import { after, test } from 'node:test';
import pg from 'pg';
import { openStore } from '../../straykey/src/store/index.ts';
import { postgresMissing, startPostgres } from '../support/postgres.ts';
import { storeContract } from './contract.ts';
import { AT } from './fixtures.ts';

const missing = postgresMissing();

if (missing === undefined) {
  const server = await startPostgres();
  const open = (url: string) => openStore(url, { now: () => AT });
  const used = await server.newDatabase();
  await (await open(used)).close();
  const client = new pg.Client({ connectionString: used });
  await client.connect();
  after(async () => {
    await client.end();
    await server.close();
  });
  const { rows } = await client.query(
    "select 'delete from ' || tablename as statement from pg_tables where schemaname = 'public' and tablename <> 'meta'",
  );
  const emptied = rows.map(({ statement }) => statement).join('; ');
  storeContract({
    name: 'postgres',
    // Making tables takes far longer than emptying them, and so does `truncate`.
    freshUrl: async () => {
      await client.query(emptied);
      return used;
    },
    newUrl: () => server.newDatabase(),
    open,
  });
} else {
  test('the store on postgres', { skip: missing }, () => {});
}
