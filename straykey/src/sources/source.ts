import type { Oddity } from '../kit/index.ts';
import type { OddityKind } from './oddities.ts';

/**
 * What went wrong with one object: a name from the catalogue and a sentence that says what was found and what to do.
 */
export interface Problem {
  readonly kind: OddityKind;
  readonly reason: string;
}

export type Tell = (oddity: Oddity) => void;

/** A file on disk, being read. */
export interface OpenFile {
  /** Fills the beginning of `into` and says how far; 0 at the file's end. Its size is not asked: files grow, and those in `/proc` claim none. */
  read(into: Uint8Array): number;
  close(): void;
}

/**
 * One thing that may hold records: a file, an S3 object, a stream. Cheap to hold (nothing is opened until asked), and
 * it yields bytes as they are stored: decompression is `readObject`'s, meaning is the reader's.
 */
export interface SourceObject {
  /**
   * A path as the operator would type it, `s3://bucket/key`, or `stdin`. Unique within a run. Escape before printing.
   */
  readonly origin: string;
  /** Set for files on disk only: another thread can read the same object by `fileObject(path)`. */
  readonly path?: string;
  /** Bytes as stored, when the listing told. */
  readonly size?: number;
  /** Whether it may be read a second time, with the same content unless somebody changed it meanwhile. */
  readonly again: boolean;
  /**
   * All stored bytes at once, without waiting: for objects already fetched. `undefined` means "use `open`". May throw
   * what `explain` understands.
   */
  readWhole?(): Uint8Array | undefined;
  /**
   * Stored bytes from the beginning: a file to read without waiting, or pieces, each valid until the next is asked for.
   * Errors are what `explain` understands.
   */
  open(): OpenFile | AsyncIterable<Uint8Array>;
  /** Names an error that `readWhole` or `open` ended with. */
  explain(error: unknown): Problem;
}

/** A place that trails come from. Every implementation takes `test/sources/contract.test.ts`. */
export interface Source {
  /** As the operator gave it. */
  readonly name: string;
  /**
   * The objects, in an order that depends on their names only. What cannot be listed, or is set aside on purpose, is
   * told as an oddity, and the listing goes on. Remote objects are fetched ahead of the reader, so list what you will
   * read.
   */
  list(tell: Tell): Iterable<SourceObject> | AsyncIterable<SourceObject>;
  /** Gives back what the source holds: temporary copies, connections. No object may be read after. */
  dispose?(): void;
}
