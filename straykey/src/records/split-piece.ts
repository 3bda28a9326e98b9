import { concat } from './bytes.ts';

/** One piece (a record, an envelope that is no list) is at most this many bytes: 16 times CloudTrail's largest record. */
export const MAX_PIECE_BYTES = 16 * 1024 * 1024;

/** The bytes of a piece, gathered over the chunks it lies in. */
export class PieceBytes {
  #parts: Uint8Array[] = [];
  #bytes = 0;
  /** Index in the present chunk from which bytes belong to the piece; negative when they are not kept. */
  from = -1;

  get kept(): boolean {
    return this.from >= 0;
  }

  begin(at: number): void {
    this.drop();
    this.from = at;
  }

  /** Copies what the chunk holds of the piece; the next chunk goes on at its beginning. False when the piece grew too large. */
  keep(chunk: Uint8Array, end: number): boolean {
    if (!this.kept) return true;
    const part = chunk.slice(this.from, end);
    this.from = 0;
    this.#bytes += part.length;
    if (part.length > 0) this.#parts.push(part);
    return this.#bytes <= MAX_PIECE_BYTES;
  }

  /** What was copied so far, by part. */
  get parts(): readonly Uint8Array[] {
    return this.#parts;
  }

  whole(): Uint8Array {
    return concat(this.#parts);
  }

  drop(): void {
    this.#parts = [];
    this.#bytes = 0;
    this.from = -1;
  }
}
