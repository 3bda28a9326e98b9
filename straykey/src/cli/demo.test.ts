import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

const straykey = new URL('../../bin/straykey.js', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'straykey-demo-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const env = { PATH: process.env.PATH, STRAYKEY_DATA: join(folder, 'no-settings') };
const run = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [straykey, ...args], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};
const findingsIn = (...args: string[]) =>
  execFileSync(process.execPath, [straykey, 'scan', ...args, '--format', 'ndjson', '--jobs', '1', '--quiet'], {
    cwd: folder,
    env,
  })
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

describe('straykey demo', () => {
  const { status, stdout } = run('demo');

  test('ends well and finds the one theft', () => {
    assert.equal(status, 0);
    assert.match(stdout, /Findings +1 finding\n/);
    assert.match(stdout, /invoice-pdf/);
  });

  test('says of every other strand of the trail why it stayed silent', () => {
    const silence = stdout.slice(stdout.indexOf('3  What it did not alarm about'));
    assert.equal(silence.match(/^ *[\d,]+ calls /gm)?.length, 6);
    assert.doesNotMatch(silence, /stolen credential/);
  });

  test('ends with what to run next', () => {
    for (const next of ['straykey scan s3://', 'straykey drill', 'straykey explain'])
      assert.ok(stdout.includes(next), next);
  });

  test('fits 80 columns', () => {
    for (const line of stdout.split('\n')) assert.ok([...line].length <= 80, line);
  });

  test('leaves nothing behind, and with --keep a trail that scan judges alike', () => {
    run('demo', '--keep', 'trail');
    const [finding, ...more] = findingsIn('trail');
    assert.deepEqual(more, []);
    assert.ok(stdout.includes(finding.id));
  });
});

describe('straykey drill', () => {
  test('writes a theft that scan finds, where CloudTrail would have put it', () => {
    const { status, stdout } = run('drill', '--dir', 'theft', '--function', 'orders', '--time', '2026-03-01T12:00Z');
    assert.equal(status, 0);
    const calls = Number(/(\d+) calls from 185\.220\.101\.1/.exec(stdout)![1]);
    const [finding, ...more] = findingsIn('theft/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/01');
    assert.deepEqual(more, []);
    assert.equal(finding.service.count, calls);
    assert.equal(finding.resource.lambdaDetails.functionName, 'orders');
  });

  test('writes the benign twin, which stays silent', () => {
    assert.match(run('drill', '--benign-only', '--out', 'twin.json.gz').stdout, /Expect +no finding/);
    assert.deepEqual([...readFileSync(join(folder, 'twin.json.gz')).subarray(0, 2)], [0x1f, 0x8b]);
    assert.deepEqual(findingsIn('twin.json.gz'), []);
  });

  test('writes to standard output alone with --out -', () => {
    const { stdout, stderr } = run('drill', '--out', '-', '--seed', '7');
    assert.ok(JSON.parse(stdout).Records.length > 50);
    assert.match(stderr, /Expect/);
    writeFileSync(join(folder, 'seven.json'), stdout);
    assert.equal(findingsIn('seven.json').length, 1);
  });

  const refused: readonly (readonly [string, RegExp])[] = [
    ['192.0.2.1', /reserved for documentation.*--documentation-addresses/],
    ['2001:db8::1', /reserved for documentation/],
    ['10.1.2.3', /which is private/],
    ['52.208.1.1', /which is aws/],
    ['AWS Internal', /expected an IPv4 or IPv6 address/],
  ];
  for (const [address, sentence] of refused) {
    test(`refuses to steal from ${address}`, () => {
      const { status, stderr } = run('drill', '--from-address', address, '--dir', 'refused');
      assert.equal(status, 2);
      assert.match(stderr, sentence);
      assert.equal(existsSync(join(folder, 'refused')), false);
    });
  }

  test('uses documentation addresses when asked to', () => {
    const { status, stdout } = run(
      'drill',
      '--from-address',
      '192.0.2.1',
      '--documentation-addresses',
      '--out',
      'doc.json',
    );
    assert.equal(status, 0);
    assert.match(stdout, /STRAYKEY_DOCUMENTATION_ADDRESSES=outside straykey scan doc\.json/);
    assert.deepEqual(findingsIn('doc.json'), []);
  });
});
