import { setTimeout as sleep } from 'node:timers/promises';
import type { ArrivedObject, Delivery, LiveSource } from '../arrivals/index.ts';
import { StoreUnavailable } from '../store/index.ts';
import { BatchReader, type ReadBatch } from './batch-reader.ts';
import { commitBatch, WriteMemory } from './ingest.ts';
import { judgeLimits, judgeMarked, type Look } from './judge.ts';
import { KnownSessions } from './known.ts';
import { SecondLooks } from './look.ts';
import type { BatchCounts, EnginePorts } from './ports.ts';
import { BoundedQueue } from './queue.ts';
import { VerdictMemory } from './verdict-memory.ts';

export const engineLimits = {
  /** Deliveries waiting between sources and engine; 128, two batches. */
  queued: 128,
  /** Deliveries in one batch, which is one transaction; 64: of larger ones objects hardly get cheaper. An idle engine takes them one by one, a busy one together. */
  batch: 64,
  /** Milliseconds between two looks for topics that other processes marked, or that wait for their time; 500. */
  idle: 500,
  /** Milliseconds before the store is tried again, doubled up to `mostPatience`; 200 ms and 5 s. */
  patience: 200,
  mostPatience: 5_000,
  /** Milliseconds before topics whose judgement failed are judged again; 5 minutes. */
  setAside: 300_000,
} as const;

/**
 * Takes deliveries in and judges what they change.
 *
 * A batch is read, then committed as a whole, then acknowledged: what was acknowledged is in the store, what was not comes again and changes
 * nothing. Judging follows in transactions of its own, from marks that the batch left in the store; so it may happen at any time, in any
 * process, and after a crash.
 */
export class Engine {
  readonly #ports: EnginePorts;
  readonly #memory = new WriteMemory();
  readonly #known = new KnownSessions();
  readonly #reader: BatchReader;
  readonly #looks: SecondLooks;
  readonly #verdicts = new VerdictMemory();
  #wake: () => void = () => {};
  #woken = false;
  readonly #sources = new WeakMap<Delivery, string>();
  /** Judgements made one topic at a time, after one that failed. */
  #careful = 0;
  /** Deliveries taken in one by one, after a batch that failed. */
  #apart = 0;
  /** Of the two loops, by a clock that nobody sets. */
  #intakeTurnedAt = performance.now();
  #judgeTurnedAt = performance.now();
  /** Batches taken and not yet ended. */
  #inWork = 0;

  constructor(ports: EnginePorts) {
    this.#ports = ports;
    this.#reader = new BatchReader(ports, this.#known);
    this.#looks = new SecondLooks(ports);
  }

  /** Milliseconds since each loop last turned, for /healthz. An intake that waits for something to come is not late. */
  get sinceTurn(): { readonly intake: number; readonly judge: number } {
    const now = performance.now();
    return { intake: this.#inWork > 0 ? now - this.#intakeTurnedAt : 0, judge: now - this.#judgeTurnedAt };
  }

  /**
   * Runs until `signal` aborts or every source has ended. Then nothing new is taken in; what is being committed is finished, the rest is
   * given back.
   */
  async run(sources: readonly LiveSource[], signal: AbortSignal): Promise<void> {
    const queue = new BoundedQueue<Delivery>(engineLimits.queued);
    const stop = new AbortController();
    const judging = this.#judgeUntil(stop.signal);
    const pumps = Promise.all(sources.map((source) => this.#pump(source, queue, signal)));
    const intake = this.#takeIn(queue, signal);
    await pumps;
    queue.close();
    await intake;
    if (!signal.aborted) await this.#settlePatiently(signal);
    stop.abort();
    this.#wakeJudge();
    await judging;
  }

  /**
   * Takes some deliveries in as one batch and acknowledges them. Rejects with {@link StoreUnavailable} and leaves them to the caller. One call
   * at a time, and none while {@link run} runs.
   */
  async handle(deliveries: readonly Delivery[]): Promise<void> {
    try {
      const taken = await this.#read(deliveries);
      await this.#finish(taken, await unreadable(taken));
    } catch (error) {
      this.#reader.forget();
      throw error;
    }
  }

  async #read(deliveries: readonly Delivery[]): Promise<Taken> {
    const started = performance.now();
    const objects = deliveries.flatMap((delivery) => delivery.objects);
    const seen = await this.#ports.store.evidence.seen(objects.map(({ identity }) => identity));
    const unseen = objects.filter(({ identity }) => !seen.has(identity));
    return { deliveries, unseen, batch: await this.#reader.read(unseen), started };
  }

  /** Commits, then acknowledges all but those that have ended. */
  async #finish({ batch, deliveries, started, unseen }: Taken, ended: ReadonlySet<Delivery>): Promise<void> {
    if (unseen.length > 0) {
      const marked = await this.#timed(() => commitBatch(batch, this.#memory, this.#ports));
      if (marked > 0) this.#wakeJudge();
    }
    await Promise.all(deliveries.filter((delivery) => !ended.has(delivery)).map((delivery) => delivery.done()));
    this.#tell(deliveries, unseen, batch, performance.now() - started);
  }

  #tell(
    deliveries: readonly Delivery[],
    objects: readonly ArrivedObject[],
    { each }: ReadBatch,
    milliseconds: number,
  ): void {
    const deliveryOf = new Map(
      deliveries.flatMap((delivery) => delivery.objects.map((object) => [object, delivery] as const)),
    );
    const sums = new Map<string, BatchCounts>();
    for (const [at, object] of objects.entries()) {
      const delivery = deliveryOf.get(object)!;
      const source = this.#sources.get(delivery) ?? '';
      const sum = sums.get(source) ?? { source, objects: 0, announcedAt: [], records: 0, bytes: 0, milliseconds };
      const { bytes, records } = each[at]!;
      sums.set(source, {
        ...sum,
        objects: sum.objects + 1,
        announcedAt: [...sum.announcedAt, delivery.eventTime ?? delivery.receivedAt],
        records: sum.records + records,
        bytes: sum.bytes + bytes,
      });
    }
    for (const sum of sums.values()) this.#ports.watch.ingested(sum);
  }

  /** Judges until nothing is due, second looks included. */
  async settle(): Promise<void> {
    while (await this.#judgeOnce());
  }

  async #settlePatiently(signal: AbortSignal): Promise<void> {
    for (let patience: number = engineLimits.patience; !signal.aborted; patience = longer(patience)) {
      try {
        return await this.settle();
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        this.#ports.watch.trouble('judging', error);
        await pause(patience, signal);
      }
    }
  }

  async #timed<Result>(write: () => Promise<Result>): Promise<Result> {
    const started = performance.now();
    let outcome: 'ok' | 'error' = 'error';
    try {
      const result = await write();
      outcome = 'ok';
      return result;
    } finally {
      this.#ports.watch.wrote?.(performance.now() - started, outcome);
    }
  }

