import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { constants, crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { inflaterModule } from '../../../scripts/build-inflater.ts';
import { generateWasmFile, targetOf } from '../../../scripts/build-wasm.ts';
import { borrowInflater, Inflater, returnInflater } from './inflater.ts';

test('the committed module is what its source compiles to', async () => {
  assert.equal(readFileSync(targetOf(inflaterModule), 'utf8'), await generateWasmFile(inflaterModule));
});

interface Inflated {
  readonly verdict: string;
  readonly text: Buffer;
  readonly used: number;
}

/** Decodes all of it, a full room at a time; a cut may be asked for. */
function inflate(packed: Uint8Array, cut = 0): Inflated {
  const inflater = new Inflater();
  const blocks: Buffer[] = [];
  for (let base = 0, end = 0; end < packed.length; base = end) {
    end = base < cut ? cut : Math.min(base + inflater.room.length, packed.length);
    inflater.room.set(packed.subarray(base, end));
    for (let at = 0; ; at = inflater.position) {
      const stop = inflater.decode(at, end - base);
      if (stop.kind === 'more') break;
      blocks.push(Buffer.from(inflater.block));
      if (stop.kind === 'block') continue;
      const verdict = stop.kind === 'fault' ? stop.fault : stop.kind;
      return { verdict, text: Buffer.concat(blocks), used: base + inflater.position };
    }
  }
  return { verdict: 'more', text: Buffer.concat([...blocks, inflater.block]), used: packed.length };
}

describe('blocks', () => {
  const spread = Buffer.from(Array.from({ length: 70_000 }, (_, index) => ((index * index) >> 5) & 0xff));
  const texts: [string, Buffer][] = [
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from('a')],
    ['one byte repeated over several blocks', Buffer.alloc(2_000_000, 'a')],
    ['a text without any repetition', spread],
    [
      'repetitions as far back as they may lie, over several blocks',
      Buffer.concat(Array(40).fill(spread.subarray(0, 32_768))),
    ],
    [
      'repetitions at every short distance',
      Buffer.concat(Array.from({ length: 40 }, (_, index) => Buffer.alloc(1000, spread.subarray(0, index + 1)))),
    ],
  ];
  for (const [name, text] of texts) {
    for (const level of [0, 1, 9]) {
      const packed = deflateRawSync(text, { level });
      test(`${name}, level ${level}`, () => {
        const found = inflate(packed);
        assert.equal(found.verdict, 'end');
        assert.ok(found.text.equals(text));
        assert.equal(found.used, packed.length);
      });
    }
  }

  test('a stored block that ends where a block of ours is full, and a cut just behind it', () => {
    const all = Buffer.alloc(262_144, 'trail');
    const last = deflateRawSync('end', { level: 0 });
    // One of these lengths is that of a full block.
    for (let length = all.length - 600; length < all.length; length++) {
      const text = all.subarray(0, length);
      const stored = [];
      for (let at = 0; at < length; at += 0xffff) {
        const part = text.subarray(at, at + 0xffff);
        stored.push(
          pack([
            [0, 8],
            [part.length, 16],
            [part.length ^ 0xffff, 16],
          ]),
          part,
        );
      }
      const before = Buffer.concat(stored);
      if (before.length > all.length) break;
      const found = inflate(Buffer.concat([before, last]), before.length);
      assert.equal(found.verdict, 'end');
      assert.ok(found.text.equals(Buffer.concat([text, Buffer.from('end')])), `${length} bytes`);
    }
  });

  test('what follows the data is not touched', () => {
    const packed = deflateRawSync('trail');
    assert.equal(inflate(Buffer.concat([packed, Buffer.alloc(100, 0xff)])).used, packed.length);
  });
});

/** Bits from first to last; `[value, bits]` is a number, lowest bit first; text is code bits as they stand. */
type Bits = readonly (readonly [number, number] | string)[];

function pack(bits: Bits): Buffer {
  const all = bits
    .map((part) =>
      typeof part === 'string' ? part : Array.from({ length: part[1] }, (_, index) => (part[0] >> index) & 1).join(''),
    )
    .join('');
  const bytes = Buffer.alloc(Math.ceil(all.length / 8));
  for (let index = 0; index < all.length; index++) bytes[index >> 3]! |= Number(all[index]) << (index & 7);
  return bytes;
}

