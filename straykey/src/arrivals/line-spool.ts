import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Keeps pieces of a stream for second looks, in temporary files that only this user can read and that are deleted by name as soon as they are open
 * (where the system allows): no crash leaves a trail behind. The oldest go when there are too many bytes.
 */
export class LineSpool {
  readonly #most: number;
  readonly #segments: Segment[] = [];
  readonly #kept = new Map<string, { readonly segment: Segment; readonly at: number; readonly length: number }>();
  #bytes = 0;

  constructor(most: number) {
    this.#most = most;
  }

  has(name: string): boolean {
    return this.#kept.has(name);
  }

  /** @throws what the file system throws: nothing is kept then */
  keep(name: string, bytes: Uint8Array): void {
    if (this.#kept.has(name)) return;
    const segment = this.#segmentFor(bytes.length);
    const at = segment.length;
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(segment.fd, bytes, written, bytes.length - written, at + written);
    }
    segment.length += bytes.length;
    segment.names.push(name);
    this.#bytes += bytes.length;
    this.#kept.set(name, { segment, at, length: bytes.length });
    while (this.#bytes > this.#most && this.#segments.length > 1) this.#drop(this.#segments.shift()!);
  }

  /** @throws what the file system throws, and for what is not kept any more */
  read(name: string): Uint8Array {
    const kept = this.#kept.get(name);
    if (kept === undefined) throw new Error('not kept any more');
    const bytes = Buffer.allocUnsafe(kept.length);
    for (let read = 0; read < kept.length; ) {
      const got = readSync(kept.segment.fd, bytes, read, kept.length - read, kept.at + read);
      if (got === 0) throw new Error('the copy was cut off');
      read += got;
    }
    return bytes;
  }

  dispose(): void {
    for (const segment of this.#segments.splice(0)) this.#drop(segment);
  }

  /** A sixteenth of the whole: that much is forgotten at a time. */
  #segmentFor(length: number): Segment {
    const last = this.#segments.at(-1);
    if (last !== undefined && last.length + length <= this.#most / 16) return last;
    const folder = mkdtempSync(join(tmpdir(), 'straykey-'));
    const segment: Segment = { folder, fd: openSync(join(folder, 'lines'), 'wx+', 0o600), length: 0, names: [] };
    // Windows refuses to delete what is open; `dispose` does it there.
    if (process.platform !== 'win32') rmSync(folder, { recursive: true, force: true });
    this.#segments.push(segment);
    return segment;
  }

  #drop({ fd, folder, length, names }: Segment): void {
    for (const name of names) this.#kept.delete(name);
    this.#bytes -= length;
    closeSync(fd);
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Segment {
  readonly fd: number;
  readonly folder: string;
  length: number;
  readonly names: string[];
}
