import type { SourceState } from './port.ts';

/** What a source knows about its own health. */
export class Vitals {
  readonly #now: () => number;
  readonly #silentAfter: number;
  #running = false;
  #since = 0;
  #objects = 0;
  #deadLetters = 0;
  #inWork = 0;
  #lastObjectAt: number | undefined;
  #newestEvent: number | undefined;
  #error: string | undefined;

  /** `silentAfter`: milliseconds; infinite for sources whose silence means nothing. */
  constructor(now: () => number, silentAfter: number) {
    this.#now = now;
    this.#silentAfter = silentAfter;
  }

  started(): void {
    this.#running = true;
    this.#since = this.#now();
  }

  stopped(): void {
    this.#running = false;
  }

  /** A delivery was handed out. */
  gave(objects: number, eventTime: number | undefined): void {
    this.#inWork += 1;
    this.#objects += objects;
    this.#lastObjectAt = this.#now();
    if (eventTime !== undefined) this.#newestEvent = Math.max(this.#newestEvent ?? eventTime, eventTime);
  }

  /** A delivery handed out has ended. */
  took(): void {
    this.#inWork -= 1;
  }

  buried(count: number): void {
    this.#deadLetters += count;
  }

  /** Answers whether that is news. */
  failing(error: string): boolean {
    const news = this.#error !== error;
    this.#error = error;
    return news;
  }

  /** Answers whether it had been failing. */
  fine(): boolean {
    const news = this.#error !== undefined;
    this.#error = undefined;
    return news;
  }

  state(): SourceState {
    const now = this.#now();
    return {
      state: this.#word(now),
      objects: this.#objects,
      deadLetters: this.#deadLetters,
      ...(this.#lastObjectAt === undefined ? {} : { lastObjectAt: this.#lastObjectAt }),
      ...(this.#newestEvent === undefined ? {} : { lagSeconds: Math.max(0, (now - this.#newestEvent) / 1000) }),
      ...(this.#error === undefined ? {} : { error: this.#error }),
    };
  }

  #word(now: number): SourceState['state'] {
    if (!this.#running) return 'stopped';
    if (this.#error !== undefined) return 'failing';
    if (this.#inWork > 0) return 'reading';
    return now - (this.#lastObjectAt ?? this.#since) > this.#silentAfter ? 'silent' : 'idle';
  }
}
