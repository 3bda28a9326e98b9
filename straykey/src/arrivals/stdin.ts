import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { SourceObject } from '../sources/index.ts';
import { Channel } from './channel.ts';
import { keepDeadLetter, reasonOf } from './dead-letters.ts';
import { LineSpool } from './line-spool.ts';
import type { ArrivedObject, Delivery, LiveSource, ObjectProblem } from './port.ts';
import type { ArrivalPorts } from './ports.ts';
import { Vitals } from './vitals.ts';

/**
 * Lines of standard input: a record, a file or an envelope each. Lines that come close together become one object, named by what it holds, so that
 * the same lines again are known. A copy is kept for second looks while the process lives. What is released at a stop is lost with the pipe.
 */
export function stdinSource(name: string, ports: ArrivalPorts): LiveSource {
  return new StdinSource(name, ports);
}

class StdinSource implements LiveSource {
  readonly name: string;
  readonly type = 'stdin';
  readonly #ports: ArrivalPorts;
  readonly #vitals: Vitals;
  readonly #spool: LineSpool;
  readonly #channel: Channel<StdinDelivery>;
  #numbers = 0;

  constructor(name: string, ports: ArrivalPorts) {
    this.name = name;
    this.#ports = ports;
    this.#vitals = new Vitals(ports.now, Number.POSITIVE_INFINITY);
    this.#spool = new LineSpool(ports.limits.spoolMost);
    this.#channel = new Channel(ports.limits.deliveriesAhead);
  }

  async *deliveries(signal: AbortSignal): AsyncGenerator<Delivery, void, void> {
    const channel = this.#channel;
    const stop = (): void => this.#lost(channel.stop());
    if (signal.aborted) return;
    signal.addEventListener('abort', stop, { once: true });
    this.#vitals.started();
    // It may wait for a line that never comes; nobody waits for it then.
    void this.#read(signal);
    try {
      for await (const delivery of channel) {
        this.#vitals.gave(1, undefined);
        yield delivery;
      }
    } finally {
      signal.removeEventListener('abort', stop);
      stop();
      this.#vitals.stopped();
    }
  }

  /** Never rejects. */
  async #read(signal: AbortSignal): Promise<void> {
    const { limits, log } = this.#ports;
    const lines = new LineBatches(limits.lineBytes, limits.lineMost, () => {
      const reason = `a line of more than ${limits.lineMost} bytes; the whole of it is left out`;
      this.#ports.tell({ kind: 'unsupported-file', origin: this.name, reason });
    });
    const pieces = this.#ports.stdin[Symbol.asyncIterator]();
    try {
      let next = pieces.next();
      // Since the first line of a batch: a trickle must not put it off.
      let due: Promise<undefined> | undefined;
      while (!signal.aborted) {
        if (!lines.empty) due ??= wait(limits.lineWithin, undefined);
        const step = await (due === undefined ? next : Promise.race([next, due]));
        if (step?.done) break;
        if (step !== undefined) {
          lines.add(step.value);
          next = pieces.next();
        }
        if (step !== undefined && !lines.full) continue;
        due = undefined;
        await this.#offer(lines.take());
      }
      lines.finish();
      if (!lines.empty && !signal.aborted) await this.#offer(lines.take());
    } catch (error) {
      this.#vitals.failing(`standard input cannot be read (${(error as Error).message})`);
      log.warn({ source: this.name, reason: String(error) }, 'standard input cannot be read');
    }
    this.#channel.end();
  }

  async #offer(bytes: Uint8Array): Promise<void> {
    const origin = `${this.name}:${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}`;
    try {
      this.#spool.keep(origin, bytes);
    } catch (error) {
      const reason = String(error);
      this.#ports.log.warn(
        { source: this.name, reason },
        'no copy of standard input could be kept; there will be no second look at it',
      );
    }
    if ((await this.#channel.room()) === 0) return;
    this.#numbers += 1;
    this.#channel.push(
      new StdinDelivery(
        `${this.name}-${this.#numbers}`,
        new LinesObject(origin, bytes, this.#spool),
        this.#ports,
        this.#vitals,
        (again) => this.#channel.push(again),
      ),
    );
  }

  #lost(deliveries: readonly StdinDelivery[]): void {
    if (deliveries.length === 0) return;
    this.#ports.log.warn(
      { source: this.name, objects: deliveries.length },
      'lines of standard input were taken but not read; send them again',
    );
  }

  reopen(origin: string): SourceObject | undefined {
    return this.#spool.has(origin) ? new LinesObject(origin, undefined, this.#spool) : undefined;
  }

  status() {
    return this.#vitals.state();
  }

  async close(): Promise<void> {
    this.#spool.dispose();
  }
}

