import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CALLS } from './calls.ts';
import { KINDS, PATIENT_ACTIONS } from './kinds.ts';
import { FIRST_DAY } from './records.ts';
import { DEFAULT_WORLD, TINY_WORLD, WORLDS } from './settings.ts';
import { simulate } from './simulate.ts';
import { createWorld } from './world.ts';

const days = (seed: number) => [...simulate(TINY_WORLD, seed, 0).days()];

test('a seed gives the same trail each time, another seed another', () => {
  assert.deepEqual(days(1), days(1));
  assert.notDeepEqual(days(1), days(2));
});

test('records come in order of event time, on their day, each with an id of its own', () => {
  const ids = new Set<string>();
  for (const { day, uses, inside } of days(1)) {
    for (const times of [uses.map(({ event }) => event.t), inside.map(({ record }) => record.t)]) {
      assert.deepEqual(
        times,
        [...times].sort((a, b) => a - b),
      );
      assert.ok(times.every((t) => Math.floor(t / 86_400) === FIRST_DAY + day));
    }
    for (const { event } of uses) {
      assert.ok(!ids.has(event.id));
      ids.add(event.id);
    }
  }
});

test('every address is a documentation or benchmarking one', () => {
  const reserved = /^(203\.0\.113|198\.51\.100|192\.0\.2|198\.1[89]\.\d+)\.\d+$/;
  for (const { uses } of days(1)) for (const { event } of uses) assert.match(event.ip, reserved);
});

test('every kind of campaign makes calls, on its first day and on its action day', () => {
  const { campaigns } = simulate(TINY_WORLD, 1, 0);
  assert.deepEqual(
    campaigns.map(({ kind }) => kind),
    KINDS.map(({ name }) => name),
  );
  for (const campaign of campaigns) {
    assert.ok(campaign.lastDay < TINY_WORLD.days, campaign.kind);
    assert.ok(campaign.callsOn(campaign.start).length > 0, campaign.kind);
    if (campaign.actionDay !== undefined) assert.ok(campaign.callsOn(campaign.actionDay).length > 0, campaign.kind);
    assert.deepEqual(campaign.callsOn(campaign.start - 1), []);
    assert.deepEqual(campaign.callsOn(campaign.lastDay + 1), []);
  }
});

test('over three seeds each patient kind takes each action', () => {
  const seen = new Set<string>();
  for (const turn of [0, 1, 2]) {
    for (const { kind, action } of simulate(DEFAULT_WORLD, turn + 1, turn).campaigns) {
      if (action !== undefined) seen.add(`${kind}: ${action}`);
    }
  }
  assert.equal(seen.size, 7 * PATIENT_ACTIONS.length);
});

test('an intruder who brings something new into the egress brings what the function never did', () => {
  const { world, campaigns } = simulate(DEFAULT_WORLD, 1, 0);
  for (const [kind, calls] of [
    ['new: secrets', CALLS.SECRETS],
    ['new: recon', CALLS.RECON],
    ['new: AssumeRole', CALLS.ROLE_CHAIN],
  ] as const) {
    for (const campaign of campaigns.filter((c) => c.kind.endsWith(kind))) {
      const uses = campaign.callsOn(campaign.start);
      const victim = world.egress.find((fn) => fn.principal === uses[0]!.event.principal)!;
      assert.ok(uses.every(({ event }) => calls.some(({ name }) => name === event.name)));
      assert.ok(!victim.habits.some(({ call }) => calls.includes(call)), campaign.kind);
    }
  }
});

test('site A uses eight addresses, and replaces one every 21 days', () => {
  const { siteA, networks } = createWorld(DEFAULT_WORLD, 1);
  const [before, after] = [siteA.on(20), siteA.on(21)];
  assert.equal(new Set(before).size, 8);
  assert.equal(before!.filter((address) => !after!.includes(address)).length, 1);
  const strangers = [...networks.neighbours, ...networks.closeNeighbours];
  for (let day = 0; day < 400; day++) assert.ok(!siteA.on(day).some((address) => strangers.includes(address)));
});

for (const { name, settings } of WORLDS) {
  test(`the world "${name}" can be simulated`, () => {
    const { days: stream, campaigns } = simulate({ ...DEFAULT_WORLD, ...settings }, 1, 0);
    const first = stream().next();
    assert.ok(!first.done && first.value.uses.length > 0);
    assert.equal(campaigns.length, KINDS.length * DEFAULT_WORLD.campaignsPerKind);
  });
}
