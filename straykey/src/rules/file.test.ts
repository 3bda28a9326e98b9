import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { MOST_RULES } from '../criteria/index.ts';
import { appendEvents, readRules } from './file.ts';
import { type RuleEvent, type Rules, replay } from './trail.ts';

const folder = mkdtempSync(join(tmpdir(), 'straykey-rules-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const criterion = { region: { equals: ['eu-west-1'] } };
const rule = { name: 'onprem-gw', rank: 1, findingCriteria: { criterion } };
const said = { at: '2026-10-01T00:00:00.000Z', by: 'jane', reason: 'our gateway in Leipzig' };
const added: RuleEvent = { event: 'added', ...said, rule };
const changed: RuleEvent = {
  event: 'changed',
  ...said,
  at: '2026-10-02T00:00:00.000Z',
  reason: 'moved',
  rule: { ...rule, rank: 2 },
};
const removed: RuleEvent = { event: 'removed', ...said, at: '2026-10-03T00:00:00.000Z', name: 'onprem-gw' };

function fileOf(name: string, ...events: readonly RuleEvent[]): string {
  const path = join(folder, 'deep', name);
  appendEvents(path, events);
  return path;
}

describe('the file of rules', () => {
  test('holds none before the first', () =>
    assert.deepEqual(readRules(join(folder, 'none')), { rules: new Map(), events: [] }));

  test('keeps a rule with who, when and why', () => {
    const { rules, events } = readRules(fileOf('added', added));
    assert.deepEqual(rules.get('onprem-gw')?.rule, {
      ...rule,
      createdAt: said.at,
      updatedAt: said.at,
      by: 'jane',
      reason: said.reason,
    });
    assert.deepEqual(events, [added]);
  });

  test('a change keeps when the rule was made', () => {
    const { rules } = readRules(fileOf('changed', added, changed));
    const { createdAt, updatedAt, rank, reason } = rules.get('onprem-gw')!.rule;
    assert.deepEqual([createdAt, updatedAt, rank, reason], [said.at, changed.at, 2, 'moved']);
  });

  test('a removed rule is gone, and every change stays on record', () => {
    const { rules, events } = readRules(fileOf('removed', added, changed, removed, added));
    assert.equal(rules.size, 1);
    assert.deepEqual(events, [added, changed, removed, added]);
  });

  test('changes are only ever appended, after an editor left the last line open too', () => {
    const path = fileOf('open', added);
    const before = readFileSync(path, 'utf8');
    writeFileSync(path, before.trimEnd());
    appendEvents(path, [removed]);
    assert.ok(readFileSync(path, 'utf8').startsWith(before));
    assert.deepEqual(readRules(path).events, [added, removed]);
  });
});

describe('a line that cannot be used stops everything and is named', () => {
  const line = (change: object) => JSON.stringify({ ...added, ...change });
  const withRule = (change: object) => line({ rule: { ...rule, ...change } });
  const broken: readonly (readonly [string, string, RegExp])[] = [
    ['half a line', line({ rule: { ...rule, name: 'other' } }).slice(0, 60), /not a change of the rules/],
    ['no JSON', 'onprem-gw', /not a change of the rules/],
    ['another event', line({ event: 'paused' }), /event/],
    ['nobody who says so', line({ by: undefined }), /by/],
    ['no reason', line({ reason: undefined }), /reason/],
    ['no time', line({ at: 'yesterday' }), /at/],
    ['a member that nobody knows', withRule({ name: 'other', onlyFor: 'orders' }), /onlyFor/],
    ['a name that is there already', line({}), /already is a rule "onprem-gw"/],
    [
      'a change of a rule that is not there',
      line({ event: 'changed', rule: { ...rule, name: 'other' } }),
      /no rule "other" to change/,
    ],
    [
      'the removal of a rule that is not there',
      JSON.stringify({ ...removed, name: 'other' }),
      /no rule "other" to remove/,
    ],
    ['a name that GuardDuty refuses', withRule({ name: 'on prem' }), /name: expected 3 to 64/],
    ['a rank that GuardDuty refuses', withRule({ name: 'other', rank: 0 }), /rank: expected 1 to 100/],
    ['an end that is no time', withRule({ name: 'other', expiresAt: 'soon' }), /expiresAt/],
    ['criteria without a field', withRule({ name: 'other', findingCriteria: { criterion: {} } }), /1 to 50 fields/],
    [
      'criteria that are none',
      withRule({ name: 'other', findingCriteria: undefined }),
      /findingCriteria|expected an object/,
    ],
    [
      'a condition on a member of the language, which must not get lost',
      `${withRule({ name: 'other', findingCriteria: { criterion: { ...criterion, X: { equals: ['x'] } } } }).replace('"X"', '"__proto__"')}`,
      /__proto__: no such field/,
    ],
    [
      'a misspelt field',
      withRule({ name: 'other', findingCriteria: { criterion: { regoin: { notEquals: ['x'] } } } }),
      /regoin/,
    ],
  ];
  for (const [i, [what, text, says]] of broken.entries()) {
    test(what, () => {
      const path = fileOf(`broken-${i}`, added);
      appendFileSync(path, `${text}\n`);
      const { problem } = readRules(path);
      assert.match(problem ?? '', says);
      assert.ok(problem?.startsWith(`${path}, line 2: `));
    });
  }
});

test(`${MOST_RULES} rules are taken, as many as GuardDuty takes, and no more`, () => {
  let rules: Rules = new Map();
  for (let i = 0; i < MOST_RULES; i++) {
    const replayed = replay(rules, { event: 'added', ...said, rule: { ...rule, name: `rule-${i}` } });
    assert.ok(replayed.kind === 'rules');
    rules = replayed.rules;
  }
  const oneMore = replay(rules, added);
  assert.ok(oneMore.kind === 'problem');
  assert.match(oneMore.detail, /100 rules already/);
  assert.equal(replay(rules, { event: 'changed', ...said, rule: { ...rule, name: 'rule-7' } }).kind, 'rules');
});
