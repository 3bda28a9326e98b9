import { printable } from '../kit/index.ts';
import type { SourceObject } from '../sources/index.ts';
import { Channel } from './channel.ts';
import { keepDeadLetter, reasonOf } from './dead-letters.ts';
import { backoff, pause } from './pause.ts';
import type { ArrivedObject, Delivery, LiveSource, ObjectProblem } from './port.ts';
import type { ArrivalPorts } from './ports.ts';
import { triesFor, waitBefore } from './tries.ts';
import { Vitals } from './vitals.ts';

/** Something new that a look brought up. */
export interface Found {
  readonly origin: string;
  readonly identity: string;
  readonly eventTime?: number;
  /** Called when it is handed out, and again for every repetition. */
  open(): ArrivedObject & { forget?(): void };
}

/** What differs between sources that look again and again. */
export interface Listing<Each extends Found> {
  readonly name: string;
  readonly type: LiveSource['type'];
  /** Milliseconds after which it should look again, as of the look that has just ended. */
  readonly every: number;
  /** Milliseconds without an object after which it is silent. */
  readonly silentAfter: number;
  /** What is there and was not done yet, in an order in which nothing new can come before what was passed. Throws {@link Unreachable}. */
  look(inHand: (identity: string) => boolean, signal: AbortSignal): AsyncIterable<Each>;
  /** Handled for good, and committed: not to be found again. */
  done(each: Each): void;
  /** Places that changed since they were last asked for. From them, what is in hand would be found again. */
  places(inHand: Iterable<Each>): readonly { readonly source: string; readonly value: unknown }[];
  /** Takes up its places where an earlier run left them. Throws StoreUnavailable. */
  load(): Promise<void>;
  reopen(origin: string): SourceObject | undefined;
  /** Calls back when it may be worth looking sooner. Answers how to stop that. */
  watch?(hint: () => void): () => void;
  close(): Promise<void>;
}

/** A look that failed; the message is for people. */
export class Unreachable extends Error {}

interface Pending<Each extends Found> {
  readonly found: Each;
  /** Tries that failed. */
  attempts: number;
  /** Handed out, or waiting until a time (epoch ms). */
  state: 'out' | { readonly dueAt: number };
}

/**
 * A source that lists what is there, hands out what is new and remembers what was done. Its place in the store never runs ahead of what was
 * committed: whatever is in hand is found again after a crash.
 */
export function polledSource<Each extends Found>(listing: Listing<Each>, ports: ArrivalPorts): LiveSource {
  return new PolledSource(listing, ports);
}

class PolledSource<Each extends Found> implements LiveSource {
  readonly name: string;
  readonly type: LiveSource['type'];
  readonly #listing: Listing<Each>;
  readonly #ports: ArrivalPorts;
  readonly #vitals: Vitals;
  readonly #pending = new Map<string, Pending<Each>>();
  #numbers = 0;
  /** Something was done since places were last collected. */
  #dirty = false;
  /** Places collected, by their names, until the store has them. */
  readonly #unwritten = new Map<string, unknown>();
  #saving: Promise<void> | undefined;
  #savedAt = 0;
  #wake: () => void = () => {};

  constructor(listing: Listing<Each>, ports: ArrivalPorts) {
    this.name = listing.name;
    this.type = listing.type;
    this.#listing = listing;
    this.#ports = ports;
    this.#vitals = new Vitals(ports.now, listing.silentAfter);
  }

