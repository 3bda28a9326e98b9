import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Amazon's own networks: what announces EC2. */
const AMAZON = /^(\d+),(\d+),(?:16509|14618),/gm;

/**
 * The prefixes every comparator treats as AWS: those announced by Amazon's networks in the address data Straykey falls back
 * to, merged, in CIDR notation, IPv4 first. Some 5,000 of them: an honest table to look up.
 */
export function awsPrefixes(): string[] {
  const require = createRequire(import.meta.url);
  const read = (name: string): [bigint, bigint][] =>
    amazonRanges(readFileSync(require.resolve(`@ip-location-db/asn/${name}`), 'utf8'));
  return [
    ...read('asn-ipv4-num.csv').flatMap(([first, last]) => cidrs(first, last, 32)),
    ...read('asn-ipv6-num.csv').flatMap(([first, last]) => cidrs(first, last, 128)),
  ];
}

function amazonRanges(csv: string): [bigint, bigint][] {
  const ranges = Array.from(csv.matchAll(AMAZON), ([, first, last]): [bigint, bigint] => [
    BigInt(first!),
    BigInt(last!),
  ]);
  ranges.sort((a, b) => (a[0] < b[0] ? -1 : 1));
  const merged: [bigint, bigint][] = [];
  for (const [first, last] of ranges) {
    const previous = merged.at(-1);
    if (previous !== undefined && first <= previous[1] + 1n) previous[1] = last > previous[1] ? last : previous[1];
    else merged.push([first, last]);
  }
  return merged;
}

function cidrs(first: bigint, last: bigint, width: 32 | 128): string[] {
  const out: string[] = [];
  let at = first;
  while (at <= last) {
    let bits = 0n;
    while (bits < BigInt(width) && (at & ((2n << bits) - 1n)) === 0n && at + (2n << bits) - 1n <= last) bits++;
    out.push(`${width === 32 ? v4(at) : v6(at)}/${width - Number(bits)}`);
    at += 1n << bits;
  }
  return out;
}

const v4 = (n: bigint): string => [24n, 16n, 8n, 0n].map((shift) => String((n >> shift) & 255n)).join('.');
/** Eight groups, not shortened: every program can read that. */
const v6 = (n: bigint): string =>
  [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n].map((shift) => ((n >> shift) & 0xffffn).toString(16)).join(':');
