import { crc32 } from 'node:zlib';
import { INFLATER_WASM } from './inflater.wasm.ts';

/** What the module exports; see assembly/inflate/index.ts. Addresses and lengths are bytes. */
interface Module {
  readonly memory: { readonly buffer: ArrayBuffer };
  start(): void;
  inputAt(): number;
  inputBytes(): number;
  blockAt(): number;
  blockEnd(): number;
  position(): number;
  shortAt(): number;
  shorten(state: number): number;
  begin(): void;
  decode(from: number, to: number): number;
}

// The part of the WebAssembly interface used here; the project's type libraries leave it out.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

/** The checksum with which zlib goes on from a state of 0: it inverts all bits at the beginning and end. */
const STATE_ZERO = 0xffffffff;

// The module's numbers (assembly/inflate/verdicts.ts).
const BLOCK_FILLED = 1;
const DATA_ENDS = 2;
const FIRST_FAULT = 8;

/** In zlib's words, in the order of the BAD_ verdicts. */
const FAULTS = [
  'invalid block type',
  'invalid stored block lengths',
  'too many length or distance symbols',
  'invalid code lengths set',
  'invalid bit length repeat',
  'invalid code -- missing end-of-block',
  'invalid literal/lengths set',
  'invalid distances set',
  'invalid literal/length code',
  'invalid distance code',
  'invalid distance too far back',
] as const;

export type InflateFault = (typeof FAULTS)[number];

/** Why {@link Inflater.decode} stopped. `more`: for more input. `block`: for the block to be taken. */
export type Stop =
  | { readonly kind: 'more' | 'block' | 'end' }
  | { readonly kind: 'fault'; readonly fault: InflateFault };

const MORE: Stop = { kind: 'more' };
const BLOCK: Stop = { kind: 'block' };
const END: Stop = { kind: 'end' };

/**
 * Raw deflate data (RFC 1951) in bounded memory: some 0.6 MiB, whatever the size. Stored bytes go into {@link room}, decoded
 * ones come back block by block. Accepts and refuses exactly what zlib does.
 *
 * {@link decode} is to be called until it says `more`, `end` or `fault`; on `block` the block is to be taken first, or it is lost.
 * The last block, which is not full, is there to take at any other stop.
 */
export class Inflater {
  /** Where stored bytes are written; what {@link decode} does not say it has used must stay. */
  readonly room: Uint8Array;
  readonly #wasm: Module;
  readonly #bytes: Uint8Array;
  readonly #roomAt: number;
  readonly #blockAt: number;
  readonly #shortAt: number;

  constructor() {
    this.#wasm = new WebAssembly.Instance(compiled(), {}).exports as Module;
    this.#wasm.start();
    this.#bytes = new Uint8Array(this.#wasm.memory.buffer);
    this.#roomAt = this.#wasm.inputAt();
    this.#blockAt = this.#wasm.blockAt();
    this.#shortAt = this.#wasm.shortAt();
    this.room = this.#bytes.subarray(this.#roomAt, this.#roomAt + this.#wasm.inputBytes());
    this.begin();
  }

  /** New data: no byte decoded before counts as coming before it. */
  begin(): void {
    this.#wasm.begin();
  }

  /** Decodes what lies in the room from one place to another. {@link position} then says how much was used. */
  decode(from: number, to: number): Stop {
    const verdict = this.#wasm.decode(this.#roomAt + from, this.#roomAt + to);
    if (verdict >= FIRST_FAULT) return { kind: 'fault', fault: FAULTS[verdict - FIRST_FAULT]! };
    return verdict === BLOCK_FILLED ? BLOCK : verdict === DATA_ENDS ? END : MORE;
  }

  /** The first place in the room that was not used: behind the end of the data, when that was reached. */
  get position(): number {
    return this.#wasm.position() - this.#roomAt;
  }

  /** What was decoded since the last full block: a view, valid until the next call of {@link decode}. */
  get block(): Uint8Array {
    return this.#bytes.subarray(this.#blockAt, this.#wasm.blockEnd());
  }

  /** The CRC-32 of the data up to the end of {@link block}, when `before` is that of the data up to its beginning. */
  checksum(before: number): number {
    // Node's own is the slower one that works without special instructions, so it gets few bytes to do.
    const short = this.#wasm.shorten(~before);
    if (short === 0) return crc32(this.block, before);
    return crc32(this.#bytes.subarray(this.#shortAt, this.#shortAt + short), STATE_ZERO);
  }
}

/**
 * What one thread keeps: the compiled module, and inflaters that are idle. Nothing in them has a meaning from one use to the next; they
 * are kept because making one costs more than a small file does.
 */
const kept: { module: object | undefined; readonly idle: Inflater[] } = { module: undefined, idle: [] };

/** An inflater for one use, to be given back by {@link returnInflater}. There are as many as are in use at the same time. */
export function borrowInflater(): Inflater {
  return kept.idle.pop() ?? new Inflater();
}

export function returnInflater(inflater: Inflater): void {
  kept.idle.push(inflater);
}

function compiled(): object {
  kept.module ??= new WebAssembly.Module(Uint8Array.from(atob(INFLATER_WASM), (character) => character.charCodeAt(0)));
  return kept.module;
}
