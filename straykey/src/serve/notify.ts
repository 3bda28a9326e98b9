import type { FindingChange } from '../live/index.ts';
import { type OutletRule, planDeliveries } from '../outlets/index.ts';
import type { Store } from '../store/index.ts';

/** Puts what the outlets have to be told about a changed finding into the outbox, in the transaction that changed it. */
export function notifier(
  rules: (store: Store) => Promise<readonly OutletRule[]>,
  now: () => number,
): (store: Store, change: FindingChange) => Promise<void> {
  return async (store, { before, after }) => {
    const outlets = await rules(store);
    const told = new Map<string, number>();
    for (const { name } of before === undefined ? [] : outlets) {
      const at = await store.outbox.lastSent(name, after.finding.id);
      if (at !== undefined) told.set(name, at);
    }
    const entries = planDeliveries({ before, after, changed: true }, outlets, now(), told);
    if (entries.length > 0) await store.outbox.add(entries);
  };
}
