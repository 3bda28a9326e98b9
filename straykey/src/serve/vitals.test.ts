import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { LiveSource, SourceState } from '../arrivals/index.ts';
import type { Log } from '../logging/index.ts';
import { openStore, type Store } from '../store/index.ts';
import { VitalSigns } from './vitals.ts';

const NOON = Date.parse('2026-07-01T12:00:00Z');
const MINUTE = 60_000;
const DAY = 86_400_000;

let clock: number;
let store: Store;
let lastObjectAt: number | undefined;
const events: string[] = [];
const log = {
  error: (event: string) => events.push(event),
  info: (event: string) => events.push(event),
} as unknown as Log;

beforeEach(async () => {
  clock = NOON;
  lastObjectAt = undefined;
  events.length = 0;
  store = await openStore('sqlite::memory:', { now: () => clock });
});
afterEach(() => store.close());

function vitalsOf(sinceTurn = { intake: 0, judge: 0 }): VitalSigns {
  const status = (): SourceState => ({
    state: 'idle',
    objects: 0,
    deadLetters: 0,
    ...(lastObjectAt === undefined ? {} : { lastObjectAt }),
  });
  const source = { name: 'trail', type: 'sqs', status } as unknown as LiveSource;
  return new VitalSigns({ store, engine: { sinceTurn } as never, sources: [source], now: () => clock, log });
}

/** Objects every five minutes, so often. */
async function rhythm(vitals: VitalSigns, times: number): Promise<void> {
  for (let each = 0; each < times; each++) {
    clock += 5 * MINUTE;
    lastObjectAt = clock;
    await vitals.look();
  }
}

test('how often a source brings something is remembered from run to run, so that a new run knows silence at once', async () => {
  const first = vitalsOf();
  await rhythm(first, 12);
  await first.close();
  lastObjectAt = undefined;
  const second = vitalsOf();
  await second.look();
  // Before anything is learned, an hour passes.
  clock += 30 * MINUTE;
  await second.look();
  assert.deepEqual(events, ['source-silent']);
  const [reason] = second.health().reasons;
  assert.match(reason!.found, /usually it does within 25 min/);
});

test('a stuck intake and a stuck judge are told apart', () => {
  const stuck = 3_600_000;
  for (const [name, sinceTurn] of [
    ['loop/intake', { intake: stuck, judge: 0 }],
    ['loop/judge', { intake: 0, judge: stuck }],
  ] as const) {
    const { live, reasons } = vitalsOf(sinceTurn).health();
    assert.equal(live, false);
    assert.deepEqual(
      reasons.filter(({ costs }) => costs === 'live').map(({ what }) => what),
      [name],
    );
  }
});

test('a clock that jumps makes nobody look stuck, and hides no silence for longer than it would last', async () => {
  const vitals = vitalsOf();
  await rhythm(vitals, 12);
  for (const jump of [DAY, -DAY]) {
    clock += jump;
    assert.equal(vitals.health().live, true);
    assert.equal(vitals.health().ready, true);
    await vitals.look();
    assert.equal(vitals.health().live, true);
  }
  events.length = 0;
  clock -= DAY;
  await vitals.look();
  clock += 40 * MINUTE;
  await vitals.look();
  assert.deepEqual(events, ['source-silent']);
});
