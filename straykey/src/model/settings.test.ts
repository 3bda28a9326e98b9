import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defaultSettings, parameters, readSettings } from './settings.ts';

describe('settings', () => {
  it('default to the table of the specification', () => {
    const { loneMode, ...numbers } = defaultSettings;
    assert.equal(loneMode, 'slow');
    assert.deepEqual(numbers, {
      lag: 2,
      window: 120,
      plateau: 90,
      fade: 15,
      dormant: 45,
      base: 14,
      minReq: 3,
      maxReq: 28,
      marker: 3,
      split: 4,
      corr: 2,
      corrMax: 4,
      corrDays: 7,
      kOrd: 3,
      kSens: 5,
      kUnmarked: 5,
      kHabit: 5,
      poolUnits: 3,
      poolDays: 2,
      poolBlock: 28,
      poolBlock6: 60,
      volMin: 200,
      volFactor: 8,
      volMinLone: 50,
      volFactorLone: 4,
      volWindow: 30,
      deniedMin: 3,
      fanout: 3,
      ttlDays: 180,
      maxUnits: 4096,
      sketch: 64,
    });
  });

  it('each explain themselves, with a default in their own range', () => {
    for (const [name, { least, most, turned, unit, why, default: value }] of Object.entries(parameters)) {
      assert.ok(unit && why && turned && least <= value && value <= most, name);
    }
  });

  it('take known options and leave the rest as it is', () => {
    const read = readSettings({ lag: 1, loneMode: 'ack' });
    assert.deepEqual(read, { settings: { ...defaultSettings, lag: 1, loneMode: 'ack' } });
  });

  const refused: readonly (readonly [unknown, RegExp])[] = [
    [null, /expected an object/],
    [[], /expected an object/],
    [{ kord: 3 }, /unknown option "kord"; known: .*kOrd/],
    [{ toString: 1 }, /unknown option "toString"/],
    [{ base: '14' }, /base: expected a whole number from 1 to 200 \(days\), found "14"/],
    [{ base: -1 }, /base: expected/],
    [{ loneMode: 'off' }, /loneMode: expected "slow" or "ack", found "off"/],
    [{ minReq: 20, maxReq: 10 }, /minReq: expected at most maxReq/],
  ];
  for (const [options, problem] of refused) {
    it(`are refused: ${JSON.stringify(options)}`, () => {
      const read = readSettings(options);
      assert.match('problem' in read ? read.problem : 'accepted', problem);
    });
  }
});
