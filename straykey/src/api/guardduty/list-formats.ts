import { type Cidr, compareIp, formatCidr, lastOf, nextIp, parseCidr, parseIp, prefixOf } from '../../where/index.ts';

/** The formats that GuardDuty documents, for all four kinds of lists. */
export const LIST_FORMATS = ['TXT', 'STIX', 'OTX_CSV', 'ALIEN_VAULT', 'PROOF_POINT', 'FIRE_EYE'] as const;
export type ListFormat = (typeof LIST_FORMATS)[number];

/** What a list holds, each entry once, in the order of the list. */
export interface ListContents {
  /** Addresses as `/32` or `/128`, networks, ranges cut into networks; canonical. IPv6 too, which GuardDuty does not take. */
  readonly networks: readonly string[];
  readonly domains: readonly string[];
  /** SHA-256, lowercase hexadecimal. */
  readonly hashes: readonly string[];
  /** Entries that are none of these. */
  readonly unusable: number;
}

/**
 * Reads a list. Comments (`#`, but not in ALIEN_VAULT, where it parts fields), empty lines and headings are passed over; what is no address,
 * domain or hash is counted, never taken for one.
 */
export function readList(text: string, format: ListFormat): ListContents {
  const networks = new Set<string>();
  const domains = new Set<string>();
  const hashes = new Set<string>();
  let unusable = 0;
  for (const entry of entriesOf[format](text.replace(/^\ufeff/, ''))) {
    const found = networksIn(entry);
    if (found !== undefined) for (const network of found) networks.add(network);
    else if (/^[0-9a-f]{64}$/i.test(entry)) hashes.add(entry.toLowerCase());
    else if (DOMAIN.test(entry)) domains.add(entry.toLowerCase());
    else unusable++;
  }
  return { networks: [...networks], domains: [...domains], hashes: [...hashes], unusable };
}

/** A name with a dot whose last label is no number; a leading `*.` is part of entity lists. */
const DOMAIN =
  /^(?=.{3,253}$)(?:\*\.)?(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\.)+(?:[A-Za-z][A-Za-z0-9-]{0,62})\.?$/;

const STIX_VALUE = /<(?:[\w.-]+:)?(?:Address_Value|Value|Simple_Hash_Value)\b([^<>]*)>([^<]*)</g;
/** STIX's own sign for a comma: between the ends of a range, and between the values of a list. */
const COMMA_SIGN = '##comma##';

const entriesOf: Readonly<Record<ListFormat, (text: string) => Iterable<string>>> = {
  TXT: (text) => linesOf(text),
  STIX: stixEntries,
  OTX_CSV: (text) => column(text, (row) => (/^indicator type$/i.test(row[0] ?? '') ? '' : (row[1] ?? ''))),
  ALIEN_VAULT: (text) =>
    text
      .split(/\r?\n/)
      .map((line) => line.split('#')[0]!.trim())
      .filter((each) => each !== ''),
  PROOF_POINT: (text) => column(text, (row) => (/^(?:ip|domain)$/i.test(row[0] ?? '') ? '' : (row[0] ?? ''))),
  FIRE_EYE: fireEyeEntries,
};

function linesOf(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function column(text: string, pick: (row: readonly string[]) => string): string[] {
  return linesOf(text)
    .map((line) => pick(fieldsOf(line)).trim())
    .filter((each) => each !== '');
}

/** iSIGHT's CSV: columns by their names in the heading. */
function fireEyeEntries(text: string): string[] {
  const [heading = '', ...lines] = linesOf(text);
  const names = fieldsOf(heading).map((name) => name.trim().toLowerCase());
  const columns = ['cidr', 'ip', 'domain', 'sha256'].map((name) => names.indexOf(name)).filter((at) => at !== -1);
  return lines.flatMap((line) => {
    const row = fieldsOf(line);
    return columns.map((at) => (row[at] ?? '').trim()).filter((each) => each !== '');
  });
}

/** One line of CSV; quoted fields may hold commas and doubled quotes. */
function fieldsOf(line: string): string[] {
  const fields: string[] = [''];
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const character = line[i]!;
    if (character === '"') {
      if (quoted && line[i + 1] === '"') fields[fields.length - 1] += line[++i]!;
      else quoted = !quoted;
    } else if (character === ',' && !quoted) {
      fields.push('');
    } else {
      fields[fields.length - 1] += character;
    }
  }
  return fields.map((field) => field.trim());
}

/**
 * Values of STIX 1.x objects: addresses, domain names, hashes. Found by their elements, without an XML reader: nothing else of the
 * document matters, and entities and external references are not followed. Two values are a range only where the condition says so.
 */
function stixEntries(text: string): string[] {
  const entries: string[] = [];
  for (const [, attributes = '', value = ''] of text.matchAll(STIX_VALUE)) {
    const parts = value.split(COMMA_SIGN).map((part) => part.trim());
    if (/\bcondition\s*=\s*["']InclusiveBetween["']/.test(attributes)) entries.push(parts.join('-'));
    else entries.push(...parts.filter((part) => part !== ''));
  }
  return entries;
}

/** Networks that an entry names: an address, a CIDR, or a range `first-last`; undefined when it is none of them. */
function networksIn(entry: string): readonly string[] | undefined {
  const cidr = parseCidr(entry);
  if (cidr !== undefined) return [formatCidr(cidr)];
  const [first, last, ...rest] = entry.split('-').map((part) => parseIp(part.trim()));
  if (first === undefined || last === undefined || rest.length > 0 || first.family !== last.family) return undefined;
  const networks: string[] = [];
  let from = first;
  while (compareIp(from, last) <= 0) {
    const cut = largestWithin(from, last);
    networks.push(formatCidr(cut));
    const next = nextIp(lastOf(cut));
    if (next === undefined) break;
    from = next;
  }
  return networks;
}

/** The largest network that begins at `from` and does not reach over `last`. */
function largestWithin(from: NonNullable<ReturnType<typeof parseIp>>, last: typeof from): Cidr {
  const bits = from.family === 4 ? 32 : 128;
  for (let length = 0; length < bits; length++) {
    const cidr = prefixOf(from, length);
    if (compareIp(cidr.base, from) === 0 && compareIp(lastOf(cidr), last) <= 0) return cidr;
  }
  return prefixOf(from, bits);
}
