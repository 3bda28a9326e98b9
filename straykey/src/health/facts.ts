import type { Cadence } from './cadence.ts';

/** What others read off the running parts, at one moment. Times are epoch milliseconds. */
export interface Facts {
  readonly startedAt: number;
  /** Asked to stop: finishes what it has, takes nothing new. */
  readonly stopping: boolean;
  /** How late a timer of the event loop last was; milliseconds. */
  readonly eventLoopDelayMs: number;
  readonly loops: readonly LoopFacts[];
  readonly store: {
    /** When it last answered; absent: not yet. */
    readonly answeredAt?: number;
    /** Of the last question, when it failed. */
    readonly error?: string;
  };
  readonly sources: readonly SourceFacts[];
  readonly judgeQueue: { readonly topics: number; readonly oldestDueAt?: number };
  readonly outbox: readonly {
    readonly outlet: string;
    readonly waiting: number;
    readonly dead: number;
    readonly oldestDueAt?: number;
    readonly error?: string;
  }[];
}

/** A loop that must turn: ingest, judge, sweep, outbox, each source. */
export interface LoopFacts {
  readonly name: string;
  /** The end of its last round. */
  readonly turnedAt: number;
  /** It turns at least this often when all is well, whether there is work or not. */
  readonly everyMs: number;
  /** It ended by an error of ours and will not turn again. */
  readonly broken?: string;
}

export interface SourceFacts {
  readonly name: string;
  readonly type: 'sqs' | 's3' | 'folder' | 'stdin';
  readonly state: 'reading' | 'idle' | 'silent' | 'failing' | 'stopped';
  readonly error?: string;
  readonly cadence: Cadence;
}

/** One thing that is not as it should be. */
export interface Reason {
  /** What it costs: `live`: the process must be restarted; `ready`: it cannot do its work now; `warning`: somebody should look. */
  readonly costs: 'live' | 'ready' | 'warning';
  /** `store`, `source/trail`, `loop/ingest`, `outlet/pager`, `judge`, `event-loop`, `stopping`. */
  readonly what: string;
  /** What was found. May hold text from outside: escape before printing. */
  readonly found: string;
  readonly todo: string;
}

export interface Health {
  /** False: the process is stuck and a restart is the cure. A database or queue that is away never makes it false. */
  readonly live: boolean;
  /** The store answers, and at least one source (if there are any) can be read. */
  readonly ready: boolean;
  /** Worst first. */
  readonly reasons: readonly Reason[];
}

export const healthLimits = {
  /** How late the event loop's timer may be; 10 s. One huge object takes under a second. */
  eventLoopMs: 10_000,
  /** A loop is stuck after this many of its periods; 10, */
  periods: 10,
  /** and not before this; 2 minutes: a batch of large objects, a slow database. */
  stuckMs: 120_000,
  /** A store that has not answered for this long is away; 30 s. */
  storeMs: 30_000,
  /** How long a function's evidence may wait to be judged; 5 minutes. Judging waits for seconds by design. */
  judgeMs: 300_000,
  /** How long a notification may wait beyond its time; 5 minutes. Retries begin at a second. */
  outboxMs: 300_000,
} as const;
