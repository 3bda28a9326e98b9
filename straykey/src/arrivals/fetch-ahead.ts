import { type Problem, S3Object, type S3Sdk } from '../sources/index.ts';
import { explainObjectError } from './explain.ts';
import type { ArrivalLimits } from './limits.ts';
import type { ArrivedObject } from './port.ts';

/**
 * Fetches objects before they are read, within bounds: so many at a time, so many bytes held. What does not fit waits its turn, or is fetched
 * when it is read: nobody waits for anybody.
 */
export class FetchAhead {
  readonly #connect: () => Promise<S3Sdk>;
  readonly #limits: ArrivalLimits;
  readonly #queue: AheadObject[] = [];
  #objects = 0;
  #bytes = 0;

  constructor(connect: () => Promise<S3Sdk>, limits: ArrivalLimits) {
    this.#connect = connect;
    this.#limits = limits;
  }

  /** An object, to be fetched as soon as there is room. */
  object(bucket: string, key: string, size?: number, identity?: string): AheadObject {
    const object = this.later(bucket, key, size, identity);
    if ((size ?? 0) <= this.#limits.fetchObject) this.#queue.push(object);
    this.#begin();
    return object;
  }

  /** An object that is fetched when it is read. */
  later(bucket: string, key: string, size?: number, identity?: string): AheadObject {
    // The size steers nothing in there but fetching ahead, which is done here.
    return new AheadObject(new S3Object(bucket, key, size ?? 0, this.#connect), size, identity);
  }

  #begin(): void {
    const { fetchObjects, fetchBytes, fetchObject, fetchGuess } = this.#limits;
    while (this.#queue.length > 0 && this.#objects < fetchObjects) {
      const next = this.#queue[0]!;
      const bytes = next.size ?? fetchGuess;
      if (this.#objects > 0 && this.#bytes + bytes > fetchBytes) return;
      this.#queue.shift();
      this.#objects += 1;
      this.#bytes += bytes;
      next.fetch(fetchObject, () => {
        this.#objects -= 1;
        this.#bytes -= bytes;
        this.#begin();
      });
    }
  }
}

type Stage =
  | { readonly kind: 'untouched' }
  | { readonly kind: 'fetching'; readonly ready: Promise<void>; readonly free: () => void }
  | { readonly kind: 'fetched'; readonly bytes: Uint8Array; readonly free: () => void }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** Read, too large, or of no more use: any further reading fetches for itself. */
  | { readonly kind: 'given' };

/** One object of S3. Fetched bytes are given out once. */
export class AheadObject implements ArrivedObject {
  readonly origin: string;
  readonly identity: string;
  readonly size?: number;
  readonly again = true;
  readonly #inner: S3Object;
  #stage: Stage = { kind: 'untouched' };

  /** Without an identity its origin is one: CloudTrail writes an object once. */
  constructor(inner: S3Object, size: number | undefined, identity = inner.origin) {
    this.#inner = inner;
    this.origin = inner.origin;
    this.identity = identity;
    if (size !== undefined) this.size = size;
  }

  /** `free` is called once: when its bytes were given out, or at once when nobody needs them any more. */
  fetch(most: number, free: () => void): void {
    if (this.#stage.kind === 'untouched') this.#stage = { kind: 'fetching', ready: this.#fetch(most, free), free };
    else free();
  }

  async #fetch(most: number, free: () => void): Promise<void> {
    let stage: Stage;
    try {
      const pieces: Uint8Array[] = [];
      let length = 0;
      for await (const piece of this.#inner.open()) {
        length += piece.length;
        if (length > most || this.#stage.kind === 'given') break;
        pieces.push(piece);
      }
      stage = length > most ? { kind: 'given' } : { kind: 'fetched', bytes: Buffer.concat(pieces), free };
    } catch (error) {
      stage = { kind: 'failed', error };
    }
    // Forgotten meanwhile: its room was given back then.
    if (this.#stage.kind === 'given') return;
    this.#stage = stage;
    if (stage.kind !== 'fetched') free();
  }

  readWhole(): Uint8Array | undefined {
    const stage = this.#stage;
    if (stage.kind !== 'fetched' && stage.kind !== 'failed') return undefined;
    this.#stage = { kind: 'given' };
    if (stage.kind === 'failed') throw stage.error;
    stage.free();
    return stage.bytes;
  }

  async *open(): AsyncGenerator<Uint8Array, void, void> {
    if (this.#stage.kind === 'fetching') await this.#stage.ready;
    const whole = this.readWhole();
    if (whole !== undefined) {
      yield whole;
      return;
    }
    // In the queue still: it need not be fetched twice.
    this.#stage = { kind: 'given' };
    yield* this.#inner.open();
  }

  /** Of no more use: gives back what was fetched. */
  forget(): void {
    const stage = this.#stage;
    this.#stage = { kind: 'given' };
    if (stage.kind === 'fetching' || stage.kind === 'fetched') stage.free();
  }

  explain(error: unknown): Problem {
    return explainObjectError(error, this.#inner);
  }
}
