import { describe } from './bytes.ts';

/** First bytes of noise that are kept to describe it. */
const SAMPLE_BYTES = 40;
/** A time stamp, a host and a tag before a document are shorter than this. */
const LONGEST_PREFIX = 256;

export interface NoiseReport {
  readonly offset: number;
  readonly reason: string;
}

/**
 * Text that is not JSON, from where it begins up to the next document: told once, however many lines it has. A short text before a document
 * on the document's own line (the time stamp of an exported log group, the head of a syslog line) is a prefix and not told.
 */
export class Noise {
  #offset = -1;
  #reason: string | undefined;
  #sample: number[] = [];
  #sampling = false;
  #prefix = false;

  get present(): boolean {
    return this.#offset >= 0;
  }

  /** So far, it may be a prefix. */
  get isPrefix(): boolean {
    return this.#prefix;
  }

  begin(offset: number, prefix: boolean): void {
    if (this.present) return;
    this.#offset = offset;
    this.#reason = undefined;
    this.#sample = [];
    this.#sampling = true;
    this.#prefix = prefix;
  }

  byte(byte: number): void {
    if (this.#sampling && this.#sample.length < SAMPLE_BYTES) this.#sample.push(byte);
  }

  /** The first bytes end here. */
  pause(): void {
    this.#sampling = false;
  }

  endLine(): void {
    this.#sampling = false;
    this.#prefix = false;
  }

  /** A value that cannot go on, or is not JSON. */
  broken(offset: number, reason: string): void {
    if (!this.present) {
      this.begin(offset, false);
      this.#reason = reason;
    }
    this.endLine();
  }

  /** A document follows that begins at `start`. */
  before(start: number): NoiseReport | undefined {
    if (this.#prefix && start - this.#offset <= LONGEST_PREFIX) this.#clear();
    return this.take();
  }

  /** What is to be told; after that there is none. */
  take(): NoiseReport | undefined {
    if (!this.present) return undefined;
    const reason = this.#reason ?? `expected JSON, found ${describe(Uint8Array.from(this.#sample))}`;
    const report = { offset: this.#offset, reason };
    this.#clear();
    return report;
  }

  #clear(): void {
    this.#offset = -1;
    this.#prefix = false;
  }
}
