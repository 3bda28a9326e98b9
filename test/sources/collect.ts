import type { Oddity } from '../../straykey/src/kit/index.ts';
import { type ReadResult, readObject, type Source, type SourceObject } from '../../straykey/src/sources/index.ts';

export interface Collected {
  readonly origin: string;
  readonly text: string;
  readonly chunkSizes: readonly number[];
  /** Calls of the sink in order: `begin`, `push`, `end`. */
  readonly calls: readonly string[];
  readonly oddities: readonly Oddity[];
  readonly result: ReadResult;
}

/** Reads one object with a sink that keeps everything. */
export async function readAll(object: SourceObject): Promise<Collected> {
  const chunks: Buffer[] = [];
  const calls: string[] = [];
  const oddities: Oddity[] = [];
  const sink = {
    begin(origin: string) {
      calls.push(`begin ${origin}`);
    },
    push(chunk: Uint8Array) {
      calls.push('push');
      // Chunks live only during the call.
      chunks.push(Buffer.from(chunk));
    },
    end() {
      calls.push('end');
    },
  };
  const result = await readObject(object, sink, (oddity) => oddities.push(oddity));
  const text = Buffer.concat(chunks).toString('latin1');
  return { origin: object.origin, text, chunkSizes: chunks.map(({ length }) => length), calls, oddities, result };
}

/** Lists a source and reads every object as it comes. */
export async function readSource(source: Source): Promise<{ objects: Collected[]; oddities: Oddity[] }> {
  const objects: Collected[] = [];
  const oddities: Oddity[] = [];
  for await (const object of source.list((oddity) => oddities.push(oddity))) objects.push(await readAll(object));
  return { objects, oddities };
}

/** An object over bytes in memory, streamed in pieces of a size, or whole with `Infinity`. */
export function objectOf(bytes: Uint8Array, pieceSize: number): SourceObject {
  const common = {
    origin: 'memory',
    again: true,
    explain: (error: unknown) => ({ kind: 'network-error' as const, reason: String(error) }),
    async *open() {
      for (let at = 0; at < bytes.length; at += pieceSize) yield bytes.subarray(at, at + pieceSize);
    },
  };
  return pieceSize === Number.POSITIVE_INFINITY ? { ...common, readWhole: () => bytes } : common;
}
