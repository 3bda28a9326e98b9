import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { createModel, join, type Model, restore } from '../../straykey/src/model/index.ts';
import { sharedData, WITHOUT_SHARED_DATA } from '../support/shared-data.ts';
import {
  broken,
  type Delivered,
  type DeliveredOutside,
  expand,
  isInside,
  type Scenario,
  type Story,
  scenarios,
  type Verdict,
} from './scenario.ts';

describe('the acceptance scenarios, through the functions', () => {
  for (const scenario of scenarios) {
    it(`${scenario.id} online: ${scenario.title}`, () => {
      const story = expand(scenario);
      assert.deepEqual(broken(story, judgeOnline(story)), []);
    });
  }
});

describe('the acceptance scenarios, judged as history', () => {
  for (const scenario of scenarios) {
    it(`${scenario.id} in a batch: ${scenario.title}`, () => {
      const story = expand(scenario);
      const model = createModel(story.options);
      for (const statement of story.feedback) model.feedback(statement);
      for (const event of story.events) if (isInside(event)) model.observeInside(event);
      const judged = model.judgeAll(story.events.filter((event): event is DeliveredOutside => !isInside(event)));
      assert.deepEqual(broken(story, new Map(judged.map(({ event, judgement }) => [event.id, [judgement]]))), []);
    });
  }
});

describe('the scenarios written out elsewhere', () => {
  const folder = sharedData('model/expanded');
  const skip = folder === undefined ? WITHOUT_SHARED_DATA : false;
  for (const scenario of scenarios) {
    it(`${scenario.id} has the same events`, { skip }, () => {
      const file = path.join(folder ?? '', `${scenario.id}.json.gz`);
      const theirs = JSON.parse(gunzipSync(readFileSync(file)).toString()) as Story;
      const ours = expand(scenario);
      assert.deepEqual(comparable(ours, scenario), comparable(theirs, scenario));
      assert.deepEqual(ours.feedback, theirs.feedback);
      assert.deepEqual(ours.expect, theirs.expect);
      assert.deepEqual(broken(theirs, judgeOnline(theirs)), []);
    });
  }
});

/** Random delivery depends on the generator's own dice: there the copies are compared, not their order. */
function comparable({ events }: Story, { delivery }: Scenario): unknown {
  if (!delivery?.late) return events;
  const timeless = events.map(({ deliverAt, ...event }) => event);
  return timeless.sort((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)));
}

/** Delivers a story record by record; shards get the records of their functions and join states once a day. */
function judgeOnline(story: Story): Map<string, Verdict[]> {
  const verdicts = new Map<string, Verdict[]>();
  const shards = Array.from({ length: story.delivery.shards ?? 1 }, () => createModel(story.options));
  const told = new Set<string>();
  let day = Number.NaN;
  for (const event of story.events) {
    const today = Math.floor(event.deliverAt / 86_400);
    if (today !== day && shards.length > 1) exchange(shards);
    day = today;
    for (const statement of story.feedback) {
      if (statement.t > event.deliverAt || told.has(statement.id)) continue;
      told.add(statement.id);
      for (const shard of shards) shard.feedback(statement);
    }
    const shard = shards[shardOf(event, shards.length)]!;
    if (isInside(event)) shard.observeInside(event);
    else verdicts.set(event.id, [...(verdicts.get(event.id) ?? []), shard.judge(event)]);
  }
  return verdicts;
}

function exchange(shards: Model[]): void {
  const joined = shards.reduce((a, b) => join(a, b));
  for (const at of shards.keys()) shards[at] = restore(joined.snapshot(), joined.settings);
}

function shardOf({ fn }: Delivered, shards: number): number {
  return [...fn].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % shards;
}
