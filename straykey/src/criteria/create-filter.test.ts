import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createFilterOf, filterFrom } from './create-filter.ts';
import { checkRule } from './rule.ts';

const criterion = { severity: { greaterThanOrEqual: 7 }, type: { equals: ['x'] } };
const filter = { name: 'onprem-gw', action: 'ARCHIVE', rank: 3, findingCriteria: { criterion } };

describe('a filter of GuardDuty', () => {
  test('in the spelling of the wire', () => {
    const { kind, ...read } = filterFrom(filter) as typeof filter & { kind: string };
    assert.equal(kind, 'filter');
    assert.deepEqual(read, filter);
  });

  test('in the spelling of the AWS CLI, with what GetFilter adds', () => {
    const read = filterFrom({
      Name: 'onprem-gw',
      Description: '',
      Action: 'ARCHIVE',
      Rank: 3,
      FindingCriteria: { Criterion: { severity: { Gte: 7 }, type: { Eq: ['x'] } } },
      Tags: {},
      CreatedAt: '2026-01-01',
      Version: 1,
    });
    assert.deepEqual(read, {
      kind: 'filter',
      ...filter,
      findingCriteria: { criterion: { severity: { gte: 7 }, type: { eq: ['x'] } } },
    });
  });

  test("as a finding's evidence carries it", () =>
    assert.deepEqual(filterFrom({ rule: filter, covers: 'every finding' }), { kind: 'filter', ...filter }));

  test('without an action is a search', () => {
    const { action: _, ...search } = filter;
    assert.equal((filterFrom(search) as { action: string }).action, 'NOOP');
  });

  const wrong: readonly (readonly [string, unknown, RegExp])[] = [
    ['text', 'filter', /expected a filter/],
    ['no name', { action: 'ARCHIVE' }, /name: expected text/],
    ['another member', { ...filter, expires: '2027' }, /no member "expires"/],
    ['a rank that is text', { ...filter, rank: '1' }, /rank: expected a number/],
    ['a description that is none', { ...filter, description: 1 }, /description: expected text/],
    ['an action that is none', { ...filter, action: 1 }, /action: expected/],
    ['a member of the language', JSON.parse('{"__proto__":{"name":"x"}}'), /no member "__proto__"/],
  ];
  for (const [what, document, says] of wrong) {
    test(`cannot be ${what}`, () => {
      const read = filterFrom(document);
      assert.ok(read.kind === 'problem');
      assert.match(read.detail, says);
    });
  }

  test('is what a rule is exported as, without what GuardDuty cannot keep', () =>
    assert.deepEqual(
      createFilterOf({
        ...(filter as { name: string; rank: number; findingCriteria: { criterion: typeof criterion } }),
        description: 'Leipzig',
        expiresAt: '2027-01-01T00:00:00Z',
      }),
      { ...filter, description: 'Leipzig' },
    ));
});

describe("GuardDuty's limits on a rule", () => {
  const rule = { name: 'onprem-gw', rank: 1, findingCriteria: { criterion } };
  const wrong: readonly (readonly [string, object, string])[] = [
    ['a name of two characters', { name: 'ab' }, 'name'],
    ['a name of 65', { name: 'a'.repeat(65) }, 'name'],
    ['a name with a blank', { name: 'on prem' }, 'name'],
    ['a name of other letters', { name: 'Bürotür' }, 'name'],
    ['rank 0', { rank: 0 }, 'rank'],
    ['rank 101', { rank: 101 }, 'rank'],
    ['half a rank', { rank: 1.5 }, 'rank'],
    ['a description with a comma', { description: 'Leipzig, Outposts' }, 'description'],
    ['a description of 513', { description: 'x'.repeat(513) }, 'description'],
    ['an expiry that is no time', { expiresAt: 'soon' }, 'expiresAt'],
    ['criteria that cannot be used', { findingCriteria: { criterion: {} } }, 'findingCriteria'],
  ];
  for (const [what, change, about] of wrong) {
    test(`refuse ${what}`, () => {
      const checked = checkRule({ ...rule, ...change });
      assert.ok(checked.kind === 'problems');
      assert.deepEqual(
        checked.problems.map((each) => each.about),
        [about],
      );
    });
  }
  for (const change of [
    { name: 'a.B' },
    { name: '_-.'.repeat(21) },
    { rank: 100 },
    { description: 'Gateway: a_b {x} [y] (z) /\t\n v.1 -' },
    { description: '' },
    { expiresAt: '2027-01-01T00:00:00.000Z' },
  ]) {
    test(`take ${JSON.stringify(change)}`, () => assert.equal(checkRule({ ...rule, ...change }).kind, 'rule'));
  }
});
