import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { oddityPage } from '../scripts/oddity-page.ts';
import { withComparison } from '../scripts/quote-bench.ts';
import { loadTables } from '../straykey/src/reference/index.ts';
import { locate } from '../straykey/src/where/index.ts';

const root = join(import.meta.dirname, '..');
const generated = ['node_modules', 'dist', 'corpus', 'bench/build'];
/** Copied into the package by the build. */
const copied = ['straykey/README.md'];

function filesOf(...patterns: readonly string[]): string[] {
  return globSync([...patterns], { cwd: root })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !generated.some((folder) => file.includes(`${folder}/`)) && !copied.includes(file));
}

function textOf(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

test('links between pages lead somewhere', () => {
  for (const page of filesOf('**/*.md')) {
    for (const [, link] of textOf(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
      if (/^[a-z]+:/.test(link!)) continue;
      assert.ok(existsSync(join(root, dirname(page), link!)), `${page} links to ${link}`);
    }
  }
});

test('the page of oddities is what the catalogues say', () => {
  assert.equal(textOf('docs/oddities.md'), oddityPage(), 'run: node scripts/generate-docs.ts');
});

test('the comparison quoted in docs/detection.md is what the bench last wrote', () => {
  const page = textOf('docs/detection.md');
  assert.equal(page, withComparison(page, root), 'run: node scripts/generate-docs.ts');
});

test('every npm script that a page names exists', () => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  for (const page of filesOf('**/*.md')) {
    for (const [, name] of textOf(page).matchAll(/npm run ([\w:-]+)/g)) {
      assert.ok(name! in scripts, `${page} names npm run ${name}`);
    }
  }
});

/** Public addresses that are neither AWS's nor reserved, and whose they are. */
const OWNERS: Readonly<Record<string, string>> = JSON.parse(textOf('test/support/address-owners.json'));

describe('no real data', () => {
  const files = filesOf(
    '{straykey/src,test,bench,docs,scripts}/**/*.{ts,md,json,jsonl,yaml}',
    '*.md',
    'straykey/assembly/**/*.ts',
  );

  test('account ids are made up', () => {
    const madeUp = /^(?:(\d)\1{3}(\d)\2{3}(\d)\3{3}|123456789012|210987654321|(\d)\4{11}|012345678901)$/;
    for (const file of files) {
      for (const [id] of textOf(file).matchAll(/(?<![\w.-])\d{12}(?![\w.-])/g)) {
        assert.ok(madeUp.test(id), `${file} holds ${id}, which may be somebody's account`);
      }
    }
  });

  test('public addresses outside AWS are in the list that says whose they are', () => {
    const { places } = loadTables({});
    for (const file of files.filter((each) => !each.endsWith('address-owners.json'))) {
      for (const [address] of textOf(file).matchAll(/(?<![\w.-])\d{1,3}(?:\.\d{1,3}){3}(?![\w-]|\.\d)/g)) {
        const place = locate({ sourceIPAddress: address, time: 1_780_000_000, accounts: [] }, places);
        if (place.kind !== 'outside') continue;
        const known = Object.keys(OWNERS).some((prefix) => address.startsWith(prefix));
        assert.ok(
          known,
          `${file} holds ${address}; use a documentation address, or say whose it is in test/support/address-owners.json`,
        );
      }
    }
  });

  test('no page or source names a folder of the machine it was written on', () => {
    for (const file of files) {
      const found = /(?<![\w./])\/(?:home|root|Users|work)\/[\w.-]+/.exec(textOf(file));
      assert.equal(found, null, `${file} holds ${found?.[0]}`);
    }
  });
});
