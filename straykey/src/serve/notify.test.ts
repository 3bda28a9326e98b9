import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { findingOf } from '../../../test/store/fixtures.ts';
import { FREQUENCIES, type OutletRule } from '../outlets/index.ts';
import { openStore, type Store } from '../store/index.ts';
import { notifier, sampleNotifier } from './notify.ts';

const DAY = 86_400_000;
let clock = Date.parse('2026-07-01T12:00:00Z');
const now = () => clock;
let store: Store;
beforeEach(async () => {
  store = await openStore('sqlite::memory:', { now });
});
afterEach(() => store.close());

function rule(name: string, matches: OutletRule['matches'] = () => true): OutletRule {
  return { name, frequencyMs: FREQUENCIES['15m'], matches };
}

async function waiting(): Promise<(readonly [outlet: string, kind: string, dueIn: number])[]> {
  const lines = await store.outbox.list('waiting', 10);
  return lines.map(({ dueAt, kind, outlet }) => [outlet, kind, dueAt - clock] as const);
}

test('an update is due one publishing interval from now at the latest, though the last message is dated a day ahead', async () => {
  const notify = notifier(async () => [rule('pager')], now);
  const first = await store.findings.put({ finding: findingOf(), at: clock, topics: [] });
  clock += DAY;
  await notify(store, first);
  const [line] = await store.outbox.claim(clock, 1, 60_000);
  await store.outbox.sent(line!.id, clock);
  clock -= DAY;
  await notify(store, await store.findings.put({ finding: findingOf({ count: 2 }), at: clock, topics: [] }));
  assert.deepEqual(await waiting(), [['pager', 'update', FREQUENCIES['15m']]]);
});

test('a sample that somebody asked the API for is told at once, as a sample, to the outlets it fits', async () => {
  const tell = sampleNotifier(async () => [rule('pager'), rule('archive', () => false)], now);
  const { after } = await store.findings.put({ finding: findingOf(), at: clock, topics: [], sample: true });
  await tell(store, after);
  await tell(store, after);
  assert.deepEqual(await waiting(), [['pager', 'sample', 0]]);
});
