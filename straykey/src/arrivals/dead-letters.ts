import { createHash } from 'node:crypto';
import { printable } from '../kit/index.ts';
import { DEAD_LETTER, type DeadLetter, type ObjectProblem } from './port.ts';
import type { ArrivalPorts } from './ports.ts';

/** Characters of a reason; 1,000: enough for the first problems, and every queue takes it. */
const REASON_MOST = 1_000;

/** One sentence for people from all that failed; safe to show. */
export function reasonOf(problems: readonly ObjectProblem[]): string {
  return printable(problems.map(({ origin, kind, reason }) => `${origin}: ${kind}: ${reason}`).join('; '), REASON_MOST);
}

/**
 * Keeps a dead letter in the store. The same one again (a crash came before its end) is kept once.
 *
 * @throws StoreUnavailable
 */
export async function keepDeadLetter(
  letter: Omit<DeadLetter, 'at'>,
  distinguishedBy: string,
  { store, now, limits, log }: ArrivalPorts,
): Promise<void> {
  const at = now();
  const id = createHash('sha256')
    .update(JSON.stringify([letter.source, distinguishedBy, letter.origins]))
    .digest('hex')
    .slice(0, 32);
  const body = letter.body?.slice(0, limits.deadLetterBody).toWellFormed();
  const kept: DeadLetter = { ...letter, at, ...(body === undefined ? {} : { body }) };
  await store.documents.create<DeadLetter>(DEAD_LETTER, id, kept, at);
  log.warn(
    { source: letter.source, origins: letter.origins.map((origin) => printable(origin)), reason: letter.reason },
    'dead letter kept in the store',
  );
}
