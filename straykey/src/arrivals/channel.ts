/** Hands things from one who finds them to one who draws them, and holds a bounded few between. */
export class Channel<Item> implements AsyncIterable<Item> {
  readonly #capacity: number;
  #items: Item[] = [];
  #state: 'open' | 'ended' | 'stopped' = 'open';
  /** Whoever waits on either side, woken by any change. */
  #waiting: (() => void)[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Adds without waiting; a finder asks for {@link room} first. */
  push(item: Item): void {
    this.#items.push(item);
    this.#wake();
  }

  /** Waits until something fits and says how much: 0 once the channel is closed. */
  async room(): Promise<number> {
    while (this.#state === 'open' && this.#items.length >= this.#capacity) await this.#change();
    return this.#state === 'open' ? this.#capacity - this.#items.length : 0;
  }

  /** No more is coming; what is in it can still be drawn. */
  end(): void {
    if (this.#state === 'open') this.#state = 'ended';
    this.#wake();
  }

  /** Nothing more can be drawn. Answers what was left. */
  stop(): Item[] {
    this.#state = 'stopped';
    const left = this.#items;
    this.#items = [];
    this.#wake();
    return left;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, void> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) {
        this.#wake();
        yield item;
      } else if (this.#state === 'open') {
        await this.#change();
      } else {
        return;
      }
    }
  }

  #change(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    return promise;
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
