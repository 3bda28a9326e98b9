import { sql } from 'kysely';
import { DOCUMENT_KINDS, rowOf, storedOf } from './findings.ts';
import { Keys } from './keys.ts';
import type { FindingRow } from './schema.ts';
import type { Session } from './session.ts';

/** What must never be found, as conditions that engines can ask; each names the rows that break it. */
const NEVER: readonly (readonly [sentence: string, from: string])[] = [
  ['findings whose archived flag and reason disagree', "findings where (archived = 1) <> (archived_by <> '')"],
  [
    'findings without a history',
    'findings where not exists (select 1 from finding_events where finding_events.finding_id = findings.id)',
  ],
  [
    'findings whose newest history line has another revision',
    'findings where revision <> (select max(revision) from finding_events where finding_events.finding_id = findings.id)',
  ],
  [
    'findings without a document',
    'findings where not exists (select 1 from finding_documents where finding_documents.finding_id = findings.id)',
  ],
  [
    'documents of findings that are not there',
    'finding_documents where not exists (select 1 from findings where findings.id = finding_documents.finding_id)',
  ],
  [
    'history lines whose document is lost',
    `finding_events where document is null and kind in (${DOCUMENT_KINDS.map((kind) => `'${kind}'`).join(', ')})
      and not exists (select 1 from findings where findings.id = finding_events.finding_id and findings.revision = finding_events.revision)`,
  ],
  [
    'topics of findings that are not there',
    'finding_topics where not exists (select 1 from findings where findings.id = finding_topics.finding_id)',
  ],
  [
    'lines of the outbox that are newer than what was handed over',
    'outbox where exists (select 1 from tellings where tellings.outlet = outbox.outlet and tellings.finding_id = outbox.finding_id and tellings.added < outbox.revision)',
  ],
  ['outlets that were told more than was handed over', 'tellings where sent > added'],
  ['inside days whose keys are not in order', 'inside_days where first_key > second_key'],
  [
    'networks of habits that are not there',
    'habit_networks where not exists (select 1 from habits where habits.principal = habit_networks.principal)',
  ],
];

/** Findings read at once. */
const PAGE = 500;

/** Sentences on what is wrong, for either engine. */
export async function checkStore(session: Session): Promise<string[]> {
  const problems: string[] = [];
  for (const [sentence, from] of NEVER) {
    const { rows } = await sql<{ lines: number }>`select count(*) as lines from ${sql.raw(from)}`.execute(session.db);
    if (rows[0]!.lines > 0) problems.push(`${rows[0]!.lines} ${sentence}`);
  }
  const unlike = await findingsUnlikeTheirDocuments(session);
  if (unlike.length > 0)
    problems.push(`${unlike.length} findings whose columns and document disagree: ${unlike.slice(0, 5).join(', ')}`);
  return problems;
}

async function findingsUnlikeTheirDocuments({ db }: Session): Promise<string[]> {
  const unlike: string[] = [];
  for (let after = ''; ; ) {
    const { rows } =
      await sql<FindingRow>`select findings.*, head, evidence from findings join finding_documents on finding_id = id
        where id > ${after} order by id limit ${PAGE}`.execute(db);
    unlike.push(...rows.filter((row) => !agrees(row)).map(({ id }) => id));
    if (rows.length < PAGE) return unlike;
    after = rows.at(-1)!.id;
  }
}

function agrees(row: FindingRow): boolean {
  try {
    const again = rowOf(storedOf(row), new Keys());
    return (Object.keys(again) as (keyof typeof again)[]).every((column) => again[column] === row[column]);
  } catch {
    return false;
  }
}
