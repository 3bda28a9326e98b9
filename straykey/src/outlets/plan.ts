import { compile, criteriaFromText } from '../criteria/index.ts';
import type { Finding } from '../findings/index.ts';
import { type OutboxEntry, presented, type StoredFinding } from '../store/index.ts';

/** Which findings an outlet is told of, and how often. */
export interface OutletRule {
  readonly name: string;
  /** Least milliseconds between two messages about one finding. New and reopened ones do not wait. */
  readonly frequencyMs: number;
  matches(finding: Finding): boolean;
}

/** GuardDuty's three publishing frequencies in milliseconds. */
export const FREQUENCIES = { '15m': 900_000, '1h': 3_600_000, '6h': 21_600_000 } as const;

export type RuleRead =
  | { readonly kind: 'rule'; readonly rule: OutletRule }
  | { readonly kind: 'problem'; readonly detail: string };

/** The rule of one configured outlet; `where` is in the short form of criteria, as for `scan --where`. */
export function outletRule(outlet: {
  readonly name: string;
  readonly where: readonly string[];
  readonly frequency: keyof typeof FREQUENCIES;
}): RuleRead {
  const { name, where, frequency } = outlet;
  const frequencyMs = FREQUENCIES[frequency];
  if (where.length === 0) return { kind: 'rule', rule: { name, frequencyMs, matches: () => true } };
  const read = criteriaFromText(where);
  if (read.kind === 'problem') return { kind: 'problem', detail: read.detail };
  const compiled = compile(read.criteria);
  if (compiled.kind === 'criteria') {
    return { kind: 'rule', rule: { name, frequencyMs, matches: (finding) => compiled.matches(finding) } };
  }
  return { kind: 'problem', detail: compiled.problems.map(({ about, detail }) => `${about}: ${detail}`).join('; ') };
}

/** What one `put` did; see `FindingShelf.put`. */
export interface Written {
  readonly before: StoredFinding | undefined;
  readonly after: StoredFinding;
  readonly changed: boolean;
}

/**
 * What leaves because a finding was written. Call it in the transaction of the write and hand the answer to `outbox.add`, which
 * joins it with what still waits.
 *
 * New and reopened findings are due at once, updates when the outlet's frequency has passed since it was last told (`lastSent`, epoch ms by
 * outlet). Nothing leaves for findings that are archived, by whomever, for samples, for findings from history that was filled in, and
 * for a write that changed nothing. Archiving and unarchiving are no writes of a document, so they tell nothing either: an unarchived
 * finding is told with its next call. A finding that an outlet's rule begins to match is new to that outlet.
 */
export function planDeliveries(
  { before, after, changed }: Written,
  outlets: readonly OutletRule[],
  at: number,
  lastSent: ReadonlyMap<string, number>,
): OutboxEntry[] {
  if (!changed || after.archived || after.sample || after.historical) return [];
  const finding = presented(after);
  const known = before !== undefined && !before.historical;
  return outlets.flatMap(({ name, frequencyMs, matches }): OutboxEntry[] => {
    if (!matches(finding)) return [];
    const entry = { outlet: name, findingId: finding.id, revision: after.revision, finding, at };
    if (!known || !matches({ ...presented(before), service: { ...before.finding.service, archived: false } })) {
      return [{ ...entry, kind: 'new', dueAt: at }];
    }
    if (before.archived) return [{ ...entry, kind: 'reopened', dueAt: at }];
    const last = lastSent.get(name);
    return [{ ...entry, kind: 'update', dueAt: last === undefined ? at : Math.max(at, last + frequencyMs) }];
  });
}
