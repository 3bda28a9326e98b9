import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as gd from '@aws-sdk/client-guardduty';
import { activeFilters, activeRules, applyFilters } from '../../straykey/src/api/guardduty/index.ts';
import { archive, compile } from '../../straykey/src/criteria/index.ts';
import type { Finding } from '../../straykey/src/findings/index.ts';
import { type Differences, finding } from './made-findings.ts';
import { DETECTOR, type Served, serve } from './served.ts';

/** The suppression rule that GuardDuty's page on this finding recommends: finding type, and API caller IPv4 address or CIDR. */

const LAMBDA = 'UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS';
const INSTANCE = 'UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS';
const CALLER = 'service.action.awsApiCallAction.remoteIpDetails.ipAddressV4';
const DetectorId = DETECTOR;

let served: Served;
before(async () => {
  served = await serve();
});
after(async () => served.close());

/** As the live engine does: the finding is written with what the filters in force say. */
async function write(n: number, differences: Differences): Promise<boolean> {
  const { store } = served;
  const made: Finding = finding(n, differences);
  const { suppressedBy, counters } = applyFilters(await activeFilters(store, Date.now()), made);
  await store.counters.add(counters, Date.now());
  const { after } = await store.findings.put({
    finding: made,
    at: Date.now(),
    topics: [],
    ...(suppressedBy === undefined ? {} : { suppressedBy }),
  });
  return after.archived;
}

for (const [form, caller] of [
  ['an address', '198.51.100.77'],
  ['a network', '198.51.100.0/24'],
] as const) {
  describe(`with ${form}`, () => {
    const Name = `gateway-${form.replace(' ', '-')}`;
    const offset = caller.includes('/') ? 100 : 200;

    test('it suppresses what it names from then on, and nothing else', async () => {
      assert.equal(await write(offset, { address: '198.51.100.77' }), false, 'before there was a rule');
      await served.client.send(
        new gd.CreateFilterCommand({
          DetectorId,
          Name,
          Action: 'ARCHIVE',
          Rank: 1,
          FindingCriteria: { Criterion: { type: { Equals: [LAMBDA] }, [CALLER]: { Equals: [caller] } } },
        }),
      );
      const cases: readonly (readonly [Differences, boolean])[] = [
        [{ address: '198.51.100.77' }, true],
        [{ address: '198.51.100.77', functionName: 'another', accountId: '444455556666' }, true],
        [{ address: '198.51.100.78' }, caller.includes('/')],
        [{ address: '192.0.2.77' }, false],
        [{ address: '203.0.113.77' }, false],
        [{ address: '2001:db8::77' }, false],
        [{ address: '198.51.100.77', type: INSTANCE }, false],
        [{ address: '198.51.100.77', otherAddresses: ['203.0.113.5'] }, false],
      ];
      for (const [i, [differences, suppressed]] of cases.entries()) {
        assert.equal(await write(offset + 1 + i, differences), suppressed, JSON.stringify(differences));
      }
      const [before] = await served.store.findings.get([finding(offset).id]);
      assert.equal(before?.archived, false, 'what was there before stays');
    });

    test('what it suppressed is kept, archived, and counted', async () => {
      const { FindingIds = [] } = await served.client.send(
        new gd.ListFindingsCommand({
          DetectorId,
          FindingCriteria: { Criterion: { 'service.archived': { Equals: ['true'] } } },
        }),
      );
      const mine = (await served.store.findings.get(FindingIds)).filter(
        ({ archivedBy }) => archivedBy?.kind === 'filter' && archivedBy.name === Name,
      );
      const expected = caller.includes('/') ? 3 : 2;
      assert.equal(mine.length, expected);
      const counters = await served.store.counters.list('filter-');
      assert.deepEqual(
        counters.filter(({ name }) => name.endsWith(`:${Name}`)).map(({ name, value }) => [name, value]),
        [
          [`filter-matched:${Name}`, expected],
          [`filter-suppressed:${Name}`, expected],
        ],
      );
    });

    test('once deleted it suppresses nothing', async () => {
      await served.client.send(new gd.DeleteFilterCommand({ DetectorId, FilterName: Name }));
      assert.equal(await write(offset + 50, { address: '198.51.100.77' }), false);
    });
  });
}

test('of several rules the lowest rank suppresses; every match is counted, a NOOP filter too', async () => {
  const make = async (Name: string, Action: gd.FilterAction, Rank: number): Promise<void> => {
    const FindingCriteria = { Criterion: { type: { Equals: [LAMBDA] } } };
    await served.client.send(new gd.CreateFilterCommand({ DetectorId, Name, Action, Rank, FindingCriteria }));
  };
  await make('looks-only', 'NOOP', 1);
  await make('second', 'ARCHIVE', 3);
  await make('first', 'ARCHIVE', 2);
  const { suppressedBy, counters } = applyFilters(await activeFilters(served.store, Date.now()), finding(300));
  assert.equal(suppressedBy, 'first');
  assert.deepEqual(
    counters.map(({ name }) => name),
    ['filter-matched:looks-only', 'filter-matched:first', 'filter-matched:second', 'filter-suppressed:first'],
  );
});

test('a rule is over from its expiry on, and the rules are those that criteria/ takes', async () => {
  const { body } = (await served.store.documents.get<object>('filter', 'first'))!;
  await served.store.documents.replace(
    'filter',
    'first',
    { ...body, expires: '2026-12-31T00:00:00.000Z' },
    Date.now(),
    { rank: 2 },
  );
  const names = async (now: string): Promise<string[]> =>
    (await activeRules(served.store, Date.parse(now))).map(({ name }) => name);
  assert.deepEqual(await names('2026-12-30T23:59:59.999Z'), ['first', 'second']);
  assert.deepEqual(await names('2026-12-31T00:00:00.000Z'), ['second']);
  const ready = (await activeRules(served.store, 0)).map((rule) => {
    const criteria = compile(rule.findingCriteria);
    assert.equal(criteria.kind, 'criteria');
    return { rule, criteria: criteria as Extract<typeof criteria, { kind: 'criteria' }> };
  });
  assert.deepEqual(archive([finding(301)], ready, 0).suppressed, [{ rule: 'first', findings: 1 }]);
});
