import assert from 'node:assert/strict';
import { test } from 'node:test';
import { categoryOf } from '../../straykey/src/model/index.ts';
import { CALLS } from './calls.ts';
import { efc } from './efc.ts';
import { KINDS, PATIENT_ACTIONS } from './kinds.ts';
import { MODELS } from './models.ts';
import type { Row } from './report.ts';
import { benchModel } from './run.ts';

function run(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const saved = new Map<string, string>();
  const code = benchModel(
    args,
    (text) => out.push(text),
    (text) => err.push(text),
    (name, text) => saved.set(name, text),
  );
  return { code, out: out.join(''), err: err.join('\n'), saved };
}

const tiny = run('--quick', '--write');
const results: { models: Row[]; outsideCalls: number } = JSON.parse(tiny.saved.get('results.json')!);
const summaryOf = (id: string) => results.models.find((row) => row.id === id)!.summary;

test('the tables have a row for every model, every kind of campaign and every patient action', () => {
  const firstCells = tiny.out.split('\n').map((line) => line.split(' | ')[0]!.replace(/^\| /, ''));
  const expected = [...MODELS, ...KINDS].map(({ name }) => name);
  for (const name of [...expected, ...PATIENT_ACTIONS]) assert.ok(firstCells.includes(name), name);
});

test('always alerting recalls everything and never falls silent', () => {
  const { firstUse, patientAction, patientSame, insideEgressChange, silenced, kinds, partnerSilentAfter } =
    summaryOf('always');
  for (const { hits, of } of [firstUse, patientAction, patientSame, insideEgressChange, ...kinds.map((k) => k.ever)]) {
    assert.ok(of > 0);
    assert.equal(hits, of);
  }
  assert.equal(silenced.hits, 0);
  assert.equal(partnerSilentAfter, undefined);
});

test('Straykey reports every first use from a new host, like always alerting, and less of the rest', () => {
  for (const id of ['efc', 'efc-ack']) {
    assert.deepEqual(summaryOf(id).firstUse, summaryOf('always').firstUse);
    assert.ok(summaryOf(id).steady.alertDays.mean < summaryOf('always').steady.alertDays.mean / 2);
  }
});

test('the report is printed, kept only when told, and the same for the same seeds', () => {
  const again = run('--quick');
  assert.deepEqual([tiny.code, again.code], [0, 0]);
  assert.deepEqual([...tiny.saved.keys()], ['report.md', 'results.json']);
  assert.equal(tiny.saved.get('report.md'), tiny.out);
  assert.equal(again.out, tiny.out);
  assert.equal(again.saved.size, 0);
  assert.ok(results.outsideCalls > 10_000);
});

for (const { args, says } of [
  { args: ['--seeds', 'many'], says: /--seeds: expected a whole number from 1, found "many"/ },
  { args: ['--days', '20'], says: /--days: expected a whole number from 100, found "20"/ },
  { args: ['--quick', '--days', '120'], says: /leave out --days/ },
  { args: ['--sedes', '3'], says: /Unknown option '--sedes'/ },
]) {
  test(`"${args.join(' ')}" is refused with what was expected`, () => {
    const { code, out, err } = run(...args);
    assert.equal(code, 2);
    assert.equal(out, '');
    assert.match(err, says);
    assert.match(err, /usage: npm run bench:model/);
  });
}

test('a finding is keyed as the model scopes it', () => {
  const event = {
    id: 'e1',
    t: 20_000 * 86_400,
    principal: '111122223333/orders-role/orders',
    role: '111122223333/orders-role',
    key: 'ASIAORDERSEXAMPLE',
    ip: '198.51.100.7',
    source: 'ec2.amazonaws.com',
    name: 'DescribeTags',
    region: 'eu-west-1',
  };
  assert.deepEqual(efc().outside(event), {
    finding: true,
    reasons: ['NEW_HOST'],
    key: '111122223333/orders-role/orders|198.51.100.7',
  });
});

test('the calls are sorted as the model sorts them', () => {
  for (const [kind, calls] of Object.entries(CALLS)) {
    for (const { source, name, readOnly } of calls)
      assert.equal(categoryOf(source, name, readOnly), kind, `${source}:${name}`);
  }
});
