import type { Finding } from '../findings/index.ts';
import { type Judged, type JudgedHistory, judgeUses, type Learning } from '../judge-uses.ts';
import { defaultSettings, firstChangedDay, networkOfHost, type StoredPrincipal } from '../model/index.ts';
import { raiseFindings, stolenKeys } from '../pipeline.ts';
import type { SessionIdentity } from '../records/index.ts';
import { attribute } from '../sessions/index.ts';
import { feedbackOf, type Statement } from '../statements/index.ts';
import type { FactRow, HabitRow, InsideDayRow, SightingRow, Store, StoredFinding, UseRow } from '../store/index.ts';
import { derivedFrom, type Joined, join, type Survey } from '../survey/index.ts';
import { writeHosts } from './hosts.ts';
import type { EnginePorts, FindingChange, Screened } from './ports.ts';
import { ATTRIBUTING, surveyOf, topicOfSession } from './rows.ts';
import type { VerdictMemory } from './verdict-memory.ts';

export const judgeLimits = {
  /** Topics judged in one transaction; 32. */
  topics: 32,
  /** How long the engine waits before it asks again for a second look that did not happen; 60 s. */
  lookAgainAfter: 60_000,
  /**
   * Silent uses kept one by one for each topic; 5,000. Older ones are taken up by the habits for good, so that a busy gateway costs the
   * same every day. Records that come more than a day late then teach, but no longer change verdicts given before (MODEL.md 2.9).
   */
  silentUses: 5_000,
} as const;

/** Files to read again: callers that were seen in them before anything attributed them. */
export interface Look {
  readonly objects: readonly string[];
  /** As the roster names them: their calls are uses. */
  readonly callers: ReadonlySet<string>;
  /** Keys made with stolen ones: their calls are counted. */
  readonly children: ReadonlySet<string>;
  readonly sightings: readonly number[];
  readonly topics: readonly string[];
}

export interface JudgedTopics {
  readonly topics: readonly string[];
  readonly uses: number;
  readonly changed: readonly FindingChange[];
  readonly look: Look | undefined;
}

/**
 * Judges the topics that wait: the very functions of `scan`, over that part of the store that bears on them. One transaction: verdicts,
 * habits, findings, history and outbox change together, or the mark stays. `undefined` when nothing waits.
 */
export async function judgeMarked(
  ports: EnginePorts,
  memory: VerdictMemory,
  most: number = judgeLimits.topics,
): Promise<JudgedTopics | undefined> {
  const done = await ports.store.atomically(async (store) => {
    const topics = await store.evidence.takeMarked(ports.now(), most);
    return topics.length === 0 ? undefined : await judgeTopics(topics, store, ports, memory);
  });
  done?.remember();
  return done?.judged;
}

async function judgeTopics(
  marked: readonly string[],
  store: Store,
  ports: EnginePorts,
  memory: VerdictMemory,
): Promise<{ readonly judged: JudgedTopics; readonly remember: () => void }> {
  let topics = marked;
  let verdicts = await verdictsOf(topics, store, ports, memory);
  // Two session names that stand for one resource, which no real trail shows, share a finding: then both are judged together.
  const others = await strangersTo(topics, verdicts.findings, store);
  if (others.length > 0) {
    topics = [...topics, ...others];
    verdicts = await verdictsOf(topics, store, ports, memory);
  }
  const { findings, material } = verdicts;
  const changed = await writeFindings(findings, topics, verdicts, store, ports);
  await retract(findings, topics, material.uses, store, ports);
  await writeHabits(topics, verdicts, store, ports);
  await writeHosts(verdicts.history.judged, store, ports.now());
  const look = await lookFor(topics, verdicts, store);
  if (look !== undefined) await store.evidence.mark(topics, ports.now() + judgeLimits.lookAgainAfter);
  return { judged: { topics, uses: verdicts.joined.uses.length, changed, look }, remember: verdicts.remember };
}

/** Everything the store knows that bears on some topics. */
interface Material {
  readonly facts: readonly FactRow[];
  readonly insideDays: readonly InsideDayRow[];
  readonly uses: readonly UseRow[];
  readonly sightings: readonly (SightingRow & { readonly id: number })[];
}

interface Verdicts {
  readonly material: Material;
  readonly survey: Survey;
  readonly joined: Joined;
  readonly history: JudgedHistory;
  readonly findings: readonly Finding[];
  readonly habitsBefore: readonly HabitRow[];
  /** Keys made with stolen ones. */
  readonly children: ReadonlySet<string>;
  /** To be called once the transaction is through. */
  readonly remember: () => void;
}

