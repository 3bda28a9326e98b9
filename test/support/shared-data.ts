import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Public data that tests read and the project does not hold: the folder `STRAYKEY_SHARED` names, else a folder `shared` beside the
 * checkout. Undefined when it, or the path in it, is not there: skip with {@link WITHOUT_SHARED_DATA} as the reason.
 */
export function sharedData(relative: string): string | undefined {
  const root = process.env.STRAYKEY_SHARED ?? join(import.meta.dirname, '..', '..', '..', 'shared');
  const path = join(root, relative);
  return existsSync(path) ? path : undefined;
}

export const WITHOUT_SHARED_DATA = 'the shared public data is not here; set STRAYKEY_SHARED to its folder';
