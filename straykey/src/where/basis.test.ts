import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { buildAwsRanges } from './aws-ranges.ts';
import { basisOf, describeBasis } from './basis.ts';
import type { Place } from './place.ts';
import type { PlaceTables } from './tables.ts';

const at = (date: string) => Date.parse(date) / 1000;
const NONE = { words: 1, starts: new Uint32Array(), ends: new Uint32Array(), values: new Uint32Array() };
const announced: PlaceTables = { announced: { time: at('2026-06-17'), ranges: { v4: NONE, v6: NONE } } };
const listedOn = (...dates: string[]): PlaceTables => ({
  ...announced,
  awsRanges: buildAwsRanges({ versions: dates.map(at), rows: [] }),
});

// Quad9.
const outside: Place = { kind: 'outside', address: '9.9.9.9' };

describe('the sentence for an outside address says which data decided and how old it was', () => {
  const routed = "not announced by Amazon's networks (routing data of 2026-06-17).";
  const rows: readonly (readonly [string, string, PlaceTables, string, boolean])[] = [
    [
      'a fresh list',
      '2026-08-02',
      listedOn('2026-08-01'),
      `In no AWS prefix known: AWS's list of 2026-08-01, 1 day old at the event; ${routed}`,
      false,
    ],
    [
      'the list of the same day',
      '2026-08-01T05:00:00Z',
      listedOn('2026-08-01'),
      `In no AWS prefix known: AWS's list of 2026-08-01, less than a day old at the event; ${routed}`,
      false,
    ],
    [
      'a list of fourteen days',
      '2026-08-15',
      listedOn('2026-08-01'),
      `In no AWS prefix known: AWS's list of 2026-08-01, 14 days old at the event; ${routed}`,
      false,
    ],
    [
      'a list older than fourteen days',
      '2026-08-15T00:00:01Z',
      listedOn('2026-08-01'),
      `In no AWS prefix known: AWS's list of 2026-08-01, 14 days old at the event; ${routed}`,
      true,
    ],
    [
      'a list of last year',
      '2026-08-01',
      listedOn('2024-08-01', '2025-08-01'),
      `In no AWS prefix known: AWS's list of 2025-08-01, 365 days old at the event; ${routed}`,
      true,
    ],
    [
      'only a younger list',
      '2024-08-01',
      listedOn('2026-08-01'),
      `In no AWS prefix known: AWS's earliest list known, 2026-08-01, is 730 days younger than the event; ${routed}`,
      false,
    ],
    [
      'a wide gap between lists',
      '2025-08-01',
      listedOn('2024-08-01', '2026-08-01'),
      `In no AWS prefix known: AWS's list of 2024-08-01, 365 days old at the event, the next known of 2026-08-01; ${routed}`,
      true,
    ],
    [
      'a gap with a list soon after',
      '2026-07-25',
      listedOn('2024-08-01', '2026-08-01'),
      `In no AWS prefix known: AWS's list of 2024-08-01, 723 days old at the event, the next known of 2026-08-01; ${routed}`,
      false,
    ],
    ['no list', '2026-08-01', announced, `In no AWS prefix known: AWS's own list is not loaded; ${routed}`, true],
    [
      'no data at all',
      '2026-08-01',
      {},
      'No AWS address data is loaded: every public address counts as outside.',
      true,
    ],
  ];
  for (const [name, date, tables, basis, weak] of rows) {
    test(`${name}: ${weak ? 'weak' : 'firm'}`, () =>
      assert.deepEqual(describeBasis(outside, at(date), tables), { basis, weak }));
  }
});

test('an address inside AWS by announcements alone is weakly so', () => {
  const place: Place = { kind: 'aws', address: '147.189.3.4', basis: 'announced', network: '147.189.0.0/16' };
  assert.deepEqual(describeBasis(place, at('2026-08-02'), listedOn('2026-08-01')), {
    basis:
      "Inside 147.189.0.0/16, announced by Amazon's networks (routing data of 2026-06-17); AWS's list of 2026-08-01, 1 day old at the event.",
    weak: true,
  });
});

test('a published prefix is named with the list', () => {
  const place: Place = { kind: 'aws', address: '3.80.1.1', basis: 'published', network: '3.80.0.0/12' };
  const { basis, weak } = describeBasis(place, at('2026-08-02'), listedOn('2026-08-01'));
  assert.equal(basis, "Inside 3.80.0.0/12; AWS's list of 2026-08-01, 1 day old at the event.");
  assert.equal(weak, false);
});

describe('places that no address data decides are never weak', () => {
  const places: readonly (readonly [Place, RegExp])[] = [
    [{ kind: 'service', name: 'AWS Internal' }, /AWS service/],
    [{ kind: 'private', address: '10.0.0.1' }, /private address/],
    [{ kind: 'own', address: '131.1.2.3', network: '131.1.0.0/16', label: '' }, /own: 131\.1\.0\.0\/16\.$/],
    [
      { kind: 'own', address: '131.1.2.3', network: '131.1.0.0/16', label: 'VPC main' },
      /VPC main \(131\.1\.0\.0\/16\)/,
    ],
    [
      { kind: 'endpoint', owner: 'foreign', address: '10.0.0.1', vpcEndpointId: 'vpce-1', accountId: '999988887777' },
      /vpce-1, owned by account 999988887777, not one of yours/,
    ],
    [
      { kind: 'endpoint', owner: 'own', address: '10.0.0.1', accountId: '111122223333' },
      /a VPC endpoint, owned by account 111122223333, one of yours/,
    ],
    [{ kind: 'endpoint', owner: 'unknown', address: '10.0.0.1', vpcEndpointId: 'vpce-1' }, /does not name/],
    [{ kind: 'unknown', text: '', reason: 'empty' }, /no address/],
    [{ kind: 'unknown', text: '252.0.0.1', reason: 'reserved' }, /reserved/],
  ];
  for (const [place, sentence] of places) {
    test(JSON.stringify(place), () => {
      const { basis, weak } = describeBasis(place, at('2026-08-01'), {});
      assert.match(basis, sentence);
      assert.equal(weak, false);
    });
  }
});

test('the data for a moment is told without a place, for the summary of a scan', () => {
  assert.deepEqual(basisOf(at('2026-08-02'), listedOn('2026-08-01')), {
    basis: "AWS's list of 2026-08-01, 1 day old at the event; routing data of 2026-06-17.",
    weak: false,
  });
  assert.deepEqual(basisOf(at('2026-08-02'), {}), {
    basis: "AWS's own list is not loaded; no routing data is loaded.",
    weak: true,
  });
});

test('times that no calendar holds do not throw', () => {
  assert.match(describeBasis(outside, 1e18, listedOn('2026-08-01')).basis, /2026-08-01/);
  assert.match(describeBasis(outside, -1e18, listedOn('2026-08-01')).basis, /younger/);
});
