import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';

/** Reads one file in a process of its own; prints the bytes read and the growth of its peak memory in MiB. */
const PROGRAM = `
  import { fileObject, readObject } from '${new URL('../../straykey/src/sources/index.ts', import.meta.url)}';
  const peak = () => process.resourceUsage().maxRSS / 1024;
  const before = peak();
  const { bytes } = await readObject(fileObject(process.argv[1]), { begin() {}, push() {}, end() {} }, console.error);
  console.log(JSON.stringify({ bytes, grown: peak() - before }));
`;

const MiB = 1024 * 1024;
/** Compresses about 30 times: more than a trail, far from a bomb. */
const member = gzipSync(
  Array.from({ length: 4 * 1024 * 8 }, (_, index) =>
    `{"eventID":"${((index * 48271) % 0x7fffffff).toString(36)}"}`.padEnd(128),
  ).join(''),
);

let root = '';
before(() => {
  root = mkdtempSync(join(tmpdir(), 'straykey-test-'));
});
after(() => rmSync(root, { recursive: true, force: true }));

for (const [name, size, write] of [
  [
    'a gz file of 400 MiB',
    400 * MiB,
    (path: string) => writeFileSync(path, Buffer.concat(Array<Buffer>(100).fill(member))),
  ],
  ['a plain file of 200 MiB', 200 * MiB, writePlain],
] as const) {
  test(`${name} takes no more memory than a small one`, () => {
    const path = join(root, 'trail');
    write(path);
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', PROGRAM, path], { encoding: 'utf8' });
    const { bytes, grown } = JSON.parse(output) as { bytes: number; grown: number };
    assert.equal(bytes, size);
    // Measured: 1 to 2 MiB.
    assert.ok(grown < 16, `peak memory grew by ${grown} MiB`);
  });
}

function writePlain(path: string): void {
  const block = Buffer.alloc(20 * MiB, '{"a":1}\n');
  writeFileSync(path, '');
  for (let count = 0; count < 10; count++) appendFileSync(path, block);
}