const STORED = '100';
const FIXED: readonly [number, number][] = [
  [1, 1],
  [1, 2],
];
const DYNAMIC: readonly [number, number][] = [
  [1, 1],
  [2, 2],
];
/** Numbers of codes less 257, 1 and 4. */
const counts = (litlens: number, distances: number, precodes: number): readonly [number, number][] => [
  [litlens - 257, 5],
  [distances - 1, 5],
  [precodes - 4, 4],
];
/** Lengths of the codes 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1. */
const precode = (...lengths: number[]): readonly [number, number][] => lengths.map((length) => [length, 3]);
/** 18 is 0, 0 is 10, 1 is 11: the code for the code lengths that the cases below share. */
const PRECODE = precode(0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2);
const ZEROS = (times: number): Bits => ['0', [times - 11, 7]];

describe('data that is wrong is refused, in the words of zlib', () => {
  const cases: [string, Bits, string][] = [
    [
      'a fourth type of block',
      [
        [1, 1],
        [3, 2],
      ],
      'invalid block type',
    ],
    [
      'a stored block whose length is not confirmed',
      [STORED, '00000', [5, 16], [5, 16]],
      'invalid stored block lengths',
    ],
    ['287 literal and length codes', [...DYNAMIC, ...counts(287, 1, 4)], 'too many length or distance symbols'],
    ['31 distance codes', [...DYNAMIC, ...counts(257, 31, 4)], 'too many length or distance symbols'],
    [
      'too many codes for code lengths',
      [...DYNAMIC, ...counts(257, 1, 4), ...precode(1, 1, 1, 0)],
      'invalid code lengths set',
    ],
    [
      'too few codes for code lengths',
      [...DYNAMIC, ...counts(257, 1, 4), ...precode(1, 0, 0, 0)],
      'invalid code lengths set',
    ],
    [
      'no code for code lengths, so that all are zero',
      [...DYNAMIC, ...counts(257, 1, 4), ...precode(0, 0, 0, 0), '0'.repeat(258)],
      'invalid code -- missing end-of-block',
    ],
    [
      'a repetition of nothing',
      [...DYNAMIC, ...counts(257, 1, 4), ...precode(1, 1, 0, 0), '0', [0, 2]],
      'invalid bit length repeat',
    ],
    [
      'a repetition over the end',
      [...DYNAMIC, ...counts(257, 1, 18), ...PRECODE, ...ZEROS(138), ...ZEROS(138)],
      'invalid bit length repeat',
    ],
    [
      'no code for the end of the block',
      [...DYNAMIC, ...counts(257, 1, 18), ...PRECODE, ...ZEROS(138), ...ZEROS(118), '10', '11'],
      'invalid code -- missing end-of-block',
    ],
    [
      'too many codes for literals and lengths',
      [...DYNAMIC, ...counts(257, 1, 18), ...PRECODE, '11', '11', ...ZEROS(138), ...ZEROS(116), '11', '11'],
      'invalid literal/lengths set',
    ],
    [
      'too many codes for distances',
      [...DYNAMIC, ...counts(257, 3, 18), ...PRECODE, ...ZEROS(138), ...ZEROS(118), '11', '11', '11', '11'],
      'invalid distances set',
    ],
    [
      'the one bit that no literal has',
      [...DYNAMIC, ...counts(257, 1, 18), ...PRECODE, ...ZEROS(138), ...ZEROS(118), '11', '11', '1'],
      'invalid literal/length code',
    ],
    ['a length code that means nothing', [...FIXED, '11000110'], 'invalid literal/length code'],
    ['a distance code that means nothing', [...FIXED, '00110000', '0000001', '11110'], 'invalid distance code'],
    [
      'a distance where no distance has a code',
      [...DYNAMIC, ...counts(258, 1, 18), ...PRECODE, ...ZEROS(138), ...ZEROS(118), '11', '11', '10', '1', '0'],
      'invalid distance code',
    ],
    ['a distance to before the beginning', [...FIXED, '00110000', '0000001', '00001'], 'invalid distance too far back'],
  ];
  for (const [name, bits, fault] of cases) {
    test(name, () => {
      // What follows would do for any code.
      const packed = Buffer.concat([pack(bits), Buffer.alloc(8)]);
      assert.equal(inflate(packed).verdict, fault);
      assert.throws(() => inflateRawSync(packed), { message: fault });
    });
  }

  test('what was decoded before is there', () => {
    const packed = pack([...FIXED, '10010001', '10010010', '0000001', '00011']);
    assert.equal(inflate(packed).text.toString(), 'ab');
  });
});

