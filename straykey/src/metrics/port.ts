/** What became of a finding in one batch. `suppressed`: written, archived by a suppression rule, told nowhere. */
export type FindingChange = 'new' | 'updated' | 'reopened' | 'suppressed';

/** Where the parts of a running Straykey tell what happened. Never throws, never waits; safe to call for every batch. */
export interface Metrics {
  /** Objects read whole from a source, with their decompressed bytes and the records in them. */
  objectsRead(
    source: string,
    counts: { readonly objects: number; readonly bytes: number; readonly records: number },
  ): void;
  oddity(kind: string, count?: number): void;
  finding(change: FindingChange, count?: number): void;
  /** One batch was committed. `at` in epoch milliseconds, `seconds` from the first object's opening to the commit. */
  batchCommitted(at: number, seconds: number): void;
  /** A batch was given back because something failed; the same objects will come again. */
  batchFailed(): void;
  /** One call of the store: `ingest`, `judge`, `sweep`, `ping`, … */
  storeCall(operation: string, seconds: number, outcome: 'ok' | 'error'): void;
  /** One attempt to tell one outlet. */
  delivery(outlet: string, outcome: 'sent' | 'retried' | 'dead', seconds: number): void;
  /** A message or object given up, with the kind of its problem. */
  deadLetter(source: string, kind: string): void;
  /** From the time an object was announced (or written) to the commit of its batch. */
  objectLatency(seconds: number): void;
  /** Content type and text of `/metrics`. Asks for a snapshot; when that fails, `straykey_snapshot_ok` is 0 and its gauges are left out. */
  scrape(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** States read when Prometheus asks. Times are epoch milliseconds. */
export interface MetricsSnapshot {
  readonly storeUp: boolean;
  readonly sources: readonly SourceGauge[];
  readonly outbox: readonly {
    readonly outlet: string;
    readonly state: 'waiting' | 'dead';
    readonly lines: number;
    readonly oldestDueAt?: number;
  }[];
  readonly judgeQueue: { readonly topics: number; readonly oldestDueAt?: number };
  readonly live: boolean;
  readonly ready: boolean;
}

export interface SourceGauge {
  readonly name: string;
  readonly state: 'reading' | 'idle' | 'silent' | 'failing' | 'stopped';
  /** Time between the newest delivered object's event time and now. */
  readonly lagSeconds?: number;
  readonly lastObjectAt?: number;
  /** Messages or objects announced and not read yet, and when the oldest of them was written, where the source can tell. */
  readonly unread?: number;
  readonly oldestUnreadAt?: number;
}
