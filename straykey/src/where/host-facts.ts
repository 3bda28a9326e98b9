import { formatIp, parseIp } from './ip.ts';
import { type RangeTable, valueAt } from './range-table.ts';

/**
 * What public registries say of an address, for the reader of a finding. Never proof: the country is where the network is
 * registered, not where the host stands.
 */
export interface HostFacts {
  readonly asn?: number;
  /** Name of the network's holder, as registered. */
  readonly organisation?: string;
  /** ISO 3166-1 alpha-2, of the registration. */
  readonly countryCode?: string;
  /** English name of that country. */
  readonly countryName?: string;
}

export interface HostTable {
  /** Epoch seconds: when the data was made. */
  readonly time: number;
  /** Values are positions in `asns` and `organisations`. */
  readonly networks: RangeTable;
  readonly asns: Uint32Array;
  readonly organisations: readonly string[];
  /** Values are positions in `countries`. */
  readonly registrations: RangeTable;
  readonly countries: readonly { readonly code: string; readonly name: string }[];
  /** Facts from the operator's own databases, by canonical address; each fact given replaces ours. */
  readonly overlay?: (address: string) => HostFacts;
}

/** Facts about an address; empty for a text that is none and for an address no table knows. */
export function hostFacts(address: string, table: HostTable): HostFacts {
  const ip = parseIp(address);
  if (ip === undefined) return {};
  const network = valueAt(table.networks, ip);
  const registration = valueAt(table.registrations, ip);
  const country = registration === undefined ? undefined : table.countries[registration];
  const organisation = network === undefined ? undefined : table.organisations[network];
  return {
    ...(network === undefined ? {} : { asn: table.asns[network]! }),
    ...(organisation ? { organisation } : {}),
    ...(country === undefined ? {} : { countryCode: country.code, countryName: country.name }),
    ...table.overlay?.(formatIp(ip)),
  };
}
