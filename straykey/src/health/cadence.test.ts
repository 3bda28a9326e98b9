import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { arrived, type Cadence, cadenceLimits, NO_CADENCE, silenceLimit } from './cadence.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 9, 5, 8);

function after(times: Iterable<number>, from: Cadence = NO_CADENCE): Cadence {
  let cadence = from;
  for (const at of times) cadence = arrived(cadence, at);
  return cadence;
}

function every(gap: number, count: number, start = START): number[] {
  return Array.from({ length: count }, (_, i) => start + i * gap);
}

describe('when a source counts as silent', () => {
  for (const [name, times, limit] of [
    ['CloudTrail every 5 minutes: after 25', every(5 * MINUTE, 20), 25 * MINUTE],
    ['an organisation that delivers all the time: after a quarter of an hour', every(2_000, 3_000), 15 * MINUTE],
    ['one object every 40 minutes: after 5 times that', every(40 * MINUTE, 20), 200 * MINUTE],
    [
      'twenty files at once every hour are one arrival: after 5 hours',
      every(HOUR, 12).flatMap((at) => every(1_000, 20, at)),
      5 * HOUR,
    ],
    ['little known yet: after an hour', every(5 * MINUTE, 4), HOUR],
    ['nothing known: after an hour', [], HOUR],
    ['little known, but slow: after 5 times that', every(HOUR, 4), 5 * HOUR],
  ] as const) {
    test(name, () => assert.equal(silenceLimit(after(times), true), limit));
  }

  test('a folder is held to nothing before it has shown a rhythm', () => {
    assert.equal(silenceLimit(after(every(5 * MINUTE, 4)), false), undefined);
    assert.equal(silenceLimit(after(every(5 * MINUTE, 20)), false), 25 * MINUTE);
  });

  test('nights are no alarm once two of them were seen, one outage raises nothing', () => {
    const day = (n: number) => every(5 * MINUTE, 144, START + n * 24 * HOUR);
    assert.equal(silenceLimit(after([...day(0), ...day(1)]), true), 25 * MINUTE);
    const nights = silenceLimit(after([...day(0), ...day(1), ...day(2)]), true)!;
    assert.ok(nights > 12 * HOUR && nights < 24 * HOUR, String(nights / HOUR));
  });
});

test('what is remembered of a source stays small and is plain data', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 30 * 24 * HOUR }), { maxLength: 400 }), (times) => {
      const cadence = after(times.map((at) => START + at));
      assert.ok(cadence.gaps.length <= cadenceLimits.gaps && cadence.days.length <= cadenceLimits.days);
      assert.ok(cadence.gaps.every((gap) => gap >= cadenceLimits.burstMs));
      assert.deepEqual(JSON.parse(JSON.stringify(cadence)), cadence);
      assert.ok(silenceLimit(cadence, true)! >= cadenceLimits.leastMs);
      if (times.length > 0) assert.equal(cadence.latest, START + Math.max(...times));
    }),
  );
});
