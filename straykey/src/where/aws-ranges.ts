import { type Cidr, formatCidr, type Ip, parseCidr, prefixOf } from './ip.ts';
import { buildPrefixIndex, mostSpecific, type PrefixIndex, widerThan } from './prefix-index.ts';

/** Every version of AWS's published list that is known, folded into intervals. Plain data: this is what is stored. */
export interface RangesHistory {
  /** Times of the versions (`syncToken`), epoch seconds, ascending, distinct. */
  readonly versions: readonly number[];
  /** One per (prefix, region, service, network border group). */
  readonly rows: readonly RangesRow[];
}

export interface RangesRow {
  /** Canonical `address/length`. */
  readonly prefix: string;
  readonly region: string;
  readonly service: string;
  readonly networkBorderGroup: string;
  /**
   * Listed from, until, from, until …: epoch seconds, ascending; until is exclusive and `Infinity` while still listed. A
   * version stands until the next known one, so an interval begins and ends at times of versions.
   */
  readonly intervals: readonly number[];
}

/**
 * The history made ready for look-ups. Typed arrays, so that handing it to another thread costs little. Entry `e` of the
 * index is one prefix, its rows are `firstRow[e]` up to `firstRow[e + 1]`, and the edges of row `r` `firstEdge[r]` up to `firstEdge[r + 1]`.
 */
export interface AwsRanges {
  readonly index: PrefixIndex;
  /** Prefix length, by entry. */
  readonly lengths: Uint8Array;
  readonly firstRow: Uint32Array;
  /** Positions in `names`, by row. Within an entry the row that says most comes first. */
  readonly regions: Uint16Array;
  readonly services: Uint16Array;
  readonly firstEdge: Uint32Array;
  /** From, until, from, until …, epoch seconds. */
  readonly edges: Float64Array;
  readonly names: readonly string[];
  /** Times of the known versions, epoch seconds, ascending. */
  readonly versions: Float64Array;
}

/** What the list said of an address. */
export interface Listing {
  /** Most specific listed prefix. */
  readonly network: string;
  readonly region: string;
  /** The service that says most: any other comes before `AMAZON`, which every prefix carries. */
  readonly service: string;
}

/**
 * How far from the event a listing still counts, in seconds. Two days: prefixes flap (one /24 left and rejoined the list 174
 * times), and a prefix in use is sometimes listed a day late. Larger values trade false alarms for silence about addresses
 * that AWS has just taken over or given up.
 */
export const LISTING_LENIENCY_SECONDS = 2 * 86_400;

/** Rows whose prefix cannot be read are left out; whoever read the file has told of them. */
export function buildAwsRanges(history: RangesHistory): AwsRanges {
  const cidrs: Cidr[] = [];
  const rowsOf: RangesRow[][] = [];
  const entries = new Map<string, number>();
  for (const row of history.rows) {
    const entry = entries.get(row.prefix);
    if (entry !== undefined) rowsOf[entry]!.push(row);
    else {
      const cidr = parseCidr(row.prefix);
      if (cidr === undefined) continue;
      entries.set(row.prefix, cidrs.length);
      cidrs.push(cidr);
      rowsOf.push([row]);
    }
  }
  const rows = rowsOf.flatMap((each) => each.sort((a, b) => sayingOf(a.service) - sayingOf(b.service)));
  const numbers = new Map<string, number>();
  const numberOf = (name: string) => {
    if (!numbers.has(name)) numbers.set(name, numbers.size);
    return numbers.get(name)!;
  };
  return {
    index: buildPrefixIndex(cidrs),
    lengths: Uint8Array.from(cidrs, ({ length }) => length),
    firstRow: offsets(rowsOf),
    regions: Uint16Array.from(rows, ({ region }) => numberOf(region)),
    services: Uint16Array.from(rows, ({ service }) => numberOf(service)),
    firstEdge: offsets(rows.map(({ intervals }) => intervals)),
    edges: edgesOf(rows),
    names: [...numbers.keys()],
    versions: Float64Array.from(history.versions),
  };
}

function edgesOf(rows: readonly RangesRow[]): Float64Array {
  const edges = new Float64Array(rows.reduce((sum, { intervals }) => sum + intervals.length, 0));
  let at = 0;
  for (const { intervals } of rows) {
    for (const edge of intervals) edges[at++] = edge;
  }
  return edges;
}

/** EC2 says most (a function's own way out), then any other service; AMAZON is on every prefix and says least. */
function sayingOf(service: string): number {
  return service === 'EC2' ? 0 : service === 'AMAZON' ? 2 : 1;
}

/** Where each list begins when all are laid end to end, and where the last one ends. */
function offsets(lists: readonly (readonly unknown[])[]): Uint32Array {
  const starts = new Uint32Array(lists.length + 1);
  for (const [i, list] of lists.entries()) starts[i + 1] = starts[i]! + list.length;
  return starts;
}

/**
 * Proof: AWS's own list, as of the time of the event, give or take {@link LISTING_LENIENCY_SECONDS}. Before the first known
 * version, the first version's prefixes count as listed; after the last, the last one's. Errs towards "AWS": towards silence
 * for an address that changed hands within two days of the event.
 */
export function listingOf(ranges: AwsRanges, ip: Ip, time: number): Listing | undefined {
  const asOf = Math.max(time, ranges.versions[0] ?? time);
  for (let entry = mostSpecific(ranges.index, ip); entry !== -1; entry = widerThan(ranges.index, entry)) {
    for (let row = ranges.firstRow[entry]!; row < ranges.firstRow[entry + 1]!; row++) {
      if (!isListed(ranges, row, asOf)) continue;
      return {
        network: formatCidr(prefixOf(ip, ranges.lengths[entry]!)),
        region: ranges.names[ranges.regions[row]!]!,
        service: ranges.names[ranges.services[row]!]!,
      };
    }
  }
  return undefined;
}

/** Times after `from` up to `to` at which {@link listingOf} may change its answer for the address. */
export function listingChanges(ranges: AwsRanges, ip: Ip, from: number, to: number): number[] {
  const changes: number[] = [];
  for (let entry = mostSpecific(ranges.index, ip); entry !== -1; entry = widerThan(ranges.index, entry)) {
    for (let row = ranges.firstRow[entry]!; row < ranges.firstRow[entry + 1]!; row++) {
      for (let edge = ranges.firstEdge[row]!; edge < ranges.firstEdge[row + 1]!; edge += 2) {
        const { start, end } = lenient(ranges, edge);
        changes.push(...[start, end].filter((change) => change > from && change <= to));
      }
    }
  }
  return changes;
}

function isListed(ranges: AwsRanges, row: number, time: number): boolean {
  for (let edge = ranges.firstEdge[row]!; edge < ranges.firstEdge[row + 1]!; edge += 2) {
    const { start, end } = lenient(ranges, edge);
    if (time >= start && time < end) return true;
  }
  return false;
}

function lenient(ranges: AwsRanges, edge: number): { readonly start: number; readonly end: number } {
  return {
    start: ranges.edges[edge]! - LISTING_LENIENCY_SECONDS,
    end: ranges.edges[edge + 1]! + LISTING_LENIENCY_SECONDS,
  };
}
