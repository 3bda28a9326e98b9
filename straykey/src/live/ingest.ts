import type { FactRow, InsideDayRow, Store } from '../store/index.ts';
import { type ReadBatch, readerLimits } from './batch-reader.ts';
import type { EnginePorts } from './ports.ts';
import { ATTRIBUTING, type EvidenceRows, preferredUse } from './rows.ts';

/** How far a chain of credentials made from a stolen one is followed; as in `derivedFrom`. */
const MAX_DEPTH = 5;

/**
 * Puts a batch into the store: one transaction. Facts join as sets, so a batch that comes again, in part or whole, changes nothing; counters
 * count only objects that were not in before. Marks the topics that have to be judged. Answers how many.
 */
export async function commitBatch(batch: ReadBatch, memory: WriteMemory, ports: EnginePorts): Promise<number> {
  const at = ports.now();
  memory.turn(at);
  const facts = batch.rows.facts.filter((fact) => !memory.knowsFact(fact));
  const insideDays = batch.rows.insideDays.filter((day) => !memory.knowsInside(day));
  const places = placesOf(batch).filter((place) => !memory.knowsPlace(place));
  const marked = await ports.store.atomically(async (store) => {
    const { evidence } = store;
    const fresh = await evidence.begin(batch.read, at);
    const novel = await evidence.addFacts(facts, at);
    const topics = new Set(await evidence.addInsideDays(insideDays, at));
    const used = await evidence.addUses(batch.rows.uses, at, preferredUse);
    await evidence.addSightings(batch.rows.sightings, at);
    const toJudge = new Set([...used, ...(await concernedBy(novel, topics, batch.rows, store))]);
    await evidence.mark(toJudge, at);
    if (fresh.size > 0) {
      await begin(places, store, at);
      await count(batch, store, at);
    }
    return toJudge.size;
  });
  for (const place of places) memory.learnPlace(place);
  for (const fact of facts) memory.learnFact(fact);
  for (const day of insideDays) memory.learnInside(day);
  return marked;
}

/** Topics whose verdicts may change: they have uses or callers waiting, and something new is known that bears on them. */
async function concernedBy(
  novel: readonly FactRow[],
  insideTopics: ReadonlySet<string>,
  { sightings }: EvidenceRows,
  { evidence }: Store,
): Promise<ReadonlySet<string>> {
  const keysOf = (...kinds: string[]) => novel.filter(({ kind }) => kinds.includes(kind)).map(({ key }) => key);
  const seenKeys = sightings.map(({ accessKey }) => accessKey).filter((key) => key !== '');
  const waiting = sightings.filter(({ identity }) => identity !== '');
  const known = await evidence.factsByKey([...ATTRIBUTING, 'descended'], seenKeys);
  const named = await evidence.topicsWith(
    'issued-session',
    waiting.map(({ topic }) => topic),
  );
  const parents = [...keysOf('descent'), ...parentsIn(known)];
  return await evidence.concerned({
    topics: [
      ...new Set([...insideTopics, ...novel.map(({ topic }) => topic).filter((topic) => topic !== ''), ...named]),
    ],
    keys: [
      ...keysOf(...ATTRIBUTING),
      ...known.filter(({ kind }) => kind !== 'descended').map(({ key }) => key),
      ...(await withAncestors(parents, evidence)),
    ],
    roleIds: keysOf('role-id'),
    insideKeys: keysOf('others-key'),
  });
}

function parentsIn(facts: readonly FactRow[]): string[] {
  return facts.filter(({ kind }) => kind === 'descended').map(({ value }) => value);
}

/** The keys and those they were made with. */
async function withAncestors(keys: readonly string[], evidence: Store['evidence']): Promise<string[]> {
  const all = new Set(keys);
  let generation = [...all];
  for (let depth = 1; depth < MAX_DEPTH && generation.length > 0; depth++) {
    const parents = parentsIn(await evidence.factsByKey(['descended'], generation));
    generation = [...new Set(parents)].filter((key) => !all.has(key));
    for (const key of generation) all.add(key);
  }
  return [...all];
}

