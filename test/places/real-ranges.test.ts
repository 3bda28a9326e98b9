import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { loadRangesFile, loadTables } from '../../straykey/src/reference/index.ts';
import {
  describeBasis,
  formatIp,
  locate,
  type Place,
  type PlaceTables,
  parseCidr,
  type RangesHistory,
} from '../../straykey/src/where/index.ts';
import { sharedData, WITHOUT_SHARED_DATA } from '../support/shared-data.ts';

const historyFile = sharedData('data/aws-ranges/ranges-history.csv.gz');
const listFile = sharedData('data/aws-ranges/ip-ranges.json');
const skip = historyFile === undefined || listFile === undefined ? WITHOUT_SHARED_DATA : false;

/** Only AWS's own list, so that announcements do not answer in its place. */
function onlyList(...files: string[]): PlaceTables {
  const { awsRanges } = loadTables({}, files).places;
  return { awsRanges: awsRanges! };
}

function placeAt(sourceIPAddress: string, time: string | number, tables: PlaceTables): Place {
  const seconds = typeof time === 'number' ? time : Date.parse(time) / 1000;
  return locate({ sourceIPAddress, time: seconds, accounts: [] }, tables);
}

describe("AWS's real list since 2015", { skip }, () => {
  let history: PlaceTables;
  let today: PlaceTables;
  before(() => {
    history = onlyList(historyFile!, listFile!);
    today = onlyList(listFile!);
  });

  const rows: readonly (readonly [string, string, Place['kind'], string])[] = [
    // 13.34.24.128/27, us-west-2: listed from 2020-07-21T02:19:13Z to 2024-07-23T19:33:09Z.
    ['13.34.24.130', '2020-07-18T00:00:00Z', 'outside', 'days before it was listed'],
    ['13.34.24.130', '2020-07-19T12:00:00Z', 'aws', 'less than two days before'],
    ['13.34.24.130', '2020-07-21T02:19:13Z', 'aws', 'the second it was listed'],
    ['13.34.24.130', '2022-01-01T00:00:00Z', 'aws', 'in between'],
    ['13.34.24.130', '2024-07-23T19:33:09Z', 'aws', 'the last second it was listed'],
    ['13.34.24.130', '2024-07-25T12:00:00Z', 'aws', 'less than two days after'],
    ['13.34.24.130', '2024-07-26T00:00:00Z', 'outside', 'days after it was gone'],
    // 3.80.0.0/12, us-east-1: since 2018-08-22.
    ['3.80.1.1', '2018-08-01T00:00:00Z', 'outside', 'still the property of others'],
    ['3.80.1.1', '2018-09-01T00:00:00Z', 'aws', 'since then'],
    ['3.80.1.1', '2030-01-01T00:00:00Z', 'aws', 'after the end of the history'],
    ['2600:1f18::1', '2017-01-01T00:00:00Z', 'aws', 'IPv6'],
    ['1.178.86.9', '2026-07-15T00:00:00Z', 'aws', 'a prefix that left and rejoined the list 174 times'],
    ['252.0.0.1', '2020-08-12T00:00:00Z', 'unknown', 'class E, listed for a day'],
    ['fc01:1::1', '2026-08-01T00:00:00Z', 'private', 'listed, yet unique local'],
    ['54.231.0.1', '2014-05-01T00:00:00Z', 'aws', 'before the history begins its first version answers'],
    ['185.220.101.1', '2026-08-01T00:00:00Z', 'outside', 'a Tor exit (Stiftung Erneuerbare Freiheit)'],
  ];
  for (const [address, time, kind, why] of rows) {
    test(`${address} on ${time} is ${kind}: ${why}`, () => assert.equal(placeAt(address, time, history).kind, kind));
  }

  test("today's list alone gets an old call wrong, and its sentence shows why", () => {
    const [address, time] = ['13.34.24.130', '2022-01-01T00:00:00Z'];
    const place = placeAt(address, time, today);
    assert.equal(place.kind, 'outside');
    const { basis } = describeBasis(place, Date.parse(time) / 1000, today);
    assert.match(basis, /AWS's earliest list known, 2026-08-22, is 1694 days younger than the event/);
  });

  test('every row of the history is inside on its first and its last day', () => {
    const file = loadRangesFile(historyFile!);
    assert.equal(file.kind, 'ranges');
    const { rows: listed } = (file as { history: RangesHistory }).history;
    assert.equal(listed.length, 31_878);
    const wrong = listed.flatMap(({ prefix, intervals }) => {
      const address = formatIp(parseCidr(prefix)!.base);
      const times = [intervals[0]!, Math.min(intervals[1]! - 1, 1_787_411_825)];
      return times.map((time) => placeAt(address, time, history).kind).filter((kind) => kind === 'outside');
    });
    assert.deepEqual(wrong, []);
  });

  test('at the time of the newest list, history and list agree', () => {
    const { rows: listed } = (loadRangesFile(historyFile!) as { history: RangesHistory }).history;
    const time = Date.parse('2026-08-24T15:17:06Z') / 1000;
    for (const { prefix } of listed.filter((_, i) => i % 7 === 0)) {
      const address = formatIp(parseCidr(prefix)!.base);
      assert.equal(placeAt(address, time, history).kind, placeAt(address, time, today).kind, address);
    }
  });
});
