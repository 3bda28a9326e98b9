import type { Tell } from '../sources/index.ts';
import type { Store } from '../store/index.ts';
import type { ArrivalLimits } from './limits.ts';
import type { ArrivalLog } from './port.ts';

/** What a source is handed. */
export interface ArrivalPorts {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** From 0 to 1, for jitter. */
  readonly random: () => number;
  readonly store: Pick<Store, 'positions' | 'documents'>;
  readonly log: ArrivalLog;
  /** What was set aside by name, once for each folder. */
  readonly tell: Tell;
  /** Standard input. */
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly limits: ArrivalLimits;
  /** A message or object was set aside for good; `kind` of its problem. For metrics. */
  readonly deadLetter?: (source: string, kind: string) => void;
}