describe('a code of a single symbol is let through', () => {
  const cases: [string, Bits, string][] = [
    [
      'for the end of the block',
      [...DYNAMIC, ...counts(257, 1, 18), ...PRECODE, ...ZEROS(138), ...ZEROS(118), '11', '10', '0'],
      '',
    ],
    [
      'for distances',
      [...DYNAMIC, ...counts(258, 1, 18), ...PRECODE, ...ZEROS(138), ...ZEROS(118), '11', '11', '11', '0'],
      '',
    ],
  ];
  for (const [name, bits, text] of cases) {
    test(name, () => {
      assert.equal(inflateRawSync(pack(bits)).toString(), text);
      const found = inflate(pack(bits));
      assert.deepEqual([found.verdict, found.text.toString()], ['end', text]);
    });
  }
});

describe('literals that are taken two at a time', () => {
  // Few literals without repetitions: short codes, and blocks long enough for pairs.
  let state = 20_260_310;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 27;
  };
  const text = Buffer.from(Array.from({ length: 24_000 }, () => 97 + Math.min(next(), next())));
  const packed = deflateRawSync(text, { level: 9 });

  test('are those that zlib finds', () => assert.ok(inflate(packed).text.equals(text)));

  test('come out the same wherever the data is cut', () => {
    for (let cut = 6000; cut < 6300; cut++) {
      const found = inflate(packed, cut);
      assert.ok(found.verdict === 'end' && found.text.equals(text), `cut at ${cut}`);
    }
  });

  test('come out as far as the data goes', () => {
    for (let length = 6000; length < 6100; length++) {
      const found = inflate(packed.subarray(0, length));
      const whole = inflateRawSync(packed.subarray(0, length), { finishFlush: constants.Z_SYNC_FLUSH });
      assert.ok(found.verdict === 'more' && found.text.equals(whole), `${length} bytes`);
    }
  });
});

describe('the checksum is that of zlib', () => {
  const all = Buffer.from(Array.from({ length: 600_000 }, (_, index) => (index * index * 31) >>> 7));
  // Around where short blocks end, around whole vectors, and over several blocks.
  const lengths = [0, 1, 15, 4800, 14_399, 14_400, 14_401, 14_415, 14_416, 30_783, 30_784, 30_785, 65_537, 600_000];
  for (const length of lengths) {
    test(`of ${length} bytes, after nothing and after something`, () => {
      const text = all.subarray(0, length);
      const packed = deflateRawSync(text);
      for (const before of [0, 1, 0x80000000, 0xffffffff]) {
        const inflater = new Inflater();
        let found = before;
        for (let base = 0, stop = ''; stop !== 'end'; base += inflater.room.length) {
          const piece = packed.subarray(base, base + inflater.room.length);
          inflater.room.set(piece);
          for (let at = 0; stop !== 'end'; at = inflater.position) {
            stop = inflater.decode(at, piece.length).kind;
            if (stop === 'more') break;
            const block = Buffer.from(inflater.block);
            found = inflater.checksum(found);
            assert.ok(block.equals(inflater.block), 'the block stays as it was');
          }
        }
        assert.equal(found, crc32(text, before));
      }
    });
  }
});

test('an inflater given back is used again, and two in use are two', () => {
  const first = borrowInflater();
  const second = borrowInflater();
  assert.notEqual(first, second);
  returnInflater(first);
  assert.equal(borrowInflater(), first);
  returnInflater(first);
  returnInflater(second);
});

test('nothing of the data before can be reached by the next', () => {
  const inflater = new Inflater();
  const decode = (packed: Buffer): string => {
    inflater.begin();
    inflater.room.set(packed);
    const stop = inflater.decode(0, packed.length);
    return stop.kind === 'fault' ? stop.fault : Buffer.from(inflater.block).toString();
  };
  const text = 'a text long enough to be reached back to';
  assert.equal(decode(deflateRawSync(text)), text);
  const reaching = deflateRawSync(text, { dictionary: Buffer.from(text) });
  assert.equal(decode(reaching), 'invalid distance too far back');
});
