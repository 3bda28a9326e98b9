import { type RawBuilder, sql } from 'kysely';
import { Keys, readKeys } from './keys.ts';
import { markTopics, takeMarkedTopics, waitingTopics } from './marks.ts';
import type { EvidenceShelf, FactRow, HabitRow, InsideDayRow, SightingRow, SweepLimits, UseRow } from './port.ts';
import { NO_KEY } from './schema.ts';
import type { Session } from './session.ts';
import { isAboutKey, sweep } from './sweep.ts';
import { compareText, digestOf, escapeText, keyOf, unescapeText } from './text.ts';
import type { BulkType } from './words.ts';

/**
 * Rows in one statement. Bounds the size of a parameter; a batch from a queue is far smaller. All bulk writes go in the order of their
 * keys, so that two transactions never wait for each other crosswise.
 */
const CHUNK = 5_000;

type Row = readonly (string | number)[];

export class Evidence implements EvidenceShelf {
  private readonly session: Session;
  private readonly now: () => number;

  constructor(session: Session, now: () => number) {
    this.session = session;
    this.now = now;
  }

  async seen(origins: readonly string[]): Promise<ReadonlySet<string>> {
    const byDigest = digests(origins);
    if (byDigest.size === 0) return new Set();
    const { db, words } = this.session;
    const found = await sql<{ id: string }>`select id from objects
      where ${words.oneOf(sql.ref('id'), [...byDigest.keys()])}`.execute(db);
    return new Set(found.rows.map(({ id }) => byDigest.get(id)!));
  }

  async begin(origins: readonly string[], at: number): Promise<ReadonlySet<string>> {
    const byDigest = digests(origins);
    const rows = sorted([...byDigest.keys()].map((id) => [id]));
    const fresh = await this.insert<{ id: string }>(rows, { id: 'text' }, (given) => {
      return sql`insert into objects (id, at) select id, cast(${at} as bigint) from ${given} where true
        on conflict do nothing returning id`;
    });
    return new Set(fresh.map(({ id }) => byDigest.get(id)!));
  }

  async addFacts(facts: readonly FactRow[], at: number): Promise<readonly FactRow[]> {
    const keys = new Keys();
    const byName = new Map<string, FactRow>();
    const rows: Row[] = [];
    // The keys of a function share their value.
    const digests = new Map<string, string>();
    for (const fact of facts) {
      const digest = digests.get(fact.value) ?? digestOf(fact.value);
      digests.set(fact.value, digest);
      const [kind, key, topic] = [keys.of(fact.kind), keys.of(fact.key), keys.of(fact.topic)];
      const name = `${kind}\0${key}\0${topic}\0${digest}`;
      if (byName.has(name)) continue;
      byName.set(name, fact);
      rows.push([kind, key, topic, digest, escapeText(fact.value), isAboutKey(fact.kind) ? 1 : 0]);
    }
    await keys.save(this.session);
    const fresh = await this.insert<Readonly<Record<'kind' | 'key' | 'topic' | 'digest', string>>>(
      sorted(rows),
      FACT_COLUMNS,
      (given) => sql`insert into facts (kind, key, topic, digest, value, about_key, at)
        select kind, key, topic, digest, value, about_key, cast(${at} as bigint) from ${given} where true
        on conflict do nothing returning kind, key, topic, digest`,
    );
    return fresh.map(({ kind, key, topic, digest }) => byName.get(`${kind}\0${key}\0${topic}\0${digest}`)!);
  }

  async addInsideDays(days: readonly InsideDayRow[], at: number): Promise<ReadonlySet<string>> {
    const keys = new Keys();
    const merged = new Map<
      string,
      { readonly row: readonly [string, string, number, string]; readonly keys: string[] }
    >();
    for (const day of days) {
      const row = [keys.of(day.topic), keys.of(day.session), day.day, keys.of(day.via)] as const;
      const name = row.join('\0');
      const known = merged.get(name) ?? { row, keys: [] };
      merged.set(name, known);
      known.keys.push(...day.keys.map((key) => keys.of(key)));
    }
    const rows = [...merged.values()].map(({ row, keys: all }) => {
      const [first = NO_KEY, second = NO_KEY] = [...new Set(all)].sort(compareText);
      return [...row, first, second];
    });
    await keys.save(this.session);
    const columns = {
      topic: 'text',
      session: 'text',
      day: 'integer',
      via: 'text',
      first_key: 'text',
      second_key: 'text',
    } as const;
    const [first, second] = this.mergedKeys();
    const learned = await this.insert<{ topic: string }>(
      sorted(rows),
      columns,
      (given) => sql`insert into inside_days (topic, session, day, via, first_key, second_key, at)
        select topic, session, day, via, first_key, second_key, cast(${at} as bigint) from ${given} where true
        on conflict (topic, session, day, via) do update set first_key = ${first}, second_key = ${second}
        where inside_days.first_key <> ${first} or inside_days.second_key <> ${second}
        returning topic`,
    );
    return await this.topicsOf(learned);
  }

