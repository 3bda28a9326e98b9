import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type DayRecord, emptyDay, type InsideDay } from './day-record.ts';
import { gatherEvidence, weightTable } from './evidence.ts';
import { defaultSettings } from './settings.ts';

const WEIGHTS = weightTable(defaultSettings);
const THROUGH = 1000;

/** A plain evidence day under a credential of its own; calls: 10. */
const plain = (day: number, rest: Partial<DayRecord> = {}): readonly [number, DayRecord] => [
  day,
  { ...emptyDay(), ok: true, creds: [day], ...rest },
];
const publicDays = (...days: number[]) =>
  new Map(days.map((day): [number, InsideDay] => [day, { pub: true, svcs: [] }]));
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

function evidence(
  days: readonly (readonly [number, DayRecord])[],
  inside: ReadonlyMap<number, InsideDay> = new Map(),
  volume: (day: number) => number = () => 10,
) {
  const byDay = new Map(days);
  return gatherEvidence({ facts: (day) => byDay.get(day), volume }, inside, THROUGH, defaultSettings, WEIGHTS);
}

describe('the weight of a day', () => {
  it('is 64 up to 90 days, then halves every 15', () => {
    assert.deepEqual(
      [0, 90, 105, 119].map((age) => WEIGHTS[age]),
      [64, 64, 32, 16],
    );
    assert.deepEqual([WEIGHTS.length, WEIGHTS[89]], [120, 64]);
  });

  it('makes the sum of a window', () => {
    assert.equal(
      evidence([plain(THROUGH), plain(THROUGH - 105), plain(THROUGH - 119), plain(THROUGH - 120)]).weight,
      64 + 32 + 16,
    );
  });
});

describe('evidence days', () => {
  const few = [1, 2, 3, 4, 5, 6, 7];
  const many = [...few, 8];
  const cases: readonly (readonly [string, readonly (readonly [number, DayRecord])[], number])[] = [
    ['are none without use', [], 0],
    ['need a successful call that is not critical', [plain(990, { ok: false })], 0],
    [
      'need a credential not used the day before',
      [plain(990), plain(991, { creds: [990] }), plain(992, { creds: [990] })],
      1,
    ],
    ['count again when the credential rested a day', [plain(990), plain(992, { creds: [990] })], 2],
    ['count when one of the credentials is new', [plain(990), plain(991, { creds: [990, 991] })], 2],
    [
      'count when fewer of the same seven credentials are used',
      [plain(990, { creds: few }), plain(991, { creds: few })],
      1,
    ],
    [
      'always count with eight credentials, which may stand for more',
      [plain(990, { creds: many }), plain(991, { creds: many })],
      2,
    ],
    ['do not lie after the last settled day', [plain(THROUGH + 1)], 0],
    ['are void up to a critical call', [plain(990), plain(991, { crit: true }), plain(992)], 1],
    [
      'need no newer credential than one that was voided',
      [plain(990), plain(991, { crit: true }), plain(992, { creds: [991] })],
      1,
    ],
    ['are not void when critical calls are habit', range(990, 994).map((day) => plain(day, { crit: true })), 5],
  ];
  for (const [name, days, n] of cases) it(name, () => assert.equal(evidence(days).days, n));

  it('remember the day that voided them until it leaves the window', () => {
    assert.equal(evidence([plain(THROUGH - 119, { crit: true })]).taintedOn, THROUGH - 119);
    assert.equal(evidence([plain(THROUGH - 120, { crit: true })]).taintedOn, undefined);
  });
});

describe('the usual volume', () => {
  const volumes = new Map([
    [960, 9000],
    [970, 700],
    [971, 600],
    [975, 500],
    [980, 80],
    [990, 70],
  ]);
  const usual = (...days: number[]) => {
    const plainDays = days.map((day) => plain(day));
    return evidence(plainDays, new Map(), (day) => volumes.get(day) ?? 0).usualVolume;
  };

  it('is the second largest of the evidence days of the last thirty days, else the largest, else none', () => {
    assert.deepEqual([usual(975, 980, 990), usual(980), usual()], [80, 80, 0]);
  });

  it('forgets days thirty days old', () => {
    assert.deepEqual([usual(960, 970), usual(970, 975, 990), usual(971, 975, 990)], [0, 70, 500]);
  });
});

describe('the origin', () => {
  const daily = range(991, 1000).map((day) => plain(day));
  const services = (...svcs: number[]) =>
    new Map(range(991, 1000).map((day): [number, InsideDay] => [day, { pub: false, svcs }]));
  const serving = daily.map(([day]) => plain(day, { svcs: [7] }));
  const cases: readonly (readonly [string, ReturnType<typeof evidence>, number])[] = [
    ['is -1 when nothing is seen inside AWS', evidence(daily), -1],
    ['is +1 when half of the days are split', evidence(daily, publicDays(...range(991, 995))), 1],
    ['is 0 when fewer are', evidence(daily, publicDays(...range(991, 994))), 0],
    [
      'is 0 when there was inside use meanwhile, though never on the same day',
      evidence([plain(991), plain(993)], publicDays(992)),
      0,
    ],
    ['is -1 when frequent inside use has visibly stopped', evidence(daily, publicDays(...range(931, 990))), -1],
    ['is 0 when inside use was too rare to have visibly stopped', evidence(daily, publicDays(900, 950, 980)), 0],
    ['is -1 when inside use lies before the window', evidence(daily, publicDays(880)), -1],
    ['is +1 when a VPC endpoint saw the same service on the same days', evidence(serving, services(3, 7)), 1],
    ['is -1 when a VPC endpoint saw another service', evidence(serving, services(3)), -1],
  ];
  for (const [name, { origin, routed }, expected] of cases) {
    it(name, () => assert.deepEqual([origin, routed], [expected, expected === -1]));
  }

  it('says nothing without evidence days', () => {
    const { days, origin, routed } = evidence([], publicDays(...range(991, 1000)));
    assert.deepEqual([days, origin, routed], [0, 0, false]);
  });
});
