import { cidrContains, type Ip, parseCidr } from './ip.ts';
import { buildPrefixIndex, mostSpecific, type PrefixIndex } from './prefix-index.ts';

/** What an address that is not an ordinary public one is for. */
export type SpecialPurpose = 'private' | 'documentation' | 'reserved';

/**
 * Rows of the IANA special-purpose registries (IPv4 and IPv6, RFC 6890 and its updates) that are not globally reachable,
 * multicast, and the space nobody may use. 100.64.0.0/10 is shared address space, used inside VPCs: `private` here. Left out on purpose, as
 * public: 6to4 and Teredo (real hosts on the Internet), the AS112 and AMT anycast prefixes, and 64:ff9b::/96 (globally
 * reachable by the registry).
 */
const BLOCKS: readonly (readonly [SpecialPurpose, string])[] = [
  ['reserved', '0.0.0.0/8'],
  ['private', '10.0.0.0/8'],
  ['private', '100.64.0.0/10'],
  ['reserved', '127.0.0.0/8'],
  ['reserved', '169.254.0.0/16'],
  ['private', '172.16.0.0/12'],
  ['reserved', '192.0.0.0/24'],
  ['documentation', '192.0.2.0/24'],
  ['reserved', '192.88.99.0/24'],
  ['private', '192.168.0.0/16'],
  ['reserved', '198.18.0.0/15'],
  ['documentation', '198.51.100.0/24'],
  ['documentation', '203.0.113.0/24'],
  ['reserved', '224.0.0.0/4'],
  ['reserved', '240.0.0.0/4'],
  ['reserved', '2001:2::/48'],
  ['reserved', '2001:10::/28'],
  ['documentation', '2001:db8::/32'],
  ['documentation', '3fff::/20'],
  ['private', 'fc00::/7'],
];

const INDEX: PrefixIndex = buildPrefixIndex(BLOCKS.map(([, text]) => parseCidr(text)!));

/** The only IPv6 space given out for the public Internet; everything else is reserved, multicast, link-local or private. */
const GLOBAL_UNICAST_V6 = parseCidr('2000::/3')!;
const NAT64 = parseCidr('64:ff9b::/96')!;

/** Undefined for an ordinary public address. */
export function specialPurposeOf(ip: Ip): SpecialPurpose | undefined {
  const block = mostSpecific(INDEX, ip);
  if (block !== -1) return BLOCKS[block]![0];
  const usable = ip.family === 4 || cidrContains(GLOBAL_UNICAST_V6, ip) || cidrContains(NAT64, ip);
  return usable ? undefined : 'reserved';
}
