import { sql } from 'kysely';
import type { Session } from './session.ts';

export interface Migration {
  readonly name: string;
  /** Statements; words in braces are spelled as each engine wants them. Once released, never edited. */
  readonly statements: readonly string[];
}

/** Forward only, in order; the first has number 1. */
export const MIGRATIONS: readonly Migration[] = [
  {
    name: 'tables',
    statements: [
      'create table long_texts (short {text} not null primary key, text {text} not null) {clustered}',
      `create table findings (
        id {text} not null primary key, type {text} not null, severity {real} not null, account_id {text} not null,
        region {text} not null, archived {integer} not null, count {integer} not null, created_at {integer} not null,
        updated_at {integer} not null, resource_name {text} not null, access_key_id {text} not null,
        caller_address {text} not null, caller_key {text} not null, changed_at {integer} not null,
        written_at {integer} not null, revision {integer} not null, sample {integer} not null,
        historical {integer} not null, archived_by {text} not null, feedback {text} not null, topics {text} not null
      ) {strict}`,
      `create table finding_documents (
        finding_id {text} not null primary key, head {text} not null, evidence {bytes}
      ) {strict}`,
      `create table finding_topics (
        topic {text} not null, finding_id {text} not null, primary key (topic, finding_id)
      ) {clustered}`,
      'create index finding_topics_of_finding on finding_topics (finding_id)',
      `create table finding_events (
        id {serial}, finding_id {text} not null, revision {integer} not null, kind {text} not null,
        at {integer} not null, actor {text} not null, reason {text}, document {bytes}
      ) {strict}`,
      'create index finding_events_by_finding on finding_events (finding_id, id)',
      "create index finding_events_of_retracted on finding_events (at) where kind = 'retracted'",
      `create table outbox (
        id {serial}, outlet {text} not null, finding_id {text} not null,
        revision {integer} not null, kind {text} not null, document {text} not null, due_at {integer} not null,
        at {integer} not null, state {text} not null, attempts {integer} not null, error {text}, sent_at {integer},
        leased_until {integer}
      ) {strict}`,
      "create index outbox_waiting on outbox (due_at, id) where state = 'waiting'",
      "create index outbox_of_finding on outbox (outlet, finding_id, revision) where state = 'waiting'",
      'create index outbox_by_state on outbox (state, outlet, id)',
      'create index outbox_by_finding on outbox (finding_id)',
      `create table tellings (
        outlet {text} not null, finding_id {text} not null, added {integer} not null, sent {integer} not null,
        sent_at {integer}, primary key (outlet, finding_id)
      ) {clustered}`,
      'create index tellings_of_finding on tellings (finding_id)',
      `create table documents (
        kind {text} not null, id {text} not null, body {text} not null, rank {integer} not null,
        version {integer} not null, created_at {integer} not null, updated_at {integer} not null, primary key (kind, id)
      ) {clustered}`,
      `create table audit (
        id {serial}, at {integer} not null, actor {text} not null, reason {text}, action {text} not null,
        subject {text} not null, detail {text}
      ) {strict}`,
      'create index audit_by_subject on audit (subject, id)',
      `create table positions (
        source {text} not null primary key, value {text} not null, at {integer} not null
      ) {clustered}`,
      `create table counters (
        name {text} not null, shard {integer} not null, value {integer} not null, at {integer} not null,
        primary key (name, shard)
      ) {clustered}`,
      'create table objects (id {text} not null primary key, at {integer} not null) {clustered}',
      'create index objects_by_arrival on objects (at)',
      `create table facts (
        kind {text} not null, key {text} not null, topic {text} not null, digest {text} not null, value {text} not null,
        about_key {integer} not null, at {integer} not null, primary key (kind, key, topic, digest)
      ) {clustered}`,
      "create index facts_by_topic on facts (topic) where topic <> ''",
      'create index facts_by_arrival on facts (about_key, at)',
      `create table inside_days (
        topic {text} not null, session {text} not null, day {integer} not null, via {text} not null,
        first_key {text} not null, second_key {text} not null, at {integer} not null,
        primary key (topic, session, day, via)
      ) {clustered}`,
      'create index inside_days_by_first_key on inside_days (first_key)',
      'create index inside_days_by_second_key on inside_days (second_key)',
      'create index inside_days_by_arrival on inside_days (at)',
      'create index inside_days_by_day on inside_days (day, session)',
      `create table uses (
        id {text} not null primary key, topic {text} not null, access_key {text} not null, role_id {text} not null,
        time {integer} not null, call {text} not null, at {integer} not null
      ) {strict}`,
      'create index uses_by_topic on uses (topic)',
      'create index uses_by_access_key on uses (access_key)',
      "create index uses_by_role_id on uses (role_id) where role_id <> ''",
      'create index uses_by_arrival on uses (at)',
      `create table sightings (
        id {serial}, digest {text} not null unique, topic {text} not null, caller {text} not null,
        access_key {text} not null, role_id {text} not null, identity {text} not null, objects {text} not null,
        at {integer} not null
      ) {strict}`,
      'create index sightings_by_topic on sightings (topic)',
      'create index sightings_by_access_key on sightings (access_key)',
      "create index sightings_by_role_id on sightings (role_id) where role_id <> ''",
      'create index sightings_by_arrival on sightings (at)',
      'create table marks (id {serial}, topic {text} not null, due_at {integer} not null) {strict}',
      'create index marks_by_topic on marks (topic, due_at)',
      'create index marks_by_due_time on marks (due_at, id)',
      `create table habits (
        principal {text} not null primary key, topics {text} not null, networks {text} not null,
        last_day {integer} not null, bytes {bytes} not null, settled {bytes} not null, at {integer} not null
      ) {strict}`,
      'create index habits_by_time on habits (at)',
      `create table habit_networks (
        network {text} not null, principal {text} not null, primary key (network, principal)
      ) {clustered}`,
      'create index habit_networks_of_principal on habit_networks (principal)',
    ],
  },
  {
    name: 'indexes for pages of findings',
    statements: [
      ...[
        ...['region', 'archived', 'count', 'created_at', 'updated_at', 'changed_at'],
        ...['resource_name', 'caller_address', 'caller_key'],
      ].map((column) => `create index findings_by_${column} on findings (${column}, id)`),
      // What is counted by these is often only what is shown.
      ...['type', 'severity', 'account_id', 'access_key_id'].map(
        (column) => `create index findings_by_${column} on findings (${column}, id, archived)`,
      ),
      ...['severity', 'created_at', 'updated_at'].map(
        (column) => `create index findings_shown_by_${column} on findings (archived, ${column}, id)`,
      ),
    ],
  },
];

