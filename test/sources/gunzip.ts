import { Gunzip, type GzipFault } from '../../straykey/src/sources/gunzip.ts';
import { Inflater } from '../../straykey/src/sources/inflater.ts';

export interface Gunzipped {
  readonly text: Buffer;
  readonly verdict: 'whole' | 'cut' | GzipFault;
  readonly longestBlock: number;
}

const inflater = new Inflater();

/** Decodes bytes that come in pieces; `next` gives the length of each. At most so many blocks are taken. */
export function gunzip(bytes: Uint8Array, next: () => number, most = Number.POSITIVE_INFINITY): Gunzipped {
  const blocks: Buffer[] = [];
  const decoder = new Gunzip(inflater, (block) => blocks.push(Buffer.from(block)) < most);
  let fault: GzipFault | undefined;
  for (let at = 0; at < bytes.length && fault === undefined && blocks.length < most; ) {
    const piece = bytes.subarray(at, at + Math.min(next(), inflater.room.length));
    inflater.room.set(piece);
    fault = decoder.decode(piece.length);
    at += piece.length;
  }
  const verdict = fault ?? (decoder.end() ? 'whole' : 'cut');
  return {
    text: Buffer.concat(blocks),
    verdict,
    longestBlock: Math.max(0, ...blocks.map(({ length }) => length)),
  };
}
