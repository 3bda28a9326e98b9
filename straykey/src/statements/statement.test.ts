import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { addStatement, readStatements } from './file.ts';
import { feedbackOf, type Statement } from './statement.ts';

const statement: Statement = {
  id: 'statement-1',
  made: 1_790_000_000,
  since: 1_780_000_000,
  verdict: 'expected',
  host: '198.51.100.0/28',
  by: 'jane',
  reason: 'our gateway in Leipzig',
};

const principals = [
  '111122223333/orders-role/orders',
  '444455556666/orders-role/orders',
  '111122223333/bills-role/bills',
];

function speaksFor(change: Partial<Statement>): (string | undefined)[] {
  return feedbackOf([{ ...statement, ...change }], principals).map(({ principal }) => principal);
}

describe('whom a statement speaks for', () => {
  test('everybody, when it names no function', () => assert.deepEqual(speaksFor({}), [undefined]));
  test('each function of a name, in every account', () =>
    assert.deepEqual(speaksFor({ function: 'orders' }), [principals[0], principals[1]]));
  test('the function of one account', () =>
    assert.deepEqual(speaksFor({ function: 'orders', account: '444455556666' }), [principals[1]]));
  test('one principal, spelled out', () => assert.deepEqual(speaksFor({ function: principals[2]! }), [principals[2]]));
  test('all functions of an account', () =>
    assert.deepEqual(speaksFor({ account: '111122223333' }), [principals[2], principals[0]]));
  test('nobody, when no such function was seen', () => assert.deepEqual(speaksFor({ function: 'refunds' }), []));
});

test('a statement counts from its own time on, with what it accepts and until it lapses', () => {
  const [feedback] = feedbackOf([{ ...statement, accept: ['SECRETS'], ttlDays: 30 }], []);
  assert.deepEqual(feedback, {
    id: 'statement-1',
    t: 1_780_000_000,
    verdict: 'expected',
    cidr: '198.51.100.0/28',
    accept: ['SECRETS'],
    ttlDays: 30,
  });
});

describe('the file of statements', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'straykey-statements-')), 'deep', 'statements.jsonl');

  test('is empty before the first', () => assert.deepEqual(readStatements(path), { statements: [], problems: [] }));

  test('keeps every statement, in order', () => {
    addStatement(path, statement);
    addStatement(path, { ...statement, id: 'statement-2', verdict: 'clear' });
    assert.deepEqual(
      readStatements(path).statements.map(({ id, verdict }) => [id, verdict]),
      [
        ['statement-1', 'expected'],
        ['statement-2', 'clear'],
      ],
    );
  });

  test('a broken line is named and costs no other', () => {
    appendFileSync(path, '{"id": "half\n');
    addStatement(path, { ...statement, id: 'statement-3' });
    const { statements, problems } = readStatements(path);
    assert.deepEqual(
      statements.map(({ id }) => id),
      ['statement-1', 'statement-2', 'statement-3'],
    );
    assert.equal(problems.length, 1);
    assert.match(problems[0]!, /line 3/);
  });
});
