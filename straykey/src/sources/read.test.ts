import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { objectOf, readAll } from '../../../test/sources/collect.ts';
import { readObject } from './read.ts';
import type { SourceObject } from './source.ts';

const WHOLE = Number.POSITIVE_INFINITY;
const text = '{"Records":[]}';

test('the sink hears begin, the pieces, end', async () => {
  const { calls } = await readAll(objectOf(Buffer.from(text), 8));
  assert.deepEqual(calls, ['begin memory', 'push', 'end']);
  const large = await readAll(objectOf(Buffer.alloc(600_000, 32), 300_000));
  assert.deepEqual(large.calls, ['begin memory', 'push', 'push', 'push', 'push', 'end']);
});

test('an empty object begins and ends, so that the reader can call it empty', async () => {
  for (const pieceSize of [WHOLE, 8]) {
    assert.deepEqual((await readAll(objectOf(Buffer.alloc(0), pieceSize))).calls, ['begin memory', 'end']);
  }
});

test('a small object is done before anybody waits', () => {
  const calls: string[] = [];
  const sink = { begin: () => calls.push('begin'), push: () => calls.push('push'), end: () => calls.push('end') };
  void readObject(objectOf(gzipSync(text), WHOLE), sink, () => {});
  assert.deepEqual(calls, ['begin', 'push', 'end']);
});

describe('an object that cannot be opened is told once and never begins', () => {
  const failing = (): never => {
    throw new Error('gone');
  };
  const cases: [string, SourceObject][] = [
    ['read whole', { ...objectOf(Buffer.alloc(0), WHOLE), readWhole: failing }],
    ['streamed', { ...objectOf(Buffer.alloc(0), 8), open: failing }],
  ];
  for (const [name, object] of cases) {
    test(name, async () => {
      const { calls, oddities, result } = await readAll(object);
      assert.deepEqual(calls, []);
      assert.deepEqual(oddities, [{ kind: 'network-error', origin: 'memory', reason: 'Error: gone' }]);
      assert.deepEqual(result, { storedBytes: 0, bytes: 0, complete: false });
    });
  }
});

test('a transfer that breaks off is named as such, not as a truncated file, after what came', async () => {
  const packed = gzipSync(text.repeat(1000));
  const object: SourceObject = {
    ...objectOf(packed, 8),
    async *open() {
      yield packed.subarray(0, packed.length - 4);
      throw new Error('connection reset');
    },
  };
  const { text: found, calls, oddities, result } = await readAll(object);
  assert.equal(found, text.repeat(1000));
  assert.equal(calls.at(-1), 'end');
  assert.deepEqual(oddities, [
    { kind: 'network-error', origin: 'memory', offset: found.length, reason: 'Error: connection reset' },
  ]);
  assert.equal(result.storedBytes, packed.length - 4);
});

test("an error of the sink is our own bug: it is not taken for the object's", async () => {
  const sink = {
    begin() {},
    push() {
      throw new TypeError('bug');
    },
    end() {},
  };
  for (const pieceSize of [WHOLE, 8]) {
    await assert.rejects(
      readObject(objectOf(gzipSync(text), pieceSize), sink, () => assert.fail('no oddity is meant')),
      TypeError,
    );
  }
});

describe('a file', () => {
  /** A file in memory, which counts how often it was closed. */
  function fileOf(bytes: Uint8Array): { readonly object: SourceObject; readonly closed: () => number } {
    let closed = 0;
    let at = 0;
    const object: SourceObject = {
      ...objectOf(bytes, 8),
      open: () => ({
        read(into) {
          const piece = bytes.subarray(at, at + into.length);
          into.set(piece);
          at += piece.length;
          return piece.length;
        },
        close() {
          closed++;
        },
      }),
    };
    return { object, closed: () => closed };
  }

  const packed = gzipSync(text.repeat(1000));
  const damaged = Buffer.concat([packed, Buffer.from('more')]);
  for (const [name, bytes, oddities] of [
    ['plain', Buffer.from(text.repeat(60_000)), []],
    ['gzip', packed, []],
    ['damaged', damaged, ['corrupt-gzip']],
    ['nothing', Buffer.alloc(0), []],
  ] as const) {
    test(`${name}: is read at once and closed once`, async () => {
      const { object, closed } = fileOf(bytes);
      const reading = readAll(object);
      assert.equal(closed(), 1, 'before anybody waited');
      const found = await reading;
      assert.deepEqual(
        found.oddities.map(({ kind }) => kind),
        oddities,
      );
      assert.equal(found.result.storedBytes, bytes.length);
      assert.equal(found.text, text.repeat(found.text.length / text.length));
    });
  }

  test('is closed when the sink fails', async () => {
    const { object, closed } = fileOf(packed);
    const sink = { begin: () => assert.fail('bug'), push() {}, end() {} };
    await assert.rejects(readObject(object, sink, () => {}));
    assert.equal(closed(), 1);
  });

  test('that is large leaves timers their turn', async () => {
    // 160 MiB that compress too little to be a bomb.
    const lines = Array.from({ length: 100_000 }, (_, index) => `${(index * 48271) % 65_521}`.padEnd(40)).join('');
    const member = gzipSync(lines);
    const { object } = fileOf(Buffer.concat(Array<Buffer>(42).fill(member)));
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const { bytes } = await readObject(object, { begin() {}, push() {}, end() {} }, ({ reason }) =>
      assert.fail(reason),
    );
    clearInterval(timer);
    assert.equal(bytes, 42 * lines.length);
    assert.ok(turns >= 2, `${turns} turns`);
  });
});

test('objects read at the same time do not mix', async () => {
  const texts = ['a', 'b', 'c'].map((letter) => Array.from({ length: 5000 }, (_, at) => `${letter}${at}`).join());
  const objects = texts.map((each, index) => objectOf(gzipSync(gzipSync(each)), 7 + index));
  const found = await Promise.all(objects.map((object) => readAll(object)));
  assert.deepEqual(
    found.map((each) => each.text),
    texts,
  );
});

test('a stream that is not wanted to its end is told so', async () => {
  let told = false;
  const object: SourceObject = {
    ...objectOf(Buffer.alloc(0), 8),
    async *open() {
      try {
        for (;;) yield Buffer.from('PK\x03\x04'.padEnd(300), 'latin1');
      } finally {
        told = true;
      }
    },
  };
  const { oddities } = await readAll(object);
  assert.equal(oddities[0]?.kind, 'unsupported-compression');
  assert.ok(told);
});
