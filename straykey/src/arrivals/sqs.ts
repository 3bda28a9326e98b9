import { printable } from '../kit/index.ts';
import { parseS3Address, setAside } from '../sources/index.ts';
import { type Access, Connection, connectS3 } from './aws.ts';
import { Channel } from './channel.ts';
import { keepDeadLetter, reasonOf } from './dead-letters.ts';
import { explainQueueError } from './explain.ts';
import { type AheadObject, FetchAhead } from './fetch-ahead.ts';
import { type Announced, BACKFILL, parseMessage } from './message.ts';
import { backoff, pause } from './pause.ts';
import type { Delivery, LiveSource, ObjectProblem } from './port.ts';
import type { ArrivalPorts } from './ports.ts';
import { type Held, Queue } from './queue.ts';
import { triesFor, waitBefore } from './tries.ts';
import { Vitals } from './vitals.ts';

export interface SqsSettings extends Access {
  readonly name: string;
  readonly queueUrl: string;
}

/**
 * Objects announced on an SQS queue. A message is one delivery, deleted when that is done. Messages that cannot be understood, and objects that
 * cannot be read after several tries, go to the queue's dead-letter queue with the attribute `StraykeyReason`, or into the store if it has none.
 */
export function sqsSource(settings: SqsSettings, ports: ArrivalPorts): LiveSource {
  return new SqsSource(settings, ports);
}

/** The part of a source that its deliveries use. */
interface Desk {
  readonly queue: Queue;
  readonly vitals: Vitals;
  readonly ports: ArrivalPorts;
  readonly source: string;
}

class SqsSource implements LiveSource {
  readonly name: string;
  readonly type = 'sqs';
  readonly #desk: Desk;
  readonly #s3: Connection<Awaited<ReturnType<typeof connectS3>>>;
  readonly #ahead: FetchAhead;
  /** Folders of digests and other logs that were told already. */
  readonly #told = new Set<string>();

