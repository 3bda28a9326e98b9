import {
  type Announced,
  type HostTable,
  type Ip,
  parseIp,
  type Ranges,
  type RangeTable,
  valueAt,
} from '../where/index.ts';
import { type Packed, type PackedHeader, readPackedFile, readPartsFile } from './packed-file.ts';

/** Small, read at every start: prefixes announced by Amazon's cloud networks. Values of the tables are AS numbers. */
export interface AnnouncedHeader extends PackedHeader {
  readonly format: 'straykey-announced/1';
}

/**
 * Large, and in parts, since facts about a few hosts want a few of them. The first part's tables, one for IPv4 and one for IPv6, say
 * which part an address is in, and its one list how many networks a part of holders has. Then parts of ranges (tables: networks,
 * registrations) and parts of holders, by network number (lists: organisations, AS numbers); each part of ranges has the countries it
 * points to (lists: codes, names).
 */
export interface HostsHeader extends PackedHeader {
  readonly format: 'straykey-hosts/2';
}

/** The package's own data folder; the same place seen from `src/` and from `dist/`. */
const DATA_FOLDER = new URL('../../data/', import.meta.url);

export const ANNOUNCED_FILE = 'announced.br';
export const HOSTS_FILE = 'hosts.br';

/** A few milliseconds. Throws when the installation is broken. */
export function loadAnnounced(folder: URL = DATA_FOLDER): Announced {
  const packed = readPackedFile<AnnouncedHeader>(new URL(ANNOUNCED_FILE, folder), 'straykey-announced/1');
  return { time: timeOf(packed), ranges: tableOf(packed, 0) };
}

/**
 * For an address, a table that knows it, though not every other; undefined for a text that is none. Some milliseconds to open, and one or
 * two for each part of the data that is met, which is then kept: about 20 MB for all. Throws when the installation is broken, at once or
 * when asked.
 */
export function openHostTables(folder: URL = DATA_FOLDER): (address: string) => HostTable | undefined {
  const part = readPartsFile<HostsHeader>(new URL(HOSTS_FILE, folder), 'straykey-hosts/2');
  const index = part(0);
  const [size, holders, firstHolders] = index.lists[0]!.map(Number) as [number, number, number];
  const whereRanges = tableOf(index, 0);
  const asns = new Uint32Array(holders);
  const organisations: string[] = [];
  return (address) => {
    const ip = parseIp(address);
    if (ip === undefined) return undefined;
    const ranges = part(valueAt(whereRanges, ip)!);
    const networks = alone(ranges.tables[0]!, ip);
    const network = valueAt(networks, ip);
    if (network !== undefined) {
      const [names, numbers] = part(firstHolders + Math.floor(network / size)).lists;
      organisations[network] = names![network % size]!;
      asns[network] = Number(numbers![network % size]!);
    }
    const [codes, names] = ranges.lists;
    return {
      time: timeOf(ranges),
      networks,
      asns,
      organisations,
      registrations: alone(ranges.tables[1]!, ip),
      countries: codes!.map((code, i) => ({ code, name: names![i]! })),
    };
  };
}

/** A table of one family, the address's. */
function alone(ranges: Ranges, { family }: Ip): RangeTable {
  return family === 4 ? { v4: ranges, v6: NONE } : { v4: NONE, v6: ranges };
}

const NONE: Ranges = { words: 1, starts: new Uint32Array(0), ends: new Uint32Array(0), values: new Uint32Array(0) };

function tableOf(packed: Packed<PackedHeader>, first: number): RangeTable {
  const [v4, v6] = packed.tables.slice(first);
  if (v4 === undefined || v6 === undefined) throw new Error(`${packed.header.format}: a table is missing`);
  return { v4, v6 };
}

function timeOf(packed: Packed<PackedHeader>): number {
  return Date.parse(packed.header.made) / 1000;
}