  /** What people said has changed: everything that was used from outside is judged again. */
  async judgeAllAgain(): Promise<void> {
    const { now, store } = this.#ports;
    for (let after = ''; ; ) {
      const topics = await store.evidence.topics(after, 500);
      if (topics.length === 0) break;
      await store.evidence.mark(topics, now());
      after = topics.at(-1)!;
    }
    this.#wakeJudge();
  }

  async #pump(source: LiveSource, queue: BoundedQueue<Delivery>, signal: AbortSignal): Promise<void> {
    for await (const delivery of source.deliveries(signal)) {
      this.#sources.set(delivery, source.name);
      await queue.put(delivery);
    }
  }

  /** While a batch is being committed the next one is read. */
  async #takeIn(queue: BoundedQueue<Delivery>, signal: AbortSignal): Promise<void> {
    let committed = Promise.resolve(true);
    for (;;) {
      await queue.holding(1);
      // Whoever would wait for the commit anyway waits for company, which makes batches fuller and objects cheaper.
      await Promise.race([committed, queue.holding(engineLimits.batch)]);
      const deliveries = queue.take(this.#apart > 0 ? 1 : engineLimits.batch);
      if (deliveries.length === 0) break;
      this.#apart = Math.max(0, this.#apart - 1);
      if (signal.aborted) await releaseAll(deliveries);
      else committed = this.#commit(await this.#readBehind(committed, deliveries, signal), signal);
    }
    await committed;
  }

  /** What was read after a batch that was given up is read again: it shows only what that one did not. */
  async #readBehind(
    committed: Promise<boolean>,
    deliveries: readonly Delivery[],
    signal: AbortSignal,
  ): Promise<Taken | undefined> {
    const read = () => this.#patiently(deliveries, signal, 'reading a batch', () => this.#read(deliveries));
    this.#inWork += 1;
    const taken = await read();
    return (await committed) || taken === undefined ? taken : await read();
  }

  /** False when it was given up. */
  async #commit(taken: Taken | undefined, signal: AbortSignal): Promise<boolean> {
    let done: boolean | undefined;
    if (taken !== undefined) {
      const ended = await unreadable(taken);
      done = await this.#patiently(taken.deliveries, signal, 'taking in a batch', async () => {
        await this.#finish(taken, ended);
        return true;
      });
    }
    this.#inWork -= 1;
    return done === true;
  }

  /** The store may be gone for a while: deliveries are held until it is back. Undefined when they were given back. */
  async #patiently<Result>(
    deliveries: readonly Delivery[],
    signal: AbortSignal,
    what: string,
    work: () => Promise<Result>,
  ): Promise<Result | undefined> {
    for (let patience: number = engineLimits.patience; ; patience = longer(patience)) {
      try {
        this.#intakeTurnedAt = performance.now();
        return await work();
      } catch (error) {
        this.#ports.watch.trouble(what, error);
        if (error instanceof StoreUnavailable && !signal.aborted) {
          await pause(patience, signal);
          continue;
        }
        this.#reader.forget();
        const [only, ...others] = deliveries;
        if (error instanceof StoreUnavailable || signal.aborted) await releaseAll(deliveries);
        else if (others.length === 0) await giveUp(only!, error);
        else {
          // A bug of ours: the delivery that brings it out must not hold up the others.
          this.#apart = engineLimits.queued;
          await releaseAll(deliveries);
        }
        return undefined;
      }
    }
  }

  async #judgeUntil(signal: AbortSignal): Promise<void> {
    let patience: number = engineLimits.patience;
    while (!signal.aborted) {
      try {
        this.#judgeTurnedAt = performance.now();
        const judged = await this.#judgeOnce();
        patience = engineLimits.patience;
        if (!judged) await this.#untilWoken(engineLimits.idle, signal);
      } catch (error) {
        this.#ports.watch.trouble('judging', error);
        await pause(patience, signal);
        patience = longer(patience);
        if (error instanceof StoreUnavailable) continue;
        if (this.#careful > 0) await this.#setAsideOne();
        this.#careful = judgeLimits.topics;
      }
    }
  }

  /** False when nothing was due. */
  async #judgeOnce(): Promise<boolean> {
    const started = performance.now();
    const judged = await judgeMarked(this.#ports, this.#verdicts, this.#careful > 0 ? 1 : judgeLimits.topics);
    this.#careful = Math.max(0, this.#careful - 1);
    if (judged === undefined) return false;
    const { changed, look, topics, uses } = judged;
    this.#ports.watch.judged({ topics: topics.length, uses, changed, milliseconds: performance.now() - started });
    if (look !== undefined) await this.#lookAgain(look);
    if (uses > 0) await this.#known.learn(topics, this.#ports.store);
    return true;
  }

  /** The judgement stands whatever becomes of this: its topics are marked for later already. */
  async #lookAgain(look: Look): Promise<void> {
    try {
      await this.#looks.look(look);
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      this.#ports.watch.trouble('a second look', error);
    }
  }

  /** A judgement that fails for its topics' sake must not hold up all others. */
  async #setAsideOne(): Promise<void> {
    const { now, store, watch } = this.#ports;
    try {
      await store.atomically(async ({ evidence }) => {
        const topics = await evidence.takeMarked(now(), 1);
        await evidence.mark(topics, now() + engineLimits.setAside);
      });
    } catch (error) {
      watch.trouble('setting a judgement aside', error);
    }
  }

  #wakeJudge(): void {
    this.#woken = true;
    this.#wake();
  }

  async #untilWoken(most: number, signal: AbortSignal): Promise<void> {
    if (!this.#woken) {
      const woken = new AbortController();
      this.#wake = () => woken.abort();
      await pause(most, AbortSignal.any([signal, woken.signal]));
    }
    this.#woken = false;
  }
}

