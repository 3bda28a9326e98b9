/** Collects things that can be done together: until there are enough, or the first has waited long enough. */
export class Batcher<Item> {
  readonly #act: (items: readonly Item[]) => Promise<void>;
  readonly #most: number;
  readonly #within: number;
  #items: Item[] = [];
  #batch: PromiseWithResolvers<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #running = new Set<Promise<void>>();

  /** `act` must not reject. `within`: milliseconds. */
  constructor(act: (items: readonly Item[]) => Promise<void>, most: number, within: number) {
    this.#act = act;
    this.#most = most;
    this.#within = within;
  }

  /** Resolves when it was acted upon. */
  add(item: Item): Promise<void> {
    this.#items.push(item);
    this.#batch ??= Promise.withResolvers<void>();
    const { promise } = this.#batch;
    if (this.#items.length >= this.#most) this.#send();
    else this.#timer ??= setTimeout(() => this.#send(), this.#within);
    return promise;
  }

  /** Sends what waits and resolves when all that was ever added was acted upon. */
  async flush(): Promise<void> {
    this.#send();
    await Promise.all(this.#running);
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [items, batch] = [this.#items, this.#batch];
    this.#items = [];
    this.#batch = undefined;
    if (batch === undefined) return;
    const run = this.#act(items).finally(() => {
      this.#running.delete(run);
      batch.resolve();
    });
    this.#running.add(run);
  }
}