  /** The two smallest of the kept and the offered keys, where {@link NO_KEY} is the largest. */
  private mergedKeys(): readonly [RawBuilder<string>, RawBuilder<string>] {
    const { words } = this.session;
    const [keptFirst, newFirst] = [sql.ref('inside_days.first_key'), sql.ref('excluded.first_key')];
    const [keptSecond, newSecond] = [sql.ref('inside_days.second_key'), sql.ref('excluded.second_key')];
    const larger = sql`case when ${keptFirst} = ${newFirst} then ${sql.lit(NO_KEY)} else ${words.greatest(keptFirst, newFirst)} end`;
    return [words.least(keptFirst, newFirst), words.least(keptSecond, newSecond, larger)];
  }

  /**
   * Inserts first, which waits for whoever writes the same call at this moment; what was there is then locked, compared and replaced. A
   * row that a sweep takes away in between is inserted in the next round.
   */
  async addUses(
    uses: readonly UseRow[],
    at: number,
    preferred: (kept: UseRow, offered: UseRow) => UseRow,
  ): Promise<ReadonlySet<string>> {
    const offered = new Map<string, UseRow>();
    for (const use of uses) {
      const other = offered.get(use.id);
      offered.set(use.id, other === undefined ? use : preferred(other, use));
    }
    const learned = new Set<string>();
    await this.session.atomically(async () => {
      while (offered.size > 0) {
        for (const id of await this.insertUses([...offered.values()], at)) {
          learned.add(offered.get(id)!.topic);
          offered.delete(id);
        }
        const better: UseRow[] = [];
        for (const kept of await this.usesById([...offered.keys()])) {
          const use = offered.get(kept.id)!;
          offered.delete(kept.id);
          const best = preferred(kept, use);
          if (sameUse(best, kept)) continue;
          better.push(best);
          learned.add(kept.topic).add(best.topic);
        }
        await this.replaceUses(better);
      }
    });
    return learned;
  }

  private async insertUses(uses: readonly UseRow[], at: number): Promise<string[]> {
    const ids = new Map(uses.map(({ id }) => [keyOf(id), id]));
    const fresh = await this.insert<{ id: string }>(
      await this.useRows(uses),
      USE_COLUMNS,
      (given) => sql`insert into uses (id, topic, access_key, role_id, time, call, at)
        select id, topic, access_key, role_id, time, call, cast(${at} as bigint) from ${given} where true
        on conflict do nothing returning id`,
    );
    return fresh.map(({ id }) => ids.get(id)!);
  }

  private async replaceUses(uses: readonly UseRow[]): Promise<void> {
    await this.insert(
      await this.useRows(uses),
      USE_COLUMNS,
      (given) => sql`update uses
        set topic = given.topic, access_key = given.access_key, role_id = given.role_id, time = given.time, call = given.call
        from ${given} where uses.id = given.id`,
    );
  }

  private async useRows(uses: readonly UseRow[]): Promise<Row[]> {
    const keys = new Keys();
    const rows = uses.map(({ id, topic, accessKey, roleId, time, call }) => {
      return [keys.of(id), keys.of(topic), keys.of(accessKey), keys.of(roleId), time, escapeText(call)];
    });
    await keys.save(this.session);
    return sorted(rows);
  }

  private async usesById(ids: readonly string[]): Promise<UseRow[]> {
    if (ids.length === 0) return [];
    const { db, words } = this.session;
    const { rows } = await sql<UseColumns>`select id, topic, access_key, role_id, time, call from uses
      where ${words.oneOf(sql.ref('id'), ids.map(keyOf))} order by id ${words.forUpdate}`.execute(db);
    return await this.readUses(rows);
  }

