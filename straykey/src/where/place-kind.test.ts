import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { loadAnnounced } from '../reference/index.ts';
import { buildAwsRanges } from './aws-ranges.ts';
import { locate, placeKindOf } from './locate.ts';
import { buildOwnNetworks } from './own-networks.ts';
import type { PlaceTables } from './tables.ts';

const row = { region: 'eu-west-1', service: 'EC2', networkBorderGroup: 'eu-west-1' };
const tables: PlaceTables = {
  announced: loadAnnounced(),
  ownNetworks: buildOwnNetworks([{ cidr: '193.0.6.0/24', label: 'office', kind: 'office', until: 1_700_000_000 }]).out,
  awsRanges: buildAwsRanges({
    versions: [1_600_000_000, 1_750_000_000],
    rows: [{ ...row, prefix: '185.220.101.0/24', intervals: [1_600_000_000, 1_750_000_000] }],
  }),
};

const text = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.string(),
  fc.constantFrom(
    'AWS Internal',
    'lambda.amazonaws.com',
    '',
    '10.0.0.1',
    '192.0.2.1',
    '193.0.6.9',
    '185.220.101.7',
    '52.94.5.5',
    '::ffff:52.94.5.5',
  ),
);

test('the kind alone is the kind that locate gives', () => {
  for (const documentationAddresses of ['unknown', 'outside'] as const) {
    const known = { ...tables, documentationAddresses };
    fc.assert(
      fc.property(text, fc.integer({ min: 1_500_000_000, max: 1_800_000_000 }), (sourceIPAddress, time) => {
        assert.equal(
          placeKindOf(sourceIPAddress, time, known),
          locate({ sourceIPAddress, time, accounts: [] }, known).kind,
        );
      }),
      { numRuns: 2000, seed: 20_261_123 },
    );
  }
});