  async *deliveries(signal: AbortSignal): AsyncGenerator<Delivery, void, void> {
    const channel = new Channel<PolledDelivery<Each>>(this.#ports.limits.deliveriesAhead);
    const ended = new AbortController();
    const either = AbortSignal.any([signal, ended.signal]);
    const left: PolledDelivery<Each>[] = [];
    either.addEventListener('abort', () => left.push(...channel.stop()), { once: true });
    if (either.aborted) return;
    this.#vitals.started();
    const unwatch = this.#listing.watch?.(() => this.#wake());
    const looking = this.#look(channel, either);
    try {
      for await (const delivery of channel) {
        delivery.handOut();
        yield delivery;
      }
    } finally {
      ended.abort();
      unwatch?.();
      await looking;
      await Promise.all([...left, ...channel.stop()].map((delivery) => delivery.release()));
      this.#vitals.stopped();
    }
  }

  /** Looks again and again. Never rejects. */
  async #look(channel: Channel<PolledDelivery<Each>>, signal: AbortSignal): Promise<void> {
    const { limits, random, log } = this.#ports;
    for (let failures = 0, loaded = false; !signal.aborted; ) {
      let wait: number;
      try {
        if (!loaded) await this.#listing.load();
        loaded = true;
        await this.#repeat(channel);
        if (this.#pending.size < limits.retriesWaiting) await this.#once(channel, signal);
        failures = 0;
        if (this.#vitals.fine()) log.info({ source: this.name }, 'the source can be reached again');
        this.#dirty ||= this.#unwritten.size > 0;
        this.#save();
        wait = this.#listing.every;
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        const reason = printable(error instanceof Error ? error.message : String(error), 1_000);
        if (this.#vitals.failing(reason))
          log.warn({ source: this.name, reason }, 'the source cannot be listed; trying again');
        wait = backoff(failures, limits.backoffFirst, limits.backoffMost, random);
      }
      await this.#sleep(Math.min(wait, this.#untilDue()), signal);
    }
  }

  async #once(channel: Channel<PolledDelivery<Each>>, signal: AbortSignal): Promise<void> {
    let batch: Each[] = [];
    const offer = (): Promise<boolean> => {
      const full = batch;
      batch = [];
      return this.#offer(full, channel);
    };
    try {
      for await (const found of this.#listing.look((identity) => this.#pending.has(identity), signal)) {
        this.#pending.set(found.identity, { found, attempts: 0, state: 'out' });
        batch.push(found);
        if (batch.length >= this.#ports.limits.objectsPerDelivery && !(await offer())) return;
      }
    } finally {
      // Whatever ended the look, what it found is found.
      if (batch.length > 0) await offer();
    }
  }

  /** Offers again what came back and is due. */
  async #repeat(channel: Channel<PolledDelivery<Each>>): Promise<void> {
    const due = [...this.#pending.values()].filter(({ state }) => state !== 'out' && this.#wait(state.dueAt) === 0);
    const { objectsPerDelivery } = this.#ports.limits;
    for (let at = 0; at < due.length; at += objectsPerDelivery) {
      const batch = due.slice(at, at + objectsPerDelivery);
      for (const pending of batch) pending.state = 'out';
      if (
        !(await this.#offer(
          batch.map(({ found }) => found),
          channel,
        ))
      )
        return;
    }
  }

  /** Whether there is anybody left to offer to. */
  async #offer(batch: readonly Each[], channel: Channel<PolledDelivery<Each>>): Promise<boolean> {
    if ((await channel.room()) === 0) {
      this.#giveBack(batch, this.#ports.now());
      return false;
    }
    this.#numbers += 1;
    const id = `${this.name}-${this.#numbers}`;
    channel.push(
      new PolledDelivery(id, batch, this.#ports.now(), this.#vitals, {
        done: (found) => this.#done(found),
        giveBack: (found) => this.#giveBack(found, this.#ports.now()),
        failed: (found, problems) => this.#failed(id, found, problems),
      }),
    );
    return true;
  }

