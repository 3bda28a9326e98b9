import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { RangesHistory } from '../where/index.ts';
import { addToStoredRanges, loadRangesFile, loadStoredRanges, rangesFileIn } from './ranges-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'straykey-ranges-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function historyOn(time: number, ...prefixes: string[]): RangesHistory {
  const same = { region: 'us-east-1', service: 'EC2', networkBorderGroup: 'us-east-1' };
  return {
    versions: [time],
    rows: prefixes.map((prefix) => ({ prefix, ...same, intervals: [time, Number.POSITIVE_INFINITY] })),
  };
}

test('an empty folder holds no list, which is no mistake', () => {
  assert.deepEqual(loadStoredRanges(join(folder, 'empty')), { kind: 'ranges', history: undefined });
});

test('versions added one after the other, the older one last, are kept as one history', () => {
  const dir = join(folder, 'kept', 'deep');
  addToStoredRanges(dir, historyOn(2000, '3.80.0.0/12'));
  const stored = addToStoredRanges(dir, historyOn(1000, '3.0.0.0/15'));
  assert.deepEqual(loadStoredRanges(dir), stored);
  assert.equal(stored.kind, 'ranges');
  const { versions, rows } = (stored as { history: RangesHistory }).history;
  assert.deepEqual(versions, [1000, 2000]);
  assert.deepEqual(rows.map(({ prefix, intervals }) => [prefix, intervals]).sort(), [
    ['3.0.0.0/15', [1000, 2000]],
    ['3.80.0.0/12', [2000, Number.POSITIVE_INFINITY]],
  ]);
  assert.deepEqual(readdirSync(join(dir, 'ranges')), ['history.json.gz'], 'nothing is left beside it');
});

describe('a damaged store is named and never overwritten', () => {
  const contents: readonly (readonly [string, Uint8Array])[] = [
    ['not gzip', new TextEncoder().encode('x')],
    ['cut short', gzipSync('{"format":"straykey-ranges/1","versions":[],"rows":[]}').subarray(0, 30)],
    ['another format', gzipSync('{"format":"straykey-ranges/9","versions":[],"rows":[]}')],
    ['not JSON', gzipSync('x')],
    ['without rows', gzipSync('{"format":"straykey-ranges/1"}')],
    ['null', gzipSync('null')],
  ];
  for (const [name, bytes] of contents) {
    test(name, () => {
      const dir = join(folder, name);
      mkdirSync(join(dir, 'ranges'), { recursive: true });
      writeFileSync(rangesFileIn(dir), bytes);
      for (const result of [loadStoredRanges(dir), addToStoredRanges(dir, historyOn(1, '3.0.0.0/15'))]) {
        assert.equal(result.kind, 'unusable');
        assert.match((result as { reason: string }).reason, /history\.json\.gz: damaged .*straykey ranges update/);
      }
    });
  }
});

test('a folder that cannot be written is a reason, not an exception', () => {
  const file = join(folder, 'a-file');
  writeFileSync(file, '');
  const result = addToStoredRanges(file, historyOn(1, '3.0.0.0/15'));
  assert.match((result as { reason: string }).reason, /cannot be written/);
});

test('a file that is not there is a reason, not an exception', () => {
  const result = loadRangesFile(join(folder, 'nowhere.json'));
  assert.match((result as { reason: string }).reason, /nowhere\.json: ENOENT/);
});
