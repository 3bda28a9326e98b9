import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { criteriaFromText, textOf } from './text-form.ts';

function read(...texts: string[]): unknown {
  const result = criteriaFromText(texts);
  return result.kind === 'criteria' ? result.criteria.criterion : result.detail;
}

describe('the short form of conditions', () => {
  const cases: readonly (readonly [string, readonly string[], object])[] = [
    ['equals', ['region=eu-west-1'], { region: { equals: ['eu-west-1'] } }],
    ['either', ['region=eu-west-1,us-east-1'], { region: { equals: ['eu-west-1', 'us-east-1'] } }],
    ['blanks around the sign', ['region != us-east-1'], { region: { notEquals: ['us-east-1'] } }],
    ['a pattern', ['type~*OutsideAWS'], { type: { matches: ['*OutsideAWS'] } }],
    ['no pattern', ['type!~*Inside*'], { type: { notMatches: ['*Inside*'] } }],
    ['orders', ['severity>=7', 'severity<9'], { severity: { greaterThanOrEqual: 7, lessThan: 9 } }],
    [
      'the other orders',
      ['severity>3', 'service.count<=9'],
      { severity: { greaterThan: 3 }, 'service.count': { lessThanOrEqual: 9 } },
    ],
    ['a date for a time', ['updatedAt>=2026-10-01'], { updatedAt: { greaterThanOrEqual: 1790812800000 } }],
    ['a time', ['updatedAt<2026-10-01T00:00:01Z'], { updatedAt: { lessThan: 1790812801000 } }],
    ['exceptions add up', ['region!=a', 'region!=b'], { region: { notEquals: ['a', 'b'] } }],
    [
      'a comma in a value',
      ['service.action.awsApiCallAction.userAgent=a\\,b,c\\\\'],
      { 'service.action.awsApiCallAction.userAgent': { equals: ['a,b', 'c\\'] } },
    ],
    [
      'signs in a value',
      ['service.action.awsApiCallAction.userAgent=a=b~c'],
      { 'service.action.awsApiCallAction.userAgent': { equals: ['a=b~c'] } },
    ],
    ['a CIDR', ['x=198.51.100.0/24'], { x: { equals: ['198.51.100.0/24'] } }],
  ];
  for (const [what, texts, criterion] of cases) test(what, () => assert.deepEqual(read(...texts), criterion));

  test('a field of the language is a field like any other, for compile to refuse', () => {
    const criterion = read('__proto__!=x') as object;
    assert.deepEqual(Object.keys(criterion), ['__proto__']);
    assert.equal(Object.getPrototypeOf(criterion), Object.prototype);
  });
});

describe('what is not a condition', () => {
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['no sign', ['severity'], /expected FIELD=VALUE/],
    ['no field', ['=8'], /expected FIELD=VALUE/],
    ['an order over text', ['severity>high'], /expected a whole number, found "high"/],
    ['a date for a number', ['severity>2026-10-01'], /expected a whole number/],
    ['a day that is not', ['updatedAt>2026-13-01'], /expected a whole number/],
    ['the same order twice', ['severity>1', 'severity>2'], /given twice/],
    ['two values that must both hold', ['region=a,x', 'region=b'], /for either, write region=a,x,b/],
  ];
  for (const [what, texts, says] of cases) test(what, () => assert.match(String(read(...texts)), says));
});

test('criteria in their short form, the old names of conditions too', () => {
  assert.deepEqual(
    textOf({
      criterion: {
        region: { eq: ['a,b', 'c'], neq: ['d'] },
        severity: { gte: 7, lt: 9 },
        type: { notMatches: ['*x'] },
      },
    }),
    ['region=a\\,b,c', 'region!=d', 'severity>=7', 'severity<9', 'type!~*x'],
  );
});
