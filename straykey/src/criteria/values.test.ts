import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readerOf } from './values.ts';

describe('a path into a finding', () => {
  const cases: readonly (readonly [string, object, string, readonly unknown[]])[] = [
    ['a member', { a: { b: 'x' } }, 'a.b', ['x']],
    ['members of lists, in order', { a: [{ b: ['x', 1] }, { b: false }, {}] }, 'a.b', ['x', 1, false]],
    ['a list that is empty', { a: [] }, 'a', []],
    ['an object is no value', { a: { b: 'x' } }, 'a', []],
    ['null is no value', { a: null }, 'a', []],
    ['nothing below a text', { a: 'x' }, 'a.length', []],
    ['a member that is not there', {}, 'a.b', []],
    ['what every object inherits', {}, 'constructor.name', []],
    ['what one object inherits', Object.create({ a: 'x' }), 'a', []],
    ['a prototype', {}, '__proto__.constructor.name', []],
    ['what is called like a prototype', JSON.parse('{"__proto__":{"a":"x"}}'), '__proto__.a', ['x']],
    [
      'the JSON text of additionalInfo',
      { service: { additionalInfo: { value: '{"a":{"b":[1,2]}}' } } },
      'service.additionalInfo.a.b',
      [1, 2],
    ],
    [
      'its raw members first',
      { service: { additionalInfo: { a: 'raw', value: '{"a":"text"}' } } },
      'service.additionalInfo.a',
      ['raw'],
    ],
    ['JSON text that is no object', { service: { additionalInfo: { value: '"a"' } } }, 'service.additionalInfo.a', []],
    ['JSON text that is none', { service: { additionalInfo: { value: '{' } } }, 'service.additionalInfo.a', []],
    ['additionalInfo without text', { service: { additionalInfo: { value: 1 } } }, 'service.additionalInfo.a', []],
  ];
  for (const [what, finding, path, values] of cases) {
    test(what, () => assert.deepEqual(readerOf(finding).at(path), values));
  }
});