/** The store was written by a newer Straykey. */
export class StoreTooNew extends Error {
  override readonly name = 'StoreTooNew';
}

/** Brings the tables to the newest form, all in one transaction; others who open the store meanwhile wait. */
export async function migrate(session: Session, upTo: number = MIGRATIONS.length): Promise<void> {
  await session.atomically(async ({ db, words, name }) => {
    await words.lockMigrations.execute(db);
    await sql
      .raw(
        spelled(
          'create table if not exists meta (name {text} not null primary key, value {text} not null) {clustered}',
          words.spelling,
        ),
      )
      .execute(db);
    const row = await db.selectFrom('meta').select('value').where('name', '=', 'schema').executeTakeFirst();
    const have = Number(row?.value ?? 0);
    if (have > MIGRATIONS.length) {
      throw new StoreTooNew(
        `The store ${name} was written by a newer Straykey (its tables have version ${have}, this program knows ${MIGRATIONS.length}). ` +
          'Use that version or a newer one, or name another store with --store.',
      );
    }
    if (have >= upTo) return;
    for (const { statements } of MIGRATIONS.slice(have, upTo)) {
      for (const statement of statements) await sql.raw(spelled(statement, words.spelling)).execute(db);
    }
    await db
      .insertInto('meta')
      .values({ name: 'schema', value: String(upTo) })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: String(upTo) }))
      .execute();
  });
}

function spelled(statement: string, spelling: Readonly<Record<string, string>>): string {
  return statement.replace(/\{(\w+)\}/g, (_, word: string) => spelling[word]!);
}
