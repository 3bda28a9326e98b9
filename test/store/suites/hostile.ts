import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Fresh } from '../contract.ts';
import { AT, dayOf, entryOf, HOSTILE, useOf, writeOf } from '../fixtures.ts';

export function hostileSuite(fresh: Fresh): void {
  describe('text that attackers choose', () => {
    test('comes back as it was, from every shelf, and stays apart from other text', async () => {
      const store = await fresh();
      const { evidence, documents, audit, positions, counters } = store;
      const facts = HOSTILE.map((text) => ({ topic: text, kind: 'function', key: text, value: text }));
      assert.equal((await evidence.addFacts(facts, AT)).length, HOSTILE.length);
      assert.equal((await evidence.addFacts(facts, AT)).length, 0);
      const uses = HOSTILE.map((text) => useOf(text, { topic: text, accessKey: text, roleId: text, call: text }));
      assert.equal((await evidence.addUses(uses, AT, (kept) => kept)).size, HOSTILE.length);
      await evidence.mark(HOSTILE, AT);
      const taken = await store.atomically((inner) => inner.evidence.takeMarked(AT, 100));
      assert.deepEqual(new Set(taken), new Set(HOSTILE));
      assert.deepEqual(await evidence.begin(HOSTILE, AT), new Set(HOSTILE));
      assert.deepEqual(await evidence.seen(HOSTILE), new Set(HOSTILE));
      for (const text of HOSTILE) {
        assert.deepEqual(
          await evidence.factsOf([text]),
          text === '' ? [] : facts.filter(({ topic }) => topic === text),
        );
        assert.deepEqual(
          await evidence.usesOf([text]),
          uses.filter(({ topic }) => topic === text),
        );
        await evidence.addInsideDays([dayOf([text], { topic: text, session: text, via: text })], AT);
        assert.deepEqual(await evidence.insideDaysOf([text]), [
          dayOf([text], { topic: text, session: text, via: text }),
        ]);
        const sighting = { topic: text, caller: text, accessKey: text, roleId: text, identity: text, objects: [text] };
        await evidence.addSightings([sighting], AT);
        assert.deepEqual(
          (await evidence.sightingsOf([text], [])).map(({ id: _, ...rest }) => rest),
          [sighting],
        );
        await documents.create(text, text, { text, [text]: text }, AT);
        assert.deepEqual((await documents.get(text, text))!.body, { text, [text]: text });
        assert.deepEqual((await documents.list(text))[0]!.id, text);
        await audit.append({ at: AT, by: text, reason: text, action: text, subject: text, detail: text });
        const { id: _, ...entry } = (await audit.list({ limit: 1, subject: text }))[0]!;
        assert.deepEqual(entry, { at: AT, by: text, reason: text, action: text, subject: text, detail: text });
        await positions.put(text, text, AT);
        assert.deepEqual(await positions.get(text), { value: text, at: AT });
        await counters.add([{ name: text, by: 1 }], AT);
      }
      assert.deepEqual(new Set((await counters.list('')).map(({ name }) => name)), new Set(HOSTILE));
    });

    test('in a finding and what is said of it changes nothing but itself', async () => {
      const store = await fresh();
      const { findings, outbox } = store;
      for (const [index, text] of HOSTILE.entries()) {
        const id = String(index);
        const write = writeOf(
          { id, functionName: text, address: text, accountId: text },
          { topics: [text], suppressedBy: text },
        );
        const { after } = await findings.put(write);
        assert.deepEqual(await findings.get([id]), [after]);
        assert.deepEqual(after.archivedBy, { kind: 'filter', name: text });
        assert.equal((await findings.put(write)).changed, false);
        const change = { at: AT, by: text, reason: text };
        await findings.unarchive([id], change);
        await findings.feedback([id], { verdict: 'USEFUL', comment: text }, change);
        assert.deepEqual((await findings.get([id]))[0]!.feedback, { verdict: 'USEFUL', comment: text });
        assert.equal((await findings.history(id, 9)).at(-1)!.reason, text);
        const [same] = await findings.count([{ column: 'resourceName', operator: 'in', values: [text] }]);
        assert.equal(same!.count, 1);
        await outbox.add([entryOf(1, { outlet: text, findingId: id })]);
      }
      assert.deepEqual(new Set((await findings.count([], 'accountId')).map(({ value }) => value)), new Set(HOSTILE));
      const lines = await outbox.claim(AT, 100, 1);
      assert.deepEqual(new Set(lines.map(({ outlet }) => outlet)), new Set(HOSTILE));
      for (const { id } of lines) await outbox.retry(id, AT, HOSTILE[id % HOSTILE.length]!);
      assert.equal((await outbox.list('waiting', 100)).length, HOSTILE.length);
    });

    test('of any kind at all comes back as it was', async () => {
      const { evidence } = await fresh();
      let run = 0;
      const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), lone);
      await fc.assert(
        fc.asyncProperty(text, text, async (key, value) => {
          const fact = { topic: `topic-${++run}`, kind: key, key, value };
          await evidence.addFacts([fact], AT);
          assert.deepEqual(await evidence.factsOf([fact.topic]), [fact]);
        }),
        { numRuns: 150 },
      );
    });
  });
}

/** UTF-16 units without order: half pairs among them. */
const lone = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 })
  .map((units) => String.fromCharCode(...units));
