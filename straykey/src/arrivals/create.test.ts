import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Problem, SourceObject } from '../sources/index.ts';
import { namesFor, reopen } from './create.ts';
import type { LiveSource } from './port.ts';

test('sources without a name are called after what they read, each by a name of its own', () => {
  const s3 = { type: 's3', url: 's3://trail-bucket/a', every: 60_000 } as const;
  assert.deepEqual(
    namesFor([
      { type: 'sqs', queueUrl: 'https://sqs.eu-west-1.amazonaws.com/111122223333/trail.fifo' },
      s3,
      { ...s3, url: 's3://trail-bucket/b' },
      { type: 'folder', path: '/var/log/cloud trail/', every: 2_000 },
      { type: 'stdin', name: 'pipe' },
    ]),
    ['sqs-trail.fifo', 's3-trail-bucket', 's3-trail-bucket-2', 'folder-cloud-trail', 'pipe'],
  );
});

function sourceWith(object: SourceObject | undefined): LiveSource {
  return { reopen: () => object } as unknown as LiveSource;
}

function objectThat(gives: string | Problem): SourceObject {
  return {
    origin: 's3://bucket/key',
    again: true,
    async *open() {
      if (typeof gives !== 'string') throw gives;
      yield Buffer.from(gives);
    },
    explain: (error) => error as Problem,
  };
}

async function read(object: SourceObject): Promise<string> {
  let text = '';
  for await (const piece of object.open() as AsyncIterable<Uint8Array>) text += Buffer.from(piece).toString();
  return text;
}

test('an object is opened again by the source whose role may, whichever comes first', async () => {
  const refused = objectThat({ kind: 'access-denied', reason: 'wrong role' });
  const sources = [undefined, refused, objectThat('bytes')].map(sourceWith);
  assert.equal(await read(reopen(sources, 's3://bucket/key')!), 'bytes');
  const none = reopen([sourceWith(refused), sourceWith(refused)], 's3://bucket/key')!;
  await assert.rejects(read(none), { kind: 'access-denied' });
  assert.equal(reopen([sourceWith(undefined)], 's3://bucket/key'), undefined);
});
