import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { DEAD_LETTER, type DeadLetter } from '../../straykey/src/arrivals/index.ts';
import { Random } from '../../straykey/src/drill/index.ts';
import { type Aws, s3Event, startAws } from '../arrivals/world.ts';
import { type Door, doorTo } from '../support/door.ts';
import { killed, type Running, runStraykey, scattered, stopped, until } from '../support/killed.ts';
import { storedFindings } from '../support/live.ts';
import { beside, expectedOf, logged, ready, same, settled, started } from './outcome.ts';

/** The real program on queues that cannot be reached, and on objects that cannot be read: those end as dead letters with their reasons, others go in. */
const root = mkdtempSync(join(tmpdir(), 'straykey-queue-faults-'));
const BUCKET = 'faulty-trail';
const KIND = 'publishing-destination';
let aws: Aws;
let door: Door;
const crew: Running[] = [];
before(async () => {
  aws = await startAws();
  door = await doorTo(aws.port);
});
after(async () => {
  await Promise.all(crew.map(killed));
  await door.shut();
  await aws.close();
  rmSync(root, { recursive: true, force: true });
});

function placeFor(name: string, queues: readonly string[]) {
  const data = join(root, name);
  mkdirSync(data);
  const config = join(root, `${name}.yaml`);
  const sources = queues.map(
    (url, at) => `  - { type: sqs, name: queue-${at}, queueUrl: '${url}', endpoint: '${new URL(url).origin}' }`,
  );
  writeFileSync(config, [`dataDir: ${data}`, 'sources:', ...sources].join('\n'));
  const start = () => {
    const running = runStraykey(['worker', '--config', config, '--listen', '127.0.0.1:0'], {});
    crew.push(running);
    return running;
  };
  return { start, store: `sqlite:${join(data, 'straykey.db')}` };
}

async function laidDown(name: string, count: number): Promise<Map<string, string>> {
  const objects = scattered(new Random(name), 5, count);
  for (const [key, text] of objects) await aws.put(BUCKET, key, text);
  return objects;
}

async function empty(queue: string): Promise<boolean> {
  const { held, visible } = await aws.depth(queue);
  return held + visible === 0;
}

/** The same queue through the door. */
function behindDoor(queue: string): string {
  return queue.replace(`:${aws.port}/`, `:${door.port}/`);
}

test('the queue cannot be reached at the start, can, cannot in the middle, and can again', async () => {
  const queue = await aws.queue('unreachable', { VisibilityTimeout: '5' });
  const objects = await laidDown('unreachable', 30);
  const keys = [...objects.keys()];
  const { start, store } = placeFor('unreachable', [behindDoor(queue)]);
  await door.shut();
  const running = start();
  await started(running);
  const send = async (some: readonly string[]) => {
    for (const key of some) await aws.send(queue, s3Event(BUCKET, key));
  };
  await send(keys.slice(0, 10));
  const reasons = await ready(running, false);
  assert.match(reasons.find(({ what }) => what === 'source/queue-0')!.found, /the queue cannot be reached/);
  assert.match(running.log(), /the queue cannot be used; trying again/);
  await door.open();
  await ready(running, true);
  await send(keys.slice(10, 20));
  await wait(100);
  await door.shut();
  await send(keys.slice(20));
  await ready(running, false);
  await door.open();
  await until('the queue is empty', () => empty(queue));
  await beside(store, async (opened) => {
    await settled(opened, objects.size);
    same(await storedFindings(opened), await expectedOf(objects));
  });
  assert.match(running.log(), /the queue can be reached again/);
  assert.equal(await stopped(running), 0, running.log());
});

