import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Oddity } from '../kit/index.ts';
import { fileObject, type SourceObject } from '../sources/index.ts';
import { alone, crew, type FirstPass, type Passes } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'straykey-pair-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function recordsOf(count: number, from: number): string {
  const records = Array.from({ length: count }, (_, i) => ({
    eventVersion: '1.11',
    userIdentity: {
      type: 'AssumedRole',
      principalId: `AROAEXAMPLEEXAMPLE123:orders`,
      arn: 'arn:aws:sts::111122223333:assumed-role/orders/orders',
      accountId: '111122223333',
      accessKeyId: `ASIAIOSFODNN${from + i}EXAMPLE`,
    },
    eventTime: '2026-03-02T08:09:10Z',
    eventSource: 's3.amazonaws.com',
    eventName: 'ListBuckets',
    awsRegion: 'eu-west-1',
    // A Tor exit of Stiftung Erneuerbare Freiheit.
    sourceIPAddress: '185.220.101.1',
    userAgent: 'x'.repeat(500),
    eventID: `event-${from + i}`,
    recipientAccountId: '111122223333',
  }));
  return JSON.stringify({ Records: records });
}

const whole = gzipSync(recordsOf(40, 0));
const broken = Buffer.from(whole);
broken[broken.length >> 1]! ^= 0xff;

/** Name to content; `undefined` where there is no such file when it comes to reading. */
const inputs: readonly (readonly [string, Uint8Array | undefined])[] = [
  ['whole.json.gz', whole],
  ['plain.json', Buffer.from(recordsOf(3, 100))],
  ['empty.json', new Uint8Array(0)],
  ['cut.json.gz', whole.subarray(0, whole.length - 20)],
  ['broken.json.gz', broken],
  ['gone.json.gz', undefined],
  ['wide.json', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(recordsOf(3, 200), 'utf16le')])],
  // More than the ring holds at a time, and files behind it.
  ['long.json.gz', gzipSync(recordsOf(20_000, 1000))],
  ...Array.from({ length: 150 }, (_, i) => [`n${i}.json.gz`, gzipSync(recordsOf(2, 50_000 + i))] as const),
  ['zip.json', Buffer.from('PK\x03\x04 and more')],
];

const objects: readonly SourceObject[] = inputs.map(([name, content]) => {
  const path = join(folder, name);
  if (content !== undefined) writeFileSync(path, content);
  return fileObject(path);
});

/** Time for the other thread to start, after the first object: what comes later is unpacked there. */
async function* slowly(read: readonly SourceObject[]): AsyncGenerator<SourceObject> {
  for (const [i, object] of read.entries()) {
    if (i === 1) await setTimeout(1000);
    yield object;
  }
}

async function readWith(
  make: (watch: Parameters<typeof alone>[1]) => Passes,
  read: Iterable<SourceObject> | AsyncIterable<SourceObject>,
) {
  const oddities: Oddity[] = [];
  const passes = make({ oddity: (oddity) => oddities.push(oddity), progress: () => {} });
  try {
    const pass: FirstPass = await passes.survey(read);
    const { counts, tallies, survey } = pass;
    return { counts, tallies, facts: survey.facts(), oddities };
  } finally {
    await passes.close();
  }
}

test('two threads read what one reads: facts, counts and oddities, in the same order', async () => {
  const one = await readWith((watch) => alone({}, watch), objects);
  const two = await readWith((watch) => crew(2, {}, watch), slowly(objects));
  assert.ok(one.counts.records > 20_000);
  assert.ok(one.oddities.length >= 5);
  assert.deepEqual(two, one);
});

test('two threads read objects that are not files among those that are', async () => {
  const fetched = (i: number): SourceObject => ({
    origin: `object ${i}`,
    again: false,
    async *open() {
      yield gzipSync(recordsOf(2, 90_000 + 2 * i));
    },
    explain: () => ({ kind: 'unreadable-file', reason: 'no reason' }),
  });
  const mixed = objects.flatMap((object, i) => [object, fetched(i)]);
  const one = await readWith((watch) => alone({}, watch), mixed);
  const two = await readWith((watch) => crew(2, {}, watch), slowly(mixed));
  assert.deepEqual(two, one);
});

test('two threads read no objects at all', async () => {
  const { counts } = await readWith((watch) => crew(2, {}, watch), []);
  assert.equal(counts.files, 0);
});

test('three threads read what one reads, each its share, in whatever order', async () => {
  const sorted = <Item>(items: readonly Item[]) => items.map((item) => JSON.stringify(item)).sort();
  const comparable = ({ oddities, facts: { roster, ...facts }, ...read }: Awaited<ReturnType<typeof readWith>>) => ({
    ...read,
    facts,
    oddities: sorted(oddities),
    roster: sorted(roster.map(([caller, files]) => [caller, files.toSorted((a, b) => a - b)])),
  });
  const one = await readWith((watch) => alone({}, watch), objects);
  const three = await readWith((watch) => crew(3, {}, watch), slowly(objects));
  assert.deepEqual(comparable(three), comparable(one));
});
