import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readHost } from './host.ts';
import type { Feedback } from './input.ts';
import { Statements } from './statements.ts';

const DAY = 86_400;
const A = readHost('198.51.100.7', { poolBlock: 28, poolBlock6: 60 })!;
const statement = (id: string, t: number, rest: Partial<Feedback> = {}): Feedback => ({
  id,
  t,
  verdict: 'expected',
  ...rest,
});

/** The id of the statement in force for principal `p` at host A. */
function inForce(statements: readonly Feedback[], t: number, ttlDays = 180): string | undefined {
  const forwards = new Statements(ttlDays);
  const backwards = new Statements(ttlDays);
  for (const each of statements) forwards.add(each);
  for (const each of statements.toReversed()) backwards.add(each);
  assert.deepEqual(forwards.all(), backwards.all());
  const found = forwards.inForce('p', A, t)?.id;
  assert.equal(backwards.inForce('p', A, t)?.id, found);
  return found;
}

describe('the statement in force', () => {
  const cases: readonly (readonly [string, readonly Feedback[], number, string | undefined])[] = [
    ['is the latest', [statement('a', 10), statement('b', 20, { verdict: 'malicious' })], 30, 'b'],
    ['does not come from the future', [statement('a', 10), statement('b', 20)], 19, 'a'],
    ['counts from its own second on', [statement('a', 10)], 10, 'a'],
    [
      'is malicious rather than expected at the same time',
      [statement('z', 10), statement('a', 10, { verdict: 'malicious' })],
      10,
      'a',
    ],
    ['is the greater id at the same time', [statement('a', 10), statement('b', 10)], 10, 'b'],
    ['is none after a clear', [statement('a', 10), statement('b', 20, { verdict: 'clear' })], 30, undefined],
    [
      'may be of one principal or of all',
      [statement('a', 10, { principal: 'p' }), statement('b', 20, { principal: '*' })],
      30,
      'b',
    ],
    ['is not one of another principal', [statement('a', 10, { principal: 'q' })], 30, undefined],
    ['is not one of another host', [statement('a', 10, { cidr: '192.0.2.0/24' })], 30, undefined],
    ['lapses when expected', [statement('a', 10, { ttlDays: 2 })], 10 + 2 * DAY, undefined],
    ['holds to the last second', [statement('a', 10, { ttlDays: 2 })], 9 + 2 * DAY, 'a'],
    ['does not lapse when malicious', [statement('a', 10, { verdict: 'malicious', ttlDays: 1 })], 900 * DAY, 'a'],
    [
      'is the older malicious again when a newer expected lapsed',
      [statement('a', 5, { verdict: 'malicious' }), statement('b', 10, { ttlDays: 1 })],
      3 * DAY,
      'a',
    ],
    [
      'is the newer text when one id was used twice',
      [statement('a', 10), statement('a', 20, { cidr: '192.0.2.0/24' })],
      30,
      undefined,
    ],
    [
      'is the same in every order when one id was used twice at one time',
      [statement('a', 10), statement('a', 10, { verdict: 'malicious' })],
      30,
      'a',
    ],
    [
      'of a principal named like a property is ordinary',
      [statement('__proto__', 10, { principal: '__proto__' })],
      30,
      undefined,
    ],
  ];
  for (const [name, statements, t, expected] of cases) it(name, () => assert.equal(inForce(statements, t), expected));

  it('lapses after the default when it names none', () => {
    assert.equal(inForce([statement('a', 0)], 3 * DAY - 1, 3), 'a');
    assert.equal(inForce([statement('a', 0)], 3 * DAY, 3), undefined);
  });
});

describe('a statement', () => {
  it('whose CIDR cannot be read is answered, not kept', () => {
    const statements = new Statements(180);
    assert.match(statements.add(statement('a', 1, { cidr: 'office' })) ?? '', /expected an address or CIDR range/);
    assert.deepEqual(statements.all(), []);
  });

  it('keeps a host out of pools only when malicious for all by the start of the day', () => {
    const statements = new Statements(180);
    statements.add(statement('a', 10 * DAY, { verdict: 'malicious' }));
    statements.add(statement('b', 12 * DAY, { verdict: 'malicious', principal: 'p' }));
    statements.add(statement('c', 11 * DAY, { verdict: 'clear' }));
    assert.deepEqual(
      [9, 10, 11, 12].map((day) => statements.isMaliciousForAll(A, day)),
      [false, true, false, false],
    );
  });
});
