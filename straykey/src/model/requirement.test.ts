import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Evidence, Origin } from './evidence.ts';
import { type Credits, isKnown, requirementOf, vouches } from './requirement.ts';
import { defaultSettings } from './settings.ts';

const marked = { days: 10, unmarkedDays: 1 };
const partly = { days: 10, unmarkedDays: 2 };
const unmarked = { days: 10, unmarkedDays: 5 };
const routed = { origin: -1 as Origin, routed: true };

describe('the days needed', () => {
  const cases: readonly (readonly [string, Omit<Credits, 'vouchers'>, readonly number[]])[] = [
    ['routed, marked', { ...marked, ...routed }, [7, 5, 3, 3, 3, 3]],
    ['routed, partly marked', { ...partly, ...routed }, [10, 8, 6, 4, 3, 3]],
    ['routed, unmarked', { ...unmarked, ...routed }, [13, 11, 9, 7, 5, 5]],
    ['cannot tell, marked', { ...marked, origin: 0, routed: false }, [11, 11]],
    ['cannot tell, partly marked', { ...partly, origin: 0, routed: false }, [14, 14]],
    ['cannot tell, unmarked', { ...unmarked, origin: 0, routed: false }, [17, 17]],
    ['mostly also inside, marked', { ...marked, origin: 1, routed: false }, [15, 15]],
    ['mostly also inside, partly marked', { ...partly, origin: 1, routed: false }, [18, 18]],
    ['mostly also inside, unmarked', { ...unmarked, origin: 1, routed: false }, [21, 21]],
  ];
  for (const [name, credits, byVouchers] of cases) {
    it(`${name}: ${byVouchers.join(', ')} with 0, 1, … vouching roles; the parts add up`, () => {
      for (const [vouchers, expected] of byVouchers.entries()) {
        const { days, parts } = requirementOf({ ...credits, vouchers }, defaultSettings);
        assert.equal(days, expected);
        assert.equal(
          parts.reduce((sum, part) => sum + part.days, 0),
          days,
        );
      }
    });
  }

  it('are never more than the most', () => {
    const { days, parts } = requirementOf(
      { ...unmarked, origin: 1, routed: false, vouchers: 0 },
      { ...defaultSettings, base: 40 },
    );
    assert.deepEqual([days, parts.at(-1)], [28, { name: 'AT_MOST', days: -19 }]);
  });
});

describe('a host', () => {
  const evidence: Evidence = {
    through: 1000,
    days: 7,
    first: 949,
    last: 955,
    weight: 7 * 64,
    unmarkedDays: 0,
    splitDays: 0,
    categoryDays: [],
    clientDays: new Map(),
    regionDays: new Map(),
    mostDenied: 0,
    usualVolume: 0,
    origin: -1,
    routed: true,
  };
  const needs = (days: number) => ({ days, parts: [] });
  const mixed: Partial<Evidence> = { routed: false, origin: 0 };
  const cases: readonly (readonly [string, Partial<Evidence>, number, boolean, boolean])[] = [
    ['with enough days, the last 45 days ago', {}, 7, true, true],
    ['with the last day 46 days ago', { last: 954 }, 7, false, false],
    ['with days that weigh one 64th too little', { weight: 7 * 64 - 1 }, 7, false, true],
    ['with fewer days than vouching takes', { days: 6, weight: 6 * 64 }, 6, true, false],
    ['that is not routed', mixed, 7, true, false],
    ['without evidence', { days: 0, weight: 0, routed: false }, 0, false, false],
  ];
  for (const [name, rest, needed, known, voucher] of cases) {
    it(`${name} is ${known ? '' : 'not '}known and does ${voucher ? '' : 'not '}vouch`, () => {
      const given = { ...evidence, ...rest };
      assert.equal(isKnown(given, needs(needed), defaultSettings), known);
      assert.equal(vouches(given, defaultSettings), voucher);
    });
  }

  it('that is not routed is never known when a person must say so', () => {
    const ack = { ...defaultSettings, loneMode: 'ack' } as const;
    assert.deepEqual(
      [isKnown(evidence, needs(7), ack), isKnown({ ...evidence, ...mixed }, needs(7), ack)],
      [true, false],
    );
  });
});