/** Deliveries whose objects were read. */
interface Taken {
  readonly deliveries: readonly Delivery[];
  /** Those of their objects that no batch has taken in before. */
  readonly unseen: readonly ArrivedObject[];
  readonly batch: ReadBatch;
  /** By the process' own clock, ms. */
  readonly started: number;
}

/** Says what could not be read. Answers the deliveries that have ended with that: they come again. */
async function unreadable({ batch, deliveries }: Taken): Promise<ReadonlySet<Delivery>> {
  const ended = new Set<Delivery>();
  if (batch.problems.length === 0) return ended;
  for (const delivery of deliveries) {
    const origins = new Set(delivery.objects.map(({ origin }) => origin));
    const problems = batch.problems.filter(({ origin }) => origins.has(origin));
    if (problems.length > 0 && (await delivery.failed(problems)) === 'retry') ended.add(delivery);
  }
  return ended;
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => {});
}

function longer(patience: number): number {
  return Math.min(2 * patience, engineLimits.mostPatience);
}

/** It is tried again some times, as an object that cannot be read is, and ends as a dead letter. */
async function giveUp(delivery: Delivery, error: unknown): Promise<void> {
  const reason = `unexpected error, please report it: ${error instanceof Error ? error.message : String(error)}`;
  const problems = delivery.objects.map(({ origin }) => ({ origin, kind: 'unexpected', reason }));
  if ((await delivery.failed(problems)) === 'dead') await delivery.done();
}

async function releaseAll(deliveries: readonly Delivery[]): Promise<void> {
  await Promise.all(deliveries.map((delivery) => delivery.release()));
}
