import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openMmdb } from './mmdb.ts';

const folder = mkdtempSync(join(tmpdir(), 'straykey-mmdb-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A value in MaxMind's data format: short texts, numbers to 32 bits, maps and lists of up to 28 members. */
function field(value: unknown): number[] {
  if (typeof value === 'string') {
    const bytes = [...new TextEncoder().encode(value)];
    return bytes.length < 29 ? [0x40 + bytes.length, ...bytes] : [0x5d, bytes.length - 29, ...bytes];
  }
  if (typeof value === 'number') return [0xc4, value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
  if (Array.isArray(value)) return [value.length, 4, ...value.flatMap(field)];
  const entries = Object.entries(value as object);
  return [0xe0 + entries.length, ...entries.flatMap(([key, each]) => [...field(key), ...field(each)])];
}

/** A database of one node: every address has the same record. */
function database(name: string, record: object): string {
  const path = join(folder, name);
  const metadata = {
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1,
    database_type: 'Test',
    description: {},
    ip_version: 6,
    languages: [],
    node_count: 1,
    record_size: 24,
  };
  const toData = [0, 0, 1 + 16];
  const marker = [0xab, 0xcd, 0xef, ...new TextEncoder().encode('MaxMind.com')];
  const bytes = [...toData, ...toData, ...new Array(16).fill(0), ...field(record), ...marker, ...field(metadata)];
  writeFileSync(path, Uint8Array.from(bytes));
  return path;
}

test('without files there is no overlay', () => assert.equal(openMmdb({}), undefined));

test("GeoLite2's fields are read, number and holder from one file, country from the other", () => {
  const overlay = openMmdb({
    asn: database('asn.mmdb', { autonomous_system_number: 19281, autonomous_system_organization: 'QUAD9-AS-1' }),
    country: database('city.mmdb', {
      city: { geoname_id: 1 },
      country: { iso_code: 'CH', names: { de: 'Schweiz', en: 'Switzerland' } },
    }),
  });
  assert.deepEqual(overlay?.('9.9.9.9'), {
    asn: 19281,
    organisation: 'QUAD9-AS-1',
    countryCode: 'CH',
    countryName: 'Switzerland',
  });
});

test('a country without a name is named, so that no other name is left beside its code', () => {
  const overlay = openMmdb({ country: database('plain.mmdb', { country_code: 'CH' }) });
  assert.deepEqual(overlay?.('2001:67c:2e8:22::c100:68b'), { countryCode: 'CH', countryName: 'Switzerland' });
});

test('fields of another shape give no facts', () => {
  const overlay = openMmdb({ asn: database('odd.mmdb', { autonomous_system_number: 'AS19281', country: 'CH' }) });
  assert.deepEqual(overlay?.('9.9.9.9'), {});
});

test('a file that is missing or no database is refused by name', () => {
  assert.throws(
    () => openMmdb({ asn: join(folder, 'gone.mmdb') }),
    /gone\.mmdb: expected a MaxMind database \(\.mmdb\), found: ENOENT/,
  );
});
