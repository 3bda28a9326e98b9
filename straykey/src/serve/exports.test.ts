import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { type Outlets, openOutlets } from '../outlets/index.ts';
import { openStore, type Store } from '../store/index.ts';
import { EXPORTS_LOOK_EVERY, Exports } from './exports.ts';

const NOON = Date.parse('2026-07-01T12:00:00Z');
const KIND = 'publishing-destination';
const NAME = `${KIND}.d0`;

let store: Store;
let clock: number;
let exports: Exports;
const none: Outlets = openOutlets([], { now: () => NOON, secret: () => '' });

beforeEach(async () => {
  clock = NOON;
  store = await openStore('sqlite::memory:', { now: () => clock });
  exports = new Exports(none, () => clock);
});
afterEach(() => store.close());

function destination(bucket: string, status = 'PUBLISHING') {
  const destinationProperties = { destinationArn: `arn:aws:s3:::${bucket}` };
  return { destinationType: 'S3', destinationProperties, status, publishingFailureStartTimestamp: 0 };
}

async function names(): Promise<string[]> {
  return (await exports.rules(store)).map(({ name }) => name);
}

describe('a publishing destination', () => {
  test('that a client made is an outlet within half a minute', async () => {
    assert.deepEqual(await names(), []);
    await store.documents.create(KIND, 'd0', destination('findings'), clock);
    assert.deepEqual(await names(), [], 'asked for once in a while');
    clock += EXPORTS_LOOK_EVERY;
    assert.deepEqual(await names(), [NAME]);
    assert.ok(exports.senders.has(NAME));
  });

  test('that a client changed has a new sender; one that only failed for a while keeps its own', async () => {
    await store.documents.create(KIND, 'd0', destination('findings'), clock);
    await exports.look(store);
    const first = exports.senders.get(NAME);
    await store.documents.replace(
      KIND,
      'd0',
      destination('findings', 'UNABLE_TO_PUBLISH_FIX_DESTINATION_PROPERTY'),
      clock,
    );
    await exports.look(store);
    assert.equal(exports.senders.get(NAME), first);
    await store.documents.replace(KIND, 'd0', destination('elsewhere'), clock);
    await exports.look(store);
    assert.notEqual(exports.senders.get(NAME), first);
  });

  test('that a client took back, or stopped, is told nothing more', async () => {
    await store.documents.create(KIND, 'd0', destination('findings'), clock);
    await store.documents.create(KIND, 'd1', destination('others'), clock);
    await exports.look(store);
    assert.equal(exports.senders.size, 2);
    await store.documents.remove(KIND, 'd0');
    await store.documents.replace(KIND, 'd1', destination('others', 'STOPPED'), clock);
    await exports.look(store);
    assert.equal(exports.senders.size, 0);
    assert.deepEqual(await names(), []);
  });
});

test('a clock that was set back does not keep it from looking', async () => {
  await exports.look(store);
  await store.documents.create(KIND, 'd0', destination('findings'), clock);
  clock -= 86_400_000;
  assert.deepEqual(await names(), [NAME]);
});
