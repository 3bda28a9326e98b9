import type { Store } from '../../store/index.ts';
import { formatCidr, parseCidr, parseIp, prefixOf } from '../../where/index.ts';
import { activeTrustedLists } from './lists.ts';

/** Counter of calls that a trusted list kept from making findings, by the list's name. */
export const TRUSTED_CALLS = 'trusted-calls:';

/**
 * Which active trusted list (IP sets and trusted entity sets) an address is on: its name, or undefined. Domains on a list trust nothing, because calls
 * in CloudTrail come from addresses. What is asked later does not see lists that change: ask for it anew, a minute is often enough.
 */
export async function trustedAddresses(store: Store): Promise<(address: string) => string | undefined> {
  // By prefix length, so that an address is looked up once for each length that occurs.
  const tables = new Map<
    string,
    { readonly family: 4 | 6; readonly length: number; readonly names: Map<string, string> }
  >();
  for (const { name, contents } of await activeTrustedLists(store)) {
    for (const text of contents.networks) {
      const cidr = parseCidr(text);
      if (cidr === undefined) continue;
      const { length } = cidr;
      const { family } = cidr.base;
      const form = `${family}/${length}`;
      const table = tables.get(form) ?? { family, length, names: new Map() };
      tables.set(form, table);
      if (!table.names.has(formatCidr(cidr))) table.names.set(formatCidr(cidr), name);
    }
  }
  return (address) => {
    const ip = parseIp(address);
    if (ip === undefined) return undefined;
    for (const { family, length, names } of tables.values()) {
      const name = family === ip.family ? names.get(formatCidr(prefixOf(ip, length))) : undefined;
      if (name !== undefined) return name;
    }
    return undefined;
  };
}
