import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import fc from 'fast-check';
import { loadAnnounced, openHostTables } from '../../straykey/src/reference/index.ts';
import { compareIp, formatIp, hostFacts, type Ip, nextIp, parseIp, valueAt } from '../../straykey/src/where/index.ts';

/** The packed files against the CSV files they were made from. */
const packages = new URL('../../node_modules/@ip-location-db/', import.meta.url);
/** Addresses compared in each CSV. */
const SAMPLES = 1000;

interface Row {
  readonly first: Ip;
  readonly last: Ip;
  readonly value: string;
}

/** Lines of a CSV as text: only the sampled ones are ever parsed in full. */
function linesOf(path: string): string[] {
  return readFileSync(new URL(path, packages), 'utf8').trimEnd().split('\n');
}

function rowOf(line: string): Row {
  const [first, last, value] = line.split(',', 3) as [string, string, string];
  return { first: parseIp(first)!, last: parseIp(last)!, value };
}

/** First, last and a middle address of random rows, and the addresses just beside them. */
function samplesOf(lines: readonly string[], seed: number): Ip[] {
  const positions = fc.sample(fc.nat(lines.length - 1), { numRuns: Math.ceil(SAMPLES / 4), seed });
  return positions.flatMap((at) => {
    const { first, last } = rowOf(lines[at]!);
    const middle = { family: first.family, words: first.words.map((word, i) => ((word + last.words[i]!) / 2) >>> 0) };
    const inside = compareIp(first, middle) <= 0 && compareIp(middle, last) <= 0 ? [middle] : [];
    return [first, last, nextIp(last) ?? last, ...inside];
  });
}

/**
 * What the CSV says: every row answers for the addresses it holds, and a row that comes later, being sorted by their first address,
 * answers instead of one before. IPv6 is compared by /64, as it is packed.
 */
function answersOf(lines: readonly string[], addresses: readonly Ip[]): (string | undefined)[] {
  const cut = (ip: Ip): Ip => (ip.family === 4 ? ip : { family: 6, words: ip.words.slice(0, 2) });
  const order = [...addresses.keys()].sort((a, b) => compareIp(addresses[a]!, addresses[b]!));
  const keys = order.map((i) => cut(addresses[i]!));
  const answers: (string | undefined)[] = addresses.map(() => undefined);
  for (const line of lines) {
    const { first, last, value } = rowOf(line);
    for (let at = firstFrom(keys, cut(first)); at < keys.length && compareIp(keys[at]!, cut(last)) <= 0; at++) {
      answers[order[at]!] = value;
    }
  }
  return answers;
}

function firstFrom(sorted: readonly Ip[], ip: Ip): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareIp(sorted[middle]!, ip) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

describe('facts from the packed file are those of the CSV files', () => {
  let tableFor: ReturnType<typeof openHostTables>;
  before(() => {
    tableFor = openHostTables();
  });

  const sources: readonly (readonly [string, 'asn' | 'countryCode'])[] = [
    ['asn/asn-ipv4.csv', 'asn'],
    ['asn/asn-ipv6.csv', 'asn'],
    ['geo-whois-asn-country/geo-whois-asn-country-ipv4.csv', 'countryCode'],
    ['geo-whois-asn-country/geo-whois-asn-country-ipv6.csv', 'countryCode'],
  ];
  for (const [path, fact] of sources) {
    test(path, (context) => {
      const lines = linesOf(path);
      const seed = 20260617;
      context.diagnostic(`seed ${seed}`);
      const addresses = samplesOf(lines, seed);
      const answers = answersOf(lines, addresses);
      for (const [i, address] of addresses.entries()) {
        const found = hostFacts(formatIp(address), tableFor(formatIp(address))!)[fact];
        assert.equal(found === undefined ? undefined : String(found), answers[i], formatIp(address));
      }
      assert.ok(answers.filter((answer) => answer !== undefined).length > SAMPLES / 2, 'the samples meet the data');
    });
  }
});

test('every range of the main networks of Amazon is in the announced file, and a range of anybody else is not', () => {
  const { ranges } = loadAnnounced();
  const rows = ['asn/asn-ipv4.csv', 'asn/asn-ipv6.csv'].flatMap(linesOf);
  const amazon = rows.filter((line) => /,(16509|14618),/.test(line)).map(rowOf);
  assert.ok(amazon.length > 5000);
  for (const { first, last, value } of amazon) {
    for (const ip of [first, last]) assert.equal(valueAt(ranges, ip), Number(value), formatIp(ip));
  }
  for (const line of rows.filter((_, i) => i % 1000 === 0)) {
    const { first, value } = rowOf(line);
    const found = valueAt(ranges, first);
    assert.ok(found === undefined || found === Number(value), line);
  }
});
