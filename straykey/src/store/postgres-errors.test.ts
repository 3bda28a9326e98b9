import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreUnavailable } from './port.ts';
import { mustRepeat, postgresError } from './postgres-errors.ts';
import { sqliteError } from './sqlite-errors.ts';

const coded = (code: string) => Object.assign(new Error('said by the server'), { code });

test('what the server cannot do now is unavailable, with its cause and what to do', () => {
  const cases: readonly (readonly [code: string, advice: RegExp])[] = [
    ['ECONNREFUSED', /nothing listens/],
    ['ECONNRESET', /network/],
    ['ENOTFOUND', /name of the host/],
    ['57P01', /restarted/],
    ['57P03', /starting/],
    ['08006', /connection/],
    ['53100', /disk/],
    ['53300', /max_connections/],
    ['25006', /replica/],
    ['28P01', /password/],
    ['3D000', /create the database/],
    ['57014', /too long/],
  ];
  for (const [code, advice] of cases) {
    const cause = coded(code);
    const error = postgresError(cause, 'postgres://host/db');
    assert.ok(error instanceof StoreUnavailable, code);
    assert.match(error.message, advice);
    assert.equal(error.cause, cause);
  }
});

test('a host with several addresses is judged by the first', () => {
  const error = postgresError(new AggregateError([coded('ECONNREFUSED'), coded('EACCES')]), 'n');
  assert.ok(error instanceof StoreUnavailable);
});

test('our own mistakes stay what they are', () => {
  for (const error of [coded('23505'), coded('42601'), new TypeError('x'), 'text', undefined]) {
    assert.equal(postgresError(error, 'n'), error);
    assert.equal(sqliteError(error, 'n'), error);
  }
});

test('only transactions that met another one are repeated', () => {
  assert.ok(mustRepeat(postgresError(coded('40P01'), 'n')));
  assert.ok(mustRepeat(coded('40001')));
  assert.ok(!mustRepeat(postgresError(coded('57P01'), 'n')));
  assert.ok(!mustRepeat(new Error('x')));
});

test('SQLite: full, broken, damaged, read-only, busy are unavailable; constraints are not', () => {
  const sqlite = (errcode: number) => Object.assign(new Error('said by SQLite'), { errcode });
  for (const [code, advice] of [
    [13, /disk full/],
    [10, /disk error/],
    [266, /disk error/],
    [11, /damaged/],
    [8, /written/],
    [5, /busy/],
    [14, /opened/],
  ] as const) {
    const error = sqliteError(sqlite(code), 'sqlite:x');
    assert.ok(error instanceof StoreUnavailable, String(code));
    assert.match(error.message, advice);
  }
  assert.ok(!(sqliteError(sqlite(1_299), 'n') instanceof StoreUnavailable));
});
