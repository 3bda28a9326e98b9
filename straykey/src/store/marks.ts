import { sql } from 'kysely';
import { Keys, readKeys } from './keys.ts';
import type { Session } from './session.ts';

/**
 * Topics waiting to be judged. No mark is ever lost, whoever works at the same time:
 *
 * - Marking only adds rows, in the transaction that adds the facts. So it waits for no judge, and facts and mark become visible together.
 * - Taking (a) holds topics that nobody else holds, until the end of the transaction (PostgreSQL: advisory locks; SQLite: one transaction
 *   at a time), (b) then deletes the rows of those topics that it can see, and answers the topics of which it deleted one.
 * - The judge reads facts in statements that begin after (b). A mark deleted in (b) was committed before (b) began, and its facts with it:
 *   they are read. A mark that (b) could not see stays, and the topic is judged again. If the judge's transaction fails, the marks are back.
 * - The next holder of a topic gets it after the judge before has committed, and reads what that one wrote.
 */
export async function markTopics(session: Session, topics: Iterable<string>, dueAt: number): Promise<void> {
  const keys = new Keys();
  const rows = [...new Set([...topics].map((topic) => keys.of(topic)))].sort().map((topic) => [topic]);
  if (rows.length === 0) return;
  const { db, words } = session;
  await keys.save(session);
  // Where transactions run one after the other, a mark that is there now is still there when this one is committed.
  const unlessWaiting = words.serial
    ? sql`not exists (select 1 from marks where marks.topic = given.topic and marks.due_at <= ${dueAt})`
    : sql`true`;
  await sql`insert into marks (topic, due_at) select given.topic, cast(${dueAt} as bigint)
    from ${words.rows('given', { topic: 'text' }, rows)} where ${unlessWaiting}`.execute(db);
}

/** Due marks looked at for one topic asked for: some belong to topics that others hold, some to one topic. */
const LOOKED_AT = 20;

export async function takeMarkedTopics(session: Session, now: number, limit: number): Promise<string[]> {
  if (!session.inTransaction)
    throw new Error('takeMarked holds topics until the end of a transaction: call it inside atomically');
  const { db, words } = session;
  const held = await sql<{ topic: string }>`with due as (
      select topic, min(due_at) as due_at from (
        select topic, due_at from marks where due_at <= ${now} order by due_at, id limit ${limit * LOOKED_AT}
      ) as oldest group by topic
    ), ranked as materialized (select topic, due_at from due order by due_at, topic)
    select topic from ranked where ${words.holds(sql.ref('topic'))} limit ${limit}`.execute(db);
  if (held.rows.length === 0) return [];
  const topics = held.rows.map(({ topic }) => topic);
  const deleted = await sql<{ topic: string }>`delete from marks where ${words.oneOf(sql.ref('topic'), topics)}
    returning topic`.execute(db);
  const taken = new Set(deleted.rows.map(({ topic }) => topic));
  const read = await readKeys(session, taken);
  return topics.filter((topic) => taken.has(topic)).map(read);
}

export async function waitingTopics({
  db,
}: Session): Promise<{ readonly topics: number; readonly oldestDueAt: number }> {
  const { rows } = await sql<{ topics: number; oldest: number | null }>`
    select count(distinct topic) as topics, min(due_at) as oldest from marks`.execute(db);
  const [{ topics, oldest } = { topics: 0, oldest: null }] = rows;
  return { topics, oldestDueAt: oldest ?? 0 };
}
