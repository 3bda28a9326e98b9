import type { ApiCall, InScopeOf, SessionIdentity } from '../records/index.ts';
import { edgeParts, isPlatformSession, roleKeyOfSession, type ServiceIssue } from '../sessions/index.ts';
import type { FactRow, InsideDayRow, SightingRow, UseRow } from '../store/index.ts';
import { type Presigned, preferred, Survey, type SurveyFacts } from '../survey/index.ts';
import type { PlaceTables } from '../where/index.ts';

/** What a survey found out, as rows of the store; and back. Nothing is lost on the way: joining rows joins surveys. */
export interface EvidenceRows {
  readonly facts: readonly FactRow[];
  readonly insideDays: readonly InsideDayRow[];
  readonly uses: readonly UseRow[];
  readonly sightings: readonly SightingRow[];
}

/**
 * The name under which everything about one function's sessions is kept: the session name without Lambda@Edge's region. Lambda's own
 * control plane changes its session names all the time and stands for a role: there the role (`account/role`, or its unique id).
 */
export function topicOf(sessionName: string, role: string): string {
  return isPlatformSession(sessionName) ? role : edgeParts(sessionName).name;
}

export function topicOfSession(identity: SessionIdentity): string {
  return topicOf(identity.sessionName, roleKeyOfSession(identity) || identity.roleId);
}

/** Facts about these are found by access key or role id, not by topic. */
const KEYED = '';

/** Facts by key that may attribute a use or a caller. */
export const ATTRIBUTING = ['issued-key', 'others-key', 'scope', 'log-writer'] as const;

/** `originOf`: the object that a file number of the survey's roster stands for. */
export function rowsOf(survey: SurveyFacts, originOf: (file: number) => string): EvidenceRows {
  return {
    facts: [...ledgerRows(survey.ledger), ...presignedRows(survey.presigned)],
    insideDays: insideRows(survey.inside),
    uses: [...survey.calls.values()].flatMap((call) => useRow(call) ?? []),
    sightings: sightingRows(survey, originOf),
  };
}

function ledgerRows(ledger: SurveyFacts['ledger']): FactRow[] {
  const rows: FactRow[] = [];
  // The keys of a session share one issue.
  const texts = new Map<object, string>();
  const textOf = (value: object) => {
    const text = texts.get(value) ?? JSON.stringify(value);
    texts.set(value, text);
    return text;
  };
  const add = (topic: string, kind: string, key: string, value: string | object) =>
    rows.push({ topic, kind, key, value: typeof value === 'string' ? value : textOf(value) });
  for (const [key, issues] of ledger.issuedKeys) for (const issue of issues) add(KEYED, 'issued-key', key, issue);
  for (const [key, issues] of ledger.issuedSessions) {
    for (const issue of issues) add(topicOf(issue.sessionName, issue.roleKey), 'issued-session', key, issue);
  }
  for (const key of ledger.othersKeys) add(KEYED, 'others-key', key, '');
  for (const [key, scopes] of ledger.scopes) for (const scope of scopes) add(KEYED, 'scope', key, scope);
  for (const [key, writer] of ledger.logWriters) add(KEYED, 'log-writer', key, writer);
  for (const [roleId, roleKey] of ledger.roleIds) add(KEYED, 'role-id', roleId, roleKey);
  for (const [parent, descents] of ledger.descents) {
    for (const descent of descents) {
      add(KEYED, 'descent', parent, descent);
      if (descent.accessKeyId !== '') add(KEYED, 'descended', descent.accessKeyId, parent);
    }
  }
  for (const [key, known] of ledger.functions) add(known.name, 'function', key, known);
  return rows;
}

function presignedRows(presigned: SurveyFacts['presigned']): FactRow[] {
  const rows: FactRow[] = [];
  for (const [caller, { addresses, identity, ids }] of presigned) {
    const topic = topicOfSession(identity);
    const add = (kind: string, value: string) => rows.push({ topic, kind, key: caller, value });
    add('presigned-caller', JSON.stringify(identity));
    for (const id of ids) add('presigned-call', id);
    for (const address of addresses) add('presigned-address', address);
  }
  return rows;
}

function insideRows({ sessions }: SurveyFacts['inside']): InsideDayRow[] {
  const rows: InsideDayRow[] = [];
  for (const [session, days] of sessions) {
    const space = session.indexOf(' ');
    const topic = topicOf(session.slice(space + 1), session.slice(0, space));
    for (const [day, { pub, endpoint }] of days) {
      if (pub.length > 0) rows.push({ topic, session, day, via: 'public', keys: pub });
      for (const [via, keys] of endpoint) rows.push({ topic, session, day, via, keys });
    }
  }
  return rows;
}

/** A use as kept; undefined for callers without a session, whose calls are never kept. */
function useRow(call: ApiCall): UseRow | undefined {
  const { id, identity, time } = call;
  if (identity.kind !== 'session') return undefined;
  const topic = topicOfSession(identity);
  return {
    id,
    topic,
    accessKey: identity.accessKeyId,
    roleId: unspelledRole(identity),
    time,
    call: JSON.stringify(call),
  };
}

