import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { objectOf, readAll } from '../../../test/sources/collect.ts';
import { inflateLimits, inflatePiece } from './inflate.ts';
import { readObject } from './read.ts';

const WHOLE = Number.POSITIVE_INFINITY;
/** Compresses to some 200 bytes with several deflate codes in use. */
const text = Array.from({ length: 40 }, (_, index) => `{"eventID":"${(index * 7919) % 1009}"}`).join(',');
const gz = gzipSync(text);
const zeros = Buffer.alloc(20);

describe('the same text comes out, however it was packed and however it arrives', () => {
  const packings: [string, Uint8Array, string][] = [
    ['plain', Buffer.from(text), text],
    ['gzip', gz, text],
    ['two gzip members', Buffer.concat([gz, gz]), text + text],
    ['a member with a file name in its header', withFileName(gz, 'trail.json'), text],
    ['members padded with zero bytes', Buffer.concat([gz, zeros, gz, zeros]), text + text],
    ['gzip in gzip', gzipSync(gz), text],
    ['three layers of gzip', gzipSync(gzipSync(gz)), text],
    ['an empty text in gzip', gzipSync(''), ''],
    ['an empty member before a full one', Buffer.concat([gzipSync(''), gz]), text],
    ['nothing at all', Buffer.alloc(0), ''],
  ];
  for (const [name, bytes, expected] of packings) {
    for (const pieceSize of [WHOLE, 1, 7, 65_536]) {
      test(`${name}, ${pieceSize === WHOLE ? 'whole' : `in pieces of ${pieceSize}`}`, async () => {
        const { text: found, oddities, result } = await readAll(objectOf(bytes, pieceSize));
        assert.deepEqual(oddities, []);
        assert.equal(found, expected);
        assert.deepEqual(result, { storedBytes: bytes.length, bytes: expected.length, complete: true });
      });
    }
  }

  test('any text, any cut (property)', async () => {
    const arbitrary = fc.tuple(fc.array(fc.uint8Array({ maxLength: 3000 })), fc.integer({ min: 1, max: 500 }));
    await fc.assert(
      fc.asyncProperty(arbitrary, async ([members, pieceSize]) => {
        const packed = Buffer.concat(members.map((member) => gzipSync(Buffer.concat([Buffer.from('{'), member]))));
        const streamed = await readAll(objectOf(packed, pieceSize));
        const expected = members.map((member) => `{${Buffer.from(member).toString('latin1')}`).join('');
        assert.equal(streamed.text, expected);
        assert.equal((await readAll(objectOf(packed, WHOLE))).text, expected);
        assert.deepEqual(streamed.oddities, []);
      }),
      { numRuns: 60, seed: 20260117 },
    );
  });
});

describe('a file cut short gives all it holds and says so', () => {
  test('at every place, whole or in pieces', async () => {
    let longest = 0;
    for (let cut = 2; cut < gz.length; cut++) {
      const whole = await readAll(objectOf(gz.subarray(0, cut), WHOLE));
      const streamed = await readAll(objectOf(gz.subarray(0, cut), 16));
      assert.deepEqual(kinds(whole), ['truncated-gzip'], `cut at ${cut}`);
      assert.deepEqual(kinds(streamed), ['truncated-gzip'], `cut at ${cut}`);
      assert.equal(streamed.text, whole.text, `cut at ${cut}`);
      assert.ok(text.startsWith(whole.text));
      assert.ok(whole.text.length >= longest, 'more bytes never give less text');
      longest = whole.text.length;
    }
    assert.equal(longest, text.length, 'a file that lacks its trailer only gives everything');
  });

  test('in the second of two members: the first is whole', async () => {
    const { text: found, oddities } = await readAll(objectOf(Buffer.concat([gz, gz.subarray(0, 30)]), WHOLE));
    assert.ok(found.startsWith(text));
    assert.equal(oddities[0]?.kind, 'truncated-gzip');
    assert.equal(oddities[0]?.offset, found.length);
    assert.match(oddities[0]!.reason, /stops before its end mark/);
  });

  test('inside another layer', async () => {
    const packed = gzipSync(gz.subarray(0, gz.length - 20));
    for (const pieceSize of [WHOLE, 16]) {
      const found = await readAll(objectOf(packed, pieceSize));
      assert.deepEqual(kinds(found), ['truncated-gzip']);
      assert.ok(text.startsWith(found.text) && found.text.length > 100);
    }
  });
});

