/** Writes small integers, hashes and texts densely. */
export class ByteWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    if (this.#length === this.#bytes.length) {
      const wider = new Uint8Array(this.#bytes.length * 2);
      wider.set(this.#bytes);
      this.#bytes = wider;
    }
    this.#bytes[this.#length++] = value;
  }

  /** A whole number of at least 0, seven bits a byte. */
  count(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.byte((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  /** A whole number of either sign: the sign is the lowest bit. */
  signed(value: number): void {
    this.count(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** `width` bytes, lowest first. */
  fixed(value: number, width: number): void {
    let rest = value;
    for (let at = 0; at < width; at++) {
      this.byte(rest % 256);
      rest = Math.floor(rest / 256);
    }
  }

  float(value: number): void {
    for (const byte of new Uint8Array(new Float64Array([value]).buffer)) this.byte(byte);
  }

  text(text: string): void {
    const bytes = new TextEncoder().encode(JSON.stringify(text));
    this.count(bytes.length);
    for (const byte of bytes) this.byte(byte);
  }

  done(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

/** Reads what {@link ByteWriter} wrote; throws when the bytes end early, which only damage can do. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw new RangeError('saved habits: expected more bytes, found the end');
    return value;
  }

  count(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  }

  signed(): number {
    const value = this.count();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  fixed(width: number): number {
    let value = 0;
    for (let at = 0, scale = 1; at < width; at++, scale *= 256) value += this.byte() * scale;
    return value;
  }

  float(): number {
    const bytes = Uint8Array.from({ length: 8 }, () => this.byte());
    return new Float64Array(bytes.buffer)[0] ?? 0;
  }

  text(): string {
    const bytes = Uint8Array.from({ length: this.count() }, () => this.byte());
    return JSON.parse(new TextDecoder().decode(bytes)) as string;
  }
}
