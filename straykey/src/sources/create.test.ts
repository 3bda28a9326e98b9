import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { readSource } from '../../../test/sources/collect.ts';
import type { Oddity } from '../kit/index.ts';
import { createSources } from './create.ts';
import { parseS3Address } from './s3.ts';
import type { Source } from './source.ts';

let root = '';
before(() => {
  root = mkdtempSync(join(tmpdir(), 'straykey-test-'));
  mkdirSync(join(root, 'folder'));
  writeFileSync(join(root, 'folder', 'a.json'), 'in a folder');
  writeFileSync(join(root, '.b.json'), 'a file');
});
after(() => rmSync(root, { recursive: true, force: true }));

describe('an argument names', () => {
  const cases: [string, () => string, string][] = [
    ['a folder', () => join(root, 'folder'), 'in a folder'],
    ['a file, hidden or not', () => join(root, '.b.json'), 'a file'],
    ['a file by its URL', () => pathToFileURL(join(root, '.b.json')).href, 'a file'],
    ['standard input', () => '-', 'from standard input'],
  ];
  for (const [name, spec, expected] of cases) {
    test(name, async () => {
      const { sources, oddities } = create(spec());
      assert.deepEqual(oddities, []);
      const { objects } = await readSource(sources[0]!);
      assert.deepEqual(
        objects.map(({ text }) => text),
        [expected],
      );
    });
  }

  test('a pipe by its path', {
    skip: process.platform === 'win32' && 'Windows has no named pipes in folders',
  }, async () => {
    const pipe = join(root, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const { sources } = create(pipe);
    spawn('sh', ['-c', 'printf "through a pipe" > "$0"', pipe]);
    const { objects } = await readSource(sources[0]!);
    assert.equal(objects[0]?.text, 'through a pipe');
    assert.equal((await readSource(sources[0]!)).objects[0]?.text, 'through a pipe');
  });

  test('a bucket, or an access point in its place', () => {
    const address = 's3://arn:aws:s3:us-east-1:111122223333:accesspoint/trail/AWSLogs/o-1/';
    assert.deepEqual(parseS3Address(address), {
      bucket: 'arn:aws:s3:us-east-1:111122223333:accesspoint/trail',
      prefix: 'AWSLogs/o-1/',
    });
    assert.deepEqual(parseS3Address('s3://trail-bucket'), { bucket: 'trail-bucket', prefix: '' });
  });

  test('a bucket, without speaking to it', () => {
    const { sources, oddities } = create('s3://trail-bucket/AWSLogs/');
    assert.deepEqual(oddities, []);
    assert.equal(sources[0]?.name, 's3://trail-bucket/AWSLogs/');
  });
});

describe('an argument that names nothing is told, and the others stand', () => {
  const cases: [string, string, RegExp][] = [
    ['/no/such/path', 'not-found', /found nothing/],
    ['', 'not-found', /found nothing/],
    ['s3://', 'invalid-source', /expected a folder, a file/],
    ['s3:///prefix', 'invalid-source', /expected a folder, a file/],
    ['https://example.com/trail.json', 'invalid-source', /found "https:/],
    ['file://%zz', 'invalid-source', /expected a folder, a file/],
  ];
  for (const [spec, kind, reason] of cases) {
    test(JSON.stringify(spec), () => {
      const { sources, oddities } = create(spec, join(root, 'folder'));
      assert.equal(sources.length, 1);
      assert.deepEqual(
        oddities.map((oddity) => [oddity.kind, oddity.origin]),
        [[kind, spec]],
      );
      assert.match(oddities[0]!.reason, reason);
    });
  }
});

test('the same argument twice is one source', () => {
  assert.equal(create('-', '-', join(root, 'folder'), join(root, 'folder')).sources.length, 2);
});

function create(...specs: string[]): { sources: Source[]; oddities: Oddity[] } {
  const oddities: Oddity[] = [];
  const stdin = Readable.from([Buffer.from('from standard input')]);
  return { sources: createSources(specs, { stdin }, (oddity) => oddities.push(oddity)), oddities };
}
