import type { SourceObject } from './source.ts';

/** An object that takes time to fetch and can be fetched before it is read. */
export interface Fetchable extends SourceObject {
  readonly size: number;
  /**
   * Fetches all of it, so that `readWhole` has it. Never rejects: a problem is told by the read that follows. `taken`
   * is called when the bytes have been given out.
   */
  prepare(taken: () => void): Promise<void>;
}

export interface ReadAheadLimits {
  /**
   * Objects fetched at the same time; 16: S3 answers in 20 to 100 ms, so this many keep one core busy with files of
   * usual size.
   */
  readonly objects: number;
  /** Bytes fetched or being fetched and not yet read; 32 MiB. */
  readonly bytes: number;
  /**
   * Largest object that is fetched ahead; 8 MiB. Larger ones are streamed when read. CloudTrail's are rarely over 5
   * MiB.
   */
  readonly object: number;
}

const MiB = 1024 * 1024;
export const readAheadLimits: ReadAheadLimits = { objects: 16, bytes: 32 * MiB, object: 8 * MiB };

/**
 * The same objects in the same order, fetched ahead of the reader within limits. A reader that draws objects faster
 * than it reads them gets the later ones unfetched, so memory stays bounded and nobody waits for anybody.
 */
export async function* readAhead(
  objects: AsyncIterable<Fetchable>,
  limits: ReadAheadLimits = readAheadLimits,
): AsyncGenerator<SourceObject, void, void> {
  const window: { readonly object: Fetchable; readonly ready: Promise<void> | undefined }[] = [];
  let bytes = 0;
  async function* first(): AsyncGenerator<SourceObject, void, void> {
    const { object, ready } = window.shift()!;
    await ready;
    yield object;
  }
  for await (const object of objects) {
    const small = object.size <= limits.object;
    const full = (): boolean => window.length >= limits.objects || (small && bytes + object.size > limits.bytes);
    while (window.length > 0 && full()) yield* first();
    const fits = small && !full();
    if (fits) bytes += object.size;
    window.push({ object, ready: fits ? object.prepare(() => (bytes -= object.size)) : undefined });
  }
  while (window.length > 0) yield* first();
}