  constructor(settings: SqsSettings, ports: ArrivalPorts) {
    this.name = settings.name;
    this.#desk = {
      queue: new Queue(settings.queueUrl, settings, ports.limits, ports.log),
      vitals: new Vitals(ports.now, ports.limits.silentAfter),
      ports,
      source: settings.name,
    };
    this.#s3 = new Connection(() => connectS3(settings));
    this.#ahead = new FetchAhead(this.#s3.get, ports.limits);
  }

  async *deliveries(signal: AbortSignal): AsyncGenerator<Delivery, void, void> {
    const { vitals, ports } = this.#desk;
    const channel = new Channel<SqsDelivery>(ports.limits.messagesAhead);
    const ended = new AbortController();
    const either = AbortSignal.any([signal, ended.signal]);
    const left: SqsDelivery[] = [];
    either.addEventListener('abort', () => left.push(...channel.stop()), { once: true });
    if (either.aborted) return;
    vitals.started();
    const receiving = this.#receive(channel, either);
    try {
      for await (const delivery of channel) {
        delivery.handOut();
        yield delivery;
      }
    } finally {
      ended.abort();
      await receiving;
      await Promise.all([...left, ...channel.stop()].map((delivery) => delivery.release()));
      vitals.stopped();
    }
  }

  /** Receives whenever there is room, for ever. Never rejects. */
  async #receive(channel: Channel<SqsDelivery>, signal: AbortSignal): Promise<void> {
    const { queue, vitals, ports } = this.#desk;
    for (let failures = 0, learned = false; !signal.aborted; ) {
      try {
        if (!learned) await queue.learn(signal);
        learned = true;
        const room = await channel.room();
        if (room === 0) return;
        const messages = await queue.receive(room, signal);
        failures = 0;
        if (vitals.fine()) ports.log.info({ source: this.name }, 'the queue can be reached again');
        const opened = await Promise.all(messages.map((message) => this.#open(message)));
        for (const delivery of opened) if (delivery !== undefined) channel.push(delivery);
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        // It may have been made anew meanwhile.
        learned = false;
        const reason = explainQueueError(error, queue.url);
        if (vitals.failing(reason))
          ports.log.warn({ source: this.name, kind: 'queue', reason }, 'the queue cannot be used; trying again');
        const { backoffFirst, backoffMost } = ports.limits;
        await pause(backoff(failures, backoffFirst, backoffMost, ports.random), signal);
      }
    }
  }

  /** What the message announces; `undefined` when it has ended with that. */
  async #open(held: Held): Promise<SqsDelivery | undefined> {
    const { queue, ports } = this.#desk;
    const message = parseMessage(held.body);
    switch (message.kind) {
      case 'nothing':
        ports.log.info(
          { source: this.name, message: held.id, reason: message.reason },
          'a message that announces nothing',
        );
        await queue.remove(held);
        return undefined;
      case 'unreadable':
        await this.#bury(held, [message.reason]);
        return undefined;
      case 'objects': {
        const wanted = message.objects.filter((each) => this.#wanted(each));
        if (wanted.length === 0 && message.problems.length === 0) await queue.remove(held);
        else if (wanted.length === 0) await this.#bury(held, message.problems);
        else if (
          message.problems.length === 0 ||
          (await buried(this.#desk, held, unreadable(held, message.problems), held.body))
        )
          return new SqsDelivery(held, wanted, this.#ahead, this.#desk);
        else await this.#giveBack(held);
        return undefined;
      }
    }
  }

  /** Sets the whole message aside and ends it; if that cannot be done now, it comes again. */
  async #bury(held: Held, reasons: readonly string[]): Promise<void> {
    const written = await buried(this.#desk, held, unreadable(held, reasons), held.body);
    await (written ? this.#desk.queue.remove(held) : this.#giveBack(held));
  }

  #giveBack(held: Held): Promise<void> {
    const { queue, ports } = this.#desk;
    return queue.giveBack(held, waitBefore(held.receiveCount, ports.limits) / 1000);
  }

  /** Digests and other services' logs are set aside by name, as a listing does. */
  #wanted({ bucket, key, size }: Announced): boolean {
    if (size === 0 && key.endsWith('/')) return false;
    const aside = setAside(key, {});
    if (aside === undefined) return true;
    const origin = `s3://${bucket}/${aside.what}`;
    if (!this.#told.has(origin) && this.#told.size < TOLD_MOST) {
      this.#told.add(origin);
      this.#desk.ports.tell({ kind: aside.kind, origin, reason: 'set aside by its name' });
    }
    return false;
  }

  reopen(origin: string): AheadObject | undefined {
    const address = parseS3Address(origin);
    return address === undefined || address.prefix === ''
      ? undefined
      : this.#ahead.later(address.bucket, address.prefix);
  }

  status() {
    return this.#desk.vitals.state();
  }

  async close(): Promise<void> {
    await Promise.all([this.#desk.queue.close(), this.#s3.close()]);
  }
}

/** Folders told of at most; 10,000: a bound, met by nobody. */
const TOLD_MOST = 10_000;

class SqsDelivery implements Delivery {
  readonly id: string;
  readonly objects: readonly AheadObject[];
  readonly eventTime?: number;
  readonly receivedAt: number;
  readonly #held: Held;
  readonly #desk: Desk;
  readonly #buried = new Set<string>();
  #stage: 'ahead' | 'out' | 'ended' = 'ahead';

  constructor(held: Held, announced: readonly Announced[], ahead: FetchAhead, desk: Desk) {
    this.id = held.id;
    this.#held = held;
    this.#desk = desk;
    this.receivedAt = desk.ports.now();
    // A message may name an object twice.
    const distinct = new Map(announced.map((each) => [`${each.bucket}/${each.key}`, each]));
    this.objects = [...distinct.values()].map(({ bucket, key, size }) => ahead.object(bucket, key, size));
    const times = announced.flatMap(({ eventTime }) => eventTime ?? []);
    if (times.length > 0) this.eventTime = times.reduce((a, b) => Math.max(a, b));
  }

  handOut(): void {
    this.#stage = 'out';
    this.#desk.vitals.gave(this.objects.length, this.eventTime);
  }

  async done(): Promise<void> {
    if (this.#end()) await this.#desk.queue.remove(this.#held);
  }

  async release(): Promise<void> {
    if (this.#end()) await this.#desk.queue.giveBack(this.#held, 0);
  }

  async failed(problems: readonly ObjectProblem[]): Promise<'retry' | 'dead'> {
    const { queue, ports } = this.#desk;
    const { receiveCount } = this.#held;
    // One receive is left to SQS, so that ours comes first and says why.
    const most = queue.redrive === undefined ? undefined : Math.max(1, queue.redrive.maxReceiveCount - 1);
    const hopeless = problems.every(({ kind }) => receiveCount >= triesFor(kind, most, ports.limits));
    // Asked again, because the commit failed: one letter is enough.
    const fresh = problems.filter(({ origin }) => !this.#buried.has(origin));
    if (hopeless && (fresh.length === 0 || (await buried(this.#desk, this.#held, fresh, this.#bodyFor(fresh))))) {
      for (const { origin } of fresh) this.#buried.add(origin);
      return 'dead';
    }
    if (this.#end()) await queue.giveBack(this.#held, waitBefore(receiveCount, ports.limits) / 1000);
    return 'retry';
  }

  /** The message itself when all of it failed; else one of ours that names what failed, so that a redrive reads only that. */
  #bodyFor(problems: readonly ObjectProblem[]): string {
    const failed = new Set(problems.map(({ origin }) => origin));
    const objects = this.objects.map(({ origin }) => origin).filter((origin) => failed.has(origin));
    return objects.length === this.objects.length ? this.#held.body : JSON.stringify({ straykey: BACKFILL, objects });
  }

  #end(): boolean {
    if (this.#stage === 'ended') return false;
    if (this.#stage === 'out') this.#desk.vitals.took();
    this.#stage = 'ended';
    for (const object of this.objects) object.forget();
    return true;
  }
}

function unreadable({ id }: Held, reasons: readonly string[]): ObjectProblem[] {
  return reasons.map((reason) => ({ origin: `message ${id}`, kind: 'unreadable-message', reason }));
}

/** Whether a dead letter was written. If not, the message should come again. */
async function buried(desk: Desk, held: Held, problems: readonly ObjectProblem[], body: string): Promise<boolean> {
  const { queue, ports, vitals, source } = desk;
  const reason = reasonOf(problems);
  const origins = problems.map(({ origin }) => origin);
  try {
    if (queue.redrive === undefined) await keepDeadLetter({ source, origins, reason, body }, held.id, ports);
    else {
      await queue.sendDead(queue.redrive, held, body, reason);
      ports.log.warn({ source, kind: problems[0]?.kind, message: held.id, reason }, 'dead letter sent');
    }
    vitals.buried(problems.length);
    for (const { kind } of problems) ports.deadLetter?.(source, kind);
    return true;
  } catch (error) {
    const why = printable(
      queue.redrive === undefined ? String(error) : explainQueueError(error, queue.redrive.deadLetterUrl),
    );
    ports.log.warn(
      { source, message: held.id, reason: why },
      'a dead letter could not be written; the message comes again',
    );
    return false;
  }
}
