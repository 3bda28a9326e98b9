import { statSync } from 'node:fs';
import type { Config } from '../config/index.ts';
import type { Oddity } from '../kit/index.ts';
import { loadTables, rangesFileIn, type Tables } from '../reference/index.ts';

/** Milliseconds between two looks for newer address data; 10 minutes. `straykey ranges update` may run beside. */
const LOOK_EVERY = 600_000;

/**
 * The address tables, read again when `straykey ranges update` has stored newer data; a process that runs for years must not judge by the
 * list of its first day. Data that cannot be read leaves the tables as they are, and says so.
 */
export class FreshTables {
  readonly #config: Config;
  readonly #dataDir: string;
  readonly #tell: (oddity: Oddity) => void;
  readonly #now: () => number;
  readonly #failed: (error: unknown) => void;
  #tables: Tables;
  #stamp: number;
  #lookedAt: number;

  constructor(
    config: Config,
    dataDir: string,
    ports: { readonly now: () => number; tell(oddity: Oddity): void; failed(error: unknown): void },
  ) {
    this.#config = config;
    this.#dataDir = dataDir;
    this.#now = ports.now;
    this.#tell = (oddity) => ports.tell(oddity);
    this.#failed = (error) => ports.failed(error);
    this.#stamp = this.#stampNow();
    this.#lookedAt = ports.now();
    this.#tables = this.#load();
  }

  get current(): Tables {
    if (this.#now() - this.#lookedAt >= LOOK_EVERY) this.#look();
    return this.#tables;
  }

  #look(): void {
    this.#lookedAt = this.#now();
    const stamp = this.#stampNow();
    if (stamp === this.#stamp) return;
    try {
      this.#tables = this.#load();
      this.#stamp = stamp;
    } catch (error) {
      this.#failed(error);
    }
  }

  #load(): Tables {
    return loadTables({ ...this.#config, dataDir: this.#dataDir }, [], this.#tell);
  }

  #stampNow(): number {
    return statSync(rangesFileIn(this.#dataDir), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  }
}
