import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type FindingColumn, type FindingQuery, presented, type Store } from '../../../straykey/src/store/index.ts';
import type { Fresh } from '../contract.ts';
import { AT, findingOf, idOf, writeOf } from '../fixtures.ts';

const ANN = { at: AT + 500, by: 'ann', reason: 'known' };

export function findingsSuite(fresh: Fresh): void {
  describe('findings', () => {
    test('a first document is revision 1, a changed one the next, an equal one none', async () => {
      const store = await fresh();
      const first = await store.findings.put(writeOf());
      assert.deepEqual([first.before, first.changed, first.after.revision], [undefined, true, 1]);
      const same = await store.findings.put(writeOf({}, { at: AT + 1 }));
      assert.deepEqual([same.changed, same.after.revision, same.after.changedAt], [false, 1, AT]);
      const next = await store.findings.put(writeOf({ count: 2 }, { at: AT + 2 }));
      assert.deepEqual([next.before?.revision, next.changed, next.after.revision], [1, true, 2]);
      assert.deepEqual([next.after.writtenAt, next.after.changedAt], [AT, AT + 2]);
      assert.deepEqual(await store.findings.get([idOf(0)]), [next.after]);
      const history = await store.findings.history(idOf(0), 10);
      assert.deepEqual(
        history.map(({ kind, revision, finding }) => [kind, revision, finding?.service.count]),
        [
          ['created', 1, 1],
          ['updated', 2, 2],
        ],
      );
    });

    test('a document comes back byte for byte, and presented with what happened to it', async () => {
      const store = await fresh();
      const finding = findingOf();
      await store.findings.put({ finding, at: AT, topics: [] });
      await store.findings.feedback([finding.id], { verdict: 'NOT_USEFUL', comment: 'our VPN' }, ANN);
      await store.findings.archive([finding.id], { kind: 'person' }, ANN);
      const [stored] = await store.findings.get([finding.id]);
      assert.equal(JSON.stringify(stored!.finding), JSON.stringify(finding));
      const { service } = presented(stored!);
      assert.deepEqual([service.archived, service.userFeedback], [true, 'NOT_USEFUL']);
    });

    test('what goes without saying replaces the document, but makes no revision, no line, and reopens nothing', async () => {
      const { findings } = await fresh();
      await findings.put(writeOf());
      await findings.archive([idOf(0)], { kind: 'person' }, ANN);
      const { after, changed } = await findings.put(writeOf({ count: 2 }, { quiet: true, reopen: true, at: AT + 7 }));
      assert.deepEqual([changed, after.revision, after.archived, after.finding.service.count], [false, 1, true, 2]);
      assert.equal((await findings.history(idOf(0), 9)).length, 2);
      assert.deepEqual(await findings.get([idOf(0)]), [{ ...after, changedAt: AT + 7 }]);
    });

    test('topics only grow, and findings are found by them', async () => {
      const store = await fresh();
      await store.findings.put(writeOf({}, { topics: ['b'] }));
      const { after, changed } = await store.findings.put(writeOf({}, { topics: ['a'] }));
      assert.deepEqual([after.topics, changed], [['a', 'b'], false]);
      await store.findings.put(writeOf({ id: idOf(2) }, { topics: ['a', 'c'] }));
      const found = await store.findings.ofTopics(['a', 'unknown']);
      assert.deepEqual(
        found.map(({ finding }) => finding.id),
        [idOf(0), idOf(2)],
      );
      assert.deepEqual(await store.findings.ofTopics([]), []);
    });

    test('a rule archives; its finding stays archived when no rule names it any more', async () => {
      const store = await fresh();
      const { after } = await store.findings.put(writeOf({}, { suppressedBy: 'office' }));
      assert.deepEqual([after.archived, after.archivedBy], [true, { kind: 'filter', name: 'office' }]);
      const next = await store.findings.put(writeOf({ count: 2 }, { reopen: true }));
      assert.deepEqual([next.after.archived, next.after.archivedBy], [true, { kind: 'filter', name: 'office' }]);
      const kinds = (await store.findings.history(idOf(0), 10)).map(({ kind, by }) => [kind, by]);
      assert.deepEqual(kinds, [
        ['created', 'straykey'],
        ['archived', 'filter/office'],
        ['updated', 'straykey'],
      ]);
    });

    test('a rule that comes later archives an unchanged finding without a new revision', async () => {
      const store = await fresh();
      await store.findings.put(writeOf());
      const { after, changed } = await store.findings.put(writeOf({}, { suppressedBy: 'office', at: AT + 9 }));
      assert.deepEqual([after.archived, after.revision, after.changedAt, changed], [true, 1, AT + 9, false]);
    });

    test('what a person archived is active again only by a changed document that reopens', async () => {
      const store = await fresh();
      await store.findings.put(writeOf());
      await store.findings.archive([idOf(0)], { kind: 'person' }, ANN);
      const calm = await store.findings.put(writeOf({ count: 2 }));
      assert.equal(calm.after.archived, true);
      const same = await store.findings.put(writeOf({ count: 2 }, { reopen: true }));
      assert.equal(same.after.archived, true);
      const { after } = await store.findings.put(writeOf({ count: 3 }, { reopen: true }));
      assert.deepEqual([after.archived, after.archivedBy], [false, undefined]);
      const kinds = (await store.findings.history(idOf(0), 10)).map(({ kind }) => kind);
      assert.deepEqual(kinds, ['created', 'archived', 'updated', 'reopened']);
    });

    test('a finding of the past is one of the present once the present changes it', async () => {
      const store = await fresh();
      const first = await store.findings.put(writeOf({}, { historical: true }));
      assert.equal(first.after.historical, true);
      const same = await store.findings.put(writeOf());
      assert.equal(same.after.historical, true);
      const { after } = await store.findings.put(writeOf({ count: 2 }));
      assert.equal(after.historical, false);
      const later = await store.findings.put(writeOf({ count: 3 }, { historical: true }));
      assert.equal(later.after.historical, false);
    });

    test('people archive, unarchive and say what they think: who changed nothing leaves no line', async () => {
      const store = await fresh();
      const { findings } = store;
      await findings.put(writeOf({ id: idOf(1) }));
      await findings.put(writeOf({ id: idOf(2) }, { suppressedBy: 'office' }));
      const asked = [idOf(2), idOf(1), idOf(9), idOf(1)];
      assert.deepEqual(await findings.archive(asked, { kind: 'filter', name: 'other' }, ANN), [idOf(1)]);
      assert.deepEqual(await findings.archive(asked, { kind: 'person' }, ANN), [idOf(2), idOf(1)]);
      assert.deepEqual(await findings.archive(asked, { kind: 'filter', name: 'other' }, ANN), []);
      assert.deepEqual(await findings.unarchive(asked, ANN), [idOf(2), idOf(1)]);
      assert.deepEqual(await findings.unarchive(asked, ANN), []);
      assert.deepEqual(await findings.feedback([idOf(1)], { verdict: 'USEFUL' }, ANN), [idOf(1)]);
      assert.deepEqual(await findings.feedback([idOf(1)], { verdict: 'USEFUL' }, ANN), []);
      const lines = (await findings.history(idOf(1), 10)).map(({ kind, by, reason, at }) => [kind, by, reason, at]);
      assert.deepEqual(lines.slice(1), [
        ['archived', 'ann', 'known', AT + 500],
        ['archived', 'ann', 'known', AT + 500],
        ['unarchived', 'ann', 'known', AT + 500],
        ['feedback', 'ann', 'known', AT + 500],
      ]);
      assert.equal((await findings.get([idOf(1)]))[0]!.changedAt, AT + 500);
    });

    test('get answers known ones in the order asked', async () => {
      const { findings } = await fresh();
      for (const each of [1, 2, 3]) await findings.put(writeOf({ id: idOf(each) }));
      const found = await findings.get([idOf(3), idOf(9), idOf(1)]);
      assert.deepEqual(
        found.map(({ finding }) => finding.id),
        [idOf(3), idOf(1)],
      );
      assert.deepEqual(await findings.get([]), []);
    });

    test('pages in any order, up and down, miss nothing and repeat nothing', async () => {
      const store = await filled(await fresh());
      const columns: [FindingColumn, (id: string) => Promise<string | number>][] = [
        ['severity', async (id) => (await one(store, id)).severity],
        ['updatedAt', async (id) => Date.parse((await one(store, id)).updatedAt)],
        ['count', async (id) => (await one(store, id)).service.count],
        ['accountId', async (id) => (await one(store, id)).accountId],
        ['id', async (id) => id],
      ];
      for (const [orderBy, valueIn] of columns) {
        for (const descending of [false, true]) {
          const ids = await walk(store, { where: [], orderBy, descending, limit: 4 }, valueIn);
          const up = descending ? -1 : 1;
          const byId = ids.toSorted((a, b) => (a < b ? -up : up));
          const expected = await Promise.all(byId.map(async (id) => ({ id, value: await valueIn(id) })));
          expected.sort((a, b) => (a.value < b.value ? -up : a.value > b.value ? up : 0));
          assert.equal(new Set(ids).size, 17, `${orderBy} ${descending}`);
          assert.deepEqual(
            ids,
            expected.map(({ id }) => id),
            `${orderBy} ${descending}`,
          );
        }
      }
    });

    test('places are those of the page, without documents', async () => {
      const { findings } = await filled(await fresh());
      for (const [orderBy, operator, value] of [
        ['updatedAt', 'gte', 2],
        ['accountId', 'gt', 1],
        ['severity', 'in', 8],
      ] as const) {
        const where = [{ column: 'severity', operator, values: [value] }] as const;
        const first = await findings.places({ where, orderBy, descending: true, limit: 3 });
        const rest = await findings.places({ where, orderBy, descending: true, limit: 99, after: first.at(-1)! });
        const page = await findings.page({ where, orderBy, descending: true, limit: 99 });
        assert.deepEqual(
          [...first, ...rest].map(({ id }) => id),
          page.map(({ finding }) => finding.id),
        );
      }
      assert.deepEqual(await findings.places({ where: [], orderBy: 'count', descending: true, limit: 1 }), [
        { value: 17, id: idOf(0) },
      ]);
    });

    test('outlines leave long evidence out, and nothing else', async () => {
      const { findings } = await fresh();
      const long = JSON.stringify({ text: `"${'evidence '.repeat(1_000)}\u2028` });
      for (const [number, value] of [long, '{"short":1}', `${long}\ud800`].entries()) {
        const { service, ...rest } = findingOf({ id: idOf(number) });
        const finding = { ...rest, service: { ...service, additionalInfo: { type: 'straykey/1', value } } };
        await findings.put({ finding, at: AT, topics: ['invoice'] });
        const [[whole], [outline]] = await Promise.all([
          findings.get([idOf(number)]),
          findings.outlines([idOf(number)]),
        ]);
        assert.equal(JSON.stringify(whole!.finding), JSON.stringify(finding));
        const left = outline!.finding.service.additionalInfo.value;
        assert.ok(left === value || (left === '' && value === long));
        const again = { ...service, additionalInfo: { type: 'straykey/1', value: left } };
        assert.deepEqual(outline, { ...whole, finding: { ...rest, service: again } });
        assert.equal((await findings.put({ finding, at: AT + 1, topics: [] })).changed, false);
      }
    });

    test('history keeps the document of each revision as it was told', async () => {
      const { findings } = await fresh();
      const id = idOf(1);
      const counts = async () =>
        (await findings.history(id, 9)).map(({ kind, finding }) => [kind, finding?.service.count]);
      await findings.put(writeOf({ id, count: 1 }));
      await findings.put(writeOf({ id, count: 2 }, { quiet: true }));
      await findings.put(writeOf({ id, count: 3 }, { quiet: true }));
      assert.deepEqual(await counts(), [['created', 1]]);
      await findings.put(writeOf({ id, count: 4 }));
      await findings.archive([id], { kind: 'person' }, ANN);
      await findings.put(writeOf({ id, count: 5 }, { reopen: true }));
      const told = [
        ['created', 1],
        ['updated', 4],
        ['archived', undefined],
        ['reopened', 5],
      ];
      assert.deepEqual(await counts(), told);
      await findings.retract([id], ANN);
      assert.deepEqual(await counts(), [...told, ['retracted', undefined]]);
      await findings.put(writeOf({ id, count: 6 }));
      assert.deepEqual(await counts(), [...told, ['retracted', undefined], ['created', 6]]);
    });

    test('an address is within a network or not, whichever way it is written', async () => {
      const { findings } = await fresh();
      const addresses = [
        '198.51.100.7',
        '198.51.100.128',
        '203.0.113.9',
        '2001:db8::1',
        '2001:db8:1::1',
        'example.com',
      ];
      for (const [number, address] of addresses.entries()) {
        await findings.put(writeOf({ id: idOf(number), address }));
      }
      const within = async (operator: 'within' | 'notWithin', ...values: string[]) =>
        (
          await findings.places({
            where: [{ column: 'callerAddress', operator, values }],
            orderBy: 'updatedAt',
            descending: false,
            limit: 9,
          })
        ).map(({ id }) => addresses[Number.parseInt(id, 16)]);
      assert.deepEqual(await within('within', '198.51.100.0', '198.51.100.127'), ['198.51.100.7']);
      assert.deepEqual(
        await within('within', '203.0.113.9', '203.0.113.9', '2001:DB8:0:0::', '2001:db8:0:ffff:ffff:ffff:ffff:ffff'),
        ['203.0.113.9', '2001:db8::1'],
      );
      assert.deepEqual(await within('notWithin', '0.0.0.0', '255.255.255.255'), addresses.slice(3));
      assert.deepEqual(await within('within', 'nonsense', '~'), []);
    });

    test('conditions are of the column, whatever form the values have', async () => {
      const store = await filled(await fresh());
      const count = async (
        column: FindingColumn,
        operator: FindingQuery['where'][number]['operator'],
        ...values: (string | number)[]
      ) => (await store.findings.count([{ column, operator, values }]))[0]!.count;
      assert.equal(await count('severity', 'gte', 5), 11);
      assert.equal(await count('severity', 'in', 2, 8), 12);
      assert.equal(await count('severity', 'notIn', 2), 11);
      assert.equal(await count('count', 'gt', 1.5), 16);
      assert.equal(await count('count', 'lt', '3'), 2);
      assert.equal(await count('count', 'in', 1.5, 2), 1);
      assert.equal(await count('count', 'lte', 1e300), 17);
      assert.equal(await count('count', 'in'), 0);
      assert.equal(await count('count', 'notIn'), 17);
      assert.equal(await count('accountId', 'in', '111122223333', 'nobody'), 9);
      assert.equal(await count('archived', 'in', 1), 0);
      assert.equal(await count('type', 'gte', 'Unauthorized'), 17);
      const both = await store.findings.count([
        { column: 'severity', operator: 'in', values: [8] },
        { column: 'accountId', operator: 'in', values: ['111122223333'] },
      ]);
      assert.deepEqual(both, [{ value: '', count: 3 }]);
    });

    test('counts by value come most first, then by value', async () => {
      const { findings } = await filled(await fresh());
      assert.deepEqual(await findings.count([], 'severity'), [
        { value: 2, count: 6 },
        { value: 8, count: 6 },
        { value: 5, count: 5 },
      ]);
      assert.deepEqual(await findings.count([], 'accountId'), [
        { value: '111122223333', count: 9 },
        { value: '444455556666', count: 8 },
      ]);
      assert.deepEqual(await findings.count([{ column: 'archived', operator: 'in', values: [1] }], 'severity'), []);
    });

    test('a retracted finding goes, says why, is not told, and counts on when it comes back', async () => {
      const { findings, outbox } = await fresh();
      const id = idOf(1);
      await findings.put(writeOf({ id }));
      await findings.put(writeOf({ id, count: 2 }));
      await outbox.add([
        { outlet: 'pager', findingId: id, revision: 2, kind: 'new', finding: findingOf({ id }), dueAt: 0, at: 0 },
      ]);
      await findings.retract([id, idOf(7)], { at: AT, by: 'straykey', reason: "the key was a person's" });
      assert.deepEqual(await findings.get([id]), []);
      assert.deepEqual(await findings.ofTopics(['invoice']), []);
      assert.deepEqual(await outbox.claim(AT, 9, 1), []);
      const last = (await findings.history(id, 10)).at(-1)!;
      assert.deepEqual([last.kind, last.reason, last.revision], ['retracted', "the key was a person's", 2]);
      const { after, before } = await findings.put(writeOf({ id }));
      assert.deepEqual([before, after.revision], [undefined, 3]);
    });

    test('forgetting takes old findings with their history, and old retractions', async () => {
      const { findings } = await fresh();
      await findings.put(writeOf({ id: idOf(1) }, { at: 100 }));
      await findings.put(writeOf({ id: idOf(2) }, { at: 200 }));
      await findings.put(writeOf({ id: idOf(3) }, { at: 100 }));
      await findings.retract([idOf(3)], { at: 100, by: 'straykey' });
      assert.equal(await findings.forget(200), 1);
      assert.deepEqual(await findings.history(idOf(1), 9), []);
      assert.deepEqual(await findings.history(idOf(3), 9), []);
      assert.equal((await findings.history(idOf(2), 9)).length, 1);
      assert.equal((await findings.put(writeOf({ id: idOf(1) }))).after.revision, 1);
    });
  });
}

/** 17 findings: severities 2, 5, 8 in turn, two accounts in turn, counts 1 to 17. */
async function filled(store: Store): Promise<Store> {
  for (let each = 1; each <= 17; each++) {
    const traits = {
      id: idOf((each * 7) % 17),
      severity: [2, 5, 8][(each + 1) % 3]!,
      accountId: each % 2 === 1 ? '111122223333' : '444455556666',
      count: each,
      lastSeen: AT + (each % 5) * 1_000,
    };
    await store.findings.put(writeOf(traits));
  }
  return store;
}

async function one(store: Store, id: string) {
  return (await store.findings.get([id]))[0]!.finding;
}

async function walk(
  store: Store,
  query: FindingQuery,
  valueIn: (id: string) => Promise<string | number>,
): Promise<string[]> {
  const ids: string[] = [];
  for (let after: FindingQuery['after'] | undefined; ; ) {
    const page = await store.findings.page({ ...query, ...(after && { after }) });
    ids.push(...page.map(({ finding }) => finding.id));
    if (page.length < query.limit) return ids;
    const last = page.at(-1)!.finding.id;
    after = { value: await valueIn(last), id: last };
  }
}
