import { printable } from '../kit/index.ts';
import type { Derived, Rung } from '../sessions/index.ts';
import type { JudgedUse } from './case.ts';
import type { Calls, Evidence, Listed } from './evidence.ts';
import type { Facts } from './facts.ts';
import { byText, isoDay, isoTime, recordId } from './text.ts';

/** Most items of a list in a finding. A finding must stay well under EventBridge's 256 KB whatever a thief does. */
const LISTED = 100;
/** Event ids: enough to look up a whole incident; 40 bytes each. */
const LISTED_EVENT_IDS = 1000;
/** Days: a year of history for the plot. */
const LISTED_DAYS = 366;
/** User agents: up to 1 KB each as recorded, cut to 256 characters. */
const LISTED_USER_AGENTS = 20;

const RUNGS: readonly Rung[] = ['in-scope-of', 'issued-key', 'issued-session', 'log-writer'];

export function listed<Item>(items: readonly Item[], most = LISTED): Listed<Item> {
  return { total: items.length, listed: items.slice(0, most) };
}

export function callsOf(uses: readonly JudgedUse[], alarming: readonly JudgedUse[]): Calls {
  const failed = alarming.filter(hasFailed);
  const errors = tally(failed, apiKey);
  const byDay = [...tally(uses, dayOf)].sort(([a], [b]) => byText(a, b));
  const alarmingByDay = tally(alarming, dayOf);
  return {
    alarming: alarming.length,
    silenced: uses.length - alarming.length,
    failed: failed.length,
    byApi: listed(
      mostFirst(tally(alarming, apiKey)).map(([key, calls]) => {
        const [service = '', api = ''] = JSON.parse(key) as string[];
        return { service, api, calls, errors: errors.get(key) ?? 0 };
      }),
    ),
    byRegion: listed(
      mostFirst(tally(alarming, (each) => each.use.call.awsRegion)).map(([region, calls]) => ({ region, calls })),
    ),
    byDay: {
      total: byDay.length,
      listed: byDay.slice(-LISTED_DAYS).map(([day, calls]) => {
        const alarmed = alarmingByDay.get(day) ?? 0;
        return { day, alarming: alarmed, silenced: calls - alarmed };
      }),
    },
  };
}

export function rungsOf({ alarming }: Facts): Evidence['credential']['rungs'] {
  const calls = tally(alarming, (each) => each.use.rung);
  return RUNGS.flatMap((rung) => {
    const n = calls.get(rung);
    return n === undefined ? [] : [{ rung, calls: n }];
  });
}

export function addressesOf({ alarming }: Facts): Evidence['place']['addresses'] {
  return listed(
    mostFirst(tally(alarming, (each) => each.place.address)).map(([address, calls]) => ({ address, calls })),
  );
}

/** By first use, then id. Records without a key (cross-account views) are left out. */
export function keysOf(alarming: readonly JudgedUse[]): Evidence['keys'] {
  const keys = new Map<string, { first: number; last: number; calls: number }>();
  for (const { use } of alarming) {
    const { time, identity } = use.call;
    if (identity.accessKeyId === '') continue;
    const known = keys.get(identity.accessKeyId) ?? { first: time, last: time, calls: 0 };
    keys.set(identity.accessKeyId, { first: known.first, last: time, calls: known.calls + 1 });
  }
  return listed(
    [...keys]
      .sort(([a, of], [b, other]) => of.first - other.first || byText(a, b))
      .map(([accessKeyId, { first, last, calls }]) => ({
        accessKeyId,
        firstSeen: isoTime(first),
        lastSeen: isoTime(last),
        calls,
      })),
  );
}

/** Oldest first, so that a growing finding keeps the ids it had. */
export function eventIdsOf({ alarming }: Facts): Evidence['eventIds'] {
  return listed(
    alarming.map((each) => recordId(each.use.call)),
    LISTED_EVENT_IDS,
  );
}

export function userAgentsOf({ alarming }: Facts): Evidence['userAgents'] {
  const agents = mostFirst(tally(alarming, (each) => printable(each.use.call.userAgent, 256)));
  return listed(
    agents.map(([userAgent, calls]) => ({ userAgent, calls })),
    LISTED_USER_AGENTS,
  );
}

/** By time, then what was made. */
export function derivedOf({ case: c }: Facts): Evidence['derived'] {
  const rest = (each: Derived) => JSON.stringify([each.by, each.actsAs, each.accessKeyId, each.parentKey, each.calls]);
  const sorted = [...c.derived].sort((a, b) => a.time - b.time || a.depth - b.depth || byText(rest(a), rest(b)));
  return listed(
    sorted.map(({ parentKey, accessKeyId, by, actsAs, time, depth, calls }) => ({
      parentKey,
      ...(accessKeyId !== undefined && { accessKeyId }),
      by,
      actsAs,
      time,
      depth,
      calls,
    })),
  );
}

export function insideOf({ case: { inside } }: Facts): Evidence['inside'] {
  const days = [...inside.days].sort(byText);
  return {
    days: { total: days.length, listed: days.slice(-LISTED_DAYS) },
    ...(inside.inVpc !== undefined && { inVpc: inside.inVpc }),
  };
}

export function dayOf(use: JudgedUse): string {
  return isoDay(use.use.call.time);
}

export function hasFailed(use: JudgedUse): boolean {
  return use.use.call.errorCode !== undefined;
}

function apiKey({ use: { call } }: JudgedUse): string {
  return JSON.stringify([call.eventSource, call.eventName]);
}

function tally(uses: readonly JudgedUse[], key: (use: JudgedUse) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const use of uses) {
    const its = key(use);
    counts.set(its, (counts.get(its) ?? 0) + 1);
  }
  return counts;
}

function mostFirst(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort(([a, n], [b, m]) => m - n || byText(a, b));
}
