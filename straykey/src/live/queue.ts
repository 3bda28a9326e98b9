/** Deliveries between sources and engine: bounded, so that a source that brings more than can be read has to wait. */
export class BoundedQueue<Item> {
  readonly #most: number;
  readonly #items: Item[] = [];
  readonly #givers: (() => void)[] = [];
  #waiter: { readonly items: number; readonly go: () => void } | undefined;
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
    if (this.#items.length >= (this.#waiter?.items ?? Number.POSITIVE_INFINITY)) this.#waiter?.go();
  }

  /** Resolves when so many wait, or nothing more will come. One wait at a time: an earlier one is forgotten. */
  async holding(items: number): Promise<void> {
    if (this.#items.length >= items || this.#closed) return;
    await new Promise<void>((go) => {
      this.#waiter = { items, go };
    });
  }

  /** Takes what is there, up to `most`. */
  take(most: number): Item[] {
    const taken = this.#items.splice(0, most);
    for (const give of this.#givers.splice(0)) give();
    return taken;
  }

  /** Nothing more will come: what is there can still be taken. */
  close(): void {
    this.#closed = true;
    this.#waiter?.go();
    for (const give of this.#givers.splice(0)) give();
  }
}
