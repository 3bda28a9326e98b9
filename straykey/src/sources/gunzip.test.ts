import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { crc32, gunzipSync, gzipSync } from 'node:zlib';
import { gunzip } from '../../../test/sources/gunzip.ts';

const text = 'the trail, the trail';
const packed = gzipSync(text);
/** The members's deflate data and trailer. */
const body = packed.subarray(10);

interface Header {
  readonly method?: number;
  readonly extra?: string;
  readonly name?: string;
  readonly comment?: string;
  readonly checksum?: 'right' | 'wrong';
  readonly reserved?: number;
}

function member({ method = 8, extra, name, comment, checksum, reserved = 0 }: Header): Buffer {
  const flags =
    reserved |
    (checksum === undefined ? 0 : 2) |
    (extra === undefined ? 0 : 4) |
    (name === undefined ? 0 : 8) |
    (comment === undefined ? 0 : 16);
  const parts = [Buffer.from([0x1f, 0x8b, method, flags, 1, 2, 3, 4, 0, 3])];
  if (extra !== undefined) parts.push(Buffer.from([extra.length & 0xff, extra.length >> 8]), Buffer.from(extra));
  for (const field of [name, comment]) if (field !== undefined) parts.push(Buffer.from(`${field}\0`));
  if (checksum !== undefined) {
    const sum = (crc32(Buffer.concat(parts)) & 0xffff) ^ (checksum === 'right' ? 0 : 0x8000);
    parts.push(Buffer.from([sum & 0xff, sum >> 8]));
  }
  return Buffer.concat([...parts, body]);
}

const long = 'x'.repeat(700);
const headers: readonly [string, Header][] = [
  ['nothing more', {}],
  ['a name', { name: 'trail.json' }],
  ['a comment', { comment: 'of March' }],
  ['empty fields', { extra: '', name: '', comment: '' }],
  ['every field and a checksum', { extra: long, name: long, comment: long, checksum: 'right' }],
  ['nothing but a checksum', { checksum: 'right' }],
  ['text as its form', { reserved: 1 }],
];

describe('a header may hold', () => {
  for (const [name, header] of headers) {
    test(name, () => {
      const bytes = member(header);
      assert.equal(gunzipSync(bytes).toString(), text);
      for (const size of [bytes.length, 1, 3]) {
        const found = gunzip(bytes, () => size);
        assert.deepEqual([found.verdict, found.text.toString()], ['whole', text]);
      }
    });
  }

  test('or be cut anywhere', () => {
    for (const [, header] of headers) {
      const bytes = member(header);
      for (let length = 1; length < bytes.length; length++) {
        const found = gunzip(bytes.subarray(0, length), () => 5);
        assert.equal(found.verdict, 'cut');
        assert.ok(text.startsWith(found.text.toString()));
      }
    }
  });
});

describe('a header is refused, in the words of zlib, for', () => {
  const cases: [string, Buffer, string][] = [
    ['another magic', Buffer.concat([Buffer.from([0x1f, 0x8c]), packed.subarray(2)]), 'incorrect header check'],
    ['another method', member({ method: 7 }), 'unknown compression method'],
    ['a flag that nobody knows', member({ reserved: 0x20 }), 'unknown header flags set'],
    ['a wrong checksum', member({ name: 'trail', checksum: 'wrong' }), 'header crc mismatch'],
  ];
  for (const [name, bytes, fault] of cases) {
    test(name, () => {
      assert.throws(() => gunzipSync(bytes), { message: fault });
      assert.equal(gunzip(bytes, () => bytes.length).verdict, fault);
      assert.equal(gunzip(bytes, () => 1).verdict, fault);
    });
  }
});

describe('a trailer is refused', () => {
  for (const [at, fault] of [
    [8, 'incorrect data check'],
    [4, 'incorrect length check'],
  ] as const) {
    test(`${fault}, after all was handed out`, () => {
      const bytes = Buffer.from(packed);
      bytes[bytes.length - at]! ^= 1;
      const found = gunzip(bytes, () => 3);
      assert.deepEqual([found.verdict, found.text.toString()], [fault, text]);
      assert.throws(() => gunzipSync(bytes), { message: fault });
    });
  }
});

test('members and padding follow each other', () => {
  const zeros = Buffer.alloc(9);
  const found = gunzip(Buffer.concat([packed, packed, zeros, packed, zeros]), () => 4);
  assert.deepEqual([found.verdict, found.text.toString()], ['whole', text.repeat(3)]);
});

test('decoding stops when nobody takes more', () => {
  const found = gunzip(Buffer.concat([packed, packed]), () => 1000, 1);
  assert.equal(found.text.toString(), text);
});
