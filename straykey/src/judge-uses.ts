import type { JudgedUse } from './findings/index.ts';
import {
  createModel,
  type Feedback,
  type Inside,
  type Judgement,
  type LedgerEntry,
  type Outside,
  type Settings,
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
}

/**
 * Judges history as it would have been judged live: every verdict rests on days settled before it (MODEL.md 2.9), so handing
 * over all records at once changes nothing.
 */
export function judgeUses(joined: Joined, learning: Learning): JudgedHistory {
  if (learning.mode === 'off') {
    return { judged: joined.uses.map((use) => withJudgement(use, alwaysFinding(use))), ledger: [] };
  }
  const model = createModel({ ...learning.settings, ...(learning.mode === 'ack' ? { loneMode: 'ack' as const } : {}) });
  for (const each of learning.feedbackFor(joined.uses.map(({ principal }) => principal))) model.feedback(each);
  for (const day of joined.inside) for (const record of insideRecords(day)) model.observeInside(record);
  const judgements = new Map(
    model.judgeAll(joined.uses.map(toModel)).map(({ event, judgement }) => [event.id, judgement]),
  );
  const judged = joined.uses.map((use) => withJudgement(use, judgements.get(use.use.call.id)!));
  return { judged, ledger: model.ledger() };
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
