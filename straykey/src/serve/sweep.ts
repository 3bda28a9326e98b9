import type { Config } from '../config/index.ts';
import type { Store } from '../store/index.ts';

/** Milliseconds between two sweeps; 1 hour. Several processes may sweep one store: each drops what the others left. */
export const SWEEP_EVERY = 3_600_000;

/** Days that lines already told are kept, for whoever wants to see that they were; 30. */
const TOLD_KEPT = 30 * 86_400_000;

/** Drops what the configured times say can go. Answers how many rows of each table. */
export async function sweep(
  store: Store,
  { findings, keys }: Config['retention'],
  now: number,
): Promise<Readonly<Record<string, number>>> {
  const dropped = await store.evidence.sweep({ keysBefore: now - keys, before: now - findings });
  return {
    ...dropped,
    findings: await store.findings.forget(now - findings),
    outbox: await store.outbox.forget(now - TOLD_KEPT),
  };
}
