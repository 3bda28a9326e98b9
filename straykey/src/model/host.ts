import {
  type Cidr,
  cidrContains,
  formatCidr,
  formatIp,
  hostOf,
  type Ip,
  networkOf,
  parseCidr,
  parseIp,
  prefixOf,
} from '../where/index.ts';
import { hash53 } from './hash.ts';

/**
 * A remote host as the model counts it. "Host unit: IPv4 /32 (IPv4-mapped IPv6 is IPv4), IPv6 /64. Network: /24, /48."
 * Privacy addresses of one /64 are one host.
 */
export interface Host {
  /** `198.51.100.7` or `2001:db8:1:2::/64`. */
  readonly unit: string;
  /** Of `unit`: decides who is kept when a day has too many hosts. */
  readonly hash: number;
  /** `198.51.100.0/24` or `2001:db8:1::/48`. */
  readonly network: string;
  /** The aligned block a learned pool would take it in by: `198.51.100.0/28` or `2001:db8:1::/60`. */
  readonly block: string;
  /** First address of the unit. */
  readonly base: Ip;
}

/** Block lengths of pools: the settings `poolBlock` and `poolBlock6`. */
export interface BlockLengths {
  readonly poolBlock: number;
  readonly poolBlock6: number;
}

/** The host an address belongs to; nothing when the text is not an address (such a caller is never learned). */
export function readHost(address: string, lengths: BlockLengths): Host | undefined {
  const ip = parseIp(address);
  if (!ip) return undefined;
  const { base } = hostOf(ip);
  const unit = ip.family === 4 ? formatIp(base) : formatCidr(hostOf(ip));
  const block = prefixOf(base, ip.family === 4 ? lengths.poolBlock : lengths.poolBlock6);
  return { unit, hash: hash53(unit), network: formatCidr(networkOf(ip)), block: formatCidr(block), base };
}

/**
 * Reads the address or CIDR of a statement. A statement about one IPv6 address is about its host: lengths beyond /64 are
 * read as /64. Nothing when the text is neither.
 */
export function readHosts(text: string): Cidr | undefined {
  const cidr = parseCidr(text);
  return cidr?.base.family === 6 && cidr.length > 64 ? prefixOf(cidr.base, 64) : cidr;
}

export function includes(hosts: Cidr, host: Host): boolean {
  return cidrContains(hosts, host.base);
}

/** The CIDR a person would write to mean this host: `198.51.100.7/32`. */
export function cidrOf(host: Host): string {
  return host.base.family === 4 ? `${host.unit}/32` : host.unit;
}

/** The network in which an address has neighbours, vouchers and pools; undefined when the text is no address. */
export function networkOfHost(address: string): string | undefined {
  const ip = parseIp(address);
  return ip && formatCidr(networkOf(ip));
}
