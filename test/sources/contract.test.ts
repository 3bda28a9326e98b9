import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Oddity } from '../../straykey/src/kit/index.ts';
import { createSources, type Source, sourceOddities } from '../../straykey/src/sources/index.ts';
import { type S3Server, startS3 } from '../support/s3-server.ts';
import { readAll, readSource } from './collect.ts';

/** What every source must do, run by each of them. */

const whole = gzipSync('{"Records":[{"eventID":"1"}]}');
const objects: readonly { readonly name: string; readonly stored: Buffer; readonly text: string }[] = [
  { name: 'a/1.json.gz', stored: whole, text: '{"Records":[{"eventID":"1"}]}' },
  { name: 'a/2.json', stored: Buffer.from('{"Records":[]}'), text: '{"Records":[]}' },
  { name: 'b/cut.json.gz', stored: whole.subarray(0, whole.length - 8), text: '{"Records":[{"eventID":"1"}]}' },
];

interface Candidate {
  readonly name: string;
  /** Lays the objects and gives the argument that names them; each source holds those it can. */
  lay(): Promise<{ readonly spec: string; readonly holds: typeof objects }>;
  clean(): Promise<void> | void;
}

const folder = mkdtempSync(join(tmpdir(), 'straykey-test-'));
let s3: S3Server | undefined;

const candidates: readonly Candidate[] = [
  {
    name: 'a folder',
    async lay() {
      for (const { name, stored } of objects) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), stored);
      }
      return { spec: folder, holds: objects };
    },
    clean: () => rmSync(folder, { recursive: true, force: true }),
  },
  {
    name: 'a bucket',
    async lay() {
      s3 = await startS3();
      s3.useEnvironment();
      for (const { name, stored } of objects) await s3.put('contract', name, stored);
      return { spec: 's3://contract/', holds: objects };
    },
    clean: async () => await s3?.close(),
  },
  {
    name: 'standard input',
    lay: async () => ({ spec: '-', holds: objects.slice(2) }),
    clean() {},
  },
];

for (const candidate of candidates) {
  describe(candidate.name, () => {
    let source: Source;
    let holds: typeof objects = [];
    before(async () => {
      const laid = await candidate.lay();
      holds = laid.holds;
      const stdin = Readable.from(holds.map(({ stored }) => stored));
      [source] = createSources([laid.spec], { stdin }, (oddity) => assert.fail(oddity.reason)) as [Source];
    });
    after(async () => {
      source.dispose?.();
      await candidate.clean();
    });

    test('gives its objects in the order of their names, with their text', async () => {
      const found = await readSource(source);
      assert.deepEqual(found.oddities, []);
      assert.deepEqual(
        found.objects.map(({ text }) => text),
        holds.map(({ text }) => text),
      );
      assert.equal(new Set(found.objects.map(({ origin }) => origin)).size, holds.length);
    });

    test('may be listed again and gives the same', async () => {
      const [first, second] = [await readSource(source), await readSource(source)];
      assert.deepEqual(first, second);
    });

    test('gives the same bytes when an object is read again', async () => {
      for await (const object of source.list(() => {})) {
        assert.equal(object.again, true);
        assert.deepEqual(await readAll(object), await readAll(object));
      }
    });

    test('places an oddity at its object', async () => {
      const odd = (await readSource(source)).objects.flatMap(({ origin, oddities }) =>
        oddities.map((oddity): [boolean, string, number | undefined] => [
          oddity.origin === origin,
          oddity.kind,
          oddity.offset,
        ]),
      );
      assert.deepEqual(odd, [[true, 'truncated-gzip', objects[2]!.text.length]]);
    });

    test('can be left in the middle of a listing', async () => {
      for await (const _object of source.list(() => {})) break;
      assert.equal((await readSource(source)).objects.length, holds.length);
    });
  });
}

test('every kind of oddity that is told has an entry in the catalogue, and each entry says what to do', () => {
  for (const [kind, { means, doThis, effect }] of Object.entries(sourceOddities)) {
    assert.match(kind, /^[a-z0-9-]+$/);
    assert.ok(means.endsWith('.') && doThis.endsWith('.'), kind);
    assert.ok(effect === 'unusable' || effect === 'skipped');
  }
  const told: Oddity[] = [];
  createSources(['/no/such/path'], { stdin: Readable.from([]) }, (oddity) => told.push(oddity));
  assert.ok(told.every(({ kind }) => Object.hasOwn(sourceOddities, kind)));
});
