import { gunzipSync } from 'node:zlib';
import { FORM_BYTES, type Form, formOf } from './form.ts';
import { Gunzip } from './gunzip.ts';
import { borrowInflater, type Inflater, returnInflater } from './inflater.ts';
import type { Problem } from './source.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

/** Limits of decompression. All are about memory and time, none about meaning. */
export const inflateLimits = {
  /** The most bytes that are handed on at a time, stored or decompressed; 256 KiB, the reader's own window. */
  piece: 256 * KiB,
  /**
   * A file is a bomb when it has grown past 128 MiB and past 200 times what was stored. Real trails compress 8 to 20
   * times; one record repeated for ever reaches about 150; deflate itself ends at 1,032.
   */
  bombBytes: 128 * MiB,
  bombRatio: 200,
  /** gzip inside gzip that is followed; 3. Twice happens (an already packed object behind a packing proxy). */
  levels: 3,
  /**
   * Decompressed bytes of a piece nested in a record's text; 64 MiB, well over what the services that nest (at most 1
   * MiB packed) can hold.
   */
  nestedBytes: 64 * MiB,
} as const;

/**
 * Decompresses one object through up to {@link inflateLimits.levels} layers of gzip; plain bytes come out as they are.
 * Memory stays the same whatever the size: one inflater for each layer. To be closed in the end.
 *
 * The checksum of every gzip member is checked. Data that ends too early or breaks gives all bytes before the break:
 * they are evidence; {@link problem} says that they are not all, and, after a wrong checksum, that they may be wrong.
 */
export class Unpacker {
  /** The first thing that was wrong; nothing more is decoded then. */
  problem: Problem | undefined;
  /** Bytes handed on. */
  bytes = 0;
  /** Stored bytes taken so far: what every layer's growth is measured against. */
  stored = 0;
  /** Bytes put here may be given to {@link write} without being copied. */
  readonly room: Uint8Array;
  readonly #deliver: (chunk: Uint8Array) => void;
  readonly #borrowed: Inflater[] = [];
  readonly #outermost: Layer;

  /** `deliver` gets pieces of at most {@link inflateLimits.piece}, never empty, valid during the call. */
  constructor(deliver: (chunk: Uint8Array) => void) {
    this.#deliver = deliver;
    const inflater = this.borrow();
    this.room = inflater.room;
    this.#outermost = new Layer(this, 0, inflater);
  }

