import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { setAside } from './s3-keys.ts';

const ACCOUNT = 'AWSLogs/111122223333';
const REGION = `${ACCOUNT}/CloudTrail/us-east-1/`;
const at = (text: string): number => Date.parse(text) / 1000;
/** The whole of 10 March 2026. */
const period = { from: at('2026-03-10T00:00:00Z'), to: at('2026-03-10T23:59:59Z') };

function key(time: string, region = REGION): string {
  const stamp = time.replace(/[-:]/g, '').slice(0, 13);
  const account = /\d{12}/.exec(region)![0];
  return `${region}${time.slice(0, 10).replaceAll('-', '/')}/${account}_CloudTrail_us-east-1_${stamp}Z_AbCdEfGhIjKlMnOp.json.gz`;
}

describe('a file is read unless its time of delivery proves that it holds no call of the period', () => {
  const cases: [string, string, boolean][] = [
    ['delivered in the middle', '2026-03-10T12:00:00Z', true],
    ['delivered just after the last call', '2026-03-11T00:05:00Z', true],
    ['delivered a day late', '2026-03-11T23:55:00Z', true],
    ['delivered two days late', '2026-03-12T00:05:00Z', false],
    ['delivered 11 hours before: it may hold the issue of a credential still in use', '2026-03-09T13:00:00Z', true],
    ['delivered 13 hours before: every session has ended since', '2026-03-09T11:00:00Z', false],
    ['delivered years before', '2020-01-01T00:00:00Z', false],
  ];
  for (const [name, time, read] of cases) {
    test(name, () => assert.equal(setAside(key(time), period) === undefined, read));
  }

  test('an open end sets nothing aside', () => {
    assert.equal(setAside(key('2020-01-01T00:00:00Z'), { to: period.to }), undefined);
    assert.equal(setAside(key('2030-01-01T00:00:00Z'), { from: period.from }), undefined);
    assert.equal(setAside(key('2020-01-01T00:00:00Z'), {}), undefined);
  });
});

describe('keys that are not laid out by CloudTrail are always read', () => {
  for (const each of [
    'trail.json.gz',
    'exports/2020/01/01/trail.json.gz',
    'AWSLogs/111122223333/CloudTrail/us-east-1/notes.json',
    'AWSLogs/111122223333/CloudTrail/us-east-1/2020/01/notes.json',
    'AWSLogs/backup/CloudTrail/us-east-1/2020/01/01/a.json.gz',
    'AWSLogs/111122223333/OurOwnLogs/2020/01/01/a.json',
    'xAWSLogs/111122223333/CloudTrail-Digest/us-east-1/2020/01/01/a.json.gz',
  ]) {
    test(each, () => assert.equal(setAside(each, period), undefined));
  }
});

describe('folders beside the calls are set aside by name', () => {
  const cases: [string, string, string][] = [
    [`${ACCOUNT}/CloudTrail-Digest/us-east-1/2026/03/10/d.json.gz`, 'digest-folder', `${ACCOUNT}/CloudTrail-Digest/`],
    [
      `${ACCOUNT}/CloudTrail-Insight/us-east-1/2026/03/10/i.json.gz`,
      'insights-folder',
      `${ACCOUNT}/CloudTrail-Insight/`,
    ],
    [`p/q/${ACCOUNT}/vpcflowlogs/us-east-1/f.log.gz`, 'other-aws-log', `p/q/${ACCOUNT}/vpcflowlogs/`],
    [
      'AWSLogs/o-abc123/444455556666/CloudTrail-Digest/eu-west-1/2026/03/10/d.json.gz',
      'digest-folder',
      'AWSLogs/o-abc123/444455556666/CloudTrail-Digest/',
    ],
  ];
  for (const [each, kind, folder] of cases) {
    test(each, () => {
      const aside = setAside(each, {});
      assert.deepEqual([aside?.kind, aside?.what], [kind, folder]);
    });
  }
});

test('an organisation trail is pruned like any other', () => {
  const region = 'AWSLogs/o-abc123/444455556666/CloudTrail/us-east-1/';
  assert.equal(setAside(key('2020-01-01T00:00:00Z', region), period)?.resumeAfter, `${region}2026/03/09`);
  assert.equal(setAside(key('2027-01-01T00:00:00Z', region), period)?.resumeAfter, `${region}:`);
});

test('a jump never passes over a key that would be read (property)', () => {
  const days = fc
    .integer({ min: at('2025-06-01T00:00:00Z') / 300, max: at('2026-12-01T00:00:00Z') / 300 })
    .map((step) => new Date(step * 300_000).toISOString());
  const regions = fc.constantFrom(
    REGION,
    `${ACCOUNT}/CloudTrail/us-east-2/`,
    'AWSLogs/444455556666/CloudTrail/us-east-1/',
  );
  const others = fc.constantFrom(
    `${ACCOUNT}/CloudTrail-Digest/x/2026/03/10/d`,
    `${ACCOUNT}/CloudTrail-Lake/a`,
    'AWSLogs/z',
    'z',
  );
  const keys = fc.oneof(
    { weight: 8, arbitrary: fc.tuple(days, regions).map(([day, region]) => key(day, region)) },
    others,
  );
  fc.assert(
    fc.property(fc.array(keys, { minLength: 2, maxLength: 30 }), (drawn) => {
      const sorted = [...new Set(drawn)].sort();
      sorted.forEach((each, index) => {
        const resume = setAside(each, period)?.resumeAfter;
        if (resume === undefined) return;
        assert.ok(resume >= each, 'a listing never goes back');
        for (const passed of sorted.slice(index + 1).filter((later) => later <= resume)) {
          assert.notEqual(setAside(passed, period), undefined, `${each} jumps over ${passed}`);
        }
      });
    }),
    { numRuns: 300, seed: 20260310 },
  );
});
