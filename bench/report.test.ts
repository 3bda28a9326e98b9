import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { check } from './answers.ts';
import type { Expected } from './corpus.ts';
import { DUCKDB_1, DUCKDB_2, LIMIT, STRAYKEY, STRAYKEY_2 } from './lineup.ts';
import type { Run } from './measure.ts';
import { figures, goals, type Measured } from './report.ts';

const quiet = { others: 0.02, peak: 150 };
const measured = (name: string, runs: readonly Run[]): Measured => ({
  name,
  does: 'irrelevant',
  runs,
  verdict: 'right',
});
const runs = (...cpus: number[]): Run[] => cpus.map((cpu) => ({ cpu, wall: cpu, ...quiet }));
const FULL = { bytes: 1_081_000_000, largestFileBytes: 55_000_000 };

const good = [
  measured(LIMIT, runs(1, 2, 1)),
  measured(STRAYKEY, runs(3, 5, 3)),
  measured(
    STRAYKEY_2,
    [3.5, 5.5, 3.5].map((cpu) => ({ cpu, wall: cpu / 2, ...quiet })),
  ),
  measured(DUCKDB_1, runs(12, 22, 12)),
  measured(DUCKDB_2, runs(15, 25, 15)),
];

describe('the ratios of the scan benchmark', () => {
  test('are the median of the ratios within each round, and the ratio of the least seconds', () => {
    const row = figures(good).find((figure) => figure.name === STRAYKEY);
    assert.deepEqual(row?.toLimit, { median: 3, least: 3 });
  });

  test('are left out for a program that missed rounds', () => {
    const row = figures([...good, measured('another', runs(1))]).find((figure) => figure.name === 'another');
    assert.equal(row?.toLimit, undefined);
    assert.equal(row?.cpu, 1);
  });
});

describe('the goals of the scan benchmark', () => {
  const met = (all: readonly Measured[], corpus = FULL, cores = 2): string[] =>
    goals(all, corpus, cores).map((goal) => goal.met);
  const instead = (name: string, run: readonly Run[]): Measured[] =>
    good.map((m) => (m.name === name ? measured(name, run) : m));

  test('are met when every figure is within its bound', () => {
    assert.deepEqual(met(good), ['yes', 'yes', 'yes', 'yes']);
  });

  const cases: [string, Measured[], string[]][] = [
    ['too much CPU beside decompression', instead(LIMIT, runs(0.5, 0.5, 0.5)), ['no', 'yes', 'yes', 'yes']],
    ["the better of DuckDB's runs too near", instead(DUCKDB_2, runs(9, 15, 9)), ['yes', 'no', 'yes', 'yes']],
    [
      'too much memory in one round',
      instead(
        STRAYKEY,
        runs(3, 5, 3).map((run, i) => ({ ...run, peak: i === 1 ? 221 : 100 })),
      ),
      ['yes', 'yes', 'no', 'yes'],
    ],
    ['two workers hardly faster', instead(STRAYKEY_2, runs(3, 5, 3)), ['yes', 'yes', 'yes', 'no']],
    [
      'others busy meanwhile',
      instead(
        STRAYKEY_2,
        runs(3, 5, 3).map((run) => ({ ...run, others: 0.6 })),
      ),
      ['yes', 'yes', 'yes', 'not judged'],
    ],
    ['no limit to compare with', good.filter((m) => m.name !== LIMIT), ['not judged', 'yes', 'yes', 'yes']],
    ['Straykey not run', instead(STRAYKEY, []), ['not judged', 'not judged', 'not judged', 'not judged']],
  ];
  for (const [name, all, expected] of cases) {
    test(`say so: ${name}`, () => assert.deepEqual(met(all), expected));
  }

  test('are judged on the full corpus and on two cores only', () => {
    assert.deepEqual(met(good, { bytes: 65_000_000, largestFileBytes: 16_000_000 }), [
      'not judged',
      'not judged',
      'not judged',
      'yes',
    ]);
    assert.equal(met(good, FULL, 1)[3], 'not judged');
  });
});

describe('the check of answers', () => {
  const use = {
    accessKeyId: 'ASIAORDERSSEXAMPLE01',
    address: '9.9.9.9',
    eventID: 'e-1',
    functionArn: 'arn:f',
    theft: 'any',
    file: 'any',
  };
  const expected = {
    uses: [use],
    findings: [{ functionArn: 'arn:f', address: '9.9.9.9' }],
    statistics: { bytes: 10 },
  } as unknown as Expected;
  const line = 'ASIAORDERSSEXAMPLE01\t9.9.9.9\te-1\trole\ttime\tname\n';
  const finding = (functionArn: string, eventIds: string[]): string => {
    const value = {
      place: { addresses: { listed: [{ address: '9.9.9.9' }] } },
      keys: { listed: [{ accessKeyId: use.accessKeyId }] },
      eventIds: { listed: eventIds },
    };
    return JSON.stringify({
      resource: { lambdaDetails: { functionArn } },
      service: { additionalInfo: { value: JSON.stringify(value) } },
    });
  };

  const cases: ['uses' | 'findings' | 'bytes', string, boolean][] = [
    ['uses', line, true],
    ['uses', '', false],
    ['uses', line + line, false],
    ['uses', line.replace('e-1', 'e-2'), false],
    ['findings', `${finding('arn:f', ['e-1'])}\n`, true],
    ['findings', finding('arn:g', ['e-1']), false],
    ['findings', finding('arn:f', ['e-1', 'e-2']), false],
    ['findings', '', false],
    ['bytes', '10\n', true],
    ['bytes', '11\n', false],
  ];
  for (const [kind, output, right] of cases) {
    test(`${right ? 'takes' : 'refuses'} ${kind}: ${output.trim().slice(0, 60) || 'nothing'}`, () => {
      assert.equal(check(kind, output, expected) === 'right', right);
    });
  }
});
