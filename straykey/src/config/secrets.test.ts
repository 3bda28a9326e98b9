import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { redacted, secretsFrom, UnusableSecret } from './secrets.ts';

const folder = mkdtempSync(join(tmpdir(), 'straykey-secrets-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'secret');
const secret = secretsFrom({ HOOK: 'from-the-environment', EMPTY: '' });

describe('secrets by reference', () => {
  test('come from the environment', () => assert.equal(secret('env:HOOK'), 'from-the-environment'));

  test('come from a file, read anew at each use, without the last line break', () => {
    writeFileSync(path, 'first\n');
    assert.equal(secret(`file:${path}`), 'first');
    writeFileSync(path, ' second\r\n');
    assert.equal(secret(`file:${path}`), ' second');
  });

  for (const reference of [
    'env:NOT_SET',
    'env:EMPTY',
    'env:__proto__',
    `file:${join(folder, 'none')}`,
    `file:${folder}`,
  ]) {
    test(`${reference.replace(folder, '…')} stops with the reference named`, () =>
      assert.throws(
        () => secret(reference),
        (error) => error instanceof UnusableSecret && error.message.includes(reference),
      ));
  }

  test('an empty file is no secret', () => {
    writeFileSync(path, '\n');
    assert.throws(() => secret(`file:${path}`), /empty/);
  });
});

test('a secret is taken out of what a receiver said, also as it stands in addresses and headers', () => {
  const said = 'no T0/B0/x=y here; T0%2FB0%2Fx%3Dy; VDAvQjAveD15';
  assert.equal(redacted(said, ['T0/B0/x=y']), 'no [secret] here; [secret]; [secret]');
});
