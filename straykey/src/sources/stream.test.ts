import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readAll, readSource } from '../../../test/sources/collect.ts';
import { spoolLimits } from './spool.ts';
import { streamSource } from './stream.ts';

let temporary = '';
let before: string | undefined;
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'straykey-test-'));
  before = process.env.TMPDIR;
  process.env.TMPDIR = temporary;
});
afterEach(() => {
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  rmSync(temporary, { recursive: true, force: true });
});

const small = gzipSync('{"Records":[]}');
/** Larger than what is kept in memory. */
const large = Buffer.alloc(spoolLimits.memory + 3_000_000, '{"a":1}\n');

describe('a stream can be read again, as often as asked', () => {
  for (const [name, bytes] of [
    ['a small one', small],
    ['a large one', large],
    ['an empty one', Buffer.alloc(0)],
  ] as const) {
    test(name, async () => {
      const source = streamSource('stdin', () => Readable.from(pieces(bytes)));
      const first = (await readSource(source)).objects[0]!;
      const second = (await readSource(source)).objects[0]!;
      const third = (await readSource(source)).objects[0]!;
      assert.equal(first.origin, 'stdin');
      assert.deepEqual([...first.oddities, ...second.oddities], []);
      assert.equal(first.result.storedBytes, bytes.length);
      assert.ok(second.text === first.text && third.text === first.text);
      source.dispose?.();
    });
  }
});

test('no copy is left on disk: not after the end, and under POSIX not even in between', async () => {
  const source = streamSource('stdin', () => Readable.from(pieces(large)));
  await readSource(source);
  if (process.platform !== 'win32') assert.deepEqual(readdirSync(temporary), []);
  source.dispose?.();
  assert.deepEqual(readdirSync(temporary), []);
});

test('when no copy can be kept the first reading is whole and the second says why it is not', async () => {
  rmSync(temporary, { recursive: true });
  writeFileSync(temporary, 'a file where the folder should be');
  const source = streamSource('stdin', () => Readable.from(pieces(large)));
  const [first] = (await readSource(source)).objects;
  assert.equal(first?.text.length, large.length);
  assert.deepEqual(first?.oddities, []);
  const [second] = (await readSource(source)).objects;
  assert.equal(second?.oddities[0]?.kind, 'unreadable-file');
  assert.match(second!.oddities[0]!.reason, /the copy kept of it/);
});

test('a stream that breaks gives what came, in both readings', async () => {
  const broken = async function* () {
    yield Buffer.from('{"Records":');
    throw new Error('broken pipe');
  };
  const object = [...(streamSource('stdin', broken).list(() => {}) as Iterable<never>)][0]!;
  const first = await readAll(object);
  assert.equal(first.text, '{"Records":');
  assert.equal(first.oddities[0]?.kind, 'unreadable-file');
  assert.equal((await readAll(object)).text, '{"Records":');
});

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}
