import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { secretsFrom } from '../../straykey/src/config/index.ts';
import { deliveryKey, openSender, UnusableOutlet } from '../../straykey/src/outlets/index.ts';
import { hostileTheft, idOf, message, NOON, theft, told } from './messages.ts';

const folder = mkdtempSync(join(tmpdir(), 'straykey-outlet-file-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const ports = { now: () => NOON, secret: secretsFrom({}) };
let files = 0;

function fresh() {
  const path = join(folder, `findings-${++files}.ndjson`);
  const sender = openSender({ type: 'file', name: 'file', path, ...told }, ports);
  return { path, sender, lines: () => readFileSync(path, 'utf8').split('\n').slice(0, -1) };
}

describe('a file of findings', () => {
  test('gets one GuardDuty finding a line, in the order sent, with the key in it', async () => {
    const { lines, sender } = fresh();
    const messages = [1, 2, 3].map((n) => message({ findingId: idOf(n) }));
    await sender.send(messages.slice(0, 2));
    await sender.send(messages.slice(2));
    assert.deepEqual(
      lines().map((line) => JSON.parse(line).service.additionalInfo.delivery),
      messages.map(deliveryKey),
    );
  });

  test('does not get twice what was there before a crash could be told', async () => {
    const { lines, sender } = fresh();
    await sender.send([message(), message({ findingId: idOf(2) })]);
    const answers = await sender.send([message({ attempts: 2 }), message({ findingId: idOf(3), attempts: 2 })]);
    assert.equal(lines().length, 3);
    assert.deepEqual(
      answers.map((each) => each.kind === 'delivered' && /already/.test(each.answer)),
      [true, false],
    );
  });

  test('closes a line that a crash cut off, so that it costs no other', async () => {
    const { lines, path, sender } = fresh();
    appendFileSync(path, '{"schemaVersion":"2.0","acc');
    await sender.send([message()]);
    assert.equal(lines().length, 2);
    assert.equal(JSON.parse(lines()[1]!).id, theft.id);
  });

  test('may be renamed by rotation at any time', async () => {
    const { lines, path, sender } = fresh();
    await sender.send([message()]);
    renameSync(path, `${path}.1`);
    await sender.send([message({ revision: 2 })]);
    assert.equal(lines().length, 1);
  });

  test('keeps a hostile name on its own line', async () => {
    const { lines, sender } = fresh();
    await sender.send([message({ finding: hostileTheft('a\r\nb\u2028c\u001b[2J') })]);
    assert.equal(lines().length, 1);
  });

  test('that cannot be written is tried again', async () => {
    const sender = openSender({ type: 'file', name: 'file', path: join(folder, 'none', 'x.ndjson'), ...told }, ports);
    const [result] = await sender.send([message()]);
    assert.match(result?.kind === 'retry' ? result.reason : '', /ENOENT/);
  });
});

describe('OCSF', () => {
  test('goes to a file, one event a line', async () => {
    const path = join(folder, 'ocsf.ndjson');
    await openSender({ type: 'ocsf', name: 'lake', path, ...told }, ports).send([message(), message({ revision: 2 })]);
    const events = readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      events.map(({ class_uid }) => class_uid),
      [2004, 2004],
    );
  });

  for (const change of [{}, { path: 'x', url: 'https://example.com' }]) {
    test(`with ${Object.keys(change).join(' and ') || 'neither path nor url'} stops the start`, () =>
      assert.throws(() => openSender({ type: 'ocsf', name: 'lake', ...told, ...change }, ports), UnusableOutlet));
  }
});
