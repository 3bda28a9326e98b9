import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { DEAD_LETTER, type DeadLetter, reopen } from '../../straykey/src/arrivals/index.ts';
import { type Aws, originsOf, s3Event, startAws, stopTrials, textOf, trailKey, tryOut, until } from './world.ts';

let aws: Aws;
let queues = 0;
before(async () => {
  aws = await startAws();
});
after(async () => {
  await stopTrials();
  await aws.close();
});

async function freshQueue(attributes: Readonly<Record<string, string>> = {}): Promise<string> {
  queues += 1;
  return await aws.queue(`arrivals-${queues}`, attributes);
}

async function withDeadLetters(maxReceiveCount: number, attributes: Readonly<Record<string, string>> = {}) {
  const dead = await freshQueue();
  const name = dead.slice(dead.lastIndexOf('/') + 1);
  const policy = { deadLetterTargetArn: `arn:aws:sqs:us-east-1:000000000000:${name}`, maxReceiveCount };
  return { dead, queue: await freshQueue({ RedrivePolicy: JSON.stringify(policy), ...attributes }) };
}

const sqs = (queueUrl: string) => ({ type: 'sqs', queueUrl, endpoint: aws.endpoint }) as const;
const KEY = trailKey('2027/01/31', 'AbCdEfGhIjKlMnOp');
const ORIGIN = `s3://trail-bucket/${KEY}`;

describe('messages of every form bring the object they announce', () => {
  const s3 = s3Event('trail-bucket', KEY);
  const bridge = {
    version: '0',
    'detail-type': 'Object Created',
    source: 'aws.s3',
    time: '2027-01-31T12:05:00Z',
    detail: { version: '0', bucket: { name: 'trail-bucket' }, object: { key: KEY, size: 5 } },
  };
  const cloudTrail = { s3Bucket: 'trail-bucket', s3ObjectKey: [KEY] };
  const throughSns = (message: object) => ({
    Type: 'Notification',
    MessageId: 'd88d4479-6ec0-54fe-b63f-1cf9df4bb16e',
    TopicArn: 'arn:aws:sns:us-east-1:111122223333:trail',
    Message: JSON.stringify(message),
    Timestamp: '2027-01-31T12:05:00.000Z',
  });
  const forms = {
    'S3 directly': s3,
    'S3 through SNS': throughSns(s3),
    EventBridge: bridge,
    'EventBridge through SNS': throughSns(bridge),
    "CloudTrail's own, raw": cloudTrail,
    "CloudTrail's own through SNS": throughSns(cloudTrail),
    'a backfill': { straykey: 'backfill/1', objects: [ORIGIN] },
  };
  for (const [name, message] of Object.entries(forms)) {
    test(name, async () => {
      const queue = await freshQueue();
      await aws.put('trail-bucket', KEY, 'hello');
      await aws.send(queue, message);
      const trial = await tryOut(sqs(queue));
      const delivery = await trial.next();
      assert.deepEqual(originsOf(delivery), [ORIGIN]);
      assert.equal(await textOf(delivery.objects[0]!), 'hello');
      await delivery.done();
      assert.deepEqual(await aws.depth(queue), { visible: 0, held: 0 });
      assert.equal(await textOf({ ...reopened(trial.source), identity: ORIGIN }), 'hello');
      await trial.stop();
    });
  }
  const reopened = (source: Parameters<typeof reopen>[0][number]) => {
    const object = reopen([source], ORIGIN);
    assert.ok(object !== undefined);
    return {
      origin: object.origin,
      again: object.again,
      open: () => object.open(),
      explain: (error: unknown) => object.explain(error),
    };
  };
});

test('a key with spaces, plus signs and percent signs is the key that S3 holds', async () => {
  const queue = await freshQueue();
  const key = 'odd names/100 % + more/ä.json';
  await aws.put('trail-bucket', key, 'found');
  await aws.send(queue, s3Event('trail-bucket', key));
  const trial = await tryOut(sqs(queue));
  const delivery = await trial.next();
  assert.deepEqual(originsOf(delivery), [`s3://trail-bucket/${key}`]);
  assert.equal(await textOf(delivery.objects[0]!), 'found');
  await delivery.done();
  await trial.stop();
});

test('what announces nothing to read is deleted, and digests are told as set aside', async () => {
  const queue = await freshQueue();
  const digest = KEY.replace('/CloudTrail/', '/CloudTrail-Digest/');
  const deletion = JSON.parse(
    JSON.stringify(s3Event('trail-bucket', KEY)).replace('ObjectCreated:Put', 'ObjectRemoved:Delete'),
  );
  for (const body of [
    { Service: 'Amazon S3', Event: 's3:TestEvent' },
    deletion,
    s3Event('trail-bucket', digest),
    s3Event('trail-bucket', digest),
  ]) {
    await aws.send(queue, body);
  }
  const trial = await tryOut(sqs(queue));
  assert.ok(await trial.quiet(300));
  assert.deepEqual(await aws.depth(queue), { visible: 0, held: 0 });
  assert.deepEqual(
    trial.oddities.map(({ kind }) => kind),
    ['digest-folder'],
  );
  await trial.stop();
});

