import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Command } from 'commander';
import { callerBySecret, encryptionKeyFrom } from '../../straykey/src/api/signing/index.ts';
import { findingsCommand } from '../../straykey/src/cli/findings.ts';
import type { Terminal } from '../../straykey/src/cli/index.ts';
import { keysCommand } from '../../straykey/src/cli/keys.ts';
import type { Finding } from '../../straykey/src/findings/index.ts';
import { openStore } from '../../straykey/src/store/index.ts';
import { toldTerminal } from '../support/told-terminal.ts';
import { finding } from './made-findings.ts';

const NOW = Date.UTC(2026, 10, 23, 18);
const folder = mkdtempSync(join(tmpdir(), 'straykey-cli-'));
const rim = { openStore: (url: string) => openStore(url, { now: () => NOW }) };
after(() => rmSync(folder, { recursive: true }));

async function run(command: (terminal: Terminal) => Command, ...argv: readonly string[]) {
  const { told, terminal } = toldTerminal(folder, NOW);
  try {
    await command({ ...terminal, environment: { ...terminal.environment, USER: 'ada' } })
      .exitOverride()
      .configureOutput({ writeErr: terminal.stderr, writeOut: terminal.stdout })
      .parseAsync(argv, { from: 'user' });
  } catch (error) {
    told.code = (error as { code?: number }).code ?? 70;
    told.stderr += (error as Error).message;
  }
  return told;
}

describe('straykey keys', () => {
  const keys = (terminal: Terminal): Command => keysCommand(terminal, rim);

  test('a key is made, shown once, listed, and revoked', async () => {
    const made = await run(keys, 'create', 'terraform', '--role', 'admin', '--json');
    const { AccessKeyId, SecretAccessKey } = JSON.parse(made.stdout) as Record<string, string>;
    assert.match(made.stdout, /"Role": "admin"/);
    const listed = await run(keys, 'list');
    assert.match(listed.stdout, new RegExp(`^${AccessKeyId}  admin, terraform; made by ada`));
    assert.ok(!listed.stdout.includes(SecretAccessKey!));

    const encryptionKey = encryptionKeyFrom(undefined, folder, {}, () => assert.fail('it was made already'));
    assert.equal(statSync(join(folder, 'access-key-encryption.key')).mode & 0o777, 0o600);
    const store = await rim.openStore(`sqlite:${join(folder, 'straykey.db')}`);
    assert.equal((await callerBySecret(store, AccessKeyId!, SecretAccessKey!, encryptionKey))?.role, 'admin');
    await store.close();

    assert.equal(
      (await run(keys, 'revoke', AccessKeyId!, '--reason', 'laptop lost')).stdout,
      `Revoked ${AccessKeyId}.\n`,
    );
    assert.equal((await run(keys, 'list')).stdout, 'There are no access keys.\n');
    assert.equal((await run(keys, 'revoke', AccessKeyId!, '--reason', 'again')).code, 2);
  });

  test('a key is a reader unless said otherwise, and its secret stays off standard error', async () => {
    const made = await run(keys, 'create', 'dashboards');
    assert.match(made.stdout, /^Key +SKEY\w{16}\nSecret +\S{40}\nRole +reader\n$/);
    assert.doesNotMatch(made.stderr, /[A-Za-z0-9+/]{40}/);
    assert.match(made.stderr, /shown this once/);
  });

  test('an encryption key that cannot be used is a usage error', async () => {
    const { told, terminal } = toldTerminal(folder, NOW);
    const environment = { ...terminal.environment, SEAL: 'short' };
    const configured = join(folder, 'straykey.yaml');
    const { writeFileSync } = await import('node:fs');
    writeFileSync(configured, 'serve:\n  keyEncryption: env:SEAL\n');
    await assert.rejects(
      keysCommand({ ...terminal, environment }, rim).parseAsync(['create', 'x', '--config', configured], {
        from: 'user',
      }),
      { code: 2 },
    );
    assert.equal(told.stdout, '');
  });
});

describe('straykey findings', () => {
  const findings = (terminal: Terminal): Command => findingsCommand(terminal, rim);
  const all: readonly Finding[] = Array.from({ length: 12 }, (_, i) =>
    finding(0xabcdef00 + i, {
      functionName: i % 2 === 0 ? 'orders-batch' : 'billing',
      severity: i % 3 === 0 ? 5 : 8,
      updatedAt: new Date(Date.UTC(2026, 9, 1 + i)).toISOString(),
    }),
  );
  const ids = (text: string): readonly string[] =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as Finding).id);

  before(async () => {
    const store = await rim.openStore(`sqlite:${join(folder, 'straykey.db')}`);
    for (const each of all) await store.findings.put({ finding: each, at: NOW, topics: [] });
    await store.close();
  });

  test('lists the newest first, as many as asked for', async () => {
    const two = await run(findings, 'list', '--limit', '2');
    assert.deepEqual(ids(two.stdout), [all[11]!.id, all[10]!.id]);
    assert.match(two.stderr, /There may be more/);
    const every = await run(findings, 'list');
    assert.equal(ids(every.stdout).length, 12);
    assert.equal(every.stderr, '');
  });

  test('takes the conditions of scan --where, wildcards too', async () => {
    const batch = await run(
      findings,
      'list',
      '--where',
      'resource.lambdaDetails.functionName~*batch',
      '--where',
      'severity>=7',
    );
    assert.deepEqual(
      ids(batch.stdout),
      [all[10], all[8], all[4], all[2]].map((each) => each!.id),
    );
    const wrong = await run(findings, 'list', '--where', 'serverity>=7');
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /did you mean severity/);
  });

  test('archives by id and by condition, says why in the history, and brings back', async () => {
    const one = await run(findings, 'archive', all[0]!.id, '--reason', 'drill');
    assert.equal(one.stdout, `${all[0]!.id}\n`);
    assert.match(one.stderr, /1 finding archived/);
    const many = await run(findings, 'archive', '--where', 'resource.lambdaDetails.functionName=billing');
    assert.match(many.stderr, /6 findings archived/);
    assert.equal(ids((await run(findings, 'list')).stdout).length, 5);
    assert.equal(ids((await run(findings, 'list', '--all')).stdout).length, 12);
    assert.equal(ids((await run(findings, 'list', '--where', 'service.archived=true')).stdout).length, 7);
    assert.match((await run(findings, 'unarchive', '--where', 'severity>=1')).stderr, /7 findings unarchived/);

    const history = await run(findings, 'history', all[0]!.id);
    assert.deepEqual(
      history.stdout
        .split('\n')
        .map((line) => /Z +(\w+ by \w+)/.exec(line)?.[1])
        .filter(Boolean)
        .slice(1),
      ['archived by ada', 'unarchived by ada'],
    );
    assert.match(history.stdout, /\(drill\)/);
    const lines = (await run(findings, 'history', all[0]!.id, '--json')).stdout.trim().split('\n');
    assert.equal((JSON.parse(lines[0]!) as { finding: Finding }).finding.id, all[0]!.id);
  });

  test('gets one, with its evidence', async () => {
    const got = await run(findings, 'get', all[3]!.id);
    assert.deepEqual(JSON.parse(got.stdout), JSON.parse(JSON.stringify(all[3])));
    assert.equal((await run(findings, 'get', 'ffffffffff')).code, 4);
  });

  test('archiving needs ids or conditions, not neither and not both', async () => {
    assert.equal((await run(findings, 'archive')).code, 2);
    assert.equal((await run(findings, 'archive', all[0]!.id, '--where', 'severity>=1')).code, 2);
  });
});
