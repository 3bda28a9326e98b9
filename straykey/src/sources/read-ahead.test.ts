import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Fetchable, readAhead } from './read-ahead.ts';

const limits = { objects: 4, bytes: 100, object: 60 };

test('objects come in their order, whatever order they are fetched in', async () => {
  const track = tracker([10, 10, 10, 10, 10, 10, 10, 10]);
  const seen: string[] = [];
  for await (const object of readAhead(track.objects(), limits)) {
    seen.push(object.origin);
    object.readWhole!();
  }
  assert.deepEqual(seen, ['0', '1', '2', '3', '4', '5', '6', '7']);
  assert.deepEqual(track.mostObjects, 4);
  assert.equal(track.prepared.size, 8);
});

test('no more bytes are fetched than the limit allows', async () => {
  const track = tracker([50, 50, 50, 50, 50, 50]);
  for await (const object of readAhead(track.objects(), limits)) object.readWhole!();
  assert.equal(track.mostBytes, 100);
  assert.equal(track.prepared.size, 6);
});

test('a large object is left to be streamed, and the others go on', async () => {
  const track = tracker([10, 1000, 10]);
  const seen: string[] = [];
  for await (const object of readAhead(track.objects(), limits)) {
    seen.push(object.origin);
    object.readWhole!();
  }
  assert.deepEqual(seen, ['0', '1', '2']);
  assert.deepEqual([...track.prepared], ['0', '2']);
});

test('a reader that only draws gets the later objects unfetched and never waits for itself', async () => {
  const track = tracker(Array<number>(20).fill(30));
  let drawn = 0;
  for await (const _object of readAhead(track.objects(), limits)) drawn++;
  assert.equal(drawn, 20);
  assert.ok(track.mostBytes <= 100);
});

/** Objects of these sizes that take a while to fetch, the later ones less. */
function tracker(sizes: readonly number[]) {
  let fetching = 0;
  let bytes = 0;
  const track = { mostObjects: 0, mostBytes: 0, prepared: new Set<string>(), objects };
  async function* objects(): AsyncGenerator<Fetchable> {
    for (const [index, size] of sizes.entries()) yield object(String(index), size, sizes.length - index);
  }
  function object(origin: string, size: number, ticks: number): Fetchable {
    let release = (): void => {};
    return {
      origin,
      size,
      again: true,
      async prepare(taken) {
        release = taken;
        track.prepared.add(origin);
        bytes += size;
        fetching += 1;
        track.mostObjects = Math.max(track.mostObjects, fetching);
        track.mostBytes = Math.max(track.mostBytes, bytes);
        for (let tick = 0; tick < ticks; tick++) await new Promise((resolve) => setImmediate(resolve));
        fetching -= 1;
      },
      readWhole() {
        if (track.prepared.has(origin)) bytes -= size;
        release();
        return new Uint8Array(0);
      },
      async *open() {},
      explain: (error) => ({ kind: 'network-error', reason: String(error) }),
    };
  }
  return track;
}
