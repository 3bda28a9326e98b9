import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

const launcher = join(import.meta.dirname, '..', '..', 'bin', 'straykey.js');
const folder = mkdtempSync(join(tmpdir(), 'straykey-hosts-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function straykey(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const env = { PATH: process.env.PATH, STRAYKEY_DATA: join(folder, 'data'), USER: 'jane' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...args], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

function findings(): { id: string; resource: { lambdaDetails: { functionName: string } } }[] {
  const { stdout } = straykey('scan', 'trail', '--quiet', '--format', 'json');
  return JSON.parse(stdout);
}

describe('straykey hosts', () => {
  straykey('drill', '--dir', 'trail', '--function', 'orders', '--time', '2026-10-05T12:00:00Z', '--seed', '7');
  const [theft] = findings();
  const trail = straykey('hosts', 'show', '0.0.0.0/0', 'trail').stdout;

  test('shows the whole argument about a host', () => {
    assert.ok(theft, 'the drill is found before anybody speaks');
    assert.match(trail, /State +new: 0 of \d+ evidence days/);
    assert.match(trail, /Days needed +BASE \+14/);
    assert.match(trail, /orders/);
  });

  test('says what is learned, and that nothing is yet', () => {
    assert.match(straykey('hosts', 'list', 'trail').stdout, /No host is learned: every call from outside AWS alarmed/);
  });

  test('a statement needs a reason and an address', () => {
    assert.equal(straykey('hosts', 'expect', '198.51.100.7').status, 2);
    const { status, stderr } = straykey('hosts', 'expect', 'gateway.example', '--reason', 'x');
    assert.equal(status, 2);
    assert.match(stderr, /expected an address or CIDR/);
  });

  test('feedback that a finding was expected silences it from the time given on, and clear takes that back', () => {
    const useful = ['hosts', 'feedback', theft!.id.slice(0, 8), 'NOT_USEFUL', 'trail', '--accept-critical'];
    const { status, stdout } = straykey(...useful, '--since', '2026-01-01', '--reason', 'a drill', '--days', '1000');
    assert.equal(status, 0);
    assert.match(stdout, /expected for orders of 111122223333/);
    assert.match(stdout, /jane/);
    assert.deepEqual(findings(), []);
    const exported = JSON.parse(straykey('hosts', 'export').stdout);
    assert.equal(exported.statements.length, 1);
    assert.equal(
      straykey(
        'hosts',
        'clear',
        exported.statements[0].host,
        '--function',
        'orders',
        '--since',
        '2026-01-02',
        '--reason',
        'over',
      ).status,
      0,
    );
    assert.equal(findings().length, 1);
  });

  test('every statement stays on record, with who, when and why', () => {
    const { stdout } = straykey('hosts', 'list');
    assert.match(stdout, /jane, .*: a drill/);
    assert.match(stdout, /jane, .*: over/);
  });
});
