import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { formOf } from './form.ts';

describe('packed bytes are recognised by their first bytes', () => {
  const cases: [string, Uint8Array, string][] = [
    ['gzip', gzipSync('{}'), 'gzip'],
    ['a zip archive', Buffer.from('PK\x03\x04rest', 'latin1'), 'zip archive'],
    ['bzip2', Buffer.from('BZh91AY&SY', 'latin1'), 'bzip2'],
    ['zstd', zstdCompressSync('{}'), 'zstd'],
    ['xz', Buffer.from('\xfd7zXZ\0', 'latin1'), 'xz'],
    ['Parquet', Buffer.from('PAR1\x15\x04', 'latin1'), 'Parquet table'],
    ['tar', tarHeader(), 'tar archive'],
    ['JSON', Buffer.from('{"Records":[]}'), 'plain'],
    ['JSON behind a byte order mark', Buffer.from('\ufeff{"Records":[]}'), 'plain'],
    ['nothing', Buffer.alloc(0), 'plain'],
    ['half a gzip mark', Buffer.from([0x1f]), 'plain'],
  ];
  for (const [name, bytes, expected] of cases) {
    test(name, () => {
      const form = formOf(bytes);
      assert.equal(form.kind === 'unsupported' ? form.name : form.kind, expected);
    });
  }
});

test('a caller cannot pass a trail off as an archive by a user agent that falls on the mark of tar', () => {
  const start = '{"Records":[{"userAgent":"';
  const trail = `${start}${'a'.repeat(257 - start.length)}ustar"}]}`;
  assert.equal(trail.indexOf('ustar'), 257);
  assert.deepEqual(formOf(Buffer.from(trail)), { kind: 'plain' });
});

function tarHeader(): Uint8Array {
  const header = Buffer.alloc(512);
  header.write('trail.json', 0);
  header.write('ustar', 257);
  return header;
}
