import type { Ranges } from '../where/index.ts';

/**
 * Ranges as bytes: three columns (gap to the range before, span, value), each a run of little-endian base-128 numbers, so that
 * equal shapes lie together for the compressor. Keys are one word (IPv4) or two (IPv6 cut to its `/64`).
 */
export function encodeRanges(ranges: Ranges): Uint8Array {
  const { words, starts, ends, values } = ranges;
  const gaps: number[] = [];
  const spans: number[] = [];
  const shown: number[] = [];
  let next = 0n;
  for (let i = 0; i < values.length; i++) {
    const [start, end] = [keyAt(starts, i, words), keyAt(ends, i, words)];
    if (start < next || end < start) throw new Error(`range ${i} overlaps the one before, or ends before it starts`);
    pushNumber(gaps, start - next);
    pushNumber(spans, end - start);
    pushNumber(shown, BigInt(values[i]!));
    next = end + 1n;
  }
  const head: number[] = [];
  for (const part of [words, values.length, gaps.length, spans.length, shown.length]) pushNumber(head, BigInt(part));
  return Uint8Array.from([...head, ...gaps, ...spans, ...shown]);
}

/**
 * Reads what {@link encodeRanges} wrote, from `offset` on; `end` is where it stopped. Throws on bytes that are not such a run:
 * the files are our own, so damage is a broken installation.
 */
export function decodeRanges(bytes: Uint8Array, offset: number): { readonly ranges: Ranges; readonly end: number } {
  const head = new Column(bytes, offset, bytes.length);
  const [words, count, gapBytes, spanBytes, valueBytes] = [
    head.next(),
    head.next(),
    head.next(),
    head.next(),
    head.next(),
  ];
  const end = head.position + gapBytes + spanBytes + valueBytes;
  if ((words !== 1 && words !== 2) || end > bytes.length || count > valueBytes) {
    throw new Error('address data is damaged: not a run of ranges');
  }
  const gaps = new Column(bytes, head.position, head.position + gapBytes);
  const spans = new Column(bytes, head.position + gapBytes, end - valueBytes);
  const values = new Column(bytes, end - valueBytes, end);
  const out = {
    words,
    starts: new Uint32Array(count * words),
    ends: new Uint32Array(count * words),
    values: new Uint32Array(count),
  };
  if (words === 1) fillSingle(out, gaps, spans);
  else fillDouble(out, gaps, spans);
  for (let i = 0; i < count; i++) out.values[i] = values.next();
  return { ranges: out, end };
}

function fillSingle(out: Ranges, gaps: Column, spans: Column): void {
  let next = 0;
  for (let i = 0; i < out.values.length; i++) {
    const start = next + gaps.next();
    const end = start + spans.next();
    out.starts[i] = start;
    out.ends[i] = end;
    next = end + 1;
  }
}

/** 64-bit sums in two 32-bit halves: big integers would make up most of the loading time. */
function fillDouble(out: Ranges, gaps: Column, spans: Column): void {
  let high = 0;
  let low = 0;
  for (let i = 0; i < out.values.length; i++) {
    low += gaps.next();
    high += gaps.high + (low > 0xffffffff ? 1 : 0);
    low >>>= 0;
    out.starts[2 * i] = high;
    out.starts[2 * i + 1] = low;
    low += spans.next();
    high += spans.high + (low > 0xffffffff ? 1 : 0);
    low >>>= 0;
    out.ends[2 * i] = high;
    out.ends[2 * i + 1] = low;
    low += 1;
    if (low > 0xffffffff) {
      low = 0;
      high += 1;
    }
  }
}

/** Reads numbers of up to 64 bits; the upper 32 bits of the last one are in `high`. */
class Column {
  position: number;
  high = 0;
  private readonly bytes: Uint8Array;
  private readonly end: number;

  constructor(bytes: Uint8Array, position: number, end: number) {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  /** Lower 32 bits of the next number. */
  next(): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.position >= this.end) break;
      const byte = this.bytes[this.position++]!;
      const bits = byte & 127;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 128) {
        this.high = high >>> 0;
        return low >>> 0;
      }
    }
    throw new Error('address data is damaged: a number does not end');
  }
}

function keyAt(keys: Uint32Array, position: number, words: number): bigint {
  const first = BigInt(keys[position * words]!);
  return words === 1 ? first : (first << 32n) | BigInt(keys[position * words + 1]!);
}

function pushNumber(bytes: number[], value: bigint): void {
  let rest = value;
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
}
