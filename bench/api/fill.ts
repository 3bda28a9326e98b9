import { sql } from 'kysely';
import type { Finding } from '../../straykey/src/findings/index.ts';
import { rowOf } from '../../straykey/src/store/findings.ts';
import { deflated } from '../../straykey/src/store/json.ts';
import { Keys } from '../../straykey/src/store/keys.ts';
import { migrate } from '../../straykey/src/store/migrations.ts';
import { postgresKysely, postgresPool } from '../../straykey/src/store/postgres.ts';
import { RootSession } from '../../straykey/src/store/session.ts';
import { openDatabase, sqliteKysely } from '../../straykey/src/store/sqlite.ts';
import { type BulkType, postgresWords, sqliteWords } from '../../straykey/src/store/words.ts';
import { finding } from '../../test/api/made-findings.ts';

/** Over these, documents would fill the disk. */
const MOST_WITH_EVIDENCE = 100_000;

/** Findings of one statement. */
const CHUNK = 2_000;

/** A session with the store below its shelves, for plans and for filling. */
export function sessionOf(url: string): RootSession {
  return url.startsWith('postgres')
    ? new RootSession('bench', postgresWords, postgresKysely(postgresPool(url), 'bench'), () => false)
    : new RootSession(
        'bench',
        sqliteWords,
        sqliteKysely(openDatabase(url.slice('sqlite:'.length)), 'bench'),
        () => false,
      );
}

/**
 * Puts findings into an empty store past its shelves: tables first, rows in bulk, indexes last. Findings have no history, and over 100,000 no
 * evidence (documents of 2.9 KB instead of 15); below, all have that of the same story.
 */
export async function fill(url: string, count: number): Promise<void> {
  const session = sessionOf(url);
  // The first migration makes the tables, the second their indexes.
  await migrate(session, 1);
  const base = finding(0);
  const { type, value } = base.service.additionalInfo;
  const bare = count > MOST_WITH_EVIDENCE ? { type: 'none', value: '' } : { type, value: '' };
  const evidence = count > MOST_WITH_EVIDENCE ? null : deflated(value);
  const story = { ...base, service: { ...base.service, additionalInfo: bare } };
  for (let from = 0; from < count; from += CHUNK) {
    const numbers = Array.from({ length: Math.min(CHUNK, count - from) }, (_, i) => from + i);
    const made = numbers.map((n) => {
      const document = madeOf(n, story);
      const row = rowOf(
        {
          finding: document,
          ...(n % 20 === 0 ? { archived: false } : { archived: true, archivedBy: { kind: 'filter', name: 'office' } }),
          ...{ sample: false, historical: false, revision: 1, topics: [] },
          writtenAt: Date.parse(document.updatedAt),
          changedAt: Date.parse(document.updatedAt),
        },
        new Keys(),
      );
      return { row, head: JSON.stringify(document) };
    });
    const columns = Object.keys(made[0]!.row);
    const types = Object.entries(made[0]!.row).map(([name, value]): [string, BulkType] => [
      name,
      typeof value === 'string' ? 'text' : 'integer',
    ]);
    await session.atomically(async ({ db, words }) => {
      await sql`insert into findings (${sql.join(columns.map(sql.ref))}) select ${sql.join(columns.map(sql.ref))} from
        ${words.rows(
          'given',
          Object.fromEntries(types),
          made.map(({ row }) => Object.values(row)),
        )}`.execute(db);
      await sql`insert into finding_documents (finding_id, head, evidence) select finding_id, head, ${evidence === null ? sql`null` : sql`cast(${evidence} as ${sql.raw(words.spelling.bytes!)})`} from
        ${words.rows(
          'given',
          { finding_id: 'text', head: 'text' },
          made.map(({ row, head }) => [row.id, head]),
        )}`.execute(db);
    });
  }
  await migrate(session);
  // As the engines do by themselves in time.
  await sql.raw(session.words.engine === 'postgres' ? 'vacuum (analyze)' : 'analyze').execute(session.db);
  await session.close();
}

/** One of 200 made up. */
export function accountOf(n: number): string {
  return String(111_122_220_000 + (n % 200));
}

/**
 * A finding a minute: one in twenty is shown, one in fifty of middle severity; 200 accounts, 20,000 functions, 200,000 keys; a fifth from one Tor
 * exit, a tenth from RIPE NCC, the others from 65,536 hosts of a documentation network.
 */
function madeOf(n: number, base: Finding): Finding {
  const { accessKeyDetails, lambdaDetails } = base.resource;
  const { action } = base.service;
  const { remoteIpDetails, ...call } = action.awsApiCallAction;
  const { ipAddressV4: _, ...remote } = remoteIpDetails;
  // Ids are digests: anywhere among the others.
  const id = `${((n * 2_654_435_761) >>> 0).toString(16).padStart(8, '0')}${n.toString(16).padStart(24, '0')}`;
  const start = Date.UTC(2025, 0, 1) + n * 60_000;
  const [createdAt, updatedAt] = [start, start + ((n * 7_919) % 1_440) * 60_000].map((at) =>
    new Date(at).toISOString(),
  );
  const address =
    n % 5 === 0
      ? { ipAddressV4: '185.220.101.1' }
      : n % 10 === 1
        ? { ipAddressV4: '193.0.6.139' }
        : { ipAddressV6: `2001:db8::${((n * 40_503) & 0xffff).toString(16)}` };
  return {
    ...base,
    id,
    accountId: accountOf(n),
    severity: n % 50 === 0 ? 5 : 8,
    createdAt: createdAt!,
    updatedAt: updatedAt!,
    resource: {
      ...base.resource,
      accessKeyDetails: { ...accessKeyDetails, accessKeyId: `ASIA${String(n % 200_000).padStart(9, '0')}EXAMPLE` },
      lambdaDetails: { ...lambdaDetails, functionName: `fn-${n % 20_000}` },
    },
    service: {
      ...base.service,
      count: 1 + (n % 100),
      action: { ...action, awsApiCallAction: { ...call, remoteIpDetails: { ...remote, ...address } } },
    },
  };
}
