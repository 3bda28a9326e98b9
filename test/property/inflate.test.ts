import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { constants, crc32, deflateRawSync, type Gunzip, gunzipSync, gzipSync, type ZlibOptions } from 'node:zlib';
import { inflateLimits } from '../../straykey/src/sources/index.ts';
import { gunzip } from '../sources/gunzip.ts';
import { dice } from './scanner-arbitraries.ts';

/** Our inflater against zlib: whatever one accepts or refuses the other does, in the same words, with the same bytes. */

const SEED = 20260211;
const KiB = 1024;

class Draw {
  readonly next: () => number;

  constructor(seed: number) {
    this.next = dice(seed);
  }

  /** From 0 up to, not including, `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** Small most of the time. */
  size(most: number): number {
    return Math.floor(this.next() ** 4 * most);
  }
}

/** A line like those of a trail: names that come again, values that do not. */
function line(draw: Draw): string {
  const name = draw.of(['GetObject', 'PutItem', 'AssumeRole', 'Decrypt']);
  return `{"eventVersion":"1.11","eventName":"${name}","sourceIPAddress":"198.51.100.${draw.below(256)}","requestID":"${draw.next()}"},`;
}

function filled(size: number, byte: () => number): Buffer {
  const text = Buffer.alloc(size);
  for (let at = 0; at < size; at++) text[at] = byte();
  return text;
}

const texts: Readonly<Record<string, (draw: Draw, size: number) => Buffer>> = {
  random: (draw, size) => filled(size, () => draw.below(256)),
  'few letters': (draw, size) => filled(size, () => 97 + draw.below(6) * draw.below(3)),
  'one byte': (draw, size) => Buffer.alloc(size, draw.below(256)),
  trail: (draw, size) => Buffer.alloc(size, Array.from({ length: 1 + draw.below(60) }, () => line(draw)).join('')),
  lines: (draw, size) => {
    let text = '';
    while (text.length < size) text += line(draw);
    return Buffer.from(text.slice(0, size));
  },
  /** Repetitions of every length, at every distance that deflate knows and beyond. */
  repetitions: (draw, size) => {
    const text = Buffer.alloc(size);
    for (let at = 0; at < size; ) {
      const distance = 1 + draw.size(40_000);
      const end = Math.min(size, at + 1 + draw.size(300));
      if (distance > at || draw.next() < 0.2) text[at++] = draw.below(256);
      else for (; at < end; at++) text[at] = text[at - distance]!;
    }
    return text;
  },
};

function options(draw: Draw): ZlibOptions {
  const { Z_DEFAULT_STRATEGY, Z_FILTERED, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE } = constants;
  return {
    level: draw.below(10),
    strategy: draw.of([Z_DEFAULT_STRATEGY, Z_FILTERED, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE]),
    windowBits: 9 + draw.below(7),
    memLevel: 1 + draw.below(9),
  };
}

/** One member; sometimes with flush points, each behind a part that may repeat the parts before it. */
function pack(draw: Draw, text: Buffer): Buffer {
  if (draw.next() < 0.7) return gzipSync(text, options(draw));
  const { Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_FINISH } = constants;
  const parts: Buffer[] = [Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])];
  const count = 1 + draw.below(5);
  for (let part = 0; part < count; part++) {
    const from = Math.floor((text.length * part) / count);
    const to = Math.floor((text.length * (part + 1)) / count);
    const finishFlush = part + 1 === count ? Z_FINISH : draw.of([Z_SYNC_FLUSH, Z_FULL_FLUSH]);
    const dictionary = text.subarray(Math.max(0, from - 32 * KiB), from);
    const windowBits = 15;
    parts.push(
      deflateRawSync(text.subarray(from, to), {
        ...options(draw),
        windowBits,
        finishFlush,
        ...(from > 0 ? { dictionary } : {}),
      }),
    );
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(text), 0);
  trailer.writeUInt32LE(text.length, 4);
  return Buffer.concat([...parts, trailer]);
}

/** How a stream comes: whole, byte by byte if it is short, or cut at random. */
function cuts(draw: Draw, length: number): () => number {
  const largest = draw.of([1, 10, 100, 5000, 100_000, 300_000]);
  return largest === 1 && length > 2000 ? () => 1 + draw.below(50) : () => 1 + draw.below(largest);
}

test('what zlib packs comes back, however it was packed and cut', () => {
  const draw = new Draw(SEED);
  for (let count = 0; count < 1600; count++) {
    const kind = draw.of(Object.keys(texts));
    const members = Array.from({ length: draw.next() < 0.1 ? 2 + draw.below(3) : 1 }, () =>
      texts[kind]!(draw, draw.size(300_000)),
    );
    const text = Buffer.concat(members);
    const packed = Buffer.concat(members.map((member) => pack(draw, member)));
    const found = gunzip(packed, cuts(draw, packed.length));
    const name = `seed ${SEED}, stream ${count} (${kind}, ${text.length} bytes)`;
    assert.equal(found.verdict, 'whole', name);
    assert.ok(found.text.equals(text), name);
    assert.ok(found.longestBlock <= inflateLimits.piece, name);
  }
});

