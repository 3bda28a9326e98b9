import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { locate } from '../where/index.ts';
import { readOwnNetworks } from './own-networks.ts';

const office = { cidr: '193.0.6.0/24', label: 'Office', kind: 'office' } as const;

describe('the end of a declared network', () => {
  const rows: readonly (readonly [string, string, string])[] = [
    ['2026-06-30', '2026-06-30T23:59:59Z', 'own'],
    ['2026-06-30', '2026-07-01T00:00:00Z', 'outside'],
    ['2026-06-30T18:00:00Z', '2026-06-30T17:59:59Z', 'own'],
    ['2026-06-30T18:00:00Z', '2026-06-30T18:00:00Z', 'outside'],
    ['2026-06-30T18:00+02:00', '2026-06-30T15:59:59Z', 'own'],
    ['2026-06-30T18:00+02:00', '2026-06-30T16:00:00Z', 'outside'],
  ];
  for (const [until, moment, kind] of rows) {
    test(`until ${until}, at ${moment}: ${kind}`, () => {
      const { networks, problems } = readOwnNetworks([{ ...office, until }]);
      assert.deepEqual(problems, []);
      const call = { sourceIPAddress: '193.0.6.139', time: Date.parse(moment) / 1000, accounts: [] };
      assert.equal(locate(call, { ownNetworks: networks }).kind, kind);
    });
  }
});

test('settings that cannot be used are named, each with what was expected', () => {
  const { problems } = readOwnNetworks([
    { ...office, until: 'next summer' },
    { ...office, until: '2026-13-01' },
    { ...office, until: '2026-06-30T18:00' },
    { ...office, cidr: '10.0.0.0/33' },
    office,
  ]);
  assert.deepEqual(problems, [
    '193.0.6.0/24: expected until as 2026-06-30 or 2026-06-30T18:00:00Z, found "next summer"',
    '193.0.6.0/24: expected until as 2026-06-30 or 2026-06-30T18:00:00Z, found "2026-13-01"',
    '193.0.6.0/24: expected until as 2026-06-30 or 2026-06-30T18:00:00Z, found "2026-06-30T18:00"',
    'expected an address or a prefix such as 10.0.0.0/8, found "10.0.0.0/33"',
  ]);
});
