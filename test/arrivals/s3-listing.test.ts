import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { DEAD_LETTER } from '../../straykey/src/arrivals/index.ts';
import { openStore } from '../../straykey/src/store/index.ts';
import { type Aws, originsOf, startAws, stopTrials, type Trial, textOf, trailKey, tryOut, until } from './world.ts';

let aws: Aws;
let buckets = 0;
before(async () => {
  aws = await startAws();
});
after(async () => {
  await stopTrials();
  await aws.close();
});

const freshBucket = (): string => `listed-${++buckets}`;
const s3 = (url: string, more: object = {}) =>
  ({ type: 's3', url, every: 50, endpoint: aws.endpoint, ...more }) as const;
const NOW = Date.parse('2027-01-31T12:06:00Z');
const now = (): number => NOW;

/** Draws until so many objects came, ends them, and answers their keys. */
async function draw(trial: Trial, objects: number): Promise<string[]> {
  const keys: string[] = [];
  while (keys.length < objects) {
    const delivery = await trial.next();
    keys.push(...originsOf(delivery).map((origin) => origin.replace(/^s3:\/\/[^/]+\//, '')));
    await delivery.done();
  }
  return keys.sort();
}

const day = (text: string, name: string, region?: string, account?: string) => trailKey(text, name, region, account);

describe('a trail', () => {
  test('is read once, region by region, and what is delivered later comes with the next look', async () => {
    const bucket = freshBucket();
    const first = [day('2027/01/30', 'a'), day('2027/01/31', 'b'), day('2027/01/31', 'c', 'eu-west-1')];
    for (const key of first) await aws.put(bucket, key, key);
    const trial = await tryOut(s3(`s3://${bucket}`), { now });
    assert.deepEqual(await draw(trial, 3), first.toSorted());
    assert.ok(await trial.quiet(200), 'something came twice');
    const later = [
      day('2027/01/31', 'd'),
      day('2027/01/31', 'e', 'us-east-1', '444455556666'),
      day('2027/01/31', 'f', 'ap-south-1'),
    ];
    for (const key of later) await aws.put(bucket, key, key);
    assert.deepEqual(await draw(trial, 3), later.toSorted(), 'a new account and a new region are found');
    await trial.stop();
  });

  test('that delivers late, before what was read already, is still read', async () => {
    const bucket = freshBucket();
    await aws.put(bucket, day('2027/01/31', 'z'), 'on time');
    const trial = await tryOut(s3(`s3://${bucket}`), { now });
    await draw(trial, 1);
    await until('its place is written', async () => (await trial.store.positions.list()).length === 1);
    const late = [day('2027/01/29', 'late'), day('2027/01/31', 'a')];
    for (const key of late) await aws.put(bucket, key, 'late');
    assert.deepEqual(await draw(trial, 2), late.toSorted());
    await trial.stop();
  });

  test('of an organisation is found below its id; digests are set aside, loose objects are not', async () => {
    const bucket = freshBucket();
    const wanted = [
      `logs/AWSLogs/o-a1b2c3d4e5/111122223333/CloudTrail/us-east-1/2027/01/31/one.json.gz`,
      `logs/AWSLogs/o-a1b2c3d4e5/444455556666/CloudTrail/eu-west-1/2027/01/31/two.json.gz`,
      'by-hand/three.json',
      'four.json',
    ];
    const aside = [
      'logs/AWSLogs/o-a1b2c3d4e5/111122223333/CloudTrail-Digest/us-east-1/2027/01/31/digest.json.gz',
      'logs/AWSLogs/o-a1b2c3d4e5/111122223333/vpcflowlogs/us-east-1/2027/01/31/flow.log.gz',
    ];
    for (const key of [...wanted, ...aside]) await aws.put(bucket, key, key);
    const trial = await tryOut(s3(`s3://${bucket}/`), { now });
    assert.deepEqual(await draw(trial, 4), wanted.toSorted());
    assert.ok(await trial.quiet(200));
    assert.deepEqual(trial.oddities.map(({ kind }) => kind).sort(), ['digest-folder', 'other-aws-log']);
    await trial.stop();
  });

  test('is listed from its last days on, not from its beginning, once those are read', async () => {
    const bucket = freshBucket();
    for (const text of ['2025/06/01', '2026/12/24', '2027/01/31']) await aws.put(bucket, day(text, 'x'), 'x');
    const trial = await tryOut(s3(`s3://${bucket}`), { now });
    await draw(trial, 3);
    await until('its place is written', async () => (await trial.store.positions.list()).length === 1);
    const from = aws.requests.length;
    await until('it looked again', () => aws.requests.slice(from).some((line) => line.includes('start-after=')));
    assert.ok(aws.requests.slice(from).some((line) => line.includes(encodeURIComponent('us-east-1/2027/01/29'))));
    await trial.stop();
  });

  test('before a date is passed over', async () => {
    const bucket = freshBucket();
    for (const text of ['2026/12/24', '2027/01/31']) await aws.put(bucket, day(text, 'x'), 'x');
    const trial = await tryOut(s3(`s3://${bucket}`, { from: '2027-01-01' }), { now });
    assert.deepEqual(await draw(trial, 1), [day('2027/01/31', 'x')]);
    assert.ok(await trial.quiet(200));
    await trial.stop();
  });
});

describe('a restart', () => {
  test('repeats what was not done, and nothing that was', async () => {
    const bucket = freshBucket();
    const store = await openStore('sqlite::memory:', { now });
    const keys = Array.from({ length: 25 }, (_, index) => day('2027/01/31', String(index).padStart(2, '0')));
    for (const key of keys) await aws.put(bucket, key, key);
    const before = await tryOut(s3(`s3://${bucket}`), { now, store });
    const first = await before.next();
    const second = await before.next();
    // The second is committed before the first, which is never.
    await second.done();
    await before.stop();
    const afterwards = await tryOut(s3(`s3://${bucket}`), { now, store });
    const done = new Set(originsOf(second));
    const expected = keys.map((key) => `s3://${bucket}/${key}`).filter((origin) => !done.has(origin));
    assert.ok(expected.includes(originsOf(first)[0]!));
    assert.deepEqual(
      (await draw(afterwards, 15)).map((key) => `s3://${bucket}/${key}`),
      expected.toSorted(),
    );
    assert.ok(await afterwards.quiet(200));
    await afterwards.stop();
  });

  test('in the middle of old history does not skip the days that are in hand', async () => {
    const bucket = freshBucket();
    const store = await openStore('sqlite::memory:', { now });
    const old = day('2026/01/01', 'old');
    for (const key of [old, ...Array.from({ length: 19 }, (_, index) => day('2027/01/31', `n${10 + index}`))])
      await aws.put(bucket, key, key);
    const before = await tryOut(s3(`s3://${bucket}`), { now, store });
    const first = await before.next();
    assert.ok(originsOf(first).includes(`s3://${bucket}/${old}`));
    await (await before.next()).done();
    await until('its place is written', async () => (await store.positions.list()).length === 1);
    await before.stop();
    const afterwards = await tryOut(s3(`s3://${bucket}`), { now, store });
    assert.ok((await draw(afterwards, 10)).includes(old));
    await afterwards.stop();
  });
});

test('a prefix without a layout is listed whole; an object replaced there comes again under a new identity', async () => {
  const bucket = freshBucket();
  for (const key of ['exports/b.json', 'exports/a.json', 'other/c.json']) await aws.put(bucket, key, key);
  const trial = await tryOut(s3(`s3://${bucket}/exports/`));
  assert.deepEqual(await draw(trial, 2), ['exports/a.json', 'exports/b.json']);
  await aws.put(bucket, 'exports/a.json', 'new');
  const again = await trial.next();
  assert.equal(await textOf(again.objects[0]!), 'new');
  assert.notEqual(again.objects[0]!.identity, again.objects[0]!.origin);
  await again.done();
  assert.ok(await trial.quiet(200));
  await trial.stop();
});

test('an object that is refused is tried again later and then kept as a dead letter; the others go on', async () => {
  const bucket = freshBucket();
  await aws.put(bucket, day('2027/01/31', 'bad'), 'bad');
  const trial = await tryOut(s3(`s3://${bucket}`), { limits: { tries: 2, retryFirst: 50 } });
  const origin = `s3://${bucket}/${day('2027/01/31', 'bad')}`;
  const problems = [{ origin, kind: 'access-denied', reason: 'needs kms:Decrypt' }];
  const first = await trial.next();
  assert.equal(await first.failed(problems), 'retry');
  await aws.put(bucket, day('2027/01/31', 'good'), 'good');
  const origins: string[] = [];
  let answer = '';
  while (answer !== 'dead' || origins.length < 2) {
    const delivery = await trial.next();
    const bad = originsOf(delivery).includes(origin);
    origins.push(...originsOf(delivery));
    if (bad) answer = await delivery.failed(problems);
    await delivery.done();
  }
  const letters = await trial.store.documents.list<{ origins: string[]; reason: string }>(DEAD_LETTER);
  assert.deepEqual(
    letters.map(({ body }) => body.origins),
    [[origin]],
  );
  assert.match(letters[0]!.body.reason, /access-denied: needs kms:Decrypt/);
  assert.ok(await trial.quiet(200), 'a dead letter is not delivered any more');
  await trial.stop();
});

test('a bucket that refuses to be listed is said to fail with the permission it needs, and recovers', async () => {
  const bucket = freshBucket();
  await aws.put(bucket, day('2027/01/31', 'x'), 'x');
  const denied = '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>';
  aws.refuse = (line) =>
    line.includes(`/${bucket}`) && line.includes('list-type') ? { status: 403, body: denied } : undefined;
  const trial = await tryOut(s3(`s3://${bucket}`));
  await until('it fails', () => trial.source.status().state === 'failing');
  assert.match(trial.source.status().error!, new RegExp(`needs s3:ListBucket on arn:aws:s3:::${bucket}`));
  aws.refuse = () => undefined;
  await (await trial.next()).done();
  assert.equal(trial.source.status().error, undefined);
  await trial.stop();
});

test('an object whose KMS key refuses is explained by the permission on the key', async () => {
  const bucket = freshBucket();
  await aws.put(bucket, day('2027/01/31', 'sealed'), 'x');
  const message =
    'User: arn:aws:sts::111122223333:assumed-role/straykey/i is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:us-east-1:111122223333:key/k';
  const body = `<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`;
  aws.refuse = (line) => (line.includes('sealed') && line.startsWith('GET') ? { status: 403, body } : undefined);
  const trial = await tryOut(s3(`s3://${bucket}`));
  const delivery = await trial.next();
  const [object] = delivery.objects;
  let reason = '';
  try {
    for await (const _ of object!.open() as AsyncIterable<Uint8Array>) assert.fail('it was read');
  } catch (error) {
    const problem = object!.explain(error);
    assert.equal(problem.kind, 'access-denied');
    ({ reason } = problem);
  }
  assert.match(reason, /the KMS key that encrypts it refused .* needs kms:Decrypt on that key/);
  aws.refuse = () => undefined;
  await delivery.done();
  await trial.stop();
});
