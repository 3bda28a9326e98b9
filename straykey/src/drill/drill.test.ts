import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dataDirOf, loadConfig } from '../config/index.ts';
import { loadTables } from '../reference/index.ts';
import { locate } from '../where/index.ts';
import {
  awsAddress,
  awsAddressV6,
  deliver,
  drillRegions,
  exercise,
  organisation,
  outsideAddresses,
  Random,
  timeOf,
} from './index.ts';

/** No list of AWS's: only what ships with the program, as on a fresh offline machine. */
const environment = { STRAYKEY_DATA: '/nonexistent' };
const config = loadConfig(undefined, environment);
const tables = loadTables({ ...config, dataDir: dataDirOf(config, environment) }, []).places;
const time = Date.parse('2026-03-01T12:00:00Z') / 1000;
const placeOf = (sourceIPAddress: string) => locate({ sourceIPAddress, time, accounts: [] }, tables).kind;

const settings = {
  seed: 1,
  accountId: '111122223333',
  functionName: 'orders',
  roleName: 'orders-role',
  region: 'eu-west-1',
  fromAddress: outsideAddresses.torExit,
  time,
  benignOnly: false,
};

describe('addresses', () => {
  for (const region of drillRegions) {
    test(`those of ${region} are inside AWS for a machine without AWS's list`, () => {
      const random = new Random(region);
      for (let i = 0; i < 50; i++) assert.equal(placeOf(awsAddress(random, region)), 'aws');
    });
  }

  test('those of AWS over IPv6 are inside AWS', () => {
    const random = new Random('six');
    for (let i = 0; i < 50; i++) assert.equal(placeOf(awsAddressV6(random)), 'aws');
  });

  for (const [name, address] of Object.entries(outsideAddresses)) {
    test(`${name} is outside AWS`, () => assert.equal(placeOf(address), 'outside'));
  }
});

describe('exercise', () => {
  test('plays the same for the same settings, and otherwise for another seed', () => {
    assert.deepEqual(exercise(settings), exercise(settings));
    assert.notDeepEqual(exercise(settings).records, exercise({ ...settings, seed: 2 }).records);
  });

  test('the benign twin is the same trail without the theft', () => {
    const stolen = exercise(settings).records;
    const twin = exercise({ ...settings, benignOnly: true }).records;
    const rest = stolen.filter(({ sourceIPAddress }) => sourceIPAddress !== settings.fromAddress);
    assert.deepEqual(twin, rest);
    assert.ok(stolen.length > twin.length);
  });

  test('ends before the given time, and no id occurs twice', () => {
    const { records } = exercise(settings);
    assert.ok(records.every((record) => timeOf(record) < time));
    assert.equal(new Set(records.map(({ eventID }) => eventID)).size, records.length);
  });

  test('the stolen key is used outside AWS as often as it says, the other key never', () => {
    const { records, stolenKey, stolenCalls, innocentKey } = exercise(settings);
    const outside = (key: string) =>
      records.filter(
        (record) =>
          (record.userIdentity as { accessKeyId?: string }).accessKeyId === key &&
          placeOf(String(record.sourceIPAddress)) === 'outside' &&
          !JSON.stringify(record).includes('QueryString'),
      ).length;
    assert.equal(outside(stolenKey), stolenCalls);
    assert.equal(outside(innocentKey), 0);
  });
});

describe('deliver', () => {
  const { records } = exercise(settings);
  const files = deliver(new Random('files'), records, { secondsPerFile: 900 });

  test('every record lies in one file', () => {
    const delivered = files.flatMap((file) => file.records);
    assert.equal(delivered.length, records.length);
    assert.deepEqual(new Set(delivered), new Set(records));
  });

  test('files have the keys CloudTrail gives them', () => {
    const shape =
      /^AWSLogs\/(\d{12})\/CloudTrail\/eu-west-1\/2026\/03\/01\/\1_CloudTrail_eu-west-1_20260301T\d{4}Z_\w{16}\.json\.gz$/;
    for (const { path } of files) assert.match(path, shape);
    assert.equal(new Set(files.map(({ path }) => path)).size, files.length);
  });
});

test('the organisation is the same for the same seed, and every chapter but the theft says why it is silent', () => {
  const played = organisation('demo', time, 2);
  assert.deepEqual(played, organisation('demo', time, 2));
  assert.deepEqual(
    played.chapters.map(({ why }) => why !== undefined),
    [true, true, true, true, true, true, false],
  );
});
