import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { startS3 } from './support/s3-server.ts';

const launcher = join(import.meta.dirname, '..', 'straykey', 'bin', 'straykey.js');
const folder = mkdtempSync(join(tmpdir(), 'straykey-scan-s3-'));
const BUCKET = 'my-trail';

async function straykey(args: readonly string[], env: Record<string, string> = {}) {
  const all = { PATH: process.env.PATH ?? '', STRAYKEY_DATA: join(folder, 'data'), ...env };
  const child: ChildProcess = spawn(process.execPath, [launcher, ...args], { cwd: folder, env: all });
  const [stdout, stderr, status] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    new Promise((resolve) => child.on('close', resolve)),
  ]);
  return { stdout, stderr, status };
}

describe('straykey scan s3://', () => {
  let s3: Awaited<ReturnType<typeof startS3>>;
  let env: Record<string, string>;

  before(async () => {
    s3 = await startS3();
    env = {
      AWS_ENDPOINT_URL: s3.endpoint,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'irrelevant',
    };
    await straykey(['drill', '--dir', 'trail', '--time', '2026-10-05T12:00:00Z', '--seed', '11']);
    for (const path of globSync('trail/**/*.gz', { cwd: folder })) {
      await s3.put(BUCKET, path.slice('trail/'.length), readFileSync(join(folder, path)));
    }
  });
  after(async () => {
    await s3.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('finds in a bucket, byte for byte, what it finds in the same files on disk', async () => {
    const onDisk = await straykey(['scan', 'trail', '--quiet']);
    const inBucket = await straykey(['scan', `s3://${BUCKET}/AWSLogs/`, '--quiet'], env);
    assert.equal(inBucket.stderr, '');
    assert.equal(onDisk.stdout.trim().split('\n').length, 1);
    assert.equal(inBucket.stdout, onDisk.stdout);
  });

  test('a bucket that does not exist is said so, and nothing read is exit code 4', async () => {
    const { status, stderr } = await straykey(['scan', 's3://no-such-trail/AWSLogs/'], env);
    assert.equal(status, 4);
    assert.match(stderr, /bucket\s+no-such-trail\s+does\s+not\s+exist/);
  });
});