describe('dead letters', () => {
  test('a message that cannot be understood goes to the dead-letter queue at once, as it came, with the reason', async () => {
    const { queue, dead } = await withDeadLetters(5);
    await aws.send(queue, 'not JSON \u202e at all');
    const trial = await tryOut(sqs(queue));
    await until('the letter is there', async () => (await aws.depth(dead)).visible === 1);
    const [letter] = await aws.receive(dead);
    assert.equal(letter!.body, 'not JSON \u202e at all');
    assert.match(letter!.reason!, /expected a notification of new objects, found a message that is not JSON/);
    await until('it is deleted', async () => (await aws.depth(queue)).held === 0);
    assert.equal(trial.source.status().deadLetters, 1);
    await trial.stop();
  });

  test('without a dead-letter queue it is kept in the store', async () => {
    const queue = await freshQueue();
    await aws.send(queue, '{"Records":[{"eventSource":"aws:sqs"}]}');
    const trial = await tryOut({ ...sqs(queue), name: 'trail' });
    await until('it is kept', async () => (await trial.store.documents.list(DEAD_LETTER)).length === 1);
    const [letter] = await trial.store.documents.list<DeadLetter>(DEAD_LETTER);
    const { body } = letter!;
    assert.equal(body.source, 'trail');
    assert.equal(body.body, '{"Records":[{"eventSource":"aws:sqs"}]}');
    await until('it is deleted', async () => (await aws.depth(queue)).held === 0);
    await trial.stop();
  });

  test('a missing object is tried three times, then set aside; the good one beside it is not', async () => {
    const { queue, dead } = await withDeadLetters(10);
    await aws.put('trail-bucket', KEY, 'good');
    await aws.send(queue, { straykey: 'backfill/1', objects: [ORIGIN, 's3://trail-bucket/gone.json'] });
    const trial = await tryOut(sqs(queue), { limits: { retryFirst: 10 } });
    const problem = { origin: 's3://trail-bucket/gone.json', kind: 'vanished', reason: 'is gone' };
    for (const answer of ['retry', 'retry', 'dead'] as const) {
      const delivery = await trial.next();
      const texts = await Promise.all(delivery.objects.map(textOf));
      assert.deepEqual(texts, ['good', 'vanished']);
      assert.equal(await delivery.failed([problem]), answer);
      if (answer === 'dead') {
        // Asked again because the commit failed: still one letter.
        assert.equal(await delivery.failed([problem]), 'dead');
        await delivery.done();
      }
    }
    const letters = await aws.receive(dead);
    assert.deepEqual(
      letters.map(({ body }) => JSON.parse(body)),
      [{ straykey: 'backfill/1', objects: ['s3://trail-bucket/gone.json'] }],
    );
    assert.match(letters[0]!.reason!, /gone\.json: vanished/);
    assert.deepEqual(await aws.depth(queue), { visible: 0, held: 0 });
    await trial.stop();
  });

  test('a refused object is set aside one receive before SQS would do it without a reason', async () => {
    const { queue, dead } = await withDeadLetters(3);
    await aws.send(queue, s3Event('trail-bucket', KEY));
    const trial = await tryOut(sqs(queue), { limits: { retryFirst: 10 } });
    const refused = [{ origin: ORIGIN, kind: 'access-denied', reason: 'needs s3:GetObject' }];
    const first = await trial.next();
    assert.equal(await first.failed(refused), 'retry');
    const second = await trial.next();
    assert.equal(await second.failed(refused), 'dead');
    await second.done();
    const [letter] = await aws.receive(dead);
    assert.deepEqual(JSON.parse(letter!.body), s3Event('trail-bucket', KEY));
    assert.match(letter!.reason!, /access-denied: needs s3:GetObject/);
    await trial.stop();
  });

  test('damaged bytes are set aside at the first try: they will be the same', async () => {
    const { queue, dead } = await withDeadLetters(5);
    await aws.send(queue, s3Event('trail-bucket', KEY));
    const trial = await tryOut(sqs(queue));
    const delivery = await trial.next();
    assert.equal(await delivery.failed([{ origin: ORIGIN, kind: 'corrupt-gzip', reason: 'wrong checksum' }]), 'dead');
    await delivery.done();
    assert.equal((await aws.depth(dead)).visible, 1);
    await trial.stop();
  });
});

test('a message in work is kept beyond its visibility timeout, and comes again when the work is given up', async () => {
  const queue = await freshQueue({ VisibilityTimeout: '2' });
  await aws.put('trail-bucket', KEY, 'slow');
  await aws.send(queue, s3Event('trail-bucket', KEY));
  const trial = await tryOut(sqs(queue));
  const delivery = await trial.next();
  assert.ok(await trial.quiet(3_000), 'somebody else got it');
  assert.deepEqual(await aws.depth(queue), { visible: 0, held: 1 });
  await delivery.release();
  const again = await trial.next(1_500);
  assert.equal(again.id, delivery.id);
  await again.done();
  await trial.stop();
});

