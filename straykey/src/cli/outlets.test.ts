import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { idOf, NOON, theft } from '../../../test/outlets/messages.ts';
import { type Receiver, startReceiver } from '../../../test/outlets/receiver.ts';
import { toldTerminal } from '../../../test/support/told-terminal.ts';
import { secretsFrom } from '../config/index.ts';
import { loadTables } from '../reference/index.ts';
import { openStore } from '../store/index.ts';
import { outletsCommand } from './outlets.ts';

const folder = mkdtempSync(join(tmpdir(), 'straykey-cli-outlets-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const config = join(folder, 'straykey.yaml');
const store = `sqlite:${join(folder, 'straykey.db')}`;
const SECRET = 'hmac-secret-value';
const now = () => NOON;

let receiver: Receiver;
before(async () => {
  receiver = await startReceiver();
  writeFileSync(
    config,
    JSON.stringify({
      outlets: [
        { type: 'webhook', name: 'hook', url: receiver.url, secret: 'env:HOOK', where: ['severity>=7'] },
        { type: 'file', name: 'kept', path: join(folder, 'told.ndjson') },
        { type: 'slack', name: 'unset', url: 'env:NOT_SET' },
      ],
    }),
  );
  const opened = await openStore(store, { now });
  const entry = (outlet: string, n: number) => {
    const finding = { ...theft, id: idOf(n) };
    return { outlet, findingId: finding.id, revision: 1, kind: 'new' as const, finding, dueAt: NOON - 1, at: NOON - 1 };
  };
  await opened.outbox.add([entry('hook', 1), entry('hook', 2), entry('gone', 3)]);
  for (const line of await opened.outbox.claim(NOON, 10, 1000)) {
    if (line.findingId === idOf(1)) await opened.outbox.bury(line.id, NOON, 'HTTP 400: no\u001b[2J');
    else await opened.outbox.retry(line.id, NOON - 1, 'HTTP 500');
  }
  await opened.close();
});
after(() => receiver.down());

async function outlets(...argv: string[]) {
  const { terminal, told } = toldTerminal(join(folder, 'data'), NOON);
  const rim = {
    loadTables,
    openStore: (url: string) => openStore(url, { now }),
    digest: (text: string) => createHash('sha256').update(text).digest('hex'),
    secret: secretsFrom({ HOOK: SECRET }),
  };
  const command = outletsCommand(terminal, rim);
  for (const each of [command, ...command.commands]) each.exitOverride().configureOutput({ writeErr: () => {} });
  try {
    await command.parseAsync([...argv, '--config', config, ...(argv[0] === 'test' ? [] : ['--store', store])], {
      from: 'user',
    });
    return { ...told, error: '' };
  } catch (error) {
    return { ...told, error: (error as Error).message };
  }
}

test('list names the outlets, their rules, and what waits, also for an outlet that is no more', async () => {
  const { stdout } = await outlets('list');
  assert.match(stdout, /^hook +webhook, severity>=7, updates every 15m\. 1 waiting, the oldest due/m);
  assert.match(stdout.replace(/\s+/g, ' '), /1 given up kept file, every finding/);
  assert.match(stdout, /^gone +not configured here/m);
});

describe('test', () => {
  test('sends a marked, signed sample and prints the answer', async () => {
    receiver.script = [{ status: 202, body: `queued ${SECRET}` }];
    const { error, stdout } = await outlets('test', 'hook');
    assert.equal(error, '');
    assert.equal(stdout, 'Outlet hook (webhook) took the sample: HTTP 202: queued [secret]\n');
    const [{ body, headers }] = receiver.received as [(typeof receiver.received)[0]];
    const finding = JSON.parse(body);
    assert.match(finding.title, /^\[SAMPLE\] /);
    assert.equal(finding.service.additionalInfo.sample, true);
    assert.equal(headers['x-straykey-event'], 'sample');
    assert.ok(headers['x-straykey-signature']);
  });

  test('can be about an account of yours', async () => {
    await outlets('test', 'kept', '--account', '444455556666', '--region', 'us-east-1');
    const { accountId, arn, region } = JSON.parse(readFileSync(join(folder, 'told.ndjson'), 'utf8'));
    assert.deepEqual([accountId, region], ['444455556666', 'us-east-1']);
    assert.match(arn, /:444455556666:detector/);
  });

  for (const [argv, says] of [
    [['test', 'hok'], /There is no outlet "hok"\. Known are hook, kept, unset\./],
    [['test', 'unset'], /outlet unset: env:NOT_SET: the variable is not set/],
  ] as const) {
    test(`${argv.join(' ')} says ${says}`, async () => assert.match((await outlets(...argv)).error, says));
  }

  test('fails when the receiver does not take it', async () => {
    receiver.script = [{ status: 500, body: 'not today' }];
    assert.match((await outlets('test', 'hook')).error, /did not take the sample: HTTP 500: not today/);
  });
});

test('dead says what was given up and why, printably; resend lets it wait again, once', async () => {
  const { stdout } = await outlets('dead');
  assert.match(stdout, /hook, given up 2026-07-01 12:00 UTC\. HTTP 400: no\\u\{1b\}\[2J/);
  assert.match((await outlets('resend', 'hook')).stdout, /^1 message waits again/);
  assert.match((await outlets('dead')).stdout, /^Nothing was given up/);
  assert.match((await outlets('resend', 'hook')).error, /Nothing of outlet hook was given up/);
  assert.match((await outlets('resend', 'hook', '--id', 'x')).error, /--id: expected a number/);
  const opened = await openStore(store, { now });
  const [entry] = await opened.audit.list({ limit: 1 });
  await opened.close();
  assert.deepEqual([entry!.action, entry!.subject], ['outlet.resend', 'outlet/hook']);
});
