import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Campaign } from './campaigns.ts';
import { createMeasure } from './measure.ts';
import { FIRST_DAY, type Truth, type Use } from './records.ts';
import { DEFAULT_WORLD } from './settings.ts';

const EGRESS: Truth = { actor: 'egress', regular: true };

const use = (day: number, truth: Truth = EGRESS, ip = '198.51.100.7'): Use => ({
  truth,
  event: {
    id: `d${day}`,
    t: (FIRST_DAY + day) * 86_400,
    principal: '111122223333/orders-role/orders',
    role: '111122223333/orders-role',
    key: 'ASIAORDERSEXAMPLE',
    ip,
    source: 'ec2.amazonaws.com',
    name: 'DescribeTags',
    region: 'eu-west-1',
  },
});

const LOUD = { finding: true, reasons: ['NEW_CATEGORY:READ'], key: 'orders from A' };
const SILENT = { finding: false, reasons: [], key: 'orders from A' };

const theft = (difference: Partial<Campaign> = {}): Campaign => ({
  index: 0,
  kind: 'theft',
  group: 'new host',
  start: 20,
  lastDay: 25,
  actionDay: 25,
  callsOn: () => [],
  ...difference,
});

test('alert-days count once a day and finding, new findings once in 30 quiet days', () => {
  const measure = createMeasure(DEFAULT_WORLD, []);
  for (const day of [1, 1, 2, 10, 41, 70, 70]) measure.record(use(day), LOUD);
  measure.endOfDay();
  const { onboarding, steady } = measure.result();
  assert.deepEqual(onboarding, { newFindings: 2, alertDays: 4, hostMonths: 2 });
  assert.deepEqual(steady, { newFindings: 0, alertDays: 1, hostMonths: 1 });
});

test('silent uses make host-months too', () => {
  const measure = createMeasure(DEFAULT_WORLD, []);
  for (const ip of ['198.51.100.7', '198.51.100.8'])
    for (const day of [60, 61, 90]) measure.record(use(day, EGRESS, ip), SILENT);
  assert.deepEqual(measure.result().steady, { newFindings: 0, alertDays: 0, hostMonths: 4 });
});

test('a reason counts once a day and finding', () => {
  const measure = createMeasure(DEFAULT_WORLD, []);
  measure.record(use(70), LOUD);
  measure.record(use(70), { ...LOUD, reasons: ['NEW_CATEGORY:SECRETS', 'NEW_REGION:us-east-1'] });
  measure.endOfDay();
  measure.record(use(71), LOUD);
  assert.deepEqual(measure.result().steadyReasons, { NEW_CATEGORY: 2, NEW_REGION: 1 });
});

test('a function is silent from the first of seven silent active days in a row', () => {
  const measure = createMeasure(DEFAULT_WORLD, []);
  for (let day = 5; day < 30; day++) {
    measure.record(use(day), day < 8 || day === 12 ? LOUD : SILENT);
    measure.record(use(day), SILENT);
  }
  const { daysToSilence, regularFunctions } = measure.result();
  assert.deepEqual({ daysToSilence, regularFunctions }, { daysToSilence: [8], regularFunctions: 1 });
});

test('a function with six silent days is not silenced yet', () => {
  const measure = createMeasure(DEFAULT_WORLD, []);
  for (let day = 5; day < 12; day++) measure.record(use(day), day === 5 ? LOUD : SILENT);
  assert.deepEqual(measure.result().daysToSilence, []);
});

const MINE: Truth = { actor: 'attacker', campaign: 0 };

test('a campaign is seen by its own first call, on days before the action, and on the action day', () => {
  const measure = createMeasure(DEFAULT_WORLD, [theft()]);
  measure.record(use(20, MINE), SILENT);
  measure.record(use(20, MINE), LOUD);
  measure.record(use(21, MINE), LOUD);
  measure.record(use(25), LOUD);
  measure.record(use(25, MINE), SILENT);
  const [result] = measure.result().campaigns;
  assert.deepEqual(result, {
    kind: 'theft',
    group: 'new host',
    firstUse: false,
    visibleDays: 2,
    actionSeen: false,
    everSeen: true,
  });
});

test('the action day of a one-day campaign is its visible day', () => {
  const measure = createMeasure(DEFAULT_WORLD, [theft({ start: 25 })]);
  measure.record(use(25, MINE), LOUD);
  const [result] = measure.result().campaigns;
  assert.deepEqual([result?.firstUse, result?.visibleDays, result?.actionSeen], [true, 1, true]);
});

test('a campaign without a call is a mistake of the simulator, not a miss of the model', () => {
  assert.throws(() => createMeasure(DEFAULT_WORLD, [theft()]).result(), /made no call/);
});