test('a stop gives back at once what nobody has taken; what is in work can still be ended', async () => {
  const queue = await freshQueue({ VisibilityTimeout: '60' });
  for (let number = 0; number < 5; number++)
    await aws.send(queue, s3Event('trail-bucket', trailKey('2027/01/31', `n${number}`)));
  // With four ahead there is no poll under way, for which this server would keep messages that nobody waits for any more.
  const trial = await tryOut(sqs(queue), { limits: { messagesAhead: 4 } });
  const delivery = await trial.next();
  await until('the others are ahead', async () => (await aws.depth(queue)).held === 5);
  const stopped = trial.stop();
  await delivery.done();
  await stopped;
  assert.deepEqual(await aws.depth(queue), { visible: 4, held: 0 });
  assert.equal(trial.source.status().state, 'stopped');
});

test('a stop does not wait for a long poll', async () => {
  const trial = await tryOut(sqs(await freshQueue()), { limits: { waitSeconds: 20 } });
  assert.ok(await trial.quiet(300));
  const began = performance.now();
  await trial.stop();
  assert.ok(performance.now() - began < 1_000, 'it waited');
});

test('only a bounded few messages are received before they are asked for', async () => {
  const queue = await freshQueue();
  for (let number = 0; number < 30; number++)
    await aws.send(queue, s3Event('trail-bucket', trailKey('2027/01/31', `b${number}`)));
  const trial = await tryOut(sqs(queue), { limits: { messagesAhead: 6 } });
  await trial.next();
  await wait(300);
  const { held } = await aws.depth(queue);
  assert.ok(held <= 8, `${held} messages are held`);
  await trial.stop();
});

test('a queue that cannot be reached is said to fail, is asked again, and is read when it is back', async () => {
  const first = await startAws();
  const queue = await first.queue('comes-and-goes');
  const trial = await tryOut({ type: 'sqs', queueUrl: queue, endpoint: first.endpoint });
  await until('it is idle', () => trial.source.status().state === 'idle');
  await first.close();
  await until('it fails', () => trial.source.status().state === 'failing');
  assert.match(trial.source.status().error!, /cannot be reached|ECONNREFUSED|socket/i);
  const second = await startAws(first.port);
  await second.queue('comes-and-goes');
  await second.put('trail-bucket', KEY, 'after the storm');
  await second.send(queue, s3Event('trail-bucket', KEY));
  const delivery = await trial.next(10_000);
  assert.equal(await textOf(delivery.objects[0]!), 'after the storm');
  await delivery.done();
  assert.equal(trial.source.status().error, undefined);
  await trial.stop();
  await second.close();
});

test('a queue that does not exist is named, with what to check', async () => {
  const trial = await tryOut(sqs(`${aws.endpoint}/000000000000/nowhere`));
  await until('it fails', () => trial.source.status().state === 'failing');
  assert.match(trial.source.status().error!, /the queue .*\/nowhere does not exist; check queueUrl and region/);
  await trial.stop();
});

test('a role is assumed with its external id, for the queue and for the bucket', async () => {
  const queue = await freshQueue();
  await aws.put('trail-bucket', KEY, 'theirs');
  await aws.send(queue, s3Event('trail-bucket', KEY));
  const roleArn = 'arn:aws:iam::444455556666:role/straykey-reader';
  const trial = await tryOut({ ...sqs(queue), roleArn, externalId: 'shared-secret-17' });
  const delivery = await trial.next();
  assert.equal(await textOf(delivery.objects[0]!), 'theirs');
  await delivery.done();
  await trial.stop();
  assert.deepEqual(
    aws.assumed.map(({ RoleArn, ExternalId, RoleSessionName }) => [RoleArn, ExternalId, RoleSessionName]),
    // Once for the queue, once for the bucket.
    Array(2).fill([roleArn, 'shared-secret-17', 'straykey']),
  );
});

test('status tells how far behind the newest object is, and when silence begins', async () => {
  let now = Date.parse('2027-01-31T12:06:00Z');
  const queue = await freshQueue();
  await aws.send(queue, s3Event('trail-bucket', KEY));
  const trial = await tryOut(sqs(queue), { now: () => now });
  const delivery = await trial.next();
  assert.equal(delivery.eventTime, Date.parse('2027-01-31T12:05:00Z'));
  assert.equal(trial.source.status().state, 'reading');
  await delivery.done();
  assert.deepEqual(
    { ...trial.source.status() },
    { state: 'idle', objects: 1, deadLetters: 0, lastObjectAt: now, lagSeconds: 60 },
  );
  now += 61 * 60_000;
  assert.equal(trial.source.status().state, 'silent');
  await trial.stop();
});