  async addSightings(sightings: readonly SightingRow[], at: number): Promise<void> {
    const keys = new Keys();
    const rows = sightings.map(({ topic, caller, accessKey, roleId, identity, objects }) => {
      const list = JSON.stringify([...new Set(objects)].sort());
      const digest = digestOf(topic, caller, accessKey, roleId, identity, list);
      return [
        digest,
        keys.of(topic),
        escapeText(caller),
        keys.of(accessKey),
        keys.of(roleId),
        escapeText(identity),
        list,
      ];
    });
    await keys.save(this.session);
    const columns = {
      digest: 'text',
      topic: 'text',
      caller: 'text',
      access_key: 'text',
      role_id: 'text',
      identity: 'text',
      objects: 'text',
    } as const;
    await this.insert(
      sorted(rows),
      columns,
      (given) => sql`insert into sightings (digest, topic, caller, access_key, role_id, identity, objects, at)
        select digest, topic, caller, access_key, role_id, identity, objects, cast(${at} as bigint) from ${given} where true
        on conflict do nothing`,
    );
  }

  async factsOf(topics: readonly string[]): Promise<FactRow[]> {
    if (topics.length === 0) return [];
    const { words } = this.session;
    return await this.facts(sql`topic <> '' and ${words.oneOf(sql.ref('topic'), topics.map(keyOf))}`);
  }

  async topicsWith(kind: string, topics: readonly string[]): Promise<string[]> {
    if (topics.length === 0) return [];
    const { db, words } = this.session;
    const { rows } = await sql<{ topic: string }>`select distinct topic from facts
      where topic <> '' and ${words.oneOf(sql.ref('topic'), topics.map(keyOf))} and kind = ${keyOf(kind)}
      order by topic`.execute(db);
    return [...(await this.topicsOf(rows))];
  }

  async insideSessions(fromDay: number): Promise<{ day: number; sessions: number }[]> {
    const { rows } = await sql<{ day: number; sessions: number }>`select day, count(distinct session) as sessions
      from inside_days where day >= ${fromDay} group by day order by day`.execute(this.session.db);
    return rows.map(({ day, sessions }) => ({ day, sessions }));
  }

  async topics(after: string, limit: number): Promise<string[]> {
    const { rows } = await sql<{ topic: string }>`select distinct topic from uses where topic > ${keyOf(after)}
      order by topic limit ${limit}`.execute(this.session.db);
    return [...(await this.topicsOf(rows))];
  }

  async factsByKey(kinds: readonly string[], keys: readonly string[]): Promise<FactRow[]> {
    if (kinds.length === 0 || keys.length === 0) return [];
    const { words } = this.session;
    const ofKind = words.oneOf(sql.ref('kind'), kinds.map(keyOf));
    return await this.facts(sql`${ofKind} and ${words.oneOf(sql.ref('key'), keys.map(keyOf))}`);
  }

  private async facts(condition: RawBuilder<unknown>): Promise<FactRow[]> {
    const { rows } = await sql<FactRow>`select topic, kind, key, value from facts where ${condition}
      order by topic, kind, key, value`.execute(this.session.db);
    const read = await readKeys(this.session, keysIn(rows, 'topic', 'kind', 'key'));
    return rows.map(({ topic, kind, key, value }) => {
      return { topic: read(topic), kind: read(kind), key: read(key), value: unescapeText(value) };
    });
  }

  async insideDaysOf(topics: readonly string[]): Promise<InsideDayRow[]> {
    const { db, words } = this.session;
    const { rows } = await sql<InsideDayColumns>`select topic, session, day, via, first_key, second_key from inside_days
      where ${words.oneOf(sql.ref('topic'), topics.map(keyOf))} order by topic, session, day, via`.execute(db);
    const read = await readKeys(this.session, keysIn(rows, 'topic', 'session', 'via', 'first_key', 'second_key'));
    return rows.map(({ topic, session, day, via, first_key, second_key }) => ({
      topic: read(topic),
      session: read(session),
      day,
      via: read(via),
      keys: [first_key, second_key].filter((key) => key !== NO_KEY).map(read),
    }));
  }

  async usesOf(topics: readonly string[]): Promise<UseRow[]> {
    const { db, words } = this.session;
    const { rows } = await sql<UseColumns>`select id, topic, access_key, role_id, time, call from uses
      where ${words.oneOf(sql.ref('topic'), topics.map(keyOf))} order by time, id`.execute(db);
    return await this.readUses(rows);
  }

  private async readUses(rows: readonly UseColumns[]): Promise<UseRow[]> {
    const read = await readKeys(this.session, keysIn(rows, 'id', 'topic', 'access_key', 'role_id'));
    return rows.map(({ id, topic, access_key, role_id, time, call }) => ({
      id: read(id),
      topic: read(topic),
      accessKey: read(access_key),
      roleId: read(role_id),
      time,
      call: unescapeText(call),
    }));
  }

