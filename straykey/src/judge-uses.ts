import type { JudgedUse } from './findings/index.ts';
import {
  createModel,
  type Feedback,
  type Inside,
  type Judgement,
  type LedgerEntry,
  type LedgerRecord,
  type Model,
  type Outside,
  restore,
  type Settings,
  SNAPSHOT_VERSION,
  type StoredPrincipal,
  withoutEvidence,
} from './model/index.ts';
import type { InsideUseDay, Joined, OutsideUse } from './survey/index.ts';
import { formatCidr, formatIp, hostOf, parseIp } from './where/index.ts';

/** Whether and how hosts are learned, and what people have said about them. */
export interface Learning {
  /** `on`: MODEL.md. `ack`: only routed functions are learned unattended. `off`: every outside use alarms. */
  readonly mode: 'on' | 'ack' | 'off';
  /** Statements in force, for the principals of this input. */
  readonly feedbackFor: (principals: Iterable<string>) => readonly Feedback[];
  readonly settings?: Partial<Settings>;
}

/** A judged use with the principal the model judged it for. */
export interface Judged extends JudgedUse {
  readonly principal: string;
  readonly role: string;
}

export interface JudgedHistory {
  /** Same order as `joined.uses`. */
  readonly judged: readonly Judged[];
  /** Hosts that were learned or declared expected: nothing falls silent without a line here. */
  readonly ledger: readonly LedgerEntry[];
  /** What is remembered afterwards of the principals judged: of these uses and of what was known before. Empty with learning off. */
  readonly habits: readonly StoredPrincipal[];
  /** The ledger as remembered. */
  readonly records: readonly LedgerRecord[];
}

/** What judging the same principals before has left: verdicts that still hold need not be given again. */
export interface EarlierVerdicts {
  /** The first UTC day number whose verdicts may have changed, now that a principal's habits and those of everybody around it are these. */
  since(habits: StoredPrincipal, around: readonly StoredPrincipal[]): number;
  judgementOf(id: string): Judgement | undefined;
  /** Hosts silenced before those days. */
  ledgerBefore(principal: string, day: number): readonly LedgerRecord[];
}

/**
 * Judges history as it would have been judged live: every verdict rests on days settled before it (MODEL.md 2.9), so handing
 * over all records at once changes nothing. `known`: what is remembered of uses that are not handed over.
 */
export function judgeUses(
  joined: Joined,
  learning: Learning,
  known: readonly StoredPrincipal[] = [],
  earlier?: EarlierVerdicts,
): JudgedHistory {
  if (learning.mode === 'off') {
    const judged = joined.uses.map((use) => withJudgement(use, alwaysFinding(use)));
    return { judged, ledger: [], habits: [], records: [] };
  }
  const events = joined.uses.map(toModel);
  const principals = new Set(joined.uses.map(({ principal }) => principal));
  const since = earlier && sinceDays(events, principals, joined, learning, known, earlier);
  const model = modelFor(learning, known, since === undefined ? [] : ledgerBefore(since, earlier!));
  for (const each of learning.feedbackFor(joined.uses.map(({ principal }) => principal))) model.feedback(each);
  for (const day of joined.inside) for (const record of insideRecords(day)) model.observeInside(record);
  const judgements = new Map(
    model
      .judgeAll(events, since && ((principal) => since.get(principal) ?? Number.NEGATIVE_INFINITY))
      .map(({ event, judgement }) => [event.id, judgement]),
  );
  const judged = joined.uses.map((use) => {
    const { id } = use.use.call;
    return withJudgement(use, (judgements.get(id) ?? earlier?.judgementOf(id))!);
  });
  const { ledger: records, principals: habits } = model.snapshot(principals);
  return { judged, ledger: model.ledger(), habits, records };
}

/** From which day on each principal has to be judged anew. A use without an earlier verdict is judged in any case. */
function sinceDays(
  events: readonly Outside[],
  principals: ReadonlySet<string>,
  joined: Joined,
  learning: Learning,
  known: readonly StoredPrincipal[],
  earlier: EarlierVerdicts,
): ReadonlyMap<string, number> {
  const probe = modelFor(learning, known, []);
  for (const day of joined.inside) for (const record of insideRecords(day)) probe.observeInside(record);
  for (const event of events) probe.observeOutside(event);
  const own = probe.snapshot(principals).principals;
  const around = [...known.filter(({ name }) => !principals.has(name)), ...own];
  const since = new Map(own.map((each) => [each.name, earlier.since(each, around)] as const));
  for (const { id, principal, t } of events) {
    if (earlier.judgementOf(id) !== undefined) continue;
    since.set(principal, Math.min(since.get(principal) ?? Number.NEGATIVE_INFINITY, Math.floor(t / 86_400)));
  }
  return since;
}

function ledgerBefore(since: ReadonlyMap<string, number>, earlier: EarlierVerdicts): LedgerRecord[] {
  return [...since].flatMap(([principal, day]) => earlier.ledgerBefore(principal, day));
}

function modelFor(learning: Learning, principals: readonly StoredPrincipal[], ledger: readonly LedgerRecord[]): Model {
  const settings = { ...learning.settings, ...(learning.mode === 'ack' ? { loneMode: 'ack' as const } : {}) };
  if (principals.length === 0 && ledger.length === 0) return createModel(settings);
  return restore({ version: SNAPSHOT_VERSION, principals, statements: [], ledger }, settings);
}

function withJudgement({ use, place, delegation, principal, role }: OutsideUse, judgement: Judgement): Judged {
  return { use, place, delegation, principal, role, judgement };
}

function toModel({ use: { call }, place, principal, role }: OutsideUse): Outside {
  return {
    id: call.id,
    t: call.time,
    principal,
    role,
    key: call.identity.accessKeyId || call.identity.principalId,
    ip: place.address,
    ua: call.userAgent,
    source: call.eventSource,
    name: call.eventName,
    region: call.awsRegion,
    ...(call.readOnly === undefined ? {} : { readOnly: call.readOnly }),
    ...(call.errorCode === undefined ? {} : { error: call.errorCode }),
  };
}

function insideRecords({ principal, day, pub, endpoint }: InsideUseDay): Inside[] {
  const t = day * 86_400;
  const records: Inside[] = pub ? [{ inside: true, t, principal, vpce: false }] : [];
  for (const service of endpoint) {
    const at = service.lastIndexOf('@');
    records.push({
      inside: true,
      t,
      principal,
      vpce: true,
      source: service.slice(0, at),
      region: service.slice(at + 1),
    });
  }
  return records;
}

/** With learning off nothing is ever expected. */
function alwaysFinding({ place }: OutsideUse): Judgement {
  const ip = parseIp(place.address)!;
  const unit = ip.family === 4 ? formatIp(ip) : formatCidr(hostOf(ip));
  const text = 'Learning is switched off: every use from outside AWS makes a finding.';
  return withoutEvidence(unit, 'LEARNING_OFF', 'learning is switched off', text);
}
