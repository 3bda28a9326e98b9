import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { sharedData, WITHOUT_SHARED_DATA } from './support/shared-data.ts';

const launcher = join(import.meta.dirname, '..', 'straykey', 'bin', 'straykey.js');
const trails = sharedData('data/trails');
const skip = trails === undefined ? WITHOUT_SHARED_DATA : false;
const folder = mkdtempSync(join(tmpdir(), 'straykey-real-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('real public trails, none of which holds a theft, make no finding and every file is accounted for', {
  skip,
}, () => {
  const report = join(folder, 'report.json');
  const flags = ['--format', 'ndjson', '--quiet', '--report', report];
  const env = { PATH: process.env.PATH, STRAYKEY_DATA: folder };
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, 'scan', trails!, ...flags], {
    env,
    encoding: 'utf8',
  });
  assert.deepEqual([status, stdout, stderr], [0, '', '']);
  const told = JSON.parse(readFileSync(report, 'utf8'));
  const files = globSync('**/*', { cwd: trails!, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !entry.name.startsWith('.'),
  );
  assert.equal(told.files, files.length);
  assert.ok(told.records > 1500, `${told.records} records`);
  assert.equal(told.findings, 0);
});