/** Cuts pieces into lines and gathers those. A line that is too long is passed over as a whole. */
class LineBatches {
  readonly #enough: number;
  readonly #most: number;
  readonly #tooLong: () => void;
  /** Complete lines with their ends. */
  #lines: Uint8Array[] = [];
  #lineBytes = 0;
  /** The beginning of the next line. */
  #rest: Uint8Array[] = [];
  #restBytes = 0;
  #passing = false;

  constructor(enough: number, most: number, tooLong: () => void) {
    this.#enough = enough;
    this.#most = most;
    this.#tooLong = tooLong;
  }

  get empty(): boolean {
    return this.#lineBytes === 0;
  }

  get full(): boolean {
    return this.#lineBytes >= this.#enough;
  }

  add(piece: Uint8Array): void {
    const end = piece.lastIndexOf(NEWLINE) + 1;
    if (end > 0) {
      // From the rest only the first line can be too long, so it alone can be in the way.
      const from = this.#passing ? piece.indexOf(NEWLINE) + 1 : 0;
      this.#passing = false;
      this.#keep([...this.#rest, piece.subarray(from, end)]);
      this.#rest = [];
      this.#restBytes = 0;
    }
    const rest = piece.subarray(end);
    if (this.#passing || rest.length === 0) return;
    this.#restBytes += rest.length;
    this.#rest.push(Uint8Array.from(rest));
    if (this.#restBytes <= this.#most) return;
    this.#passing = true;
    this.#rest = [];
    this.#restBytes = 0;
    this.#tooLong();
  }

  /** The input has ended: what stands without a line end counts as a line. */
  finish(): void {
    this.#keep(this.#rest);
    this.#rest = [];
  }

  take(): Uint8Array {
    const bytes = Buffer.concat(this.#lines);
    this.#lines = [];
    this.#lineBytes = 0;
    return bytes;
  }

  #keep(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) {
      this.#lines.push(Uint8Array.from(piece));
      this.#lineBytes += piece.length;
    }
  }
}

const NEWLINE = 0x0a;

class LinesObject implements ArrivedObject {
  readonly origin: string;
  readonly identity: string;
  readonly again = true;
  readonly #spool: LineSpool;
  #bytes: Uint8Array | undefined;

  constructor(origin: string, bytes: Uint8Array | undefined, spool: LineSpool) {
    this.origin = origin;
    this.identity = origin;
    this.#bytes = bytes;
    this.#spool = spool;
  }

  readWhole(): Uint8Array {
    return this.#bytes ?? this.#spool.read(this.origin);
  }

  async *open(): AsyncGenerator<Uint8Array, void, void> {
    yield this.readWhole();
  }

  explain(error: unknown) {
    const reason = `the copy kept of standard input could not be read (${error instanceof Error ? error.message : String(error)})`;
    return { kind: 'unreadable-file', reason } as const;
  }
}

class StdinDelivery implements Delivery {
  readonly id: string;
  readonly objects: readonly LinesObject[];
  readonly receivedAt: number;
  readonly #ports: ArrivalPorts;
  readonly #vitals: Vitals;
  readonly #again: (delivery: StdinDelivery) => void;
  #ended = false;

  constructor(
    id: string,
    object: LinesObject,
    ports: ArrivalPorts,
    vitals: Vitals,
    again: (delivery: StdinDelivery) => void,
  ) {
    this.id = id;
    this.objects = [object];
    this.#ports = ports;
    this.receivedAt = ports.now();
    this.#vitals = vitals;
    this.#again = again;
  }

  async done(): Promise<void> {
    this.#end();
  }

  async release(): Promise<void> {
    if (this.#end()) this.#again(new StdinDelivery(this.id, this.objects[0]!, this.#ports, this.#vitals, this.#again));
  }

  /** It would be the same another time. */
  async failed(problems: readonly ObjectProblem[]): Promise<'retry' | 'dead'> {
    const source = this.id.slice(0, this.id.lastIndexOf('-'));
    const origins = problems.map(({ origin }) => origin);
    try {
      await keepDeadLetter({ source, origins, reason: reasonOf(problems) }, this.id, this.#ports);
      this.#vitals.buried(problems.length);
      return 'dead';
    } catch (error) {
      this.#ports.log.warn(
        { source, reason: String(error) },
        'a dead letter could not be written; the lines come again',
      );
      await this.release();
      return 'retry';
    }
  }

  #end(): boolean {
    if (this.#ended) return false;
    this.#ended = true;
    this.#vitals.took();
    return true;
  }
}
