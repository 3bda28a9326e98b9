import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readAll, readSource } from '../../../test/sources/collect.ts';
import type { Oddity } from '../kit/index.ts';
import { directorySource, fileSource } from './directory.ts';
import type { SourceObject } from './source.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'straykey-test-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('every file below the folder is listed in the order of names, whatever its ending', () => {
  lay('b.json', 'a/2.json.gz', 'a/1', 'a/10.txt', 'c/CloudTrail-Digest/x.json.gz', 'Z.json');
  assert.deepEqual(listed().paths, [
    'Z.json',
    'a/1',
    'a/10.txt',
    'a/2.json.gz',
    'b.json',
    'c/CloudTrail-Digest/x.json.gz',
  ]);
});

test('a folder given as "." or with a trailing slash lists the same files', () => {
  lay('a/b/1.json');
  assert.deepEqual(listed(`${root}/`).paths, ['a/b/1.json']);
  const before = process.cwd();
  process.chdir(root);
  try {
    const origins = [...listing('.').objects].map(({ origin }) => origin);
    assert.deepEqual(origins, ['a/b/1.json']);
  } finally {
    process.chdir(before);
  }
});

test('an object carries its path, so that another thread can open it', () => {
  lay('a.json');
  const [object] = listing(root).objects;
  assert.equal(object?.path, join(root, 'a.json'));
  assert.equal(object?.origin, object?.path);
});

test('hidden files and folders are set aside, one oddity each', () => {
  lay('a.json', '.DS_Store', '.git/objects/1', '.git/objects/2');
  const { paths, oddities } = listed();
  assert.deepEqual(paths, ['a.json']);
  assert.deepEqual(oddities, ['hidden-file .DS_Store', 'hidden-file .git']);
});

test('a hidden folder that is given itself is read', () => {
  lay('.trails/a.json');
  assert.deepEqual(listed(join(root, '.trails')).paths, ['a.json']);
});

describe('links', () => {
  test('to files are followed', async () => {
    lay('real/a.json');
    mkdirSync(join(root, 'links'));
    symlinkSync('../real/a.json', join(root, 'links', 'b.json'));
    const { objects } = await readSource(directorySource(join(root, 'links')));
    assert.deepEqual(
      objects.map(({ text }) => text),
      ['real/a.json'],
    );
  });

  test('to folders elsewhere are followed', () => {
    lay('elsewhere/x/1.json', 'trail/2.json');
    symlinkSync('../elsewhere', join(root, 'trail', 'link'));
    assert.deepEqual(listed(join(root, 'trail')).paths, ['2.json', 'link/x/1.json']);
  });

  test('that go round in a circle end', () => {
    lay('a/1.json');
    symlinkSync('..', join(root, 'a', 'up'));
    symlinkSync('.', join(root, 'a', 'self'));
    const { paths, oddities } = listed();
    assert.deepEqual(paths, ['a/1.json']);
    assert.deepEqual(oddities, ['already-listed a/self', 'already-listed a/up']);
  });

  test('to a folder of the same tree leave its files under their own name', () => {
    lay('z/1.json');
    symlinkSync('z', join(root, 'a'));
    const { paths, oddities } = listed();
    assert.deepEqual(paths, ['z/1.json']);
    assert.deepEqual(oddities, ['already-listed a']);
  });

  test('that lead nowhere are told, and the rest is listed', () => {
    lay('b.json');
    symlinkSync('gone', join(root, 'a.json'));
    const { paths, oddities } = listed();
    assert.deepEqual(paths, ['b.json']);
    assert.deepEqual(oddities, ['unreadable-file a.json']);
  });
});

describe('what is not a plain file never blocks the scan', () => {
  test('a named pipe', { skip: process.platform === 'win32' && 'Windows has no named pipes in folders' }, () => {
    lay('b.json');
    execFileSync('mkfifo', [join(root, 'a.json')]);
    const { paths, oddities } = listed();
    assert.deepEqual(paths, ['b.json']);
    assert.deepEqual(oddities, ['unsupported-file a.json']);
  });

  test('a folder that cannot be read', () => {
    const { paths, oddities } = listed(join(root, 'gone'));
    assert.deepEqual(paths, []);
    assert.deepEqual(oddities, ['vanished ']);
  });

  test('a name that is not valid UTF-8', {
    skip: process.platform !== 'linux' && 'other systems refuse such names',
  }, () => {
    lay('b.json');
    writeFileSync(Buffer.concat([Buffer.from(`${root}/a`), Buffer.from([0xff])]), 'x');
    const { paths, oddities } = listed();
    assert.deepEqual(paths, ['b.json']);
    assert.deepEqual(oddities, ['unreadable-file a\ufffd']);
  });
});

describe('what changes between listing and reading is told, and the rest is read', () => {
  test('a file that is gone', async () => {
    lay('a.json', 'b.json');
    const { objects } = listing(root);
    rmSync(join(root, 'a.json'));
    const [first, second] = await Promise.all(objects.map(readAll));
    assert.equal(first?.oddities[0]?.kind, 'vanished');
    assert.deepEqual(first?.calls, []);
    assert.equal(second?.text, 'b.json');
  });

  test('a folder in the place of a file', async () => {
    lay('a.json');
    const { objects } = listing(root);
    rmSync(join(root, 'a.json'));
    mkdirSync(join(root, 'a.json'));
    const { oddities } = await readAll(objects[0]!);
    assert.equal(oddities[0]?.kind, 'unreadable-file');
    assert.match(oddities[0]!.reason, /expected a file, found a folder/);
  });

  test('a file without read permission', { skip: process.getuid?.() === 0 && 'root may read everything' }, async () => {
    writeFileSync(join(root, 'a.json'), '{}', { mode: 0o000 });
    const { objects } = await readSource(fileSource(join(root, 'a.json')));
    assert.equal(objects[0]?.oddities[0]?.kind, 'access-denied');
  });
});

test('files around the size limit of one read are read to their last byte', async () => {
  for (const size of [0, 1, 4095, 4096, 4 * 1024 * 1024, 4 * 1024 * 1024 + 1, 6_000_000]) {
    writeFileSync(join(root, 'a.json'), Buffer.alloc(size, 0x20));
    const { text, result } = await readAll(listing(root).objects[0]!);
    assert.equal(text.length, size);
    assert.deepEqual(result, { storedBytes: size, bytes: size, complete: true });
  }
});

test('a file may be read twice', async () => {
  writeFileSync(join(root, 'a.json'), gzipSync('{"Records":[]}'));
  const object = listing(root).objects[0]!;
  assert.equal((await readAll(object)).text, (await readAll(object)).text);
});

test('files that claim to be empty and are not (those of /proc) are read', {
  skip: process.platform !== 'linux' && 'needs /proc',
}, async () => {
  const { objects } = await readSource(fileSource('/proc/self/status'));
  assert.match(objects[0]!.text, /^Name:/);
});

/** Files that hold their own name. */
function lay(...names: string[]): void {
  for (const name of names) {
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), name);
  }
}

function listing(folder: string): { objects: SourceObject[]; oddities: Oddity[] } {
  const oddities: Oddity[] = [];
  const objects = [...(directorySource(folder).list((oddity) => oddities.push(oddity)) as Iterable<SourceObject>)];
  return { objects, oddities };
}

function listed(folder = root): { paths: string[]; oddities: string[] } {
  const { objects, oddities } = listing(folder);
  return {
    paths: objects.map(({ origin }) => relative(folder, origin)),
    oddities: oddities.map(({ kind, origin }) => `${kind} ${relative(folder, origin)}`),
  };
}