async function verdictsOf(
  topics: readonly string[],
  store: Store,
  ports: EnginePorts,
  memory: VerdictMemory,
): Promise<Verdicts> {
  const material = await gatherMaterial(topics, store);
  const survey = surveyOf(material, ports.tables);
  const trusted = await ports.trusted(store);
  const all = join(survey, ports.tables);
  const joined = { ...all, uses: all.uses.filter(({ place }) => trusted(place.address) === undefined) };
  const principals = new Set(joined.uses.map(({ principal }) => principal));
  const networks = new Set(joined.uses.flatMap(({ place }) => networkOfHost(place.address) ?? []));
  const habitsBefore = await store.evidence.habits({ networks: [...networks], principals: [...principals] });
  const { learning, basis } = await learningFrom(store, ports);
  const known = habitsBefore.flatMap(knownOf(principals));
  const history = judgeUses(joined, learning, known, memory.earlier(basis, ports.learning.settings));
  const children = new Set(
    derivedFrom(stolenKeys(history.judged), survey.ledger, new Map()).flatMap(({ accessKeyId }) => accessKeyId ?? []),
  );
  const childCalls = await countChildCalls(children, store);
  const findings = raiseFindings(history.judged, joined, survey, childCalls, ports);
  const remember = () => memory.learn(history, known, basis);
  return { material, survey, joined, history, findings, habitsBefore, children, remember };
}

/** Of those being judged only what their kept uses do not say again; of others everything. */
function knownOf(judged: ReadonlySet<string>): (row: HabitRow) => StoredPrincipal[] {
  return ({ principal, bytes, settled }) => {
    const known = judged.has(principal) ? settled : bytes;
    return known.length === 0 ? [] : [{ name: principal, bytes: known }];
  };
}

async function gatherMaterial(topics: readonly string[], { evidence }: Store): Promise<Material> {
  const uses = await evidence.usesOf(topics);
  const sightings = await evidence.sightingsOf(topics, []);
  const insideDays = await evidence.insideDaysOf(topics);
  const topical = await evidence.factsOf(topics);
  const presigned = topical.filter(({ kind }) => kind === 'presigned-caller').map(({ key }) => key.split(' ', 1)[0]!);
  const keys = distinct([...[...uses, ...sightings].map(({ accessKey }) => accessKey), ...presigned]);
  const roleIds = distinct([
    ...[...uses, ...sightings].map(({ roleId }) => roleId),
    ...insideDays.map(({ session }) => session.split(' ', 1)[0]!).filter((who) => !who.includes('/')),
  ]);
  const insideKeys = distinct(insideDays.flatMap((row) => row.keys));
  const keyed = [
    ...(await evidence.factsByKey([...ATTRIBUTING], keys)),
    ...(await evidence.factsByKey(['others-key'], insideKeys)),
    ...(await evidence.factsByKey(['role-id'], roleIds)),
    ...(await descentsFrom(keys, evidence)),
  ];
  return { facts: [...topical, ...keyed], insideDays, uses, sightings };
}

/** A chained role session lasts an hour at most; as in `derivedFrom`. */
const MAX_DEPTH = 5;

async function descentsFrom(keys: readonly string[], evidence: Store['evidence']): Promise<FactRow[]> {
  const all: FactRow[] = [];
  const seen = new Set(keys);
  let generation = keys;
  for (let depth = 1; depth <= MAX_DEPTH && generation.length > 0; depth++) {
    const descents = await evidence.factsByKey(['descent'], generation);
    all.push(...descents);
    const children = descents.map(({ value }) => (JSON.parse(value) as { accessKeyId: string }).accessKeyId);
    generation = distinct(children).filter((key) => !seen.has(key));
    for (const key of generation) seen.add(key);
  }
  return all;
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].filter((text) => text !== '').sort();
}

async function countChildCalls(
  children: ReadonlySet<string>,
  { evidence }: Store,
): Promise<ReadonlyMap<string, number>> {
  const calls = new Map<string, number>();
  for (const { key } of await evidence.factsByKey(['child-call'], [...children])) {
    calls.set(key, (calls.get(key) ?? 0) + 1);
  }
  return calls;
}

/** `basis`: what verdicts rest on besides records. */
async function learningFrom(
  { documents }: Store,
  { learning }: EnginePorts,
): Promise<{ readonly learning: Learning; readonly basis: string }> {
  const statements = (await documents.list<Statement>('statement')).map(({ body }) => body);
  return {
    learning: { ...learning, feedbackFor: (principals) => feedbackOf(statements, principals) },
    basis: JSON.stringify([learning, statements]),
  };
}

