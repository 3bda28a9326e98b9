// Packs the openly licensed address data of two npm packages into straykey/data/: which networks Amazon's cloud announces (small),
// and AS number, organisation and registered country of every address (large). Run it after updating those packages; the output is
// committed, and test/places/packed-data.test.ts compares it with the CSV files.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { ANNOUNCED_FILE, HOSTS_FILE, type HostsHeader } from '../straykey/src/reference/packed-address-data.ts';
import { packFile, packParts } from '../straykey/src/reference/packed-file.ts';
import { compareIp, type Ip, nextIp, parseIp, type Ranges } from '../straykey/src/where/index.ts';

/**
 * Networks that count as Amazon's cloud, each with its reason. Chosen by holder's name, then by how much of what they announce AWS lists
 * itself (data of 2026-06 against AWS's list of 2026-08). A customer's own addresses brought to AWS are announced by the first two.
 */
const CLOUD_NETWORKS: ReadonlyMap<number, string> = new Map([
  [
    16509,
    'Amazon.com: the main network; 69 of 157 million IPv4 addresses listed, the rest is reserve and customers own',
  ],
  [14618, 'Amazon.com: us-east-1; 96% listed'],
  [8987, 'Amazon Data Services Ireland: GovCloud and others; 88% listed'],
  [9059, 'Amazon Data Services Ireland: the data centre company'],
  [21664, 'Amazon.com: AWS internal services; half listed'],
  [214101, 'Amazon Data Services European Sovereign Cloud'],
  [135630, 'Amazon Connection Technology Services (Beijing): cn-north-1, IPv6; listed'],
  [55960, 'Beijing Guanghuan Xinwang (Sinnet): runs cn-north-1 for AWS; 99% listed'],
  [135629, 'Ningxia West Cloud Data (NWCD): runs cn-northwest-1 for AWS; 99.7% listed'],
]);

/**
 * Networks with Amazon's name or owner that do not count, each with its reason. Kept so that a reviewer need not ask, and so that a
 * new Amazon network in the data stops this script until somebody decides.
 */
const NOT_THE_CLOUD: ReadonlyMap<number, string> = new Map([
  [
    7224,
    'Amazon.com: faces customers on Direct Connect; announces cable and office networks, nothing of it listed now',
  ],
  [801, 'Amazon Technologies: all its addresses left the list of AWS'],
  [38895, 'Amazon.com Tech Telecom: no IPv4 listed'],
  [400098, 'Amazon Technologies: nothing listed'],
  [401395, 'Amazon Technologies: two /24, one listed; the list decides'],
  [36263, 'Amazon.com: nothing listed'],
  [62785, 'Amazon.com Services: shops and warehouses; 2% listed'],
]);

interface Row {
  readonly first: Ip;
  readonly last: Ip;
  readonly value: string;
  readonly name: string;
}

const packages = new URL('../node_modules/@ip-location-db/', import.meta.url);
const output = new URL('../straykey/data/', import.meta.url);

function main(): void {
  const networks = [...readRows('asn/asn-ipv4.csv'), ...readRows('asn/asn-ipv6.csv')];
  const countries = ['4', '6'].flatMap((family) =>
    readRows(`geo-whois-asn-country/geo-whois-asn-country-ipv${family}.csv`),
  );
  refuseUndecided(networks);
  mkdirSync(output, { recursive: true });
  write(ANNOUNCED_FILE, packAnnounced(networks));
  write(HOSTS_FILE, packHosts(networks, countries));
}

function packAnnounced(networks: readonly Row[]): Uint8Array {
  const cloud = networks.filter(({ value }) => CLOUD_NETWORKS.has(Number(value)));
  return packFile({
    header: { format: 'straykey-announced/1', made: madeOf('asn'), sources: [ASN_SOURCE] },
    tables: [rangesOf(cloud, 4, ({ value }) => Number(value)), rangesOf(cloud, 6, ({ value }) => Number(value))],
    lists: [],
  });
}

