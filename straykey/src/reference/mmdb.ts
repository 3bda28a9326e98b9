import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { HostFacts, HostTable } from '../where/index.ts';
import { UnusableReference } from './unusable-reference.ts';

/** The operator's own databases in MaxMind's file format: GeoLite2, GeoIP2, DB-IP, ip-location-db. */
export interface MmdbFiles {
  /** Records with `autonomous_system_number` and `autonomous_system_organization`. */
  readonly asn?: string | undefined;
  /** Records with `country.iso_code` (country and city files) or `country_code`. */
  readonly country?: string | undefined;
}

/**
 * A look-up whose facts replace ours; undefined without files. The country is as that database says: MaxMind's is where the host is
 * thought to be, not where its network is registered.
 *
 * @throws UnusableReference for a file that is missing or not such a database
 */
export function openMmdb(files: MmdbFiles): HostTable['overlay'] {
  const readers = [files.asn, files.country].filter((path) => path !== undefined).map(open);
  if (readers.length === 0) return undefined;
  return (address) => Object.assign({}, ...readers.map((read) => factsIn(read(address))));
}

/** The reader is loaded only here: most installations never need it. */
function open(path: string): (address: string) => unknown {
  try {
    const { Reader } = createRequire(import.meta.url)('mmdb-lib') as typeof import('mmdb-lib');
    const reader = new Reader(readFileSync(path));
    return (address) => reader.get(address);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new UnusableReference(`${path}: expected a MaxMind database (.mmdb), found: ${found}`);
  }
}

function factsIn(value: unknown): HostFacts {
  const record = fieldsOf(value);
  const country = fieldsOf(record.country ?? record.registered_country);
  const asn = record.autonomous_system_number;
  const organisation = record.autonomous_system_organization;
  const countryCode = country.iso_code ?? record.country_code;
  const countryName = fieldsOf(country.names).en;
  return {
    ...(typeof asn === 'number' ? { asn } : {}),
    ...(typeof organisation === 'string' ? { organisation } : {}),
    ...(typeof countryCode === 'string' ? { countryCode, countryName: nameOf(countryCode, countryName) } : {}),
  };
}

/** A code replaced without its name would leave the name of another country standing. */
function nameOf(code: string, name: unknown): string {
  if (typeof name === 'string') return name;
  return /^[A-Z]{2}$/.test(code) ? (new Intl.DisplayNames('en', { type: 'region' }).of(code) ?? code) : code;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
