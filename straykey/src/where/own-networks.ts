import { type Cidr, type Ip, parseCidr } from './ip.ts';
import { buildPrefixIndex, mostSpecific, type PrefixIndex, widerThan } from './prefix-index.ts';

/** A network the operator declares as theirs. */
export interface OwnNetwork {
  /** `address/length`, or one address. */
  readonly cidr: string;
  /** What people call it: shown beside calls from it. */
  readonly label: string;
  readonly kind: 'vpc' | 'byoip' | 'office' | 'outposts' | 'vpn' | 'other';
  /** Epoch seconds. From this moment on it no longer counts, judged by the time of the event. Absent: no end. */
  readonly until?: number;
}

export interface OwnNetworks {
  readonly index: PrefixIndex;
  /** By entry number of the index. */
  readonly networks: readonly OwnNetwork[];
}

/** Declarations whose `cidr` cannot be read come back in `unreadable`; the configuration refuses them before they get here. */
export function buildOwnNetworks(declared: readonly OwnNetwork[]): {
  readonly out: OwnNetworks;
  readonly unreadable: readonly OwnNetwork[];
} {
  const cidrs: Cidr[] = [];
  const networks: OwnNetwork[] = [];
  const unreadable: OwnNetwork[] = [];
  for (const network of declared) {
    const cidr = parseCidr(network.cidr);
    if (cidr === undefined) unreadable.push(network);
    else {
      cidrs.push(cidr);
      networks.push(network);
    }
  }
  return { out: { index: buildPrefixIndex(cidrs), networks }, unreadable };
}

/** The most specific declaration that holds the address and had not expired at that time. */
export function ownNetworkOf(own: OwnNetworks, ip: Ip, time: number): OwnNetwork | undefined {
  for (let entry = mostSpecific(own.index, ip); entry !== -1; entry = widerThan(own.index, entry)) {
    const network = own.networks[entry]!;
    if (network.until === undefined || time < network.until) return network;
  }
  return undefined;
}

/** Times after `from` up to `to` at which a declaration that holds the address expires. */
export function ownNetworkChanges(own: OwnNetworks, ip: Ip, from: number, to: number): number[] {
  const changes: number[] = [];
  for (let entry = mostSpecific(own.index, ip); entry !== -1; entry = widerThan(own.index, entry)) {
    const { until } = own.networks[entry]!;
    if (until !== undefined && until > from && until <= to) changes.push(until);
  }
  return changes;
}
