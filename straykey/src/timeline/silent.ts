import type { Evidence } from '../findings/index.ts';
import type { ApiCall } from '../records/index.ts';
import { delegationOf } from '../sessions/index.ts';

/** Whether a call of the finding's credential from the finding's host alarmed. */
export type Word = 'alarmed' | 'silent' | 'presigned' | 'either';

/**
 * Read off the evidence: it lists the ids of the alarming calls, oldest first and at most a thousand. Behind the last listed one the counts by day
 * tell, on days that had only calls of one sort; on mixed days nothing does (`either`).
 */
export function wordOn(evidence: Evidence): (call: ApiCall, eventId: string) => Word {
  const { eventIds, calls } = evidence;
  const alarming = new Set(eventIds.listed);
  const days = new Map(calls.byDay.listed.map((each) => [each.day, each]));
  const complete = eventIds.total <= eventIds.listed.length;
  return (call, eventId) => {
    if (delegationOf(call) === 'presigned') return 'presigned';
    if (alarming.has(eventId)) return 'alarmed';
    if (complete) return 'silent';
    const day = days.get(new Date(call.time * 1000).toISOString().slice(0, 10));
    if (day === undefined) return 'either';
    return day.silenced === 0 ? 'alarmed' : day.alarming === 0 ? 'silent' : 'either';
  };
}
