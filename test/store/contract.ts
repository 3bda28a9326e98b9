import { afterEach, describe } from 'node:test';
import type { Store } from '../../straykey/src/store/index.ts';
import type { Engine } from './fixtures.ts';
import { concurrencySuite } from './suites/concurrency.ts';
import { evidenceSuite } from './suites/evidence.ts';
import { findingsSuite } from './suites/findings.ts';
import { hostileSuite } from './suites/hostile.ts';
import { marksSuite } from './suites/marks.ts';
import { outboxSuite } from './suites/outbox.ts';
import { smallSuite } from './suites/small.ts';
import { sweepSuite } from './suites/sweep.ts';
import { transactionsSuite } from './suites/transactions.ts';
import { upkeepSuite } from './suites/upkeep.ts';

/** A store of the engine for one test: empty, and closed afterwards. */
export type Fresh = () => Promise<Store>;

/** What every engine must do, unchanged. */
export function storeContract(engine: Engine): void {
  describe(`the store on ${engine.name}`, () => {
    const opened: Store[] = [];
    const open = async (url: string): Promise<Store> => {
      const store = await engine.open(url);
      opened.push(store);
      return store;
    };
    const fresh: Fresh = async () => await open(await engine.freshUrl());
    afterEach(async () => {
      for (const store of opened.splice(0)) await store.close();
    });
    const watched: Engine = { ...engine, open };
    findingsSuite(fresh);
    outboxSuite(fresh);
    smallSuite(fresh);
    evidenceSuite(fresh);
    marksSuite(fresh);
    sweepSuite(fresh);
    transactionsSuite(fresh);
    hostileSuite(fresh);
    upkeepSuite(watched);
    concurrencySuite(watched);
  });
}
