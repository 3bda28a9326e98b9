import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateLimits } from './inflate.ts';

/**
 * Keeps a copy of a stream that can be read only once: small ones in memory, larger ones in a temporary file that only
 * this user can read, and that is deleted by name as soon as it is open (where the system allows), so that no crash
 * leaves a trail behind.
 */
export class Spool {
  #pieces: Uint8Array[] = [];
  #length = 0;
  #file: { readonly fd: number; readonly folder: string } | undefined;
  #failure: unknown;

  /** Keeps a copy. A full or read-only disk does not disturb the first reading; {@link pieces} will say so. */
  keep(piece: Uint8Array): void {
    if (this.#failure !== undefined) return;
    try {
      if (this.#file === undefined && this.#length + piece.length > spoolLimits.memory) this.#spill();
      if (this.#file === undefined) this.#pieces.push(Uint8Array.from(piece));
      else writeAll(this.#file.fd, piece);
      this.#length += piece.length;
    } catch (error) {
      this.#failure = error;
      this.dispose();
    }
  }

  /** The copy, from its beginning. Throws the error that ended the keeping, if one did. */
  *pieces(): Generator<Uint8Array, void, void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#file === undefined) {
      yield* this.#pieces;
      return;
    }
    const buffer = Buffer.allocUnsafeSlow(inflateLimits.piece);
    for (let at = 0; at < this.#length; ) {
      const read = readSync(this.#file.fd, buffer, 0, buffer.length, at);
      if (read === 0) return;
      at += read;
      yield buffer.subarray(0, read);
    }
  }

  dispose(): void {
    this.#pieces = [];
    if (this.#file === undefined) return;
    closeSync(this.#file.fd);
    rmSync(this.#file.folder, { recursive: true, force: true });
    this.#file = undefined;
  }

  #spill(): void {
    const folder = mkdtempSync(join(tmpdir(), 'straykey-'));
    this.#file = { folder, fd: openSync(join(folder, 'stream'), 'wx+', 0o600) };
    // Windows refuses to delete what is open; `dispose` does it there.
    if (process.platform !== 'win32') rmSync(folder, { recursive: true, force: true });
    for (const piece of this.#pieces) writeAll(this.#file.fd, piece);
    this.#pieces = [];
  }
}

export const spoolLimits = {
  /**
   * Bytes kept in memory before a file is made; 8 MiB: what a pipe of one log file holds, and works on a read-only
   * disk.
   */
  memory: 8 * 1024 * 1024,
} as const;

function writeAll(fd: number, piece: Uint8Array): void {
  for (let at = 0; at < piece.length; ) at += writeSync(fd, piece, at);
}
