import { sql } from 'kysely';
import type { SweepLimits } from './port.ts';
import type { Session } from './session.ts';

/** Rows in one transaction: a few milliseconds, so that writers in between hardly wait. */
const CHUNK = 1_000;

/** Facts about access keys: kept for a short time, and longer where a kept use rests on them. */
const KEY_FACTS = ['issued-key', 'others-key', 'scope', 'log-writer', 'descent', 'descended', 'child-call'];

/** Whether a kind of fact is about access keys. */
export function isAboutKey(kind: string): boolean {
  return KEY_FACTS.includes(kind);
}

/** Primary keys of the tables whose rows go by age alone. */
const BY_AGE = {
  facts: ['kind', 'key', 'topic', 'digest'],
  sightings: ['id'],
  objects: ['id'],
  uses: ['id'],
  inside_days: ['topic', 'session', 'day', 'via'],
  habits: ['principal'],
} as const;

/**
 * Drops what cannot matter any more, in chunks, each a transaction of its own. A fact about a key that a kept use rests on counts as having
 * come now: it is looked at again after the same time, and goes when the use has gone.
 */
export async function sweep(
  session: Session,
  { keysBefore, before }: SweepLimits,
  now: number,
): Promise<Readonly<Record<string, number>>> {
  const uses = await dropByAge(session, 'uses', before);
  const keyFacts = await dropKeyFacts(session, keysBefore, Math.max(now, keysBefore));
  const dropped = {
    facts: keyFacts + (await dropByAge(session, 'facts', before)),
    sightings: await dropByAge(session, 'sightings', keysBefore),
    objects: await dropByAge(session, 'objects', keysBefore),
    uses,
    inside_days: await dropByAge(session, 'inside_days', before),
    habits: await dropByAge(session, 'habits', before),
  };
  await joinMarks(session);
  await session.words.refreshPlans?.execute(session.db);
  return dropped;
}

async function dropByAge(session: Session, table: keyof typeof BY_AGE, before: number): Promise<number> {
  const key = sql.join(BY_AGE[table].map((column) => sql.ref(column)));
  const old = table === 'facts' ? sql`about_key = 0 and at < ${before}` : sql`at < ${before}`;
  for (let dropped = 0; ; ) {
    const count = await session.atomically(async ({ db }) => {
      const { rows } = await sql<{ principal: string }>`delete from ${sql.table(table)} where (${key}) in (
        select ${key} from ${sql.table(table)} where ${old} order by at limit ${CHUNK}
      ) returning ${key}`.execute(db);
      if (table === 'habits' && rows.length > 0) {
        const gone = rows.map(({ principal }) => principal);
        await sql`delete from habit_networks where ${session.words.oneOf(sql.ref('principal'), gone)}`.execute(db);
      }
      return rows.length;
    });
    if (count === 0) return dropped;
    dropped += count;
  }
}

interface KeyFact {
  readonly kind: string;
  readonly key: string;
  readonly topic: string;
  readonly digest: string;
  readonly needed: number;
}

async function dropKeyFacts(session: Session, before: number, now: number): Promise<number> {
  for (let dropped = 0; ; ) {
    const seen = await session.atomically(async ({ db, words }) => {
      const { rows } =
        await sql<KeyFact>`select kind, key, topic, digest, case when ${NEEDED} then 1 else 0 end as needed
        from facts as old where about_key = 1 and at < ${before} order by at limit ${CHUNK}`.execute(db);
      const given = (needed: number) => {
        const chosen = rows.filter((row) => row.needed === needed);
        const columns = { kind: 'text', key: 'text', topic: 'text', digest: 'text' } as const;
        return words.rows(
          'given',
          columns,
          chosen.map(({ kind, key, topic, digest }) => [kind, key, topic, digest]),
        );
      };
      const result = await sql<{ kind: string }>`delete from facts where (kind, key, topic, digest) in (
        select kind, key, topic, digest from ${given(0)}) returning kind`.execute(db);
      await sql`update facts set at = ${now} where (kind, key, topic, digest) in (
        select kind, key, topic, digest from ${given(1)})`.execute(db);
      dropped += result.rows.length;
      return rows.length;
    });
    if (seen === 0) return dropped;
  }
}

/** A kept use has the key of the fact `old`; for the links of a chain: or a key from which the chain leads here. */
const NEEDED = sql`(
  exists (select 1 from uses where uses.access_key = old.key)
  or old.kind in ('descent', 'descended', 'child-call') and exists (
    with recursive above (key) as (
      select link.value from facts as link where link.kind = 'descended' and link.key = old.key
      union
      select link.value from facts as link join above on link.kind = 'descended' and link.key = above.key
    )
    select 1 from above join uses on uses.access_key = above.key
  )
)`;

/** Leaves each topic its earliest mark. Holds the topic meanwhile: a judge at work must not find its other marks gone. */
async function joinMarks(session: Session): Promise<void> {
  await session.atomically(async ({ db, words }) => {
    const { rows } = await sql<{ topic: string }>`with several as materialized (
        select topic from marks group by topic having count(*) > 1 order by topic limit ${CHUNK}
      ) select topic from several where ${words.holds(sql.ref('topic'))}`.execute(db);
    const held = rows.map(({ topic }) => topic);
    await sql`delete from marks where ${words.oneOf(sql.ref('topic'), held)} and exists (
      select 1 from marks as earlier where earlier.topic = marks.topic
        and (earlier.due_at < marks.due_at or (earlier.due_at = marks.due_at and earlier.id < marks.id))
    )`.execute(db);
  });
}
