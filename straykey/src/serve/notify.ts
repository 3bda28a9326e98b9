import type { FindingChange } from '../live/index.ts';
import { type OutletRule, planDeliveries } from '../outlets/index.ts';
import { presented, type Store, type StoredFinding } from '../store/index.ts';

type Rules = (store: Store) => Promise<readonly OutletRule[]>;

/** Puts what the outlets have to be told about a changed finding into the outbox, in the transaction that changed it. */
export function notifier(rules: Rules, now: () => number): (store: Store, change: FindingChange) => Promise<void> {
  return async (store, { before, after }) => {
    const at = now();
    const outlets = await rules(store);
    const told = new Map<string, number>();
    for (const { name } of before === undefined ? [] : outlets) {
      const last = await store.outbox.lastSent(name, after.finding.id);
      // Noted before the clock was set back, it would hold the next message up until that time plus the frequency.
      if (last !== undefined) told.set(name, Math.min(last, at));
    }
    const entries = planDeliveries({ before, after, changed: true }, outlets, at, told);
    if (entries.length > 0) await store.outbox.add(entries);
  };
}

/** The same for a sample finding that somebody asked the API for: every outlet whose rule it fits is told, marked as a sample. */
export function sampleNotifier(
  rules: Rules,
  now: () => number,
): (store: Store, sample: StoredFinding) => Promise<void> {
  return async (store, sample) => {
    const [at, finding] = [now(), presented(sample)];
    const entries = (await rules(store))
      .filter((rule) => rule.matches(finding))
      .map(({ name }) => ({
        outlet: name,
        findingId: finding.id,
        revision: sample.revision,
        kind: 'sample' as const,
        finding,
        dueAt: at,
        at,
      }));
    if (entries.length > 0) await store.outbox.add(entries);
  };
}