  async sightingsOf(
    topics: readonly string[],
    accessKeys: readonly string[],
  ): Promise<(SightingRow & { readonly id: number })[]> {
    const { db, words } = this.session;
    const ofTopics = words.oneOf(sql.ref('topic'), topics.map(keyOf));
    const ofKeys = words.oneOf(sql.ref('access_key'), accessKeys.map(keyOf));
    const { rows } = await sql<SightingColumns>`select id, topic, caller, access_key, role_id, identity, objects
      from sightings where id in (select id from sightings where ${ofTopics} union select id from sightings where ${ofKeys})
      order by id`.execute(db);
    const read = await readKeys(this.session, keysIn(rows, 'topic', 'access_key', 'role_id'));
    return rows.map(({ id, topic, caller, access_key, role_id, identity, objects }) => ({
      id,
      topic: read(topic),
      caller: unescapeText(caller),
      accessKey: read(access_key),
      roleId: read(role_id),
      identity: unescapeText(identity),
      objects: JSON.parse(objects) as string[],
    }));
  }

  async looked(ids: readonly number[]): Promise<void> {
    const { db, words } = this.session;
    if (ids.length === 0) return;
    await sql`delete from sightings where ${words.oneOfNumbers(sql.ref('id'), ids, 'integer')}`.execute(db);
  }

  async concerned(by: Parameters<EvidenceShelf['concerned']>[0]): Promise<ReadonlySet<string>> {
    const { db, words } = this.session;
    const among = (column: string, values: readonly string[]) => words.oneOf(sql.ref(column), values.map(keyOf));
    const ofRoles = sql`role_id <> '' and ${among('role_id', by.roleIds)}`;
    const withUses = sql`exists (select 1 from uses where uses.topic = inside_days.topic)`;
    const branches: (readonly [readonly string[], RawBuilder<unknown>])[] = [
      [by.topics, sql`select topic from uses where ${among('topic', by.topics)}`],
      [by.topics, sql`select topic from sightings where ${among('topic', by.topics)}`],
      [by.keys, sql`select topic from uses where ${among('access_key', by.keys)}`],
      [by.keys, sql`select topic from sightings where ${among('access_key', by.keys)}`],
      [by.roleIds, sql`select topic from uses where ${ofRoles}`],
      [by.roleIds, sql`select topic from sightings where ${ofRoles}`],
      [by.insideKeys, sql`select topic from inside_days where ${among('first_key', by.insideKeys)} and ${withUses}`],
      [by.insideKeys, sql`select topic from inside_days where ${among('second_key', by.insideKeys)} and ${withUses}`],
    ];
    const asked = branches.filter(([values]) => values.length > 0).map(([, branch]) => branch);
    if (asked.length === 0) return new Set();
    const { rows } = await sql<{ topic: string }>`${sql.join(asked, sql` union `)}`.execute(db);
    return await this.topicsOf(rows);
  }

  async mark(topics: Iterable<string>, dueAt: number): Promise<void> {
    await markTopics(this.session, topics, dueAt);
  }

  async takeMarked(now: number, limit: number): Promise<string[]> {
    return await takeMarkedTopics(this.session, now, limit);
  }

  async waiting(): Promise<{ readonly topics: number; readonly oldestDueAt: number }> {
    return await waitingTopics(this.session);
  }

  async habits(of: {
    readonly networks: readonly string[];
    readonly principals: readonly string[];
  }): Promise<HabitRow[]> {
    const { db, words } = this.session;
    const { rows } = await sql<HabitColumns>`select principal, topics, networks, last_day, bytes, settled from habits
      where principal in (
        select principal from habit_networks where ${words.oneOf(sql.ref('network'), of.networks.map(keyOf))}
        union select principal from habits where ${words.oneOf(sql.ref('principal'), of.principals.map(keyOf))}
      ) order by principal`.execute(db);
    const read = await readKeys(this.session, keysIn(rows, 'principal'));
    return rows.map(({ principal, topics, networks, last_day, bytes, settled }) => ({
      principal: read(principal),
      topics: JSON.parse(topics) as string[],
      networks: JSON.parse(networks) as string[],
      lastDay: last_day,
      bytes,
      settled,
    }));
  }

