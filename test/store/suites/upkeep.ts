import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Engine } from '../fixtures.ts';
import { entryOf, idOf, writeOf } from '../fixtures.ts';

export function upkeepSuite(engine: Engine): void {
  describe('upkeep', () => {
    test('a sound store is found sound, also after vacuuming, and again after opening', async () => {
      const url = await engine.newUrl();
      const store = await engine.open(url);
      await store.findings.put(writeOf({ id: idOf(1) }, { suppressedBy: 'office' }));
      await store.outbox.add([entryOf(1)]);
      assert.deepEqual(await store.upkeep!.check(), []);
      await store.upkeep!.vacuum();
      const again = await engine.open(url);
      assert.deepEqual(await again.upkeep!.check(), []);
      assert.equal((await again.findings.get([idOf(1)])).length, 1);
    });

    test('its name shows no secrets', async () => {
      const store = await engine.open(await engine.newUrl());
      assert.match(store.name, engine.name === 'sqlite' ? /^sqlite:\// : /^postgres:\/\/127\.0\.0\.1:\d+\/\w+$/);
      assert.equal(store.engine, engine.name);
    });
  });
}
