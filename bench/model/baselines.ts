/**
 * What others do, as far as their rules are published (MODEL.md 1.2). Each is given every benefit of the doubt: it learns
 * from the first record on, forgets nothing it need not, and sees records in order.
 */
import type { Outside } from '../../straykey/src/model/index.ts';
import type { InsideUse, Judge, Verdict } from './records.ts';

const DAY = 86_400;
const dayOf = (t: number) => Math.floor(t / DAY);

/** Every baseline reports per function and address. */
const keyOf = (event: Outside) => `${event.principal}|${event.ip}`;

const verdict = (event: Outside, finding: boolean, reason: string): Verdict => ({
  finding,
  reasons: finding ? [reason] : [],
  key: keyOf(event),
});

const deaf = { inside: () => {} };

export function always(): Judge {
  return { ...deaf, outside: (event) => verdict(event, true, 'ALWAYS') };
}

/** What "the same remote host" means to a learner that counts days. */
export const UNITS = {
  'account, /24': (event: Outside) => `${event.role.split('/')[0]}|${networkOf(event.ip)}`,
  'principal, /24': (event: Outside) => `${event.principal}|${networkOf(event.ip)}`,
  'principal, address': keyOf,
} as const;

/** The simulator's addresses are all IPv4. */
const networkOf = (ip: string) => ip.slice(0, ip.lastIndexOf('.'));

/** Silent from the day after the unit was seen on `days` different days: GuardDuty as MODEL.md reads it. */
export function seenDays(days: number, unit: (event: Outside) => string): Judge {
  const seen = new Map<string, { count: number; last: number }>();
  return {
    ...deaf,
    outside(event) {
      const name = unit(event);
      const today = dayOf(event.t);
      const habit = seen.get(name) ?? { count: 0, last: -1 };
      const earlier = habit.last === today ? habit.count - 1 : habit.count;
      if (habit.last !== today) seen.set(name, { count: habit.count + 1, last: today });
      return verdict(event, earlier < days, 'SEEN_TOO_FEW_DAYS');
    },
  };
}

export interface Training {
  /** Days from the first record in which nothing is reported. */
  readonly activation: number;
  /** Days for which a sighting is remembered. */
  readonly window: number;
  /** Days in which the same finding is not repeated. */
  readonly dedup: number;
}

/** Reports a (function, address) not seen in the training window: Cortex's published schedule is 14/30/7. */
export function trained({ activation, window, dedup }: Training): Judge {
  const lastSeen = new Map<string, number>();
  const lastTold = new Map<string, number>();
  let start: number | undefined;
  const begin = (t: number) => {
    start ??= dayOf(t);
  };
  return {
    inside: ({ record }) => begin(record.t),
    outside(event) {
      begin(event.t);
      const key = keyOf(event);
      const today = dayOf(event.t);
      const isNew = today - (lastSeen.get(key) ?? Number.NEGATIVE_INFINITY) > window;
      lastSeen.set(key, today);
      const told = today - (lastTold.get(key) ?? Number.NEGATIVE_INFINITY) < dedup;
      const finding = isNew && !told && today - (start ?? today) >= activation;
      if (finding) lastTold.set(key, today);
      return verdict(event, finding, 'NOT_IN_TRAINING');
    },
  };
}

/** The address of inside use: one is enough, Lambda's own addresses are all AWS's. */
const AWS = 'aws';

/**
 * Locks each credential to the first `count` addresses that use it, inside AWS counting as one (Netflix 2018: `count` 1).
 * A private address through a VPC endpoint is allowed besides. Credentials live for hours, so those of two days ago are
 * forgotten.
 */
export function firstAddresses(count: number): Judge {
  let today = 0;
  let current = new Map<string, Set<string>>();
  let previous = new Map<string, Set<string>>();
  const isFirst = (key: string, address: string, t: number): boolean => {
    if (dayOf(t) !== today) {
      previous = current;
      current = new Map();
      today = dayOf(t);
    }
    const addresses = current.get(key) ?? previous.get(key) ?? new Set();
    current.set(key, addresses);
    if (addresses.has(address)) return true;
    if (addresses.size >= count) return false;
    addresses.add(address);
    return true;
  };
  return {
    inside: ({ record, key }: InsideUse) => {
      if (!record.vpce) isFirst(key, AWS, record.t);
    },
    outside: (event) => verdict(event, !isFirst(event.key, event.ip, event.t), 'ANOTHER_ADDRESS'),
  };
}