  /** The next stored bytes. False when no more are wanted: there is a problem. */
  write(stored: Uint8Array): boolean {
    for (const slice of slices(stored, inflateLimits.piece)) {
      this.stored += slice.length;
      if (!this.#outermost.write(slice)) return false;
    }
    return true;
  }

  /** There are no more stored bytes. */
  end(): void {
    this.#outermost.end();
  }

  /** Gives back what was borrowed. */
  close(): void {
    for (const inflater of this.#borrowed) returnInflater(inflater);
    this.#borrowed.length = 0;
  }

  deliver(chunk: Uint8Array): void {
    this.bytes += chunk.length;
    this.#deliver(chunk);
  }

  report(problem: Problem): void {
    this.problem ??= problem;
  }

  borrow(): Inflater {
    const inflater = borrowInflater();
    this.#borrowed.push(inflater);
    return inflater;
  }
}

const NOTHING = new Uint8Array(0);

/** What one layer of an object is found to be, and what is done with its bytes. */
class Layer {
  readonly #unpacker: Unpacker;
  readonly #level: number;
  #inflater: Inflater | undefined;
  /** The first bytes, while they are too few to tell the form. */
  #head: Uint8Array = NOTHING;
  #form: Form['kind'] | undefined;
  #gunzip: Gunzip | undefined;
  #inner: Layer | undefined;
  /** Decompressed bytes so far. */
  #output = 0;
  #over = false;

  constructor(unpacker: Unpacker, level: number, inflater?: Inflater) {
    this.#unpacker = unpacker;
    this.#level = level;
    this.#inflater = inflater;
  }

  /** False when no more is wanted. */
  write(bytes: Uint8Array): boolean {
    if (this.#form === undefined) return this.#lookAt(bytes);
    if (this.#over) return false;
    if (this.#gunzip === undefined) this.#unpacker.deliver(bytes);
    else this.#decode(this.#gunzip, bytes);
    return !this.#over;
  }

  end(): void {
    if (this.#over) return;
    if (this.#form === undefined) this.#settle(this.#head);
    if (this.#over) return;
    this.#over = true;
    if (this.#gunzip?.end() === false) this.#unpacker.report(truncated(this.#output));
    this.#inner?.end();
  }

  #lookAt(bytes: Uint8Array): boolean {
    const seen = this.#head.length === 0 ? bytes : Buffer.concat([this.#head, bytes]);
    if (seen.length >= FORM_BYTES) return this.#settle(seen);
    this.#head = Uint8Array.from(seen);
    return true;
  }

  /** The form is told by the first bytes, which are then written. */
  #settle(first: Uint8Array): boolean {
    const form = formOf(first);
    this.#form = form.kind;
    this.#head = NOTHING;
    if (form.kind === 'unsupported') this.#fail(unsupported(form.name));
    else if (form.kind === 'gzip' && this.#level === inflateLimits.levels) this.#fail(tooDeep);
    else if (form.kind === 'gzip') {
      this.#inflater ??= this.#unpacker.borrow();
      this.#inner = new Layer(this.#unpacker, this.#level + 1);
      this.#gunzip = new Gunzip(this.#inflater, (block) => this.#handOn(block));
    }
    for (const slice of slices(first, inflateLimits.piece)) this.write(slice);
    return !this.#over;
  }

  #decode(gunzip: Gunzip, bytes: Uint8Array): void {
    const { room } = this.#inflater!;
    // A file is read straight to where it is decoded from.
    if (bytes.buffer !== room.buffer || bytes.byteOffset !== room.byteOffset) room.set(bytes);
    const fault = gunzip.decode(bytes.length);
    if (fault !== undefined) this.#fail(damaged(fault, this.#output));
  }

  #handOn(block: Uint8Array): boolean {
    this.#output += block.length;
    if (isBomb(this.#output, this.#unpacker.stored)) this.#fail(bomb(this.#output, this.#unpacker.stored));
    else if (!this.#inner!.write(block)) this.#over = true;
    return !this.#over;
  }

  #fail(problem: Problem): void {
    if (this.#over) return;
    this.#over = true;
    this.#unpacker.report(problem);
    this.#inner?.end();
  }
}

/**
 * Gunzips a piece found inside a record (a base64 field of a log subscription, say). `undefined` when it is not gzip,
 * broken, or larger than {@link inflateLimits.nestedBytes}.
 */
export function inflatePiece(bytes: Uint8Array): Uint8Array | undefined {
  if (formOf(bytes).kind !== 'gzip') return undefined;
  try {
    return gunzipSync(bytes, { maxOutputLength: inflateLimits.nestedBytes });
  } catch {
    return undefined;
  }
}

export function* slices(bytes: Uint8Array, size: number): Generator<Uint8Array, void, void> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function isBomb(output: number, stored: number): boolean {
  return output > inflateLimits.bombBytes && output > inflateLimits.bombRatio * stored;
}

function bomb(output: number, stored: number): Problem {
  const { bombBytes, bombRatio } = inflateLimits;
  return {
    kind: 'gzip-bomb',
    reason: `${stored} stored bytes grew to ${output}: over ${bombRatio} times, over ${bombBytes} bytes; stopped`,
  };
}

function truncated(decoded: number): Problem {
  return { kind: 'truncated-gzip', reason: `gzip data stops before its end mark; ${decoded} bytes were decoded` };
}

function damaged(fault: string, decoded: number): Problem {
  return { kind: 'corrupt-gzip', reason: `gzip data is damaged (${fault}); ${decoded} bytes were decoded` };
}

function unsupported(name: string): Problem {
  return { kind: 'unsupported-compression', reason: `expected JSON text or gzip, found: ${name}` };
}

const tooDeep: Problem = {
  kind: 'gzip-too-deep',
  reason: `more than ${inflateLimits.levels} layers of gzip`,
};