test('what is longer than many blocks comes back', () => {
  const draw = new Draw(SEED);
  for (const kind of Object.keys(texts)) {
    const text = texts[kind]!(draw, 1_500_000);
    const packed = pack(draw, text);
    const found = gunzip(packed, cuts(draw, packed.length));
    assert.equal(found.verdict, 'whole', kind);
    assert.ok(found.text.equals(text), kind);
  }
});

test('cut at any byte, it gives what zlib gives', () => {
  const draw = new Draw(SEED);
  for (const kind of Object.keys(texts)) {
    const packed = pack(draw, texts[kind]!(draw, 1200));
    for (let length = 1; length < packed.length; length++) {
      const cut = packed.subarray(0, length);
      const found = gunzip(cut, cuts(draw, length));
      assert.equal(found.verdict, 'cut', `${kind}, ${length} bytes`);
      const theirs = gunzipSync(cut, { finishFlush: constants.Z_SYNC_FLUSH });
      assert.ok(found.text.equals(theirs), `${kind}, ${length} bytes`);
    }
  }
});

/** zlib's verdict in our words; its bytes too when it accepts. It stops at zero bytes after a member, where we look on. */
function zlibVerdict(bytes: Uint8Array): { readonly verdict: string; readonly text?: Buffer } {
  try {
    // `info` is documented but missing from the types.
    const { buffer, engine } = gunzipSync(bytes, { info: true }) as unknown as { buffer: Buffer; engine: Gunzip };
    const rest = bytes.subarray(engine.bytesWritten);
    const next = rest.findIndex((byte) => byte !== 0);
    if (next < 0) return { verdict: 'whole', text: buffer };
    const { verdict, text } = zlibVerdict(rest.subarray(next));
    return text === undefined ? { verdict } : { verdict, text: Buffer.concat([buffer, text]) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { verdict: code === 'Z_BUF_ERROR' ? 'cut' : message };
  }
}

describe('what is damaged is refused when zlib refuses it, in the same words', () => {
  const seen = new Map<string, number>();
  function agree(draw: Draw, bytes: Uint8Array, name: string): void {
    const theirs = zlibVerdict(bytes);
    const found = gunzip(bytes, cuts(draw, bytes.length));
    assert.equal(found.verdict, theirs.verdict, name);
    if (theirs.text !== undefined) assert.ok(found.text.equals(theirs.text), name);
    seen.set(found.verdict, (seen.get(found.verdict) ?? 0) + 1);
  }

  test('every bit of some streams flipped', () => {
    const draw = new Draw(SEED);
    const streams = [
      gzipSync('a stored block', { level: 0 }),
      gzipSync('fixed codes, fixed codes', { strategy: constants.Z_FIXED }),
      ...Object.values(texts).map((text) => pack(draw, text(draw, 700))),
    ];
    for (const [index, packed] of streams.entries()) {
      for (let bit = 16; bit < Math.min(8 * packed.length, 6000); bit++) {
        const damaged = Buffer.from(packed);
        damaged[bit >> 3]! ^= 1 << (bit & 7);
        agree(draw, damaged, `seed ${SEED}, stream ${index}, bit ${bit}`);
      }
    }
  });

  test('some bits of long streams flipped', () => {
    const draw = new Draw(SEED);
    for (let count = 0; count < 400; count++) {
      const packed = pack(draw, texts[draw.of(Object.keys(texts))]!(draw, 3000 + draw.below(40_000)));
      for (let flips = 1 + draw.below(3); flips > 0; flips--)
        packed[10 + draw.below(packed.length - 10)]! ^= 1 << draw.below(8);
      agree(draw, packed, `seed ${SEED}, stream ${count}`);
    }
  });

  test('noise behind a sound header', () => {
    const draw = new Draw(SEED);
    for (let count = 0; count < 12_000; count++) {
      const noise = texts.random!(draw, 20 + draw.below(120));
      // Half of it begins a block with codes of its own, and not too many of them.
      if (count % 2 === 0) noise[0] = (noise[0]! & 0xf8) | 0x05;
      if (count % 4 === 0) noise[0]! &= 0xbf;
      const bytes = Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]), noise]);
      agree(draw, bytes, `seed ${SEED}, noise ${count}`);
    }
  });

  test('between them, these met nearly everything that can be wrong', () => {
    const expected = [
      'whole',
      'cut',
      'invalid block type',
      'invalid stored block lengths',
      'too many length or distance symbols',
      'invalid code lengths set',
      'invalid bit length repeat',
      'invalid code -- missing end-of-block',
      'invalid literal/lengths set',
      'invalid distances set',
      'invalid literal/length code',
      'invalid distance code',
      'invalid distance too far back',
      'unknown header flags set',
      'incorrect data check',
      'incorrect length check',
    ];
    assert.deepEqual(
      expected.filter((verdict) => !seen.has(verdict)),
      [],
      JSON.stringify([...seen]),
    );
  });
});