test('what cannot be had ends as a dead letter that says why, what is damaged is counted; neither holds up anything else', async () => {
  const dead = await aws.queue('faulty-dead');
  const redrive = JSON.stringify({
    deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:faulty-dead',
    maxReceiveCount: 2,
  });
  const queue = await aws.queue('faulty', { VisibilityTimeout: '20', RedrivePolicy: redrive });
  const plain = await aws.queue('plain');
  const objects = await laidDown('poison', 20);
  const deep = `{"Records":[{"eventVersion":${'['.repeat(200_000)}`;
  const poison: Readonly<Record<string, Buffer>> = {
    'bomb.json.gz': gzipSync(Buffer.alloc(300 * 1024 * 1024), { level: 9 }),
    'cut.json.gz': gzipSync(Buffer.from(JSON.stringify({ Records: [] }).repeat(100))).subarray(0, 40),
    'damaged.json.gz': damaged(gzipSync(Buffer.from('{"Records":[]}'.repeat(1_000)))),
    'long-line.json.gz': gzipSync(Buffer.from(`{"Records":[{"eventName":"${longText(40)}"}]}`)),
    'deep.json': Buffer.from(deep),
    'gone.json': Buffer.from('{"Records":[]}'),
    'denied.json': Buffer.from('{"Records":[]}'),
  };
  for (const [name, bytes] of Object.entries(poison))
    if (name !== 'gone.json') await aws.put(BUCKET, `poison/${name}`, bytes as unknown as string);
  aws.refuse = (request) =>
    request.startsWith('GET /') && request.includes('poison/denied.json')
      ? { status: 403, body: '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>' }
      : undefined;
  const { start, store } = placeFor('poison', [queue, plain]);
  const running = start();
  await started(running);
  const bad = Object.keys(poison);
  for (const [at, key] of [...objects.keys()].entries()) {
    const name = bad[at];
    if (name !== undefined) await aws.send(queue, s3Event(BUCKET, `poison/${name}`));
    await aws.send(queue, s3Event(BUCKET, key));
  }
  await aws.send(plain, 'hello');
  await until('the queues are empty', async () => (await empty(queue)) && (await empty(plain)), 90_000);
  await beside(store, async (opened) => {
    await settled(opened, objects.size);
    same(await storedFindings(opened), await expectedOf(objects));
    const oddities = (await opened.counters.list('oddity:')).map(({ name }) => name);
    for (const kind of ['gzip-bomb', 'truncated-gzip', 'corrupt-gzip', 'not-cloudtrail']) {
      assert.ok(oddities.includes(`oddity:${kind}`), `${kind} is not in ${oddities.join(' ')}`);
    }
    const letters = (await opened.documents.list<DeadLetter>(DEAD_LETTER)).map(({ body }) => body);
    assert.deepEqual(
      letters.map(({ source, body }) => [source, body]),
      [['queue-1', 'hello']],
    );
    assert.match(letters[0]!.reason, /unreadable-message/);
  });
  const reasons: string[] = [];
  for (let more = true; more; ) {
    const received = await aws.receive(dead);
    reasons.push(...received.map(({ reason }) => reason ?? 'no reason'));
    more = received.length > 0;
  }
  const about = (name: string) => reasons.filter((reason) => reason.includes(name)).join('; ');
  assert.match(about('gone.json'), /vanished/);
  assert.match(about('denied.json'), /access-denied: .*s3:GetObject/);
  assert.equal(reasons.length, 2, reasons.join('\n'));
  const warned = logged(running, 'unreadable').map(({ kind, origin }) => `${kind} ${origin}`);
  assert.ok(warned.includes(`gzip-bomb s3://${BUCKET}/poison/bomb.json.gz`), warned.join('\n'));
  const metrics = await (await fetch(`${logged(running, 'started')[0]!.listen}/metrics`)).text();
  for (const kind of ['vanished', 'access-denied']) {
    assert.match(metrics, new RegExp(`straykey_dead_letters_total\\{source="queue-0",kind="${kind}"\\} 1`));
  }
  assert.match(metrics, /straykey_object_latency_seconds_count [1-9]/);
  assert.match(metrics, /straykey_store_seconds_count\{operation="ingest"\} [1-9]/);
  assert.equal(await stopped(running), 0, running.log());
});

test('samples asked for through the API leave by a publishing destination, whose state says whether they arrived', async () => {
  const data = join(root, 'samples');
  mkdirSync(data);
  const config = join(root, 'samples.yaml');
  writeFileSync(config, [`dataDir: ${data}`, 'serve: { unsignedFromLoopback: true }'].join('\n'));
  const store = `sqlite:${join(data, 'straykey.db')}`;
  const destination = (bucket: string) => ({
    destinationType: 'S3',
    destinationProperties: { destinationArn: `arn:aws:s3:::${bucket}` },
    status: 'PENDING_VERIFICATION',
    publishingFailureStartTimestamp: 0,
  });
  await beside(store, async ({ documents }) => {
    await documents.create(KIND, 'good', destination(BUCKET), Date.now());
    await documents.create(KIND, 'bad', destination('no-such-bucket'), Date.now());
  });
  await aws.put(BUCKET, 'begun', 'x');
  const running = runStraykey(['serve', '--config', config, '--listen', '127.0.0.1:0'], {
    AWS_ENDPOINT_URL: aws.endpoint,
  });
  crew.push(running);
  await started(running);
  const { listen } = logged(running, 'started')[0]!;
  const { detectorIds } = (await (await fetch(`${listen}/detector`)).json()) as { detectorIds: string[] };
  const asked = await fetch(`${listen}/detector/${detectorIds[0]}/findings/create`, {
    method: 'POST',
    body: JSON.stringify({ findingTypes: ['UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS'] }),
  });
  assert.equal(asked.status, 200, await asked.text());
  const stateOf = async (id: string) =>
    await beside(store, async ({ documents }) => (await documents.get<{ status: string }>(KIND, id))!.body.status);
  await until('one arrived', async () => (await stateOf('good')) === 'PUBLISHING');
  await until('one did not', async () => (await stateOf('bad')) === 'UNABLE_TO_PUBLISH_FIX_DESTINATION_PROPERTY');
  assert.ok(aws.requests.some((line) => line.startsWith(`PUT /${BUCKET}/AWSLogs/`)));
  assert.equal(await stopped(running), 0, running.log());
});

function damaged(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.fill(0xff, 12, 24);
  return copy;
}

/** So many megabytes without a line break; they compress well enough for the server. */
function longText(megabytes: number): string {
  const random = new Random('long line');
  const piece = Array.from({ length: 20_000 }, () => random.int(16).toString(16)).join('');
  return piece.repeat(megabytes * 50);
}
