import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { call, eventId, NOON, session, settings, TOR_EXIT, theft } from '../../../test/findings/fixtures.ts';
import { type Evidence, evidenceOf, raise } from '../findings/index.ts';
import type { ApiCall } from '../records/index.ts';
import { MOST_ENTRIES, timelineOf } from './timeline.ts';

const finding = raise(theft, settings);
const evidence = evidenceOf(finding)!;
const own = theft.uses.map(({ use }) => use.call);
/** RIPE NCC's web server. */
const ELSEWHERE = '193.0.6.139';

/** Somebody else's session on the thief's host. */
const stranger: ApiCall = {
  ...call,
  id: eventId(90),
  identity: {
    ...session,
    accessKeyId: 'ASIASTRANGEREXAMPLE1',
    roleId: 'AROAEXAMPLESTRANGER01',
    roleArn: 'arn:aws:iam::111122223333:role/billing-role',
    arn: 'arn:aws:sts::111122223333:assumed-role/billing-role/billing',
    sessionName: 'billing',
    inScopeOf: {
      issuerType: 'AWS::Lambda::Function',
      credentialsIssuedTo: 'arn:aws:lambda:eu-west-1:111122223333:function:billing',
    },
  },
};

function relations(calls: readonly ApiCall[], known: Evidence = evidence) {
  const { entries } = timelineOf(finding, known, { calls, insideDays: [] });
  return entries.filter(({ eventId: id }) => id !== '').map(({ relation }) => relation);
}

const silent = { ...call, id: eventId(91), time: NOON + 500 };
const anotherKey = { ...session, accessKeyId: 'ASIAANOTHEREXAMPLE01' };
const { inScopeOf: _, ...unscoped } = anotherKey;
const twin = {
  ...anotherKey,
  inScopeOf: { ...session.inScopeOf!, credentialsIssuedTo: 'arn:aws:lambda:us-east-1:111122223333:function:orders' },
};

describe('a call in a timeline', () => {
  const cases: readonly (readonly [string, ApiCall, readonly string[]])[] = [
    ["of the finding is the finding's", own[0]!, ['finding']],
    ['that the finding does not count was silent', silent, ['silenced']],
    [
      'that was signed beforehand was silent',
      { ...silent, eventSource: 's3.amazonaws.com', eventName: 'GetObject', authenticationMethod: 'QueryString' },
      ['silenced'],
    ],
    ['of the same function from elsewhere is a sibling', { ...silent, sourceIPAddress: ELSEWHERE }, ['sibling']],
    [
      'of the same function under another key is a sibling by what the record says',
      { ...silent, identity: anotherKey, sourceIPAddress: ELSEWHERE },
      ['sibling'],
    ],
    [
      'of the same function under another key is a sibling by role and session name',
      { ...silent, identity: unscoped, sourceIPAddress: ELSEWHERE },
      ['sibling'],
    ],
    [
      'of a function of the same name in another region is not',
      { ...silent, identity: twin, sourceIPAddress: ELSEWHERE },
      [],
    ],
    ['of somebody else from the same host is a neighbour', stranger, ['host']],
    ['of somebody else from elsewhere is left out', { ...stranger, sourceIPAddress: ELSEWHERE }, []],
    ['without an address is left out', { ...stranger, sourceIPAddress: 'AWS Internal' }, []],
  ];
  for (const [name, each, expected] of cases) test(name, () => assert.deepEqual(relations([each]), expected));

  test('of a derived credential is derived wherever it comes from', () => {
    const accessKeyId = 'ASIADERIVEDEXAMPLE01';
    const made = {
      parentKey: session.accessKeyId,
      accessKeyId,
      by: 'sts:AssumeRole',
      actsAs: 'arn:aws:iam::444455556666:role/deploy',
      time: NOON + 60,
      depth: 1,
      calls: 1,
    };
    const derived = { ...evidence, derived: { total: 1, listed: [made] } };
    const used = { ...stranger, identity: { ...stranger.identity, accessKeyId }, sourceIPAddress: ELSEWHERE };
    assert.deepEqual(relations([used], derived), ['derived']);
    const [making] = timelineOf(finding, derived, { calls: [], insideDays: [] }).entries.filter(
      ({ relation }) => relation === 'derived',
    );
    assert.deepEqual([making?.api, making?.accountId, making?.who], ['AssumeRole', '444455556666', made.actsAs]);
  });
});

describe('where the evidence lists fewer calls than there were', () => {
  const day = '2026-07-01';
  const cut = (alarming: number, silenced: number): Evidence => ({
    ...evidence,
    eventIds: { total: 2_000, listed: [] },
    calls: { ...evidence.calls, byDay: { total: 1, listed: [{ day, alarming, silenced }] } },
  });
  const cases: readonly (readonly [string, Evidence, string])[] = [
    ['a day of alarms alone tells', cut(9, 0), 'finding'],
    ['a day of silence alone tells', cut(0, 9), 'silenced'],
    ['a mixed day does not, and the entry says so', cut(5, 5), 'finding'],
  ];
  for (const [name, known, relation] of cases)
    test(name, () => assert.deepEqual(relations([silent], known), [relation]));
  test('and says what it cannot tell', () => {
    const { entries } = timelineOf(finding, cut(5, 5), { calls: [silent], insideDays: [] });
    assert.match(entries.find(({ relation }) => relation === 'finding')!.reasons[0]!, /or expected/);
  });
});

describe('days inside AWS', () => {
  test('are those of the finding, with the ways in where they are stored', () => {
    const row = { topic: 'orders', day: Date.UTC(2026, 6, 1) / 86_400_000, keys: ['ASIAORDERSEXAMPLE001'] };
    const insideDays = [
      { ...row, session: '111122223333/orders-role orders', via: 'public' },
      { ...row, session: '111122223333/orders-role orders', via: 's3.amazonaws.com@eu-west-1' },
      { ...row, session: '111122223333/billing-role orders', via: 'sqs.amazonaws.com@eu-west-1' },
    ];
    const { entries } = timelineOf(finding, evidence, { calls: [], insideDays });
    const days = entries.filter(({ relation }) => relation === 'inside-day');
    assert.deepEqual(
      days.map(({ reasons, time }) => [time.slice(0, 10), ...reasons]),
      [['2026-06-30'], ['2026-07-01', 'public addresses of AWS', 'endpoints: s3 in eu-west-1']],
    );
  });
});

test('the same calls in any order, any number of times, give the same timeline', () => {
  const all = [...own, silent, stranger, { ...silent, id: eventId(92), sourceIPAddress: ELSEWHERE }];
  const expected = timelineOf(finding, evidence, { calls: all, insideDays: [] });
  const order = fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 });
  fc.assert(
    fc.property(order, (calls) => {
      assert.deepEqual(timelineOf(finding, evidence, { calls, insideDays: [] }), expected);
    }),
    { numRuns: 30 },
  );
});

test('a long timeline keeps its newest entries and says how many it leaves out', () => {
  const calls = Array.from({ length: MOST_ENTRIES + 50 }, (_, i) => ({ ...stranger, id: `id-${i}`, time: NOON + i }));
  const { entries, omitted } = timelineOf(finding, evidence, { calls, insideDays: [] });
  assert.deepEqual([entries.length, omitted], [MOST_ENTRIES, 50 + evidence.inside.days.listed.length]);
  assert.equal(entries.at(-1)!.address, TOR_EXIT);
});
