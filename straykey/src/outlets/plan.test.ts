import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOON, stored, theft } from '../../../test/outlets/messages.ts';
import type { StoredFinding } from '../store/index.ts';
import { outletRule, planDeliveries } from './plan.ts';

const HOUR = 3_600_000;

function rule(where: readonly string[] = [], frequency: '15m' | '1h' | '6h' = '1h', name = 'pager') {
  const read = outletRule({ name, where, frequency });
  assert.equal(read.kind, 'rule');
  return read.kind === 'rule' ? read.rule : assert.fail();
}

function planned(before: StoredFinding | undefined, after: StoredFinding, change: { lastSent?: number } = {}) {
  const lastSent = new Map(change.lastSent === undefined ? [] : [['pager', change.lastSent]]);
  return planDeliveries({ before, after, changed: true }, [rule()], NOON, lastSent).map(
    ({ kind, dueAt, revision }) => `${kind} ${revision} in ${(dueAt - NOON) / 60_000} min`,
  );
}

const second: StoredFinding = { ...stored, revision: 2 };

describe('what is told', () => {
  test('a new finding, at once', () => assert.deepEqual(planned(undefined, stored), ['new 1 in 0 min']));
  test('an update, when the frequency has passed since the outlet was last told', () =>
    assert.deepEqual(planned(stored, second, { lastSent: NOON - HOUR / 4 }), ['update 2 in 45 min']));
  test('an update after a long silence, at once', () =>
    assert.deepEqual(planned(stored, second, { lastSent: NOON - 9 * HOUR }), ['update 2 in 0 min']));
  test('an update of what still waits, at once: the outbox joins the two', () =>
    assert.deepEqual(planned(stored, second), ['update 2 in 0 min']));
  test('a finding that a person had archived and that goes on, at once', () =>
    assert.deepEqual(
      planned({ ...stored, archived: true, archivedBy: { kind: 'person' } }, second, { lastSent: NOON }),
      ['reopened 2 in 0 min'],
    ));
  test('a finding from history, once it goes on in the present', () =>
    assert.deepEqual(planned({ ...stored, historical: true }, second), ['new 2 in 0 min']));
});

describe('what is not told', () => {
  const silent: readonly (readonly [string, StoredFinding | undefined, StoredFinding])[] = [
    [
      'a finding that a rule suppresses',
      undefined,
      { ...stored, archived: true, archivedBy: { kind: 'filter', name: 'office' } },
    ],
    ['an update of a finding that is archived', { ...stored, archived: true }, { ...second, archived: true }],
    ['a finding of history that was filled in', undefined, { ...stored, historical: true }],
    ['a sample', undefined, { ...stored, sample: true }],
  ];
  for (const [what, before, after] of silent) test(what, () => assert.deepEqual(planned(before, after), []));

  test('a write that changed nothing', () =>
    assert.deepEqual(planDeliveries({ before: stored, after: stored, changed: false }, [rule()], NOON, new Map()), []));
});

describe('rules of outlets', () => {
  test('each outlet is told what its own conditions match', () => {
    const outlets = [
      rule(['severity>=7'], '15m', 'high'),
      rule(['accountId=444455556666'], '15m', 'other-account'),
      rule(['resource.lambdaDetails.functionName~ord*'], '15m', 'orders'),
    ];
    const told = planDeliveries({ before: undefined, after: stored, changed: true }, outlets, NOON, new Map());
    assert.deepEqual(
      told.map(({ outlet }) => outlet),
      ['high', 'orders'],
    );
  });

  test('a finding that begins to match is new to the outlet, however long others know it', () => {
    const outlets = [rule(['service.count>=5'])];
    const before = { ...stored, finding: { ...theft, service: { ...theft.service, count: 4 } } };
    const after = { ...second, finding: { ...theft, service: { ...theft.service, count: 5 } } };
    const told = planDeliveries({ before, after, changed: true }, outlets, NOON, new Map([['pager', NOON - 1]]));
    assert.deepEqual(
      told.map(({ dueAt, kind }) => [kind, dueAt]),
      [['new', NOON]],
    );
  });

  test('a condition that cannot be used is named', () => {
    const read = outletRule({ name: 'pager', where: ['severty>=7'], frequency: '1h' });
    assert.match(read.kind === 'problem' ? read.detail : '', /did you mean severity/);
  });
});

test('the document that leaves is the finding as presented', () => {
  const after: StoredFinding = { ...stored, feedback: { verdict: 'USEFUL' } };
  const [told] = planDeliveries({ before: undefined, after, changed: true }, [rule()], NOON, new Map());
  assert.equal(told?.finding.service.userFeedback, 'USEFUL');
});