  async putHabits(habits: readonly HabitRow[], at: number): Promise<void> {
    if (habits.length === 0) return;
    const keys = new Keys();
    const rows = habits.map(({ principal, topics, networks, lastDay, bytes, settled }) => {
      return [
        keys.of(principal),
        JSON.stringify(topics),
        JSON.stringify(networks),
        lastDay,
        hexOf(bytes),
        hexOf(settled),
      ];
    });
    const pairs = habits.flatMap(({ principal, networks }) => {
      return [...new Set(networks)].map((network) => [keys.of(network), keyOf(principal)]);
    });
    await this.session.atomically(async ({ db, words }) => {
      await keys.save(this.session);
      const columns = {
        principal: 'text',
        topics: 'text',
        networks: 'text',
        last_day: 'integer',
        bytes: 'hex',
        settled: 'hex',
      } as const;
      await this.insert(
        sorted(rows),
        columns,
        (given) => sql`insert into habits (principal, topics, networks, last_day, bytes, settled, at)
          select principal, topics, networks, last_day, bytes, settled, cast(${at} as bigint) from ${given} where true
          on conflict (principal) do update set topics = excluded.topics, networks = excluded.networks,
            last_day = excluded.last_day, bytes = excluded.bytes, settled = excluded.settled, at = excluded.at`,
      );
      const principals = rows.map(([principal]) => String(principal));
      await sql`delete from habit_networks where ${words.oneOf(sql.ref('principal'), principals)}`.execute(db);
      await this.insert(
        sorted(pairs),
        { network: 'text', principal: 'text' },
        (
          given,
        ) => sql`insert into habit_networks (network, principal) select network, principal from ${given} where true
          on conflict do nothing`,
      );
    });
  }

  async dropUses(ids: readonly string[]): Promise<void> {
    const { db, words } = this.session;
    if (ids.length === 0) return;
    await sql`delete from uses where ${words.oneOf(sql.ref('id'), ids.map(keyOf))}`.execute(db);
  }

  async sweep(limits: SweepLimits): Promise<Readonly<Record<string, number>>> {
    return await sweep(this.session, limits, this.now());
  }

  /** One statement for each chunk of rows; what the statements return. */
  private async insert<Returned>(
    rows: readonly Row[],
    columns: Readonly<Record<string, BulkType>>,
    statement: (given: RawBuilder<unknown>) => RawBuilder<unknown>,
  ): Promise<Returned[]> {
    const { db, words } = this.session;
    const returned: Returned[] = [];
    for (let start = 0; start < rows.length; start += CHUNK) {
      const given = words.rows('given', columns, rows.slice(start, start + CHUNK));
      const result = await statement(given).execute(db);
      returned.push(...(result.rows as Returned[]));
    }
    return returned;
  }

  private async topicsOf(rows: readonly { readonly topic: string }[]): Promise<ReadonlySet<string>> {
    const topics = new Set(rows.map(({ topic }) => topic));
    const read = await readKeys(this.session, topics);
    return new Set([...topics].map(read));
  }
}

type UseColumns = Omit<UseRow, 'accessKey' | 'roleId'> & { readonly access_key: string; readonly role_id: string };
type InsideDayColumns = Omit<InsideDayRow, 'keys'> & { readonly first_key: string; readonly second_key: string };
type SightingColumns = Omit<SightingRow, 'accessKey' | 'roleId' | 'objects'> & {
  readonly id: number;
  readonly access_key: string;
  readonly role_id: string;
  readonly objects: string;
};
type HabitColumns = Pick<HabitRow, 'principal' | 'bytes' | 'settled'> & {
  readonly topics: string;
  readonly networks: string;
  readonly last_day: number;
};

const FACT_COLUMNS = {
  kind: 'text',
  key: 'text',
  topic: 'text',
  digest: 'text',
  value: 'text',
  about_key: 'integer',
} as const;

const USE_COLUMNS = {
  id: 'text',
  topic: 'text',
  access_key: 'text',
  role_id: 'text',
  time: 'integer',
  call: 'text',
} as const;

function sameUse(a: UseRow, b: UseRow): boolean {
  return (
    a.call === b.call &&
    a.topic === b.topic &&
    a.accessKey === b.accessKey &&
    a.roleId === b.roleId &&
    a.time === b.time
  );
}

function digests(origins: readonly string[]): Map<string, string> {
  return new Map(origins.map((origin) => [digestOf(origin), origin]));
}

/** By their columns from left to right: keys stand first. */
function sorted(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => {
    for (let index = 0; index < a.length; index++) {
      const [left, right] = [a[index]!, b[index]!];
      if (left !== right) return left < right ? -1 : 1;
    }
    return 0;
  });
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

function* keysIn<Columns extends string>(
  rows: readonly Readonly<Record<Columns, string>>[],
  ...columns: Columns[]
): Iterable<string> {
  for (const row of rows) for (const column of columns) yield row[column];
}
