import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { flag, readTime } from './fields.ts';

const noon = Date.UTC(2021, 9, 14, 14, 21, 22) / 1000;

describe('a time is read', () => {
  const same: readonly [what: string, value: unknown][] = [
    ['as CloudTrail writes it', '2021-10-14T14:21:22Z'],
    ['without T and Z, as Panther exports it', '2021-10-14 14:21:22'],
    ['with milliseconds, as Lake and Elastic write it', '2021-10-14 14:21:22.000'],
    ['with UTC spelled out', '2021-10-14 14:21:22 UTC'],
    ['with an offset east', '2021-10-15 01:21:22+11:00'],
    ['with an offset west, without a colon', '2021-10-14T09:51:22-0430'],
    ['in the compact form of eventVersion 1.0', '20211014T142122Z'],
    ['as credentials.expiration since 2020', 'Oct 14, 2021, 2:21:22 PM'],
    ['as credentials.expiration before 2020', 'Oct 14, 2021 2:21:22 PM'],
    ['as newer Java writes it, with U+202F', 'Oct 14, 2021, 2:21:22\u202fPM'],
    ['as epoch seconds', 1634221282],
    ['as epoch seconds with a fraction', 1634221282.9],
    ['as epoch milliseconds', 1634221282000],
    ['as epoch milliseconds in text', '1634221282000'],
    ['as epoch microseconds', 1634221282000000],
    ['as epoch nanoseconds in text', '1634221282000000000'],
  ];
  for (const [what, value] of same) test(what, () => assert.equal(readTime(value), noon));

  test('midnight and noon of the American clock are not mixed up', () => {
    assert.equal(readTime('Nov 29, 2018 12:00:00 AM'), Date.UTC(2018, 10, 29) / 1000);
    assert.equal(readTime('Nov 29, 2018 12:00:00 PM'), Date.UTC(2018, 10, 29, 12) / 1000);
  });

  test('a leap second is the second after it', () => {
    assert.equal(readTime('2016-12-31T23:59:60Z'), Date.UTC(2017, 0, 1) / 1000);
  });
});

test('what is not a time is not made into one', () => {
  const none = ['', 'now', 'null', '2021-02-30T00:00:00Z', '2021-13-01T00:00:00Z', '2021-10-14', '14:21:22', '2021'];
  const values = [...none, '2021-10-14T24:00:00Z', '0000-00-00T00:00:00Z', 'Foo 3, 2021, 1:00:00 AM', '1'.repeat(99)];
  for (const value of [...values, -1, Number.NaN, Number.POSITIVE_INFINITY, null, undefined, true, [], {}]) {
    assert.equal(readTime(value), undefined, JSON.stringify(value));
  }
});

test('true and false count as such and as text, nothing else does', () => {
  assert.deepEqual([true, 'true', false, 'false'].map(flag), [true, true, false, false]);
  assert.deepEqual([1, 'TRUE', 'yes', null, {}].map(flag), [undefined, undefined, undefined, undefined, undefined]);
});
