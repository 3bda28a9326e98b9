import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { FactRow, SightingRow, UseRow } from '../../../straykey/src/store/index.ts';
import type { Fresh } from '../contract.ts';
import { AT, dayOf, useOf } from '../fixtures.ts';

const ISSUE: FactRow = { topic: '', kind: 'issued-key', key: 'ASIA1', value: '{"role":"r"}' };
const SIGHTING: SightingRow = {
  topic: 'invoice',
  caller: 'ASIA1 198.51.100.7',
  accessKey: 'ASIA1',
  roleId: '',
  identity: '{}',
  objects: ['s3://trail/1', 's3://trail/2'],
};

export function evidenceSuite(fresh: Fresh): void {
  describe('evidence', () => {
    test('an object is new once', async () => {
      const { evidence } = await fresh();
      assert.deepEqual(await evidence.begin(['a', 'b', 'a'], AT), new Set(['a', 'b']));
      assert.deepEqual(await evidence.begin(['b', 'c'], AT), new Set(['c']));
      assert.deepEqual(await evidence.seen(['a', 'x', 'c']), new Set(['a', 'c']));
      assert.deepEqual(await evidence.begin([], AT), new Set());
    });

    test('facts are a set: what is new is answered, in whatever order it comes', async () => {
      const { evidence } = await fresh();
      const other = { ...ISSUE, value: '{"role":"other"}' };
      const named = { ...ISSUE, topic: 'invoice', kind: 'function' };
      assert.deepEqual(await evidence.addFacts([ISSUE, ISSUE], AT), [ISSUE]);
      assert.deepEqual(new Set(await evidence.addFacts([other, ISSUE, named], AT)), new Set([other, named]));
      assert.deepEqual(await evidence.factsByKey(['issued-key'], ['ASIA1', 'ASIA2']), [other, ISSUE]);
      assert.deepEqual(await evidence.factsByKey(['scope', 'function'], ['ASIA1']), [named]);
      assert.deepEqual(await evidence.factsOf(['invoice', 'unknown']), [named]);
      assert.deepEqual(await evidence.factsOf(['']), [], 'facts about keys have no topic');
      assert.deepEqual(await evidence.topicsWith('function', ['unknown', 'invoice']), ['invoice']);
      assert.deepEqual(await evidence.topicsWith('scope', ['invoice']), []);
    });

    test('inside days keep the two smallest keys, and tell whether they changed', async () => {
      const { evidence } = await fresh();
      const add = async (...keys: string[]) => (await evidence.addInsideDays([dayOf(keys)], AT)).size;
      assert.equal(await add('k'), 1);
      assert.equal(await add('k'), 0);
      assert.equal(await add('m'), 1);
      assert.equal(await add('z'), 0);
      assert.equal(await add('l', 'z'), 1);
      assert.equal(await add('a'), 1);
      assert.deepEqual(await evidence.insideDaysOf(['invoice']), [dayOf(['a', 'k'])]);
    });

    test('sessions inside count once a day, however they came', async () => {
      const { evidence } = await fresh();
      const row = (session: string, day: number, via: string) => ({ topic: session, session, day, via, keys: ['K1'] });
      const days = [row('a', 9, 'public'), row('a', 10, 'public'), row('a', 10, 's3@eu'), row('b', 10, 'public')];
      await evidence.addInsideDays(days, AT);
      assert.deepEqual(await evidence.insideSessions(10), [{ day: 10, sessions: 2 }]);
      assert.deepEqual(await evidence.insideSessions(9), [
        { day: 9, sessions: 1 },
        { day: 10, sessions: 2 },
      ]);
    });

    test('inside days merged in any order and any batches are the two smallest of all', async () => {
      const { evidence } = await fresh();
      const key = fc.constantFrom('A', 'B', 'C', 'D', 'a', 'é', '\ud83d\ude00', '\uffee', '');
      let run = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(key, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 6 }),
          async (batches) => {
            const topic = `topic-${++run}`;
            const learned: boolean[] = [];
            for (const keys of batches) {
              learned.push(
                (await evidence.addInsideDays([dayOf(keys, { topic }), dayOf([...keys], { topic })], AT)).has(topic),
              );
            }
            const all = [...new Set(batches.flat())].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
            const [kept] = await evidence.insideDaysOf([topic]);
            assert.deepEqual(kept!.keys, all.slice(0, 2));
            assert.equal(learned[0], true);
            assert.equal(
              (
                await evidence.addInsideDays(
                  batches.map((keys) => dayOf(keys, { topic })),
                  AT,
                )
              ).size,
              0,
            );
          },
        ),
        { numRuns: 60 },
      );
    });

    test('of two copies of a call the preferred one is kept, whichever came first', async () => {
      const { evidence } = await fresh();
      const larger = (kept: UseRow, offered: UseRow) => (offered.call > kept.call ? offered : kept);
      const add = (uses: UseRow[]) => evidence.addUses(uses, AT, larger);
      const small = useOf('1', { call: 'a' });
      const large = useOf('1', { call: 'b', topic: 'invoice', roleId: 'AROA1' });
      assert.deepEqual(await add([small, useOf('2')]), new Set(['invoice']));
      assert.deepEqual(await add([small]), new Set());
      assert.deepEqual(await add([small, large]), new Set(['invoice']));
      assert.deepEqual(await add([small]), new Set());
      assert.deepEqual(await evidence.usesOf(['invoice']), [large, useOf('2')]);
      assert.deepEqual(await add([{ ...large, call: 'c', topic: 'billing' }]), new Set(['invoice', 'billing']));
      await evidence.dropUses(['1']);
      assert.deepEqual(await evidence.usesOf(['invoice', 'billing']), [useOf('2')]);
    });

    test('uses come by time, and their topics by name, page by page', async () => {
      const { evidence } = await fresh();
      const uses = [useOf('b', { time: 5 }), useOf('a', { time: 5 }), useOf('c', { time: 1 })];
      await evidence.addUses(
        [...uses, useOf('d', { topic: 'billing' }), useOf('e', { topic: 'zip' })],
        AT,
        (kept) => kept,
      );
      assert.deepEqual(
        (await evidence.usesOf(['invoice'])).map(({ id }) => id),
        ['c', 'a', 'b'],
      );
      assert.deepEqual(await evidence.topics('', 2), ['billing', 'invoice']);
      assert.deepEqual(await evidence.topics('invoice', 2), ['zip']);
    });

    test('sightings wait by topic and by access key until they were looked up', async () => {
      const { evidence } = await fresh();
      const keyless: SightingRow = { ...SIGHTING, topic: '', accessKey: 'ASIA2', identity: '' };
      await evidence.addSightings([SIGHTING, keyless], AT);
      await evidence.addSightings([SIGHTING], AT);
      const [first] = await evidence.sightingsOf(['invoice'], []);
      assert.deepEqual(first, { ...SIGHTING, id: first!.id });
      assert.equal((await evidence.sightingsOf(['invoice'], ['ASIA1', 'ASIA2'])).length, 2);
      await evidence.looked([first!.id]);
      assert.deepEqual(
        (await evidence.sightingsOf(['invoice', ''], ['ASIA1'])).map(({ accessKey }) => accessKey),
        ['ASIA2'],
      );
      await evidence.looked([]);
    });

    test('facts concern topics by name, key, role id, and by the keys of their inside days', async () => {
      const { evidence } = await fresh();
      const nothing = { topics: [], keys: [], roleIds: [], insideKeys: [] };
      await evidence.addUses(
        [
          useOf('1', { topic: 'by-key', accessKey: 'K1' }),
          useOf('2', { topic: 'by-role', roleId: 'AROA1' }),
          useOf('3', { topic: 'by-day' }),
        ],
        AT,
        (kept) => kept,
      );
      await evidence.addSightings(
        [
          { ...SIGHTING, topic: 'seen', accessKey: 'K1' },
          { ...SIGHTING, topic: 'seen-role', accessKey: '', roleId: 'AROA1' },
        ],
        AT,
      );
      await evidence.addInsideDays([dayOf(['D1', 'D2'], { topic: 'by-day' }), dayOf(['D1'], { topic: 'no-uses' })], AT);
      assert.deepEqual(await evidence.concerned(nothing), new Set());
      assert.deepEqual(
        await evidence.concerned({ ...nothing, topics: ['seen', 'by-key', 'no-uses'] }),
        new Set(['seen', 'by-key']),
      );
      assert.deepEqual(await evidence.concerned({ ...nothing, keys: ['K1'] }), new Set(['seen', 'by-key']));
      assert.deepEqual(
        await evidence.concerned({ ...nothing, roleIds: ['AROA1', ''] }),
        new Set(['seen-role', 'by-role']),
      );
      assert.deepEqual(await evidence.concerned({ ...nothing, insideKeys: ['D1'] }), new Set(['by-day']));
      assert.deepEqual(await evidence.concerned({ ...nothing, insideKeys: ['D2'] }), new Set(['by-day']));
    });

    test('habits are found by principal and by network, and replaced whole', async () => {
      const { evidence } = await fresh();
      const habit = (principal: string, networks: string[], byte: number) => ({
        principal,
        topics: ['invoice'],
        networks,
        lastDay: 20_000,
        bytes: new Uint8Array([byte, 0, 255]),
        settled: new Uint8Array(),
      });
      await evidence.putHabits([habit('b', ['n1', 'n2'], 1), habit('a', ['n2', 'n2'], 2)], AT);
      const found = async (networks: string[], principals: string[] = []) =>
        (await evidence.habits({ networks, principals })).map(({ principal }) => principal);
      assert.deepEqual(await found(['n2']), ['a', 'b']);
      assert.deepEqual(await found([], ['a', 'x']), ['a']);
      await evidence.putHabits([habit('b', ['n3'], 9)], AT);
      assert.deepEqual(await found(['n1', 'n2'], []), ['a']);
      const [kept] = await evidence.habits({ networks: ['n3'], principals: [] });
      assert.deepEqual([[...kept!.bytes], [...kept!.settled], kept!.networks], [[9, 0, 255], [], ['n3']]);
    });

    test('a large batch is taken in whole', async () => {
      const { evidence } = await fresh();
      const facts = Array.from({ length: 12_345 }, (_, index) => ({ ...ISSUE, key: `ASIA${index}` }));
      assert.equal((await evidence.addFacts(facts, AT)).length, 12_345);
      assert.equal((await evidence.addFacts(facts, AT)).length, 0);
      const keys = facts.map(({ key }) => key);
      assert.equal((await evidence.factsByKey(['issued-key'], keys)).length, 12_345);
    });
  });
}