function sightingRows(
  { roster, waiting }: Pick<SurveyFacts, 'roster' | 'waiting'>,
  originOf: (file: number) => string,
): SightingRow[] {
  return roster
    .filter(([, files]) => files.length > 0)
    .map(([caller, files]) => {
      const identity = waiting.get(caller);
      return {
        topic: identity === undefined ? '' : topicOfSession(identity),
        caller,
        accessKey: caller.split(' ', 1)[0]!,
        roleId: identity === undefined ? '' : unspelledRole(identity),
        identity: identity === undefined ? '' : JSON.stringify(identity),
        objects: [...new Set(files.map(originOf))],
      };
    });
}

/** The role's unique id where the record does not spell the role: then another record has to say which one it is. */
function unspelledRole(identity: SessionIdentity): string {
  return roleKeyOfSession(identity) === '' ? identity.roleId : '';
}

/** Of two copies of one call the one to keep, as a survey would. */
export function preferredUse(kept: UseRow, offered: UseRow): UseRow {
  const [a, b] = [JSON.parse(kept.call) as ApiCall, JSON.parse(offered.call) as ApiCall];
  return preferred(a, b) === a ? kept : offered;
}

/** The survey that these rows came from, as far as they go. Sightings do not come back: their objects have numbers of their own. */
export function surveyOf(rows: Omit<EvidenceRows, 'sightings'>, tables: PlaceTables): Survey {
  const survey = new Survey(tables, () => {});
  const presigned = new Map<string, Presigned>();
  const callers = rows.facts.filter(({ kind }) => kind === 'presigned-caller');
  for (const { key, value } of callers) {
    const identity = JSON.parse(value) as SessionIdentity;
    if (!presigned.has(key)) presigned.set(key, { identity, ids: new Set(), addresses: new Set() });
  }
  for (const { kind, key, value } of rows.facts) {
    if (kind === 'presigned-call') presigned.get(key)?.ids.add(value);
    if (kind === 'presigned-address') presigned.get(key)?.addresses.add(value);
  }
  survey.absorb({
    ledger: ledgerOf(rows.facts),
    inside: { sessions: insideOf(rows.insideDays) },
    roster: [],
    calls: new Map(rows.uses.map(({ id, call }) => [id, JSON.parse(call) as ApiCall])),
    presigned,
    waiting: new Map(),
  });
  return survey;
}

/** Facts about credentials, as a ledger takes them in. */
export function ledgerOf(facts: readonly FactRow[]): SurveyFacts['ledger'] {
  const lists = <Value>(of: string): Map<string, Value[]> => {
    const map = new Map<string, Value[]>();
    for (const { kind, key, value } of facts) {
      if (kind !== of) continue;
      const list = map.get(key);
      if (list === undefined) map.set(key, [JSON.parse(value) as Value]);
      else list.push(JSON.parse(value) as Value);
    }
    return map;
  };
  return {
    issuedKeys: lists<ServiceIssue>('issued-key'),
    issuedSessions: lists<ServiceIssue>('issued-session'),
    othersKeys: new Set(facts.filter(({ kind }) => kind === 'others-key').map(({ key }) => key)),
    scopes: lists<InScopeOf>('scope'),
    logWriters: smallest(facts, 'log-writer', (value) => JSON.parse(value)),
    roleIds: smallest(facts, 'role-id', (value) => value),
    descents: lists('descent'),
    functions: functionsOf(facts),
  };
}

/** One value for a key: of several the smallest text, as the ledger would have it. */
function smallest<Value>(facts: readonly FactRow[], of: string, read: (value: string) => Value): Map<string, Value> {
  const texts = new Map<string, string>();
  for (const { kind, key, value } of facts) {
    if (kind !== of) continue;
    const known = texts.get(key);
    if (known === undefined || value < known) texts.set(key, value);
  }
  return new Map([...texts].map(([key, value]) => [key, read(value)]));
}

type KnownFunctions = SurveyFacts['ledger']['functions'];

const IN_VPC_ORDER = { unknown: 0, no: 1, yes: 2 } as const;

/** As `Ledger` joins them: the smallest region, the strongest word about a VPC. */
function functionsOf(facts: readonly FactRow[]): KnownFunctions {
  const functions: KnownFunctions = new Map();
  for (const { kind, key, value } of facts) {
    if (kind !== 'function') continue;
    const known = JSON.parse(value) as typeof functions extends Map<string, infer Known> ? Known : never;
    const before = functions.get(key) ?? known;
    const region = known.region < before.region ? known.region : before.region;
    const inVpc = IN_VPC_ORDER[known.inVpc] > IN_VPC_ORDER[before.inVpc] ? known.inVpc : before.inVpc;
    functions.set(key, { ...before, region, inVpc });
  }
  return functions;
}

function insideOf(rows: readonly InsideDayRow[]): SurveyFacts['inside']['sessions'] {
  const sessions: SurveyFacts['inside']['sessions'] = new Map();
  for (const { session, day, via, keys } of rows) {
    const days = sessions.get(session) ?? new Map<number, { pub: string[]; endpoint: Map<string, string[]> }>();
    sessions.set(session, days);
    const facts = days.get(day) ?? { pub: [], endpoint: new Map<string, string[]>() };
    days.set(day, facts);
    if (via === 'public') facts.pub.push(...keys);
    else facts.endpoint.set(via, [...keys]);
  }
  return sessions;
}
