import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Outside } from '../../straykey/src/model/index.ts';
import { always, firstAddresses, seenDays, trained, UNITS } from './baselines.ts';
import { FIRST_DAY, type InsideUse, type Judge } from './records.ts';

const A = '198.51.100.7';
const NEIGHBOUR_OF_A = '198.51.100.8';
const B = '192.0.2.99';

const second = (day: number) => (FIRST_DAY + day) * 86_400;

const use = (day: number, difference: Partial<Outside> = {}): Outside => ({
  id: `d${day}`,
  t: second(day) + 3600,
  principal: '111122223333/orders-role/orders',
  role: '111122223333/orders-role',
  key: 'ASIAORDERSEXAMPLE',
  ip: A,
  source: 'ec2.amazonaws.com',
  name: 'DescribeTags',
  region: 'eu-west-1',
  ...difference,
});

const inside = (day: number, vpce = false): InsideUse => ({
  record: { inside: true, t: second(day), principal: '111122223333/orders-role/orders', vpce },
  key: 'ASIAORDERSEXAMPLE',
});

const days = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const alarmsOn = (judge: Judge, uses: readonly Outside[]) =>
  uses.filter((event) => judge.outside(event).finding).map((event) => Math.floor(event.t / 86_400) - FIRST_DAY);

test('"always" alarms on every use', () => {
  assert.deepEqual(
    alarmsOn(
      always(),
      days(0, 20).map((day) => use(day)),
    ),
    days(0, 20),
  );
});

test('"seen 7 days" alarms on the first seven days of use, however many calls they have', () => {
  const daily = days(0, 9).flatMap((day) => [use(day), use(day), use(day)]);
  const alarms = alarmsOn(seenDays(7, UNITS['principal, address']), daily);
  assert.deepEqual([...new Set(alarms)], days(0, 6));
  assert.equal(alarms.length, 21);
});

test('what "seen 7 days" has learned covers as much as its unit', () => {
  const strangers = {
    'another address of the /24': { ip: NEIGHBOUR_OF_A },
    'another function of the account': { principal: '111122223333/bills-role/bills', role: '111122223333/bills-role' },
    'another account': { principal: '222233334444/orders-role/orders', role: '222233334444/orders-role' },
    'another network': { ip: B },
  };
  const alarms = Object.entries(UNITS).map(([unit, of]) => {
    const loud = Object.entries(strangers).filter(([, difference]) => {
      const judge = seenDays(7, of);
      alarmsOn(
        judge,
        days(0, 9).map((day) => use(day)),
      );
      return judge.outside(use(10, difference)).finding;
    });
    return [unit, loud.map(([name]) => name)];
  });
  assert.deepEqual(Object.fromEntries(alarms), {
    'account, /24': ['another account', 'another network'],
    'principal, /24': ['another function of the account', 'another account', 'another network'],
    'principal, address': Object.keys(strangers),
  });
});

test('"30-day training" is silent while activating, reports a newcomer once, and again after a pause of 30 days', () => {
  const schedule = { activation: 14, window: 30, dedup: 7 };
  assert.deepEqual(
    alarmsOn(
      trained(schedule),
      days(0, 40).map((day) => use(day)),
    ),
    [],
  );
  const judge = trained(schedule);
  judge.inside(inside(0));
  assert.deepEqual(
    alarmsOn(
      judge,
      [20, 20, 21, 25, 55, 86].map((day) => use(day)),
    ),
    [20, 86],
  );
});

test('"first address" knows a stolen credential by its use inside AWS and believes the thief who comes first', () => {
  const afterwards = firstAddresses(1);
  afterwards.inside(inside(0));
  assert.equal(afterwards.outside(use(0)).finding, true);
  const before = firstAddresses(1);
  assert.equal(before.outside(use(0)).finding, false);
  assert.equal(before.outside(use(0, { ip: B })).finding, true);
});

test('"first address" does not hold a VPC endpoint against the egress', () => {
  const judge = firstAddresses(1);
  judge.inside(inside(0, true));
  assert.equal(judge.outside(use(0)).finding, false);
});

test('"first 3 addresses" allows three', () => {
  const judge = firstAddresses(3);
  const findings = [A, NEIGHBOUR_OF_A, B, '203.0.113.1', A].map((ip) => judge.outside(use(0, { ip })).finding);
  assert.deepEqual(findings, [false, false, false, true, false]);
});