describe('a damaged file is never read as if it were whole', () => {
  test('one flipped bit anywhere: an oddity, or exactly the right text', async () => {
    let odd = 0;
    for (let bit = 16; bit < gz.length * 8; bit++) {
      const damaged = Buffer.from(gz);
      damaged[bit >> 3] = damaged[bit >> 3]! ^ (1 << (bit & 7));
      const found = await readAll(objectOf(damaged, WHOLE));
      if (found.oddities.length === 0) assert.equal(found.text, text, `bit ${bit}`);
      else odd++;
    }
    // The header's time, flags and system (8 bytes) do not matter to the content; everything after does.
    assert.ok(odd >= (gz.length - 10) * 8);
  });

  test('a wrong checksum: everything is handed on, and named', async () => {
    const damaged = Buffer.from(gz);
    damaged[gz.length - 6] = damaged[gz.length - 6]! ^ 1;
    const found = await readAll(objectOf(damaged, WHOLE));
    assert.equal(found.text, text);
    assert.deepEqual(kinds(found), ['corrupt-gzip']);
    assert.match(found.oddities[0]!.reason, /incorrect data check/);
    assert.equal(found.result.complete, false);
  });

  test('other bytes after the gzip data: the data is handed on, the rest named', async () => {
    for (const garbage of ['{"Records":[]}', 'garbage', '\x1f\x8b']) {
      const bytes = Buffer.concat([gz, Buffer.from(garbage, 'latin1')]);
      const found = await readAll(objectOf(bytes, WHOLE));
      assert.equal(found.text, text);
      assert.equal(found.oddities.length, 1);
    }
  });

  test('a large file loses nothing before the damage', async () => {
    const [big, packed] = bigTrail();
    const damaged = Buffer.from(packed);
    const at = packed.length >> 1;
    damaged.fill(0xff, at, at + 64);
    const { text: found, oddities } = await readAll(objectOf(damaged, 50_000));
    assert.equal(oddities[0]?.kind, 'corrupt-gzip');
    // Damage can decode to wrong bytes until it is noticed; what came before is right.
    const before = gunzipSync(packed.subarray(0, at), { finishFlush: constants.Z_SYNC_FLUSH }).toString('latin1');
    assert.ok(before.length > big.length / 3 && found.startsWith(before));
  });

  test('a large file cut short loses nothing', async () => {
    const [big, packed] = bigTrail();
    const { text: found, oddities } = await readAll(objectOf(packed.subarray(0, packed.length - 8), 50_000));
    assert.deepEqual(
      oddities.map(({ kind }) => kind),
      ['truncated-gzip'],
    );
    assert.equal(found, big);
  });
});

describe('the size in the trailer is not trusted', () => {
  for (const claim of [0, 1, text.length - 1, text.length + 1, 0x7fffffff, 0xffffffff]) {
    test(`a claim of ${claim}`, async () => {
      const lying = Buffer.from(gz);
      lying.writeUInt32LE(claim, lying.length - 4);
      const found = await readAll(objectOf(lying, WHOLE));
      assert.equal(found.text, text);
      assert.deepEqual(kinds(found), ['corrupt-gzip']);
    });
  }

  test('a last member that is small hides no large one before it', async () => {
    const [big, packed] = bigTrail();
    const { text: found, oddities } = await readAll(objectOf(Buffer.concat([packed, gz]), WHOLE));
    assert.deepEqual(oddities, []);
    assert.equal(found.length, big.length + text.length);
  });
});

describe('large files come in bounded pieces', () => {
  test('from bytes in memory and from a stream', async () => {
    const [big, packed] = bigTrail();
    for (const pieceSize of [WHOLE, 100_000]) {
      const { text: found, chunkSizes } = await readAll(objectOf(packed, pieceSize));
      assert.equal(found, big);
      assert.ok(Math.max(...chunkSizes) <= inflateLimits.piece);
    }
  });

  test('plain bytes too', async () => {
    const { chunkSizes } = await readAll(objectOf(Buffer.alloc(1_000_000, 32), 900_000));
    assert.ok(Math.max(...chunkSizes) <= inflateLimits.piece);
  });
});

