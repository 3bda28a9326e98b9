/** Pieces in memory at a time; 32 of 256 KiB, so that neither side waits for the other at every piece. */
const SLOTS = 32;
/** What one piece may hold; the most that decompression hands on at a time. Unit: bytes. */
export const SLOT_BYTES = 256 * 1024;

// Words of the control block.
const WRITTEN = 0;
const TAKEN = 1;
/** 1 while the writer sleeps because the ring is full. */
const FULL = 2;
const HEADERS = 4;
const WORDS_PER_HEADER = 2;

/** The memory of a ring, to be handed to another thread. */
export interface RingMemory {
  readonly control: SharedArrayBuffer;
  readonly bytes: SharedArrayBuffer;
}

export function ringMemory(): RingMemory {
  return {
    control: new SharedArrayBuffer(4 * (HEADERS + SLOTS * WORDS_PER_HEADER)),
    bytes: new SharedArrayBuffer(SLOTS * SLOT_BYTES),
  };
}

/** What was written at once. `kind` is the writer's; `bytes` are the reader's own, valid until it asks for the next piece. */
export interface Piece {
  readonly kind: number;
  readonly bytes: Uint8Array;
}

/**
 * One end: the only thread that writes. Sleeps while the ring is full. Copies by Buffer, here and at the other end: a typed array's `set` goes
 * word by word where memory is shared, which takes several times as long.
 */
export class RingWriter {
  readonly #control: Int32Array;
  readonly #bytes: Buffer;
  #written = 0;

  constructor(memory: RingMemory) {
    this.#control = new Int32Array(memory.control);
    this.#bytes = Buffer.from(memory.bytes);
  }

  /** At most {@link SLOT_BYTES}. */
  write(kind: number, bytes: Uint8Array): void {
    this.#waitForRoom();
    const slot = this.#written % SLOTS;
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).copy(this.#bytes, slot * SLOT_BYTES);
    const header = HEADERS + slot * WORDS_PER_HEADER;
    this.#control[header] = kind;
    this.#control[header + 1] = bytes.length;
    Atomics.store(this.#control, WRITTEN, ++this.#written);
    Atomics.notify(this.#control, WRITTEN);
  }

  #waitForRoom(): void {
    if (this.#written - Atomics.load(this.#control, TAKEN) < SLOTS) return;
    Atomics.store(this.#control, FULL, 1);
    // The reader may have emptied the ring before it could see the flag.
    while (this.#written - Atomics.load(this.#control, TAKEN) > SLOTS / 2) Atomics.wait(this.#control, FULL, 1, 10);
    Atomics.store(this.#control, FULL, 0);
  }
}

/** The other end: the only thread that reads. */
export class RingReader {
  readonly #control: Int32Array;
  readonly #bytes: Buffer;
  readonly #own = Buffer.alloc(SLOT_BYTES);
  #taken = 0;

  constructor(memory: RingMemory) {
    this.#control = new Int32Array(memory.control);
    this.#bytes = Buffer.from(memory.bytes);
  }

  /** The next piece, or nothing when none has come after so many milliseconds. */
  next(patience: number): Piece | undefined {
    if (Atomics.load(this.#control, WRITTEN) === this.#taken)
      Atomics.wait(this.#control, WRITTEN, this.#taken, patience);
    if (Atomics.load(this.#control, WRITTEN) === this.#taken) return undefined;
    const slot = this.#taken % SLOTS;
    const header = HEADERS + slot * WORDS_PER_HEADER;
    const kind = this.#control[header]!;
    const length = this.#control[header + 1]!;
    this.#bytes.copy(this.#own, 0, slot * SLOT_BYTES, slot * SLOT_BYTES + length);
    this.#release();
    return { kind, bytes: this.#own.subarray(0, length) };
  }

  /** A writer that sleeps is woken when half of the ring is free: each waking costs both sides. */
  #release(): void {
    Atomics.store(this.#control, TAKEN, ++this.#taken);
    if (Atomics.load(this.#control, FULL) === 0 || this.#pending() > SLOTS / 2) return;
    Atomics.store(this.#control, FULL, 0);
    Atomics.notify(this.#control, FULL);
  }

  #pending(): number {
    return Atomics.load(this.#control, WRITTEN) - this.#taken;
  }
}
