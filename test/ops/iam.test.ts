import assert from 'node:assert/strict';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { documents } from '../../deploy/iam/generate.ts';
import { CALLS } from '../../straykey/src/iam/index.ts';

const root = join(import.meta.dirname, '..', '..');
const src = join(root, 'straykey', 'src');

/** Every `new XCommand(` of the AWS SDK in the source, and the roles assumed through a credential provider. */
function callsInSource(): Map<string, string> {
  const found = new Map<string, string>();
  for (const file of globSync('**/*.ts', { cwd: src })) {
    if (file.endsWith('.test.ts')) continue;
    const text = readFileSync(join(src, file), 'utf8');
    const fromSdk = text.includes('@aws-sdk/client-') || /new (?:\w+\.)*api\.\w+Command\(/.test(text);
    if (fromSdk)
      for (const [, operation] of text.matchAll(/new\s+(?:\w+\.)*([A-Z]\w+)Command\(/g)) found.set(operation!, file);
    for (const [, operation] of text.matchAll(/\bpaginate([A-Z]\w+)\(/g)) found.set(operation!, file);
    if (/\bfromTemporaryCredentials\(/.test(text)) found.set('AssumeRole', file);
  }
  return found;
}

describe('the table of calls and the source say the same', () => {
  const source = callsInSource();
  const table = new Set(CALLS.map(({ operation }) => operation));

  test('the pattern finds calls that are known to be there', () => {
    for (const operation of ['GetObject', 'ListObjectsV2', 'PutEvents', 'GetCallerIdentity', 'AssumeRole']) {
      assert.ok(source.has(operation), operation);
    }
  });
  test('every call that the code makes is in the table', () => {
    for (const [operation, file] of source)
      assert.ok(table.has(operation), `${file} calls ${operation}: add it to straykey/src/iam/calls.ts`);
  });
  test('every call of the table is made somewhere', () => {
    for (const operation of table)
      assert.ok(source.has(operation), `nothing calls ${operation}: take it out of straykey/src/iam/calls.ts`);
  });
});

describe('deploy/iam', () => {
  const folder = join(root, 'deploy', 'iam');
  for (const [name, text] of documents()) {
    test(`${name} is what the table says`, () => {
      assert.equal(readFileSync(join(folder, name), 'utf8'), text, 'run: node deploy/iam/generate.ts');
      assert.equal(JSON.parse(text).Version, '2012-10-17');
    });
    test(`${name} is named in the README`, () => {
      assert.ok(readFileSync(join(folder, 'README.md'), 'utf8').includes(`\`${name}\``));
    });
  }
  test('there are no others', () => {
    assert.deepEqual(
      readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .sort(),
      [...documents().keys()].sort(),
    );
  });
});
