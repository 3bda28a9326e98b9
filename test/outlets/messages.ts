import type { Message, OutletConfig } from '../../straykey/src/outlets/index.ts';
import type { OutboxLine, StoredFinding } from '../../straykey/src/store/index.ts';
import { hostile } from '../findings/fixtures.ts';
import { findingOf, stories } from '../response/cases.ts';

export const theft = findingOf(stories['s3-data-theft']!.case);

/** The theft with every text an attacker reaches replaced. */
export function hostileTheft(text: string) {
  return findingOf(hostile(text));
}

/** 2026-07-01 12:00 UTC; any time would do. */
export const NOON = Date.parse('2026-07-01T12:00:00Z');

/** Settings that every outlet has. */
export const told: Pick<OutletConfig, 'where' | 'frequency'> = { where: [], frequency: '15m' };

/** An id like a finding's, another for each number. */
export function idOf(n: number): string {
  return n.toString(16).padStart(32, '0');
}

export function message(change: Partial<OutboxLine> = {}): Message {
  const finding = change.finding ?? { ...theft, id: change.findingId ?? theft.id };
  return { findingId: finding.id, revision: 1, kind: 'new', at: NOON, attempts: 1, ...change, finding };
}

export const stored: StoredFinding = {
  finding: theft,
  archived: false,
  sample: false,
  historical: false,
  revision: 1,
  writtenAt: NOON,
  changedAt: NOON,
  topics: [],
};