function placesOf({ tallies }: ReadBatch): string[] {
  const places = tallies
    .filter(({ accountId }) => accountId !== '')
    .map(({ accountId, region }) => `${accountId}:${region}`);
  return [...new Set(places)];
}

/** Says once of each account and region when its first record was read. */
async function begin(places: readonly string[], { documents }: Store, at: number): Promise<void> {
  for (const place of places) await documents.create('coverage', place, {}, at);
}

/** What the overview, the doctor and people ask for: what was read, and what could not be used. */
async function count({ counts, oddities, tallies }: ReadBatch, { counters }: Store, at: number): Promise<void> {
  const increments = new Map<string, number>();
  const add = (name: string, by: number) => increments.set(name, (increments.get(name) ?? 0) + by);
  add('objects', counts.files);
  add('records', counts.records);
  for (const { kind } of oddities) add(`oddity:${kind}`, 1);
  for (const { accountId, category, records, region, s3 } of tallies) {
    if (accountId === '') continue;
    if (category === 'Data' ? s3 : category !== 'Insight') {
      add(`coverage:${accountId}:${region}:${category === 'Data' ? 's3data' : 'management'}`, records);
    }
  }
  await counters.add(
    [...increments].map(([name, by]) => ({ name, by })),
    at,
  );
}

/** Facts remembered as written. Beyond this all are forgotten, which costs writes and nothing else. */
const MOST_REMEMBERED = 1 << 18;

/** Kinds that come again with every batch; the others come once. */
const RECURRING: ReadonlySet<string> = new Set(['issued-session', 'role-id', 'function', 'scope', 'log-writer']);

/** What this process has written already: most facts come again with every batch, and need not be written again. */
export class WriteMemory {
  readonly #facts = new Set<string>();
  readonly #inside = new Map<string, readonly string[]>();
  readonly #places = new Set<string>();
  #since = Number.NEGATIVE_INFINITY;

  /** Forgets all now and then: a sweep may have taken away what was written. */
  turn(at: number): void {
    if (Math.abs(at - this.#since) < readerLimits.age) return;
    this.#since = at;
    this.#facts.clear();
    this.#inside.clear();
  }

  knowsFact(fact: FactRow): boolean {
    return RECURRING.has(fact.kind) && this.#facts.has(keyOf(fact));
  }

  learnFact(fact: FactRow): void {
    if (!RECURRING.has(fact.kind)) return;
    if (this.#facts.size >= MOST_REMEMBERED) this.#facts.clear();
    this.#facts.add(keyOf(fact));
  }

  /** `account:region`. */
  knowsPlace(place: string): boolean {
    return this.#places.has(place);
  }

  learnPlace(place: string): void {
    if (this.#places.size >= MOST_REMEMBERED) this.#places.clear();
    this.#places.add(place);
  }

  /** The store keeps the two smallest keys of all; so greater ones than those written need no writing. */
  knowsInside(row: InsideDayRow): boolean {
    const known = this.#inside.get(dayKey(row));
    return known !== undefined && smallestTwo(known, row.keys).every((key, at) => key === known[at]);
  }

  learnInside(row: InsideDayRow): void {
    if (this.#inside.size >= MOST_REMEMBERED) this.#inside.clear();
    this.#inside.set(dayKey(row), smallestTwo(this.#inside.get(dayKey(row)) ?? [], row.keys));
  }
}

function keyOf({ topic, kind, key, value }: FactRow): string {
  return `${kind}\n${topic}\n${key}\n${value}`;
}

function dayKey({ session, day, via }: InsideDayRow): string {
  return `${day}\n${via}\n${session}`;
}

function smallestTwo(a: readonly string[], b: readonly string[]): string[] {
  return [...new Set([...a, ...b])].sort().slice(0, 2);
}
