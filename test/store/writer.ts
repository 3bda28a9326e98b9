// A process that commits batches for ever and says which ones were taken, until it is killed: see crash.test.ts.
import process from 'node:process';
import { openStore } from '../../straykey/src/store/index.ts';
import { AT, entryOf, idOf, writeOf } from './fixtures.ts';

const [url = '', first = '0'] = process.argv.slice(2);
const store = await openStore(url, { now: () => AT });
for (let batch = Number(first); ; batch++) {
  await store.atomically(async ({ evidence, findings, outbox, counters }) => {
    await evidence.begin([`object-${batch}`], AT);
    await evidence.addFacts([{ topic: 't', kind: 'function', key: String(batch), value: '' }], AT);
    await findings.put(writeOf({ id: idOf(batch % 5), count: batch + 1 }));
    await outbox.add([entryOf(batch + 1, { findingId: idOf(batch % 5) })]);
    await evidence.mark(['t'], AT);
    await counters.add([{ name: 'batches', by: 1 }], AT);
  });
  process.stdout.write(`${batch}\n`);
}