function packHosts(networks: readonly Row[], countries: readonly Row[]): Uint8Array {
  const asns = byFrequency(networks.map(({ value }) => value));
  const codes = byFrequency(countries.map(({ value }) => value));
  const names = mostUsedNames(networks);
  const english = new Intl.DisplayNames('en', { type: 'region' });
  const [allAsns, allCodes] = [[...asns.keys()], [...codes.keys()]];
  const header: HostsHeader = {
    format: 'straykey-hosts/2',
    made: madeOf('asn'),
    sources: [ASN_SOURCE, COUNTRY_SOURCE],
  };
  const [v4, v6] = ([4, 6] as const).map((family) =>
    partsOf(
      rangesOf(networks, family, ({ value }) => asns.get(value)!),
      rangesOf(countries, family, ({ value }) => codes.get(value)!),
    ),
  ) as [Part[], Part[]];
  const ranges = [...v4, ...v6].map((part) => {
    const { ranges: registrations, used } = renumbered(part.registrations);
    const own = used.map((number) => allCodes[number]!);
    const lists = [own, own.map((code) => english.of(code) ?? code)];
    return packFile({ header, tables: [part.networks, registrations], lists });
  });
  const holders = Array.from({ length: Math.ceil(allAsns.length / HOLDERS) }, (_, i) => {
    const own = allAsns.slice(i * HOLDERS, (i + 1) * HOLDERS);
    return packFile({ header, tables: [], lists: [own.map((asn) => names.get(asn) ?? ''), own] });
  });
  const index = packFile({
    header,
    tables: [stretches(v4, 1), stretches(v6, 1 + v4.length)],
    lists: [[HOLDERS, allAsns.length, 1 + ranges.length].map(String)],
  });
  return packParts([index, ...ranges, ...holders]);
}

/** Parts of ranges for each family, and holders in a part: either takes about a millisecond to unpack. */
const PARTS = 64;
const HOLDERS = 2048;

interface Part {
  /** Keys: the first that belongs to it, and the first of the next. */
  readonly first: bigint;
  readonly next: bigint;
  readonly networks: Ranges;
  readonly registrations: Ranges;
}

/** Cuts both tables at the same addresses, so that each part has about as many networks. */
function partsOf(networks: Ranges, registrations: Ranges): Part[] {
  const { words, starts, values } = networks;
  const size = Math.ceil(values.length / PARTS);
  const firsts = [0n, ...Array.from({ length: PARTS - 1 }, (_, i) => keyAt(starts, (i + 1) * size, words))];
  return firsts.map((first, i) => {
    const next = firsts[i + 1] ?? 1n << BigInt(32 * words);
    return { first, next, networks: cut(networks, first, next), registrations: cut(registrations, first, next) };
  });
}

/** The addresses of each part; values are the parts' positions in the file. */
function stretches(parts: readonly Part[], position: number): Ranges {
  const { words } = parts[0]!.networks;
  return {
    words,
    starts: Uint32Array.from(parts.flatMap(({ first }) => wordsOf(first, words))),
    ends: Uint32Array.from(parts.flatMap(({ next }) => wordsOf(next - 1n, words))),
    values: Uint32Array.from(parts, (_, i) => position + i),
  };
}

/** What of the ranges lies from one key to before another. */
function cut({ words, starts, ends, values }: Ranges, first: bigint, next: bigint): Ranges {
  const pieces = Array.from(values, (value, i) => {
    const [start, end] = [keyAt(starts, i, words), keyAt(ends, i, words)];
    return { start: start < first ? first : start, end: end < next ? end : next - 1n, value };
  }).filter(({ start, end }) => start <= end);
  return {
    words,
    starts: Uint32Array.from(pieces.flatMap(({ start }) => wordsOf(start, words))),
    ends: Uint32Array.from(pieces.flatMap(({ end }) => wordsOf(end, words))),
    values: Uint32Array.from(pieces, ({ value }) => value),
  };
}

/** The same ranges with the values that occur numbered from 0, in their order; and those values. */
function renumbered(ranges: Ranges): { readonly ranges: Ranges; readonly used: readonly number[] } {
  const used = [...new Set(ranges.values)].sort((a, b) => a - b);
  const numbers = new Map(used.map((value, i) => [value, i]));
  return { ranges: { ...ranges, values: ranges.values.map((value) => numbers.get(value)!) }, used };
}

function keyAt(keys: Uint32Array, position: number, words: number): bigint {
  const first = BigInt(keys[position * words]!);
  return words === 1 ? first : (first << 32n) | BigInt(keys[position * words + 1]!);
}

function wordsOf(key: bigint, words: number): number[] {
  return words === 1 ? [Number(key)] : [Number(key >> 32n), Number(key & 0xffffffffn)];
}

const ASN_SOURCE =
  'AS numbers and organisations: RouteViews (routeviews.org) and DB-IP (db-ip.com), both CC BY 4.0, NRO (nro.net), by @ip-location-db/asn';
const COUNTRY_SOURCE = 'Registered countries: @ip-location-db/geo-whois-asn-country, CC0 1.0, with NRO data (nro.net)';

/** A new network of Amazon's needs a decision by a person. */
function refuseUndecided(networks: readonly Row[]): void {
  const undecided = networks.filter(
    ({ value, name }) =>
      /^amazon(\.com| (data|technologies|connection))/i.test(name) &&
      !CLOUD_NETWORKS.has(Number(value)) &&
      !NOT_THE_CLOUD.has(Number(value)),
  );
  const found = new Set(undecided.map(({ value, name }) => `AS${value} ${name}`));
  if (found.size > 0) throw new Error(`Is this Amazon's cloud? Decide in CLOUD_NETWORKS: ${[...found].join(', ')}`);
}