/** Topics that findings of these also rest on. */
async function strangersTo(topics: readonly string[], findings: readonly Finding[], store: Store): Promise<string[]> {
  const stored = await store.findings.get(findings.map(({ id }) => id));
  const known = new Set(topics);
  return [...new Set(stored.flatMap((each) => each.topics))].filter((topic) => !known.has(topic)).sort();
}

async function writeFindings(
  findings: readonly Finding[],
  topics: readonly string[],
  verdicts: Verdicts,
  store: Store,
  ports: EnginePorts,
): Promise<FindingChange[]> {
  if (findings.length === 0) return [];
  const at = ports.now();
  const screen = await ports.screen(store);
  const known = new Map(
    (await store.findings.get(findings.map(({ id }) => id))).map((each) => [each.finding.id, each]),
  );
  const changes: FindingChange[] = [];
  for (const finding of findings) {
    const before = known.get(finding.id);
    const quiet = before !== undefined && !hasNews(before.finding, finding);
    const { counters, suppressedBy } = quiet ? NOTHING_SCREENED : screen(finding);
    const written = await store.findings.put({
      finding,
      at,
      topics: topicsOf(finding, verdicts, topics),
      quiet,
      ...(suppressedBy === undefined ? {} : { suppressedBy }),
      reopen: !quiet && before?.archived === true && suppressedBy === undefined,
    });
    if (!written.changed || quiet) continue;
    if (counters.length > 0) await store.counters.add(counters, at);
    const change = { before: written.before, after: written.after };
    changes.push(change);
    await ports.notify(store, change);
  }
  return changes;
}

const NOTHING_SCREENED: Screened = { counters: [] };

/** Whether a finding says something that its reader should hear: more alarming calls, or what was done with credentials made from stolen ones. */
function hasNews(before: Finding, after: Finding): boolean {
  if (before.service.count !== after.service.count) return true;
  if (before.updatedAt !== after.updatedAt || before.createdAt !== after.createdAt) return true;
  return derivedIn(before) !== derivedIn(after);
}

function derivedIn(finding: Finding): string {
  const { derived } = JSON.parse(finding.service.additionalInfo.value) as { derived: unknown };
  return JSON.stringify(derived);
}

function topicsOf(finding: Finding, { history }: Verdicts, topics: readonly string[]): string[] {
  const resources = resourcesOf(finding);
  const found = new Set<string>();
  for (const { use } of history.judged) {
    const { identity } = use.call;
    if (identity.kind === 'session' && resources.has(use.issuedTo.arn)) found.add(topicOfSession(identity));
  }
  const own = [...found].filter((topic) => topics.includes(topic)).sort();
  return own.length > 0 ? own : [...topics];
}

function resourcesOf(finding: Finding): ReadonlySet<string> {
  const { credential } = JSON.parse(finding.service.additionalInfo.value) as {
    credential: { issuedTo: { arn: string } };
  };
  return new Set([credential.issuedTo.arn]);
}

/** Findings of these topics whose calls are still here and no longer say what they said: a later record named another owner of the key. */
async function retract(
  findings: readonly Finding[],
  topics: readonly string[],
  uses: readonly UseRow[],
  store: Store,
  { now }: EnginePorts,
): Promise<void> {
  const raised = new Set(findings.map(({ id }) => id));
  const stored = await store.findings.ofTopics(topics);
  const gone = stored.filter((each) => !each.sample && !raised.has(each.finding.id) && restsOn(each, uses));
  if (gone.length === 0) return;
  const reason =
    'Records that came later show that these calls were not made with a credential made for this resource.';
  await store.findings.retract(
    gone.map(({ finding }) => finding.id),
    { at: now(), by: 'straykey', reason },
  );
}

function restsOn({ finding }: StoredFinding, uses: readonly UseRow[]): boolean {
  const { eventIds } = JSON.parse(finding.service.additionalInfo.value) as { eventIds: { listed: readonly string[] } };
  const ids = new Set(eventIds.listed);
  return uses.some(({ id, call }) => ids.has(id) || ids.has((JSON.parse(call) as { eventId?: string }).eventId ?? ''));
}

