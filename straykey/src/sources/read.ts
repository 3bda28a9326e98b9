import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Oddity } from '../kit/index.ts';
import { inflateLimits, slices, Unpacker } from './inflate.ts';
import type { Problem, SourceObject, Tell } from './source.ts';

/** Where decompressed bytes go. `records/`' reader is one. A chunk is valid during the call only. */
export interface Sink {
  begin(origin: string): void;
  push(chunk: Uint8Array): void;
  end(): void;
}

export interface ReadResult {
  /** Bytes as stored that were taken in. */
  readonly storedBytes: number;
  /** Decompressed bytes that the sink was given. */
  readonly bytes: number;
  /** Whether all of it was read: no oddity was told. */
  readonly complete: boolean;
}

/**
 * Decompressed bytes after which timers and other readers get a turn; 64 MiB, some tenths of a second of work. Smaller objects are done
 * by the time the promise is returned, if they need not be waited for.
 */
const TURN_BYTES = 64 * 1024 * 1024;

/**
 * Reads one object through to the sink: `begin`, any number of `push`, `end`. Never rejects for what is wrong with the
 * object: that is told once, as an oddity, after the bytes before it were pushed. An object that gave no byte because
 * of a problem never begins; an empty one begins and ends.
 *
 * A file on disk, or an object already fetched, is read without waiting for anything: the hot path awaits nothing.
 */
export async function readObject(object: SourceObject, sink: Sink, tell: Tell): Promise<ReadResult> {
  let begun = false;
  const begin = (): void => {
    if (!begun) sink.begin(object.origin);
    begun = true;
  };
  const unpacker = new Unpacker((chunk) => {
    begin();
    sink.push(chunk);
  });
  let pieces: Pieces | undefined;
  // A read that fails looks like an early end to the layers of gzip, so its own problem counts.
  let failure: Problem | undefined;
  try {
    for (let turn = TURN_BYTES; ; ) {
      let piece: Uint8Array | undefined;
      try {
        pieces ??= piecesOf(object);
        const step = pieces.next(unpacker.room);
        piece = step instanceof Promise ? await step : step;
      } catch (error) {
        failure = object.explain(error);
      }
      if (piece === undefined || !unpacker.write(piece)) break;
      if (unpacker.bytes < turn) continue;
      turn += TURN_BYTES;
      await nextTurn();
    }
    unpacker.end();
  } finally {
    const closing = pieces?.close();
    if (closing !== undefined) await closing;
    unpacker.close();
  }
  const problem = failure ?? unpacker.problem;
  if (problem === undefined) begin();
  if (begun) sink.end();
  if (problem !== undefined) tell(oddityOf(object.origin, unpacker.bytes, problem));
  return { storedBytes: unpacker.stored, bytes: unpacker.bytes, complete: problem === undefined };
}

/** Stored bytes, one piece after the other. */
interface Pieces {
  /** `undefined` at the end. A piece is valid until the next is asked for; it may be put in `room`. */
  next(room: Uint8Array): Uint8Array | undefined | Promise<Uint8Array | undefined>;
  close(): void | Promise<void>;
}

function piecesOf(object: SourceObject): Pieces {
  const whole = object.readWhole?.();
  if (whole !== undefined) {
    const pieces = slices(whole, inflateLimits.piece);
    return { next: () => pieces.next().value ?? undefined, close() {} };
  }
  const opened = object.open();
  if ('read' in opened) {
    return {
      next(room) {
        const read = opened.read(room);
        return read === 0 ? undefined : room.subarray(0, read);
      },
      close: () => opened.close(),
    };
  }
  const iterator = opened[Symbol.asyncIterator]();
  return {
    async next() {
      const step = await iterator.next();
      return step.done ? undefined : step.value;
    },
    async close() {
      await iterator.return?.();
    },
  };
}

function oddityOf(origin: string, offset: number, problem: Problem): Oddity {
  return offset === 0 ? { ...problem, origin } : { ...problem, origin, offset };
}