function readRows(path: string): Row[] {
  return readFileSync(new URL(path, packages), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const match = /^([^,]+),([^,]+),([^,]+)(?:,(.*))?$/.exec(line)!;
      const [first, last] = [parseIp(match[1]!), parseIp(match[2]!)];
      if (first === undefined || last === undefined) throw new Error(`${path}: no range in ${line}`);
      return { first, last, value: match[3]!, name: unquoted(match[4] ?? '') };
    });
}

function unquoted(field: string): string {
  return field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field;
}

/**
 * Sorted, cut to /64 for IPv6, neighbours of one value joined. Rows nest (a customer's part inside a network); the row that starts last
 * answers for its part, and the row around it for the rest.
 */
function rangesOf(rows: readonly Row[], family: 4 | 6, numberOf: (row: Row) => number): Ranges {
  const words = family === 4 ? 1 : 2;
  const pieces: Piece[] = [];
  const open: Piece[] = [];
  let cursor: Ip | undefined;
  const closeBefore = (start: Ip | undefined) => {
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      if (start !== undefined && compareIp(top.last, start) >= 0) return;
      open.pop();
      if (cursor === undefined || compareIp(cursor, top.last) > 0) continue;
      append(pieces, { first: cursor, last: top.last, value: top.value });
      cursor = nextIp(top.last);
    }
  };
  for (const row of inOrder(rows, family)) {
    const piece = { first: upper(row.first, words), last: upper(row.last, words), value: numberOf(row) };
    closeBefore(piece.first);
    const around = open.at(-1);
    if (around !== undefined && cursor !== undefined && compareIp(cursor, piece.first) < 0) {
      append(pieces, { first: cursor, last: previous(piece.first), value: around.value });
    }
    cursor = piece.first;
    open.push(piece);
  }
  closeBefore(undefined);
  return {
    words,
    starts: Uint32Array.from(pieces.flatMap(({ first }) => first.words)),
    ends: Uint32Array.from(pieces.flatMap(({ last }) => last.words)),
    values: Uint32Array.from(pieces, ({ value }) => value),
  };
}

interface Piece {
  readonly first: Ip;
  readonly last: Ip;
  readonly value: number;
}

function inOrder(rows: readonly Row[], family: 4 | 6): Row[] {
  const own = rows.filter(({ first }) => first.family === family);
  return own.sort((a, b) => compareIp(a.first, b.first) || compareIp(b.last, a.last));
}

function append(pieces: Piece[], piece: Piece): void {
  const before = pieces.at(-1);
  const joins = before?.value === piece.value && compareIp(nextIp(before.last) ?? piece.last, piece.first) === 0;
  if (joins) pieces[pieces.length - 1] = { ...before, last: piece.last };
  else pieces.push(piece);
}

function upper(ip: Ip, words: number): Ip {
  return { family: ip.family, words: ip.words.slice(0, words) };
}

function previous(ip: Ip): Ip {
  const words = [...ip.words];
  for (let i = words.length - 1; i >= 0; i--) {
    if (words[i] !== 0) {
      words[i] = words[i]! - 1;
      break;
    }
    words[i] = 0xffffffff;
  }
  return { family: ip.family, words };
}

/** Numbers from 0 for the most frequent value on: small numbers pack small. Ties by text, so that the order is fixed. */
function byFrequency(values: readonly string[]): Map<string, number> {
  const counts = Map.groupBy(values, (value) => value);
  const order = [...counts].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1));
  return new Map(order.map(([value], i) => [value, i]));
}

function mostUsedNames(networks: readonly Row[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const [asn, rows] of Map.groupBy(networks, ({ value }) => value)) {
    names.set(
      asn,
      byFrequency(rows.map(({ name }) => name))
        .keys()
        .next().value!,
    );
  }
  return names;
}

/** `2.3.2026061719` is 2026-06-17, 19 h UTC. */
function madeOf(name: string): string {
  const { version } = JSON.parse(readFileSync(new URL(`${name}/package.json`, packages), 'utf8'));
  const [, year, month, day, hour] = /\.(\d{4})(\d{2})(\d{2})(\d{2})$/.exec(version)!;
  return `${year}-${month}-${day}T${hour}:00:00Z`;
}

function write(name: string, bytes: Uint8Array): void {
  writeFileSync(new URL(name, output), bytes);
  report(`${name}: ${bytes.length} bytes`);
}

function report(text: string): void {
  process.stderr.write(`${text}\n`);
}

main();
