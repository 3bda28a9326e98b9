import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assess } from './assess.ts';
import { arrived, type Cadence, NO_CADENCE } from './cadence.ts';
import type { Facts, SourceFacts } from './facts.ts';
import { watchSilence } from './silence.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 9, 5, 12);

/** One object every 5 minutes until `until`. */
function steady(until: number): Cadence {
  let cadence = NO_CADENCE;
  for (let i = 20; i >= 0; i--) cadence = arrived(cadence, until - i * 5 * MINUTE);
  return cadence;
}

const trail: SourceFacts = { name: 'trail', type: 'sqs', state: 'idle', cadence: steady(NOW - MINUTE) };
const well: Facts = {
  startedAt: NOW - 24 * 60 * MINUTE,
  stopping: false,
  eventLoopDelayMs: 3,
  loops: [{ name: 'ingest', turnedAt: NOW - 1_000, everyMs: 20_000 }],
  store: { answeredAt: NOW - 2_000 },
  sources: [trail],
  judgeQueue: { topics: 0 },
  outbox: [{ outlet: 'pager', waiting: 0, dead: 0 }],
};

test('when all is well there is nothing to say', () => {
  assert.deepEqual(assess(well, NOW), { live: true, ready: true, reasons: [] });
});

describe('what costs readiness, what asks for a restart, what is only worth a look', () => {
  const failing: SourceFacts = { ...trail, state: 'failing', error: 'AccessDenied' };
  const table: readonly (readonly [
    string,
    Partial<Facts>,
    live: boolean,
    ready: boolean,
    what: string,
    found: RegExp,
  ])[] = [
    ['the event loop hangs', { eventLoopDelayMs: 40_000 }, false, false, 'event-loop', /40 s/],
    [
      'a loop ended by an error',
      { loops: [{ ...well.loops[0]!, broken: 'TypeError: x' }] },
      false,
      false,
      'loop/ingest',
      /TypeError/,
    ],
    [
      'a loop stands still',
      { loops: [{ ...well.loops[0]!, turnedAt: NOW - 5 * MINUTE }] },
      false,
      false,
      'loop/ingest',
      /5 min/,
    ],
    [
      'the store is away for long',
      { store: { answeredAt: NOW - 60 * MINUTE, error: 'refused' } },
      true,
      false,
      'store',
      /60 min: refused/,
    ],
    ['the store has gone quiet', { store: { answeredAt: NOW - MINUTE } }, true, false, 'store', /60 s/],
    ['the store never answered', { store: {} }, true, false, 'store', /yet/],
    ['it is stopping', { stopping: true }, true, false, 'stopping', /stop/],
    ['the only source fails', { sources: [failing] }, true, false, 'source/trail', /AccessDenied/],
    [
      'one of two sources fails',
      { sources: [failing, { ...trail, name: 'b' }] },
      true,
      true,
      'source/trail',
      /AccessDenied/,
    ],
    [
      'a source is silent',
      { sources: [{ ...trail, cadence: steady(NOW - 40 * MINUTE) }] },
      true,
      true,
      'source/trail',
      /40 min/,
    ],
    [
      'evidence waits to be judged',
      { judgeQueue: { topics: 3, oldestDueAt: NOW - 10 * MINUTE } },
      true,
      true,
      'judge',
      /3 functions/,
    ],
    [
      'an outlet is stuck',
      { outbox: [{ outlet: 'pager', waiting: 2, dead: 0, oldestDueAt: NOW - 10 * MINUTE, error: '503' }] },
      true,
      true,
      'outlet/pager',
      /2 notifications wait.*503/,
    ],
    [
      'notifications were given up',
      { outbox: [{ outlet: 'pager', waiting: 0, dead: 4 }] },
      true,
      true,
      'outlet/pager',
      /4/,
    ],
  ];
  for (const [name, change, live, ready, what, found] of table) {
    test(name, () => {
      const health = assess({ ...well, ...change }, NOW);
      assert.deepEqual([health.live, health.ready], [live, ready]);
      const reason = health.reasons.find((each) => each.what === what);
      assert.match(reason!.found, found);
      assert.ok(reason!.todo.length > 5);
    });
  }
});

test('standard input that has ended is not missed', () => {
  const ended: SourceFacts = { ...trail, type: 'stdin', state: 'stopped' };
  assert.deepEqual(assess({ ...well, sources: [ended] }, NOW).reasons, []);
});

test('a loop that turns once a day is not stuck after two minutes', () => {
  const sweep = { name: 'sweep', turnedAt: NOW - 60 * MINUTE, everyMs: 24 * 60 * MINUTE };
  assert.ok(assess({ ...well, loops: [sweep] }, NOW).live);
});

describe('a silence is told once when it begins and once when it ends', () => {
  const last = NOW - 60 * MINUTE;
  const source = { ...trail, cadence: steady(last) };
  const at = (minutes: number) => last + minutes * MINUTE;

  test('from beginning to end', () => {
    const before = watchSilence(new Set(), [source], well.startedAt, at(24));
    assert.deepEqual([before.silent.size, before.reports.length], [0, 0]);
    const begun = watchSilence(before.silent, [source], well.startedAt, at(26));
    assert.deepEqual(
      begun.reports.map(({ kind, source: name, lastObjectAt, limitMs }) => [kind, name, lastObjectAt, limitMs]),
      [['source-silent', 'trail', last, 25 * MINUTE]],
    );
    const goesOn = watchSilence(begun.silent, [source], well.startedAt, at(60));
    assert.deepEqual(goesOn.reports, []);
    const fails = watchSilence(goesOn.silent, [{ ...source, state: 'failing' }], well.startedAt, at(61));
    assert.deepEqual([fails.silent.has('trail'), fails.reports.length], [true, 0]);
    const spoken = { ...source, cadence: arrived(source.cadence, at(90)) };
    const ended = watchSilence(fails.silent, [spoken], well.startedAt, at(91));
    assert.deepEqual([ended.silent.size, ended.reports[0]!.kind], [0, 'source-speaks-again']);
    assert.match(ended.reports[0]!.found, /after 90 min/);
  });

  test('while nobody listened nothing could come: after a start the source has its time again', () => {
    assert.equal(watchSilence(new Set(), [source], at(600), at(610)).reports.length, 0);
    assert.equal(watchSilence(new Set(), [source], at(600), at(626)).reports.length, 1);
  });

  test('a queue that never brought anything is told after an hour', () => {
    const never = { ...trail, cadence: NO_CADENCE };
    assert.equal(watchSilence(new Set(), [never], NOW, NOW + 59 * MINUTE).reports.length, 0);
    const told = watchSilence(new Set(), [never], NOW, NOW + 61 * MINUTE).reports[0]!;
    assert.equal(told.lastObjectAt, undefined);
    assert.match(told.found, /nothing since the start/);
  });
});
