/** Seeded randomness (sfc32). The same seed gives the same records on every machine; nothing here reads a clock. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d = 1;

  /** Any text is a seed; different texts give unrelated streams. */
  constructor(seed: string) {
    this.#a = hash(seed, 0x9e3779b9);
    this.#b = hash(seed, 0x85ebca6b);
    this.#c = hash(seed, 0xc2b2ae35);
    for (let i = 0; i < 16; i++) this.#next();
  }

  /** Whole number, 0 <= x < below. */
  int(below: number): number {
    return Math.floor((this.#next() / 0x1_0000_0000) * below);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(list.length)]!;
  }

  text(length: number, alphabet: string): string {
    let text = '';
    for (let i = 0; i < length; i++) text += alphabet[this.int(alphabet.length)];
    return text;
  }

  /** As in eventID and requestID. */
  uuid(): string {
    const hex = this.text(32, '0123456789abcdef');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  /** An access key id that nobody can own: like the keys of AWS's documentation it ends in EXAMPLE. */
  accessKey(prefix: 'ASIA' | 'AKIA'): string {
    return `${prefix}${this.text(9, BASE32)}EXAMPLE`;
  }

  /** Unique ids of roles and users, `AROA…`, `AIDA…`. Nobody's, see `accessKey`. */
  uniqueId(prefix: 'AROA' | 'AIDA'): string {
    return `${prefix}${this.text(10, BASE32)}EXAMPLE`;
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum >>> 0;
  }
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function hash(seed: string, start: number): number {
  let h = start ^ seed.length;
  for (let i = 0; i < seed.length; i++) {
    h = Math.imul(h ^ seed.charCodeAt(i), 0x01000193);
    h ^= h >>> 15;
  }
  return h >>> 0;
}
