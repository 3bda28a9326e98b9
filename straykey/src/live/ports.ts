import type { Finding } from '../findings/index.ts';
import type { Learning } from '../judge-uses.ts';
import type { Oddity } from '../kit/index.ts';
import type { FindingPorts } from '../pipeline.ts';
import type { SourceObject } from '../sources/index.ts';
import type { Store, StoredFinding } from '../store/index.ts';

/** What the engine is handed; `serve` and `worker` choose the parts. */
export interface EnginePorts extends FindingPorts {
  readonly store: Store;
  /**
   * Epoch milliseconds that never run back (`steadyClock`): a mark made before the computer's clock was set back would else wait until it has
   * caught up.
   */
  readonly now: () => number;
  readonly learning: Pick<Learning, 'mode' | 'settings'>;
  /** The same object again, by its origin; undefined when none of this process's sources has it. */
  readonly reopen: (origin: string) => SourceObject | undefined;
  /** The filters in force: what they say of a finding. */
  readonly screen: (store: Store) => Promise<(finding: Finding) => Screened>;
  /** The trusted list that holds an address. */
  readonly trusted: (store: Store) => Promise<(address: string) => string | undefined>;
  /** Puts what has to be told into the outbox, in the transaction that changed the finding. */
  readonly notify: (store: Store, change: FindingChange) => Promise<void>;
  readonly watch: EngineWatch;
}

export interface Screened {
  /** The suppression rule that archives it. */
  readonly suppressedBy?: string;
  /** What to count, in the transaction that writes the finding. */
  readonly counters: readonly { readonly name: string; readonly by: number }[];
}

export interface FindingChange {
  readonly before: StoredFinding | undefined;
  readonly after: StoredFinding;
}

/** For logs and metrics. */
export interface EngineWatch {
  readonly oddity: (oddity: Oddity) => void;
  readonly ingested: (batch: BatchCounts) => void;
  /** The transaction of a batch ended, well or not. */
  readonly wrote?: (milliseconds: number, outcome: 'ok' | 'error') => void;
  readonly judged: (judged: {
    readonly topics: number;
    readonly uses: number;
    readonly changed: readonly FindingChange[];
    readonly milliseconds: number;
  }) => void;
  /** The store or a source fails; the engine goes on trying. */
  readonly trouble: (what: string, error: unknown) => void;
}

export interface BatchCounts {
  /** Name of the source, empty where a batch was handed over without one. */
  readonly source: string;
  readonly objects: number;
  /** Of each object, when the source says it was written, or else when it came; epoch milliseconds. */
  readonly announcedAt: readonly number[];
  readonly records: number;
  /** Decompressed. */
  readonly bytes: number;
  /** From the beginning of the batch, which may hold objects of other sources, to its commit. */
  readonly milliseconds: number;
}