  #done(batch: readonly Each[]): void {
    for (const found of batch) {
      this.#pending.delete(found.identity);
      this.#listing.done(found);
    }
    this.#dirty = true;
    this.#save();
  }

  #giveBack(batch: readonly Each[], dueAt: number): void {
    for (const { identity } of batch) this.#pending.get(identity)!.state = { dueAt };
    this.#wake();
  }

  async #failed(id: string, batch: readonly Each[], problems: readonly ObjectProblem[]): Promise<'retry' | 'dead'> {
    const { limits, now, log } = this.#ports;
    const failed = problems.map((problem) => {
      const pending = batch
        .map(({ identity }) => this.#pending.get(identity)!)
        .find(({ found }) => found.origin === problem.origin);
      if (pending !== undefined) pending.attempts += 1;
      return { problem, attempts: pending?.attempts ?? 1 };
    });
    const hopeless = failed.every(({ problem, attempts }) => attempts >= triesFor(problem.kind, undefined, limits));
    if (hopeless) {
      try {
        for (const { problem } of failed) {
          const letter = { source: this.name, origins: [problem.origin], reason: reasonOf([problem]) };
          await keepDeadLetter(letter, problem.origin, this.#ports);
        }
        this.#vitals.buried(failed.length);
        for (const { problem } of failed) this.#ports.deadLetter?.(this.name, problem.kind);
        return 'dead';
      } catch (error) {
        log.warn(
          { source: this.name, delivery: id, reason: String(error) },
          'a dead letter could not be written; its objects come again',
        );
      }
    }
    const attempts = failed.reduce((most, each) => Math.max(most, each.attempts), 1);
    this.#giveBack(batch, now() + waitBefore(attempts, limits));
    return 'retry';
  }

  /** Writes places: at once when nothing is out, else now and then. One write at a time. */
  #save(): void {
    const { now, limits } = this.#ports;
    if (!this.#dirty || this.#saving !== undefined) return;
    const quiet = ![...this.#pending.values()].some(({ state }) => state === 'out');
    if (!quiet && Math.abs(now() - this.#savedAt) < limits.positionEvery) return;
    this.#saving = this.#write().finally(() => {
      this.#saving = undefined;
      this.#save();
    });
  }

  /** Never rejects: what is not written now is written after the next look. */
  async #write(): Promise<void> {
    const { now, store, log } = this.#ports;
    this.#dirty = false;
    this.#savedAt = now();
    const inHand = [...this.#pending.values()].map(({ found }) => found);
    for (const { source, value } of this.#listing.places(inHand)) this.#unwritten.set(source, value);
    try {
      for (const [source, value] of this.#unwritten) {
        await store.positions.put(source, value, now());
        this.#unwritten.delete(source);
      }
    } catch (error) {
      log.warn(
        { source: this.name, reason: String(error) },
        'its place could not be written; a restart would repeat more',
      );
    }
  }

  #wait(dueAt: number): number {
    const wait = dueAt - this.#ports.now();
    // A clock set back must not make it wait for ever.
    return wait > this.#ports.limits.retryMost ? 0 : Math.max(0, wait);
  }

  #untilDue(): number {
    const waits = [...this.#pending.values()].flatMap(({ state }) => (state === 'out' ? [] : this.#wait(state.dueAt)));
    return waits.reduce((least, wait) => Math.min(least, wait), Number.POSITIVE_INFINITY);
  }

  async #sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    const hint = new AbortController();
    this.#wake = () => hint.abort();
    await pause(milliseconds, AbortSignal.any([signal, hint.signal]));
    this.#wake = () => {};
  }

  reopen(origin: string): SourceObject | undefined {
    return this.#listing.reopen(origin);
  }

  status() {
    return this.#vitals.state();
  }

  async close(): Promise<void> {
    while (this.#saving !== undefined) await this.#saving;
    if (this.#dirty || this.#unwritten.size > 0) await this.#write();
    await this.#listing.close();
  }
}

interface Ends<Each extends Found> {
  readonly done: (batch: readonly Each[]) => void;
  readonly giveBack: (batch: readonly Each[]) => void;
  readonly failed: (batch: readonly Each[], problems: readonly ObjectProblem[]) => Promise<'retry' | 'dead'>;
}

class PolledDelivery<Each extends Found> implements Delivery {
  readonly id: string;
  readonly objects: readonly ReturnType<Each['open']>[];
  readonly eventTime?: number;
  readonly receivedAt: number;
  readonly #batch: readonly Each[];
  readonly #vitals: Vitals;
  readonly #ends: Ends<Each>;
  #stage: 'ahead' | 'out' | 'ended' = 'ahead';

  constructor(id: string, batch: readonly Each[], now: number, vitals: Vitals, ends: Ends<Each>) {
    this.id = id;
    this.#batch = batch;
    this.receivedAt = now;
    this.#vitals = vitals;
    this.#ends = ends;
    this.objects = batch.map((found) => found.open() as ReturnType<Each['open']>);
    const times = batch.flatMap(({ eventTime }) => eventTime ?? []);
    if (times.length > 0) this.eventTime = Math.max(...times);
  }

  handOut(): void {
    this.#stage = 'out';
    this.#vitals.gave(this.objects.length, this.eventTime);
  }

  async done(): Promise<void> {
    if (this.#end()) this.#ends.done(this.#batch);
  }

  async release(): Promise<void> {
    if (this.#end()) this.#ends.giveBack(this.#batch);
  }

  async failed(problems: readonly ObjectProblem[]): Promise<'retry' | 'dead'> {
    const fate = await this.#ends.failed(this.#batch, problems);
    if (fate === 'retry') this.#end();
    return fate;
  }

  #end(): boolean {
    if (this.#stage === 'ended') return false;
    if (this.#stage === 'out') this.#vitals.took();
    this.#stage = 'ended';
    for (const object of this.objects) object.forget?.();
    return true;
  }
}
