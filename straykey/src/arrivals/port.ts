import type { SourceObject } from '../sources/index.ts';

/**
 * A source that never ends by itself. What it brings comes at least once: the same object may come again after a crash, from a second trail,
 * from a queue that repeats itself. It never skips: an object counts as handed over only when its delivery is `done`.
 *
 * A source keeps its own place in the store (`positions`), writes it after `done` and never ahead of it. Nobody else needs to.
 */
export interface LiveSource {
  /** As configured, or made from the type: unique within a run. */
  readonly name: string;
  readonly type: 'sqs' | 's3' | 'folder' | 'stdin';
  /**
   * What arrives. Call it once. It fetches ahead a bounded little (`arrivalLimits`) and nothing more until asked: whoever draws decides how many
   * deliveries are in work. It never throws for a world that fails: it says so in `status`, waits and tries again.
   *
   * After `signal` aborts it draws nothing more, gives back what nobody has taken and ends within moments; deliveries already handed out can
   * still be ended. `stdin` also ends where its input ends.
   */
  deliveries(signal: AbortSignal): AsyncIterable<Delivery>;
  /**
   * The same object again, for a second look, by the `origin` it came under. `undefined`: it cannot be this source's. `reopen` asks several.
   */
  reopen(origin: string): SourceObject | undefined;
  status(): SourceState;
  /** After the last delivery has ended: writes its place, gives back connections and temporary files. */
  close(): Promise<void>;
}

/**
 * Objects that arrived together and end together. It ends by exactly one of: `done`; `release`; `failed` answering `retry`. While it has not
 * ended, the source keeps others from getting it.
 */
export interface Delivery {
  /** For logs: message id, or source and number. */
  readonly id: string;
  /** One to some dozens, each with an origin of its own. Those of S3 are being fetched already. */
  readonly objects: readonly ArrivedObject[];
  /** When the newest of the objects was written, by the source's own word; epoch ms. */
  readonly eventTime?: number;
  /** When it came to us; epoch ms. */
  readonly receivedAt: number;
  /** After the commit of everything in it. Never rejects: what cannot be deleted comes again, and is known by then. */
  done(): Promise<void>;
  /** Gives it back at once, to be delivered again: graceful stop, store unavailable. Never rejects. */
  release(): Promise<void>;
  /**
   * Some objects could not be read. `retry`: the delivery has ended and comes again later, with all its objects; those that were read may be
   * committed, the others must not be remembered as seen. `dead`: the objects named were set aside as dead letters with their reasons; commit
   * the rest and end it by `done`. Never rejects.
   */
  failed(problems: readonly ObjectProblem[]): Promise<'retry' | 'dead'>;
}

export interface ArrivedObject extends SourceObject {
  /**
   * What to remember it by as seen. The origin where objects are written once (S3, stdin); with size and time of writing for files, which may be
   * replaced.
   */
  readonly identity: string;
}

/** Why an object could not be read: an oddity's `kind` and `reason`. */
export interface ObjectProblem {
  readonly origin: string;
  readonly kind: string;
  readonly reason: string;
}

export interface SourceState {
  /**
   * `reading`: deliveries are in work. `idle`: waiting for more. `silent`: reachable, but brought nothing for `arrivalLimits.silentAfter`.
   * `failing`: cannot be reached; `error` says why. `stopped`: before `deliveries` and after its end.
   */
  readonly state: 'reading' | 'idle' | 'silent' | 'failing' | 'stopped';
  /** When the last object came; epoch ms. */
  readonly lastObjectAt?: number;
  /** Seconds between the newest event time brought and now. */
  readonly lagSeconds?: number;
  /** Objects handed out since the start, repetitions included. */
  readonly objects: number;
  /** Objects and messages set aside as dead letters since the start. */
  readonly deadLetters: number;
  /** What fails now. May hold text from outside: escape before printing. */
  readonly error?: string;
}

/** A dead letter kept in the store (`documents`, kind {@link DEAD_LETTER}) when there is no queue for it. */
export interface DeadLetter {
  readonly source: string;
  readonly origins: readonly string[];
  readonly reason: string;
  /** Epoch ms. */
  readonly at: number;
  /** The message as it came, for messages; cut at `arrivalLimits.deadLetterBody`. */
  readonly body?: string;
}

export const DEAD_LETTER = 'dead-letter';

/** Structured log lines: pino's own shape. */
export interface ArrivalLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}
