import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RangesHistory } from './aws-ranges.ts';
import { mergeHistories } from './merge-histories.ts';

const PREFIXES = ['3.0.0.0/15', '18.0.0.0/15', '2600:1f00::/24'];

/** One version of the list, as read from a file. */
interface Version {
  readonly time: number;
  readonly listed: readonly string[];
}

function historyOf({ time, listed }: Version): RangesHistory {
  const same = { region: 'us-east-1', service: 'AMAZON', networkBorderGroup: 'us-east-1' };
  return {
    versions: [time],
    rows: listed.map((prefix) => ({ prefix, ...same, intervals: [time, Number.POSITIVE_INFINITY] })),
  };
}

function listedAt(history: RangesHistory, time: number): string[] {
  const covers = (edges: readonly number[]) =>
    edges.some((from, i) => i % 2 === 0 && from <= time && time < edges[i + 1]!);
  return history.rows
    .filter(({ intervals }) => covers(intervals))
    .map(({ prefix }) => prefix)
    .sort();
}

const versions = fc.uniqueArray(fc.record({ time: fc.integer({ min: 1, max: 20 }), listed: fc.subarray(PREFIXES) }), {
  selector: ({ time }) => time,
  minLength: 1,
  maxLength: 8,
});

test('versions read in any order give what the latest version by then listed, at every moment', () => {
  fc.assert(
    fc.property(versions, (each) => {
      const merged = each.map(historyOf).reduce(mergeHistories);
      const inOrder = [...each].sort((a, b) => a.time - b.time);
      assert.deepEqual(
        merged.versions,
        inOrder.map(({ time }) => time),
      );
      for (let time = 0; time <= 21; time++) {
        const latest = inOrder.findLast((version) => version.time <= time);
        assert.deepEqual(listedAt(merged, time), [...(latest?.listed ?? [])].sort());
      }
    }),
  );
});

test('reading the same versions again changes nothing', () => {
  fc.assert(
    fc.property(versions, (each) => {
      const merged = each.map(historyOf).reduce(mergeHistories);
      for (const again of [...each.map(historyOf), merged]) assert.deepEqual(mergeHistories(merged, again), merged);
    }),
  );
});

test('a prefix counts from the first version that has it until the first later version that lacks it', () => {
  const history = [
    { time: 10, listed: [] },
    { time: 20, listed: ['3.0.0.0/15'] },
    { time: 30, listed: ['3.0.0.0/15'] },
    { time: 40, listed: [] },
  ].map(historyOf);
  assert.deepEqual(history.reduce(mergeHistories).rows[0]!.intervals, [20, 40]);
});

test('rows that differ in region or service are kept apart', () => {
  const [base] = historyOf({ time: 10, listed: ['3.0.0.0/15'] }).rows;
  const merged = mergeHistories(
    { versions: [10], rows: [base!] },
    { versions: [20], rows: [{ ...base!, service: 'EC2', intervals: [20, Number.POSITIVE_INFINITY] }] },
  );
  assert.deepEqual(
    merged.rows.map(({ service, intervals }) => [service, intervals]),
    [
      ['AMAZON', [10, 20]],
      ['EC2', [20, Number.POSITIVE_INFINITY]],
    ],
  );
});