describe('bombs', () => {
  const tenMiB = gzipSync(Buffer.alloc(10 * 1024 * 1024));
  const bomb = Buffer.concat(Array<Buffer>(30).fill(tenMiB));
  const cases: [string, Uint8Array][] = [
    ['300 MiB of zero bytes', bomb],
    ['the same in another layer', gzipSync(bomb)],
  ];
  for (const [name, bytes] of cases) {
    test(`${name} stop at the limit`, async () => {
      let taken = 0;
      const oddities: string[] = [];
      const sink = {
        begin() {},
        push(chunk: Uint8Array) {
          taken += chunk.length;
        },
        end() {},
      };
      const result = await readObject(objectOf(bytes, WHOLE), sink, ({ kind }) => oddities.push(kind));
      assert.deepEqual(oddities, ['gzip-bomb']);
      assert.ok(taken > inflateLimits.bombBytes - inflateLimits.piece && taken <= inflateLimits.bombBytes, `${taken}`);
      assert.equal(result.complete, false);
    });
  }

  test('a small file of one byte repeated is no bomb', async () => {
    const { text: found, oddities } = await readAll(objectOf(tenMiB, WHOLE));
    assert.equal(found.length, 10 * 1024 * 1024);
    assert.deepEqual(oddities, []);
  });
});

describe('what is not read is named', () => {
  const cases: [string, Uint8Array, string][] = [
    ['a fourth layer of gzip', gzipSync(gzipSync(gzipSync(gz))), 'gzip-too-deep'],
    ['a zip archive', Buffer.from('PK\x03\x04', 'latin1'), 'unsupported-compression'],
    ['a Parquet table in gzip', gzipSync('PAR1'), 'unsupported-compression'],
  ];
  for (const [name, bytes, kind] of cases) {
    for (const pieceSize of [WHOLE, 1]) {
      test(`${name}, ${pieceSize === WHOLE ? 'whole' : 'in pieces'}`, async () => {
        const found = await readAll(objectOf(bytes, pieceSize));
        assert.deepEqual(kinds(found), [kind]);
        assert.deepEqual(found.calls, [], 'the reader hears nothing, so it cannot call the file empty');
      });
    }
  }
});

describe('a piece nested in a record', () => {
  test('comes back decompressed', () => {
    assert.equal(Buffer.from(inflatePiece(gz)!).toString(), text);
  });

  const refused: [string, Uint8Array][] = [
    ['plain text', Buffer.from(text)],
    ['cut short', gz.subarray(0, gz.length - 1)],
    ['nothing', Buffer.alloc(0)],
    ['larger than the limit', gzipSync(Buffer.alloc(inflateLimits.nestedBytes + 1))],
  ];
  for (const [name, bytes] of refused) test(`is refused: ${name}`, () => assert.equal(inflatePiece(bytes), undefined));
});

function kinds({ oddities }: { readonly oddities: readonly { readonly kind: string }[] }): string[] {
  return oddities.map(({ kind }) => kind);
}

/** 12 MB that compress about ten times, like a trail; made once. */
let made: readonly [string, Buffer] | undefined;
function bigTrail(): readonly [string, Buffer] {
  if (made === undefined) {
    let state = 1;
    const next = (): number => {
      state = (state * 48271) % 0x7fffffff;
      return state;
    };
    const record = (): string =>
      `{"eventVersion":"1.11","eventName":"GetObject","requestID":"${next().toString(36)}"},`;
    const big = Array.from({ length: 160_000 }, record).join('');
    made = [big, gzipSync(big, { level: 1 })];
  }
  return made;
}

/** Sets FNAME and puts a name behind the ten bytes of the header. */
function withFileName(packed: Uint8Array, name: string): Uint8Array {
  const header = Buffer.from(packed.subarray(0, 10));
  header[3] = 0x08;
  return Buffer.concat([header, Buffer.from(`${name}\0`), packed.subarray(10)]);
}
