import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog, fieldsFirst, isLogLevel } from './create.ts';
import type { LogLevel } from './port.ts';

const START = Date.UTC(2026, 9, 5, 12);

function recorded(level?: LogLevel) {
  const written: string[] = [];
  const clock = { at: START };
  const log = createLog({
    ...(level === undefined ? {} : { level }),
    write: (line) => void written.push(line),
    now: () => clock.at,
    fields: { version: '1.2.3' },
  });
  return { log, clock, written, lines: () => written.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

test('a line is one JSON object with time, level, event, message and fields', () => {
  const { log, written } = recorded();
  log.info('started', 'Reading from 2 sources.', { sources: ['trail', 'folder'] });
  assert.equal(
    written[0],
    '{"level":"info","time":"2026-10-05T12:00:00.000Z","event":"started","version":"1.2.3","sources":["trail","folder"],"message":"Reading from 2 sources."}\n',
  );
});

test('levels below the chosen one are not written', () => {
  const { log, lines } = recorded('warn');
  log.debug('a', 'a');
  log.info('b', 'b');
  log.warn('c', 'c');
  log.error('d', 'd');
  assert.deepEqual(
    lines().map(({ event }) => event),
    ['c', 'd'],
  );
  assert.ok(isLogLevel('debug'));
  assert.ok(!isLogLevel('verbose'));
});

test('text from a trail stays on its line and cannot act on a terminal', () => {
  const { log, written } = recorded();
  log.info('oddity', 'found \u001b[31mred\nlevel":"error', { userAgent: 'x\u202e\ud800', __proto__x: 1 });
  assert.equal(written[0]!.split('\n').length, 2);
  assert.ok(!written[0]!.includes('\u001b'));
  const line = JSON.parse(written[0]!);
  assert.equal(line.level, 'info');
  assert.equal(line.message, 'found \\u{1b}[31mred\\u{a}level":"error');
  assert.equal(line.userAgent, 'x\\u{202e}\\u{d800}');
});

test('fields cannot pretend to be the line itself', () => {
  const { log, lines } = recorded();
  log.info('real', 'real', JSON.parse('{"level":"error","event":"fake","__proto__":{"x":1}}'));
  assert.equal(lines()[0]!.level, 'info');
  assert.equal(lines()[0]!.event, 'real');
  assert.equal(lines()[0]!.level_, 'error');
});

test('an error that repeats is one line a minute, with a count', () => {
  const { log, clock, lines } = recorded();
  for (let second = 0; second < 150; second++) {
    clock.at = START + second * 1000;
    log.error('store-unavailable', 'The database does not answer.');
  }
  assert.deepEqual(
    lines().map(({ event, heldBack }) => [event, heldBack]),
    [
      ['store-unavailable', undefined],
      ['store-unavailable', 59],
      ['store-unavailable', 59],
    ],
  );
  log.flush();
  assert.deepEqual(
    [lines().at(-1)!.event, lines().at(-1)!.heldBack, lines().at(-1)!.of],
    ['held-back', 29, 'store-unavailable'],
  );
});

test('errors of different kinds, sources and outlets do not hold each other back', () => {
  const { log, lines } = recorded();
  log.error('delivery-failed', 'x', { outlet: 'pager' });
  log.error('delivery-failed', 'x', { outlet: 'mail' });
  log.with({ source: 'trail' }).warn('object-failed', 'x', { kind: 'vanished' });
  log.with({ source: 'trail' }).warn('object-failed', 'x', { kind: 'access-denied' });
  log.with({ source: 'trail' }).warn('object-failed', 'x', { kind: 'access-denied' });
  assert.equal(lines().length, 4);
});

test('the count of an error that has stopped is told with whatever is said next', () => {
  const { log, clock, lines } = recorded();
  log.error('queue-unreachable', 'x');
  log.error('queue-unreachable', 'x');
  clock.at += 61_000;
  log.info('recovered', 'x');
  assert.deepEqual(
    lines().map(({ event }) => event),
    ['queue-unreachable', 'recovered', 'held-back'],
  );
});

test('a clock set back silences nothing', () => {
  const { log, clock, lines } = recorded();
  log.error('a', 'x');
  clock.at -= 3_600_000;
  log.error('a', 'x');
  assert.equal(lines().length, 2);
});

test('ten thousand kinds of errors take the place of five hundred', () => {
  const { log, lines } = recorded();
  for (let i = 0; i < 10_000; i++) log.error(`made-up-${i}`, 'x');
  assert.ok(lines().length <= 501, String(lines().length));
});

test('a reader that is gone stops nothing', () => {
  const log = createLog({
    write: () => {
      throw new Error('EPIPE');
    },
    now: () => START,
  });
  log.error('a', 'x');
});

test('parts that put fields first write the same lines', () => {
  const { log, lines } = recorded();
  const arrivals = fieldsFirst(log, 'arrivals');
  arrivals.warn({ source: 'trail', error: new Error('x') }, 'cannot be reached');
  arrivals.info({ event: 'opened', source: 'trail' }, 'reading');
  assert.deepEqual(
    lines().map(({ level, event, source, message }) => [level, event, source, message]),
    [
      ['warn', 'arrivals', 'trail', 'cannot be reached'],
      ['info', 'opened', 'trail', 'reading'],
    ],
  );
});
