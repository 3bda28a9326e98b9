import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { S3Sdk } from '../sources/index.ts';
import { FetchAhead } from './fetch-ahead.ts';
import { arrivalLimits } from './limits.ts';

/** The SDK with a bucket in memory: who asked for what, in which order. */
function bucketOf(objects: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  class GetObjectCommand {
    readonly input: { readonly Key: string };
    constructor(input: { readonly Key: string }) {
      this.input = input;
    }
  }
  const send = async ({ input }: GetObjectCommand) => {
    asked.push(input.Key);
    const body = objects[input.Key];
    if (body === undefined) throw Object.assign(new Error('no such key'), { name: 'NoSuchKey' });
    return {
      Body: (async function* () {
        yield Buffer.from(body);
      })(),
    };
  };
  const sdk = { api: { GetObjectCommand }, client: { send } } as unknown as S3Sdk;
  return { asked, connect: async () => sdk };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await nextTurn();
}

test('objects are fetched before they are read, only so many at a time, and once each', async () => {
  const { asked, connect } = bucketOf({ a: 'A', b: 'B', c: 'C' });
  const ahead = new FetchAhead(connect, { ...arrivalLimits, fetchObjects: 2 });
  const [a, b, c] = ['a', 'b', 'c'].map((key) => ahead.object('bucket', key, 1));
  await settle();
  assert.deepEqual(asked, ['a', 'b']);
  assert.equal(Buffer.from(a!.readWhole()!).toString(), 'A');
  await settle();
  assert.deepEqual(asked, ['a', 'b', 'c'], 'what was read made room');
  b!.forget();
  assert.equal(Buffer.from(c!.readWhole()!).toString(), 'C');
  assert.equal(asked.length, 3);
});

test('an object read before its turn is fetched then, and not again', async () => {
  const { asked, connect } = bucketOf({ a: 'A', b: 'B' });
  const ahead = new FetchAhead(connect, { ...arrivalLimits, fetchObjects: 1 });
  const [a, b] = ['a', 'b'].map((key) => ahead.object('bucket', key, 1));
  const pieces: string[] = [];
  for await (const piece of b!.open()) pieces.push(Buffer.from(piece).toString());
  assert.deepEqual(pieces, ['B']);
  await settle();
  a!.readWhole();
  await settle();
  assert.deepEqual(asked.toSorted(), ['a', 'b']);
});

test('one that turns out too large is streamed when read', async () => {
  const { asked, connect } = bucketOf({ big: 'x'.repeat(100) });
  const ahead = new FetchAhead(connect, { ...arrivalLimits, fetchObject: 10 });
  const big = ahead.object('bucket', 'big');
  await settle();
  assert.equal(big.readWhole(), undefined);
  let length = 0;
  for await (const piece of big.open()) length += piece.length;
  assert.equal(length, 100);
  assert.equal(asked.length, 2);
});

test('a fetch that failed is told to whoever reads, by its reason', async () => {
  const { connect } = bucketOf({});
  const missing = new FetchAhead(connect, arrivalLimits).object('bucket', 'missing', 1);
  await settle();
  assert.throws(
    () => missing.readWhole(),
    (error) => missing.explain(error).kind === 'vanished',
  );
});
