import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import * as gd from '@aws-sdk/client-guardduty';
import { implemented } from '../../straykey/src/api/guardduty/index.ts';
import { route } from '../../straykey/src/api/guardduty/route.ts';
import { operations } from '../../straykey/src/api/guardduty/shapes.ts';

const root = join(import.meta.dirname, '..', '..');

test("generated.ts is what AWS's client says", () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/generate-guardduty.ts', '--check'], {
    cwd: root,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
});

test("there is a route for every command of AWS's client", () => {
  const commands = Object.keys(gd).flatMap((name) =>
    name.endsWith('Command') && name !== '$Command' ? [name.slice(0, -7)] : [],
  );
  assert.deepEqual([...operations.keys()].sort(), commands.sort());
});

describe('routes', () => {
  test('every operation is found by its own path, with its labels decoded once', () => {
    for (const { name, method, path } of operations.values()) {
      const sent = path.map((part) => (part.startsWith('{') ? 'a%2Fb%25%20c' : part)).join('/');
      const routed = route(method, `/${sent}`);
      assert.equal(routed.kind === 'operation' && routed.operation.name, name);
      assert.ok(routed.kind === 'operation' && [...routed.labels.values()].every((label) => label === 'a/b% c'));
    }
  });

  for (const [method, path] of [
    ['GET', '/detector/x/../x'],
    ['GET', '/detector/x/filter/../..'],
    ['GET', '//detector'],
    ['GET', '/detector/'],
    ['GET', '/detector/%ZZ'],
    ['GET', '/DETECTOR'],
    ['PUT', '/detector'],
    ['GET', '/detector%2Fx'],
    ['GET', ''],
    ['GET', '*'],
  ] as const) {
    test(`${method} ${path} is none`, () => {
      assert.equal(route(method, path).kind, 'unknown');
    });
  }
});

test('docs/api.md names every operation that is implemented, and no other', () => {
  const page = readFileSync(join(root, 'docs', 'api.md'), 'utf8');
  const table = page.slice(page.indexOf('## What is implemented'), page.indexOf('## What is not'));
  const named = [...table.matchAll(/`([A-Z][A-Za-z]+)`/g)]
    .map(([, name]) => name!)
    .filter((name) => operations.has(name));
  assert.deepEqual([...new Set(named)].sort(), [...implemented.keys()].sort());
});
