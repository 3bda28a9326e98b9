import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ConfigError, loadConfig } from './load.ts';

function file(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'straykey-config-')), 'straykey.yaml');
  writeFileSync(path, text);
  return path;
}

test('no file and no variables give the defaults', () => {
  const config = loadConfig(undefined, {});
  assert.deepEqual(config.ownNetworks, []);
  assert.equal(config.documentationAddresses, 'unknown');
  assert.equal(config.learning.mode, 'on');
});

test('a file sets what it names', () => {
  const config = loadConfig(
    file('ownNetworks:\n  - cidr: 198.51.100.0/24\n    label: Outposts, Leipzig\n    kind: outposts\n'),
    {},
  );
  assert.deepEqual(config.ownNetworks, [{ cidr: '198.51.100.0/24', label: 'Outposts, Leipzig', kind: 'outposts' }]);
});

test('a variable wins over the file', () => {
  const config = loadConfig(file('documentationAddresses: unknown\n'), { STRAYKEY_DOCUMENTATION_ADDRESSES: 'outside' });
  assert.equal(config.documentationAddresses, 'outside');
});

const mistakes: readonly [what: string, text: string, message: RegExp][] = [
  [
    'an unknown key names the nearest known one',
    'ownNetwork: []\n',
    /ownNetwork: unknown key; did you mean ownNetworks\?/,
  ],
  [
    'an unknown nested key too',
    'ownNetworks:\n  - cird: 10.0.0.0/8\n',
    /ownNetworks\.0\.cird: unknown key; did you mean cidr\?/,
  ],
  [
    'a wrong value says what was expected',
    'learning:\n  mode: maybe\n',
    /learning\.mode: expected \("on" \| "ack" \| "off"\), found "maybe"/,
  ],
  ['an account without quotes is explained', 'accounts: [111122223333]\n', /accounts\.0: expected string/],
  ['a list where keys belong is explained', '- a\n', /expected keys and values, found a list/],
  ['broken YAML is named', 'a: [\n', /is not YAML/],
];

for (const [what, text, message] of mistakes) {
  test(what, () => {
    assert.throws(
      () => loadConfig(file(text), {}),
      (error) => error instanceof ConfigError && message.test(error.message),
    );
  });
}

test('a missing file says which setting names it', () => {
  assert.throws(() => loadConfig('/nowhere/straykey.yaml', {}), /cannot be read.*--config/);
});