/** Remembers the habits of those judged; marks others whose earlier verdicts rest on days that have changed. */
async function writeHabits(
  topics: readonly string[],
  verdicts: Verdicts,
  store: Store,
  ports: EnginePorts,
): Promise<void> {
  const settings = { ...defaultSettings, ...ports.learning.settings };
  const { habitsBefore, history, joined } = verdicts;
  const after = new Map(history.habits.map((each) => [each.name, each]));
  const before = new Map(habitsBefore.map((row) => [row.principal, row]));
  const shed = shedSilent(history.judged);
  const settled = shed.length === 0 ? undefined : settledBy(shed, verdicts);
  const rows: HabitRow[] = [];
  const late = new Map<string, number>();
  for (const principal of new Set(joined.uses.map((use) => use.principal))) {
    const now = after.get(principal);
    if (now === undefined) continue;
    const own = history.judged.filter((each) => each.principal === principal);
    const networks = distinct(own.flatMap(({ place }) => networkOfHost(place.address) ?? []));
    const known = before.get(principal);
    rows.push({
      principal,
      topics: distinct([...(known?.topics ?? []), ...topicsOfUses(own)]),
      networks: distinct([...(known?.networks ?? []), ...networks]),
      lastDay: Math.max(known?.lastDay ?? 0, ...own.map(({ use }) => Math.floor(use.call.time / 86_400))),
      bytes: now.bytes,
      settled: settled?.get(principal) ?? known?.settled ?? new Uint8Array(),
    });
    const changed = firstChangedDay(known && { name: principal, bytes: known.bytes }, now, settings);
    if (changed === undefined) continue;
    for (const network of networks) late.set(network, Math.min(late.get(network) ?? changed, changed));
  }
  if (rows.length > 0) await store.evidence.putHabits(rows, ports.now());
  if (shed.length > 0) await store.evidence.dropUses(shed.map(({ use }) => use.call.id));
  const affected = habitsBefore.filter(
    (row) =>
      !joined.uses.some(({ principal }) => principal === row.principal) &&
      row.networks.some((network) => row.lastDay >= (late.get(network) ?? Number.POSITIVE_INFINITY) + settings.lag),
  );
  const again = affected.flatMap((row) => row.topics).filter((topic) => !topics.includes(topic));
  if (again.length > 0) await store.evidence.mark(again, ports.now());
}

function topicsOfUses(judged: readonly Judged[]): string[] {
  return judged.flatMap(({ use: { call } }) =>
    call.identity.kind === 'session' ? [topicOfSession(call.identity)] : [],
  );
}

/** Of too many silent uses the oldest; never today's or yesterday's, which late records may still change. */
function shedSilent(judged: readonly Judged[]): Judged[] {
  const silent = judged.filter(({ judgement }) => !judgement.finding);
  if (silent.length <= judgeLimits.silentUses) return [];
  const newest = Math.floor(silent.at(-1)!.use.call.time / 86_400);
  const excess = silent.slice(0, silent.length - Math.floor(judgeLimits.silentUses / 2));
  return excess.filter(({ use }) => Math.floor(use.call.time / 86_400) < newest - 1);
}

/** The habits that uses to be dropped leave behind, with those left behind before. */
function settledBy(shed: readonly Judged[], { habitsBefore, joined }: Verdicts): ReadonlyMap<string, Uint8Array> {
  const ids = new Set(shed.map(({ use }) => use.call.id));
  const principals = new Set(shed.map(({ principal }) => principal));
  const left = { ...joined, uses: joined.uses.filter(({ use }) => ids.has(use.call.id)), inside: [] };
  const before = habitsBefore
    .filter(({ principal, settled }) => principals.has(principal) && settled.length > 0)
    .map(({ principal, settled }) => ({ name: principal, bytes: settled }));
  const { habits } = judgeUses(left, { mode: 'on', feedbackFor: () => [] }, before);
  return new Map(habits.map(({ bytes, name }) => [name, bytes]));
}

/** Callers that waited and are attributed now, and calls by keys made with stolen ones. */
async function lookFor(topics: readonly string[], verdicts: Verdicts, store: Store): Promise<Look | undefined> {
  const { children, material, survey } = verdicts;
  const attributed = material.sightings.filter(
    ({ identity }) =>
      identity !== '' && attribute(JSON.parse(identity) as SessionIdentity, survey.ledger).kind === 'resource',
  );
  const made = children.size === 0 ? [] : await store.evidence.sightingsOf([], [...children]);
  const all = [...attributed, ...made];
  if (all.length === 0) return undefined;
  return {
    objects: [...new Set(all.flatMap(({ objects }) => objects))].sort(),
    callers: new Set(attributed.map(({ caller }) => caller)),
    children,
    sightings: [...new Set(all.map(({ id }) => id))],
    topics,
  };
}
