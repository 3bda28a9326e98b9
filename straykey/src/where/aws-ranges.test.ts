import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  buildAwsRanges,
  LISTING_LENIENCY_SECONDS,
  listingChanges,
  listingOf,
  type RangesHistory,
  type RangesRow,
} from './aws-ranges.ts';
import { cidrContains, formatCidr, type Ip, parseCidr, parseIp } from './ip.ts';

const DAY = 86_400;
const OPEN = Number.POSITIVE_INFINITY;
const START = Date.parse('2020-01-01T00:00:00Z') / 1000;

function row(prefix: string, intervals: readonly number[], service = 'AMAZON', region = 'us-east-1'): RangesRow {
  return { prefix, region, service, networkBorderGroup: region, intervals };
}

/** By the definition alone: any row whose interval, widened by the leniency, holds the time; longest prefix first. */
function naiveNetwork({ versions, rows }: RangesHistory, ip: Ip, time: number): string | undefined {
  const asOf = Math.max(time, versions[0]!);
  const isListed = (edges: readonly number[]) =>
    edges.some(
      (from, i) =>
        i % 2 === 0 && asOf >= from - LISTING_LENIENCY_SECONDS && asOf < edges[i + 1]! + LISTING_LENIENCY_SECONDS,
    );
  const holding = rows.filter(({ prefix, intervals }) => cidrContains(parseCidr(prefix)!, ip) && isListed(intervals));
  const longest = holding.sort((a, b) => parseCidr(b.prefix)!.length - parseCidr(a.prefix)!.length)[0];
  return longest?.prefix;
}

// Nested prefixes of a few blocks, over forty days, so that intervals meet, nest and miss each other.
const prefix = fc
  .tuple(fc.constantFrom('3.0.0.0', '3.5.0.0', '2600:1f00::', '2600:1f18:4000::'), fc.integer({ min: 9, max: 30 }))
  .map(([base, length]) => formatCidr(parseCidr(`${base}/${length}`)!));
const history: fc.Arbitrary<RangesHistory> = fc
  .array(
    fc.record({
      prefix,
      days: fc.uniqueArray(fc.nat(40), { minLength: 2, maxLength: 4, selector: (day) => day }),
      open: fc.boolean(),
      service: fc.constantFrom('AMAZON', 'EC2'),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((list) => ({
    versions: Array.from({ length: 41 }, (_, day) => START + day * DAY),
    rows: list.map(({ prefix, days, open, service }) => {
      const edges = [...days].sort((a, b) => a - b).map((day) => START + day * DAY);
      const even = edges.slice(0, edges.length - (edges.length % 2));
      const intervals = open ? [...even.slice(0, -1), OPEN] : even;
      return row(prefix, intervals, service);
    }),
  }));
const address = fc.constantFrom(
  '3.0.0.1',
  '3.5.0.9',
  '3.5.255.1',
  '3.128.0.1',
  '2600:1f00::1',
  '2600:1f18:4000::',
  '2600:1fff::1',
);
const moment = fc.integer({ min: -10 * 24, max: 60 * 24 }).map((hours) => START + hours * 3600);

test('a look-up as of a moment agrees with a scan of all rows', () => {
  fc.assert(
    fc.property(history, address, moment, (known, text, time) => {
      const ip = parseIp(text)!;
      assert.equal(listingOf(buildAwsRanges(known), ip, time)?.network, naiveNetwork(known, ip, time));
    }),
    { numRuns: 1000 },
  );
});

test('between two moments without a change in between the answer is the same', () => {
  fc.assert(
    fc.property(history, address, moment, fc.nat(20 * 24), (known, text, from, hours) => {
      const [ranges, ip, to] = [buildAwsRanges(known), parseIp(text)!, from + hours * 3600];
      if (listingChanges(ranges, ip, from, to).length > 0) return;
      for (let time = from; time <= to; time += 6 * 3600) {
        assert.deepEqual(listingOf(ranges, ip, time), listingOf(ranges, ip, from));
      }
    }),
    { numRuns: 500 },
  );
});

describe('a prefix listed from day 10 to day 20 of a history that begins on day 0', () => {
  const ranges = buildAwsRanges({
    versions: Array.from({ length: 31 }, (_, day) => START + day * DAY),
    rows: [row('3.0.0.0/15', [START + 10 * DAY, START + 20 * DAY], 'EC2')],
  });
  const rows = [
    [7.9, false, 'more than two days before it was listed'],
    [8, true, 'two days before: lists come out late'],
    [10, true, 'the day it was listed'],
    [15, true, 'while listed'],
    [21.9, true, 'less than two days after it went: prefixes flap'],
    [22, false, 'two days after it went'],
  ] as const;
  for (const [day, listed, why] of rows) {
    test(`${listed ? 'is' : 'is not'} AWS on day ${day}: ${why}`, () => {
      assert.equal(listingOf(ranges, parseIp('3.1.2.3')!, START + day * DAY) !== undefined, listed);
    });
  }
});

test('before the first known version, its prefixes count as listed', () => {
  const ranges = buildAwsRanges({ versions: [START], rows: [row('3.0.0.0/15', [START, OPEN])] });
  assert.equal(listingOf(ranges, parseIp('3.0.0.1')!, 0)?.network, '3.0.0.0/15');
});

test('the most specific listed prefix names the network, and the service that says most', () => {
  const ranges = buildAwsRanges({
    versions: [START],
    rows: [
      row('3.0.0.0/9', [START, OPEN]),
      row('3.4.0.0/16', [START, OPEN], 'AMAZON', 'eu-west-1'),
      row('3.4.0.0/16', [START, OPEN], 'S3', 'eu-west-1'),
      row('3.4.0.0/16', [START, OPEN], 'EC2', 'eu-west-1'),
      row('3.4.5.0/24', [START - 30 * DAY, START - 20 * DAY], 'CLOUDFRONT', 'GLOBAL'),
    ],
  });
  const at = (text: string) => listingOf(ranges, parseIp(text)!, START);
  assert.deepEqual(at('3.4.5.6'), { network: '3.4.0.0/16', region: 'eu-west-1', service: 'EC2' });
  assert.deepEqual(at('3.5.0.1'), { network: '3.0.0.0/9', region: 'us-east-1', service: 'AMAZON' });
  assert.equal(at('4.0.0.1'), undefined);
});
