import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely } from 'kysely';
import { StoreUnavailable } from './port.ts';
import type { Schema } from './schema.ts';
import type { Words } from './words.ts';

/** What the shelves work with: a transaction, or the store itself, where each statement stands alone. */
export interface Session {
  /** Without secrets, for messages. */
  readonly name: string;
  readonly words: Words;
  readonly db: Kysely<Schema>;
  readonly inTransaction: boolean;
  /** One transaction; inside of one, part of that. */
  atomically<Result>(work: (session: Session) => Promise<Result>): Promise<Result>;
}

/** Tries of a transaction that the engine asks to repeat (deadlock, serialization). More means that something is wrong. */
const TRIES = 8;

/**
 * The store's own session. Whoever calls it inside a transaction of the same store, however deep, takes part in that transaction: a second
 * connection would wait for the first for ever (SQLite) or not see its work (PostgreSQL).
 */
export class RootSession implements Session {
  readonly name: string;
  readonly words: Words;
  private readonly root: Kysely<Schema>;
  private readonly mustRepeat: (error: unknown) => boolean;
  private closed = false;
  private readonly current = new AsyncLocalStorage<TransactionSession>();

  constructor(name: string, words: Words, root: Kysely<Schema>, mustRepeat: (error: unknown) => boolean) {
    this.name = name;
    this.words = words;
    this.root = root;
    this.mustRepeat = mustRepeat;
  }

  get db(): Kysely<Schema> {
    if (this.closed) throw new StoreUnavailable(`The store ${this.name} was closed.`);
    return this.live()?.db ?? this.root;
  }

  get inTransaction(): boolean {
    return this.live() !== undefined;
  }

  async atomically<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    const live = this.live();
    if (live !== undefined) return await work(live);
    for (let tried = 1; ; tried++) {
      try {
        return await this.db.transaction().execute(async (db) => {
          const session = new TransactionSession(this.name, this.words, db);
          try {
            return await this.current.run(session, () => work(session));
          } finally {
            session.over = true;
          }
        });
      } catch (error) {
        if (!this.mustRepeat(error)) throw error;
        if (tried === TRIES) {
          throw new StoreUnavailable(
            `The store ${this.name} gave up a transaction ${TRIES} times in favour of others. Try again later.`,
            { cause: error },
          );
        }
        await new Promise((resolve) => setTimeout(resolve, 5 * 2 ** tried));
      }
    }
  }

  /** Waits for those who use it. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.root.destroy();
  }

  private live(): TransactionSession | undefined {
    const session = this.current.getStore();
    return session === undefined || session.over ? undefined : session;
  }
}

class TransactionSession implements Session {
  readonly name: string;
  readonly words: Words;
  readonly inTransaction = true;
  over = false;
  private readonly transaction: Kysely<Schema>;

  constructor(name: string, words: Words, db: Kysely<Schema>) {
    this.name = name;
    this.words = words;
    this.transaction = db;
  }

  get db(): Kysely<Schema> {
    if (this.over) throw new Error('this transaction has ended: await everything inside atomically');
    return this.transaction;
  }

  async atomically<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return await work(this);
  }
}
