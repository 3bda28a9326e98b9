/** Deliveries between sources and engine: bounded, so that a source that brings more than can be read has to wait. */
export class BoundedQueue<Item> {
  readonly #most: number;
  readonly #items: Item[] = [];
  readonly #givers: (() => void)[] = [];
  #taker: (() => void) | undefined;
  #closed = false;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#items.length;
  }

  /** Waits while the queue is full. */
  async put(item: Item): Promise<void> {
    while (this.#items.length >= this.#most && !this.#closed) {
      await new Promise<void>((resolve) => this.#givers.push(resolve));
    }
    this.#items.push(item);
    this.#taker?.();
  }

  /** Waits for the first item, then takes what is there, up to `most`; empty when the queue is closed and drained. */
  async take(most: number): Promise<Item[]> {
    while (this.#items.length === 0 && !this.#closed) {
      await new Promise<void>((resolve) => {
        this.#taker = resolve;
      });
    }
    const taken = this.#items.splice(0, most);
    for (const give of this.#givers.splice(0)) give();
    return taken;
  }

  /** Nothing more will come: what is there can still be taken. */
  close(): void {
    this.#closed = true;
    this.#taker?.();
    for (const give of this.#givers.splice(0)) give();
  }
}
