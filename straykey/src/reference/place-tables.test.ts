import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Oddity } from '../kit/index.ts';
import { locate, networkAt, type PlaceTables, parseIp, valueAt } from '../where/index.ts';
import { ANNOUNCED_FILE, HOSTS_FILE, loadAnnounced, openHostTables } from './packed-address-data.ts';
import { loadTables } from './place-tables.ts';
import { addToStoredRanges, loadRangesFile } from './ranges-store.ts';
import { UnusableReference } from './unusable-reference.ts';

const folder = mkdtempSync(join(tmpdir(), 'straykey-tables-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function listFile(name: string, time: string, ...prefixes: string[]): string {
  const path = join(folder, name);
  const syncToken = String(Date.parse(time) / 1000);
  const rows = prefixes.map((ip_prefix) => ({ ip_prefix, region: 'us-east-1', service: 'EC2' }));
  writeFileSync(path, JSON.stringify({ syncToken, prefixes: rows }));
  return path;
}

const kindAt = (places: PlaceTables, sourceIPAddress: string, time: string) =>
  locate({ sourceIPAddress, time: Date.parse(time) / 1000, accounts: [] }, places).kind;

test('a fresh machine without a network knows what Amazon announces, and who holds an address', () => {
  const { places, hostFacts } = loadTables({ dataDir: join(folder, 'empty') });
  assert.equal(places.awsRanges, undefined);
  assert.equal(kindAt(places, '52.94.76.10', '2026-08-01'), 'aws');
  assert.equal(kindAt(places, '185.220.101.1', '2026-08-01'), 'outside');
  assert.deepEqual(hostFacts('193.0.6.139'), {
    asn: 3333,
    organisation: 'Reseaux IP Europeens Network Coordination Centre (RIPE NCC)',
    countryCode: 'NL',
    countryName: 'Netherlands',
  });
});

test('stored versions, files of the configuration and files given by hand make one history', () => {
  const dataDir = join(folder, 'stored');
  // 193.0.6.0/24 (RIPE NCC) and 9.9.9.0/24 (Quad9) stand in for prefixes that came and went.
  const stored = loadRangesFile(listFile('2024.json', '2024-01-01', '193.0.6.0/24'));
  assert.equal(stored.kind, 'ranges');
  addToStoredRanges(dataDir, (stored as Extract<typeof stored, { kind: 'ranges' }>).history);
  const awsRanges = [listFile('2025.json', '2025-01-01', '9.9.9.0/24')];
  const { places } = loadTables({ dataDir, awsRanges }, [listFile('2026.json', '2026-01-01', '8.8.8.0/24')]);
  assert.deepEqual(
    ['193.0.6.139', '9.9.9.9', '8.8.8.8'].map((address) =>
      ['2024-06-01', '2025-06-01', '2026-06-01'].map((time) => kindAt(places, address, time)),
    ),
    [
      ['aws', 'outside', 'outside'],
      ['outside', 'aws', 'outside'],
      ['outside', 'outside', 'aws'],
    ],
  );
});

test('settings reach the judge', () => {
  const { places } = loadTables({
    accounts: ['444455556666'],
    ownNetworks: [{ cidr: '193.0.6.0/24', label: 'Office', kind: 'office' }],
    documentationAddresses: 'outside',
  });
  assert.equal(kindAt(places, '193.0.6.139', '2026-08-01'), 'own');
  assert.equal(kindAt(places, '198.51.100.1', '2026-08-01'), 'outside');
  const call = { sourceIPAddress: '10.0.0.1', vpcEndpointAccountId: '444455556666', time: 0, accounts: [] };
  const place = locate(call, places);
  assert.equal(place.kind === 'endpoint' && place.owner, 'own');
});

test('rows left out of a file are told', () => {
  const told: Oddity[] = [];
  loadTables({}, [listFile('odd.json', '2026-01-01', '9.9.9.0/24', 'nonsense')], (oddity) => told.push(oddity));
  assert.deepEqual(
    told.map(({ kind }) => kind),
    ['ranges-rows-unusable'],
  );
});

describe('what was asked for and cannot be used stops the start', () => {
  const bad = join(folder, 'bad.json');
  writeFileSync(bad, 'nonsense');
  const asks: readonly (readonly [string, () => unknown, RegExp])[] = [
    ['a list', () => loadTables({}, [bad]), /AWS ranges: .*bad\.json: expected an ip-ranges\.json/],
    ['a list of the configuration', () => loadTables({ awsRanges: [join(folder, 'gone.json')] }), /gone\.json: ENOENT/],
    [
      'a declared network',
      () => loadTables({ ownNetworks: [{ cidr: 'x', label: '', kind: 'vpc' }] }),
      /Own networks: expected an address or a prefix/,
    ],
    ['a MaxMind database', () => loadTables({ maxmind: { asn: bad } }), /bad\.json: expected a MaxMind database/],
  ];
  for (const [name, ask, message] of asks) {
    test(name, () => assert.throws(ask, (error) => error instanceof UnusableReference && message.test(error.message)));
  }
});

test('the tables survive the way to another thread', () => {
  const { places } = loadTables({ ownNetworks: [{ cidr: '193.0.6.0/24', label: 'Office', kind: 'office' }] }, [
    listFile('thread.json', '2026-01-01', '9.9.9.0/24'),
  ]);
  const there = structuredClone(places);
  for (const address of ['9.9.9.9', '193.0.6.139', '52.94.76.10', '185.220.101.1']) {
    assert.equal(kindAt(there, address, '2026-08-01'), kindAt(places, address, '2026-08-01'));
  }
});

describe('the packed address data', () => {
  test('is small: the part read at every start, and the whole', () => {
    const size = (name: string) => statSync(new URL(`../../data/${name}`, import.meta.url)).size;
    assert.ok(size(ANNOUNCED_FILE) < 32_768);
    assert.ok(size(ANNOUNCED_FILE) + size(HOSTS_FILE) < 4_000_000);
  });

  test('says when it was made: both parts from the same edition', () => {
    const { time } = loadAnnounced();
    assert.equal(time, openHostTables()('9.9.9.9')?.time);
    assert.equal(new Date(time * 1000).toISOString(), '2026-06-17T19:00:00.000Z');
  });

  test('counts the networks of the cloud as AWS, and the other networks of the company not', () => {
    const { ranges } = loadAnnounced();
    const cloud = [16509, 14618, 8987, 9059, 21664, 214101, 135630, 55960, 135629];
    assert.deepEqual(new Set([...ranges.v4.values, ...ranges.v6.values]), new Set(cloud));
    const asnOf = (text: string) => valueAt(ranges, parseIp(text)!);
    assert.equal(asnOf('52.80.1.1'), 55960, 'Beijing, run by Sinnet');
    assert.equal(asnOf('52.82.0.1'), 135629, 'Ningxia, run by NWCD');
    assert.equal(asnOf('173.83.1.1'), undefined, 'warehouses and shops');
    assert.equal(asnOf('82.38.183.1'), undefined, 'a cable network behind Direct Connect');
    assert.equal(networkAt(ranges, parseIp('9.9.9.9')!), undefined);
  });

  test('knows something for every address, and nothing for a name', () => {
    const tableFor = openHostTables();
    for (const edge of ['0.0.0.0', '255.255.255.255', '::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff']) {
      assert.ok(tableFor(edge), edge);
    }
    assert.equal(tableFor('lambda.amazonaws.com'), undefined);
  });

  test('names every country, and the holder of every address asked for', () => {
    const tableFor = openHostTables();
    const asked = Array.from({ length: 256 }, (_, i) => [`${i}.9.9.9`, `${(0x2000 + 16 * i).toString(16)}::`]).flat();
    let held = 0;
    for (const address of asked) {
      const table = tableFor(address)!;
      const network = valueAt(table.networks, parseIp(address)!);
      if (network !== undefined) {
        held++;
        assert.ok(table.asns[network]! > 0 && typeof table.organisations[network] === 'string', address);
      }
      for (const { values } of [table.registrations.v4, table.registrations.v6]) {
        assert.ok(values.every((value) => value < table.countries.length));
      }
      assert.ok(table.countries.every(({ code, name }) => /^[A-Z]{2}$/.test(code) && name.length > 2));
    }
    assert.ok(held > 100);
  });
});
