import assert from 'node:assert/strict';
import { createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { createSources, type Period, type Source } from '../../straykey/src/sources/index.ts';
import { type S3Server, startS3, withEnvironment } from '../support/s3-server.ts';
import { type Collected, readAll, readSource } from './collect.ts';

let s3: S3Server;
before(async () => {
  s3 = await startS3();
  s3.useEnvironment();
});
after(() => s3.close());

const opened: Source[] = [];
afterEach(() => {
  for (const source of opened.splice(0)) source.dispose?.();
});

const ACCOUNT = 'AWSLogs/111122223333';

describe('a bucket of 1,000 objects', () => {
  const keyOf = (index: number): string =>
    `${ACCOUNT}/CloudTrail/us-east-1/2026/03/10/111122223333_CloudTrail_us-east-1_20260310T0000Z_${String(index).padStart(4, '0')}.json.gz`;
  let objects: Collected[] = [];
  before(async () => {
    for (let index = 0; index < 1100; index++) await s3.put('thousand', keyOf(index), gzipSync(`{"n":${index}}`));
    const listing = sourceOf('s3://thousand/').list((oddity) => assert.fail(oddity.reason));
    for await (const object of listing) {
      // Gone between listing and reading; far enough ahead not to have been fetched yet.
      if (objects.length === 0) await s3.remove('thousand', keyOf(700));
      objects = [...objects, await readAll(object)];
    }
  });

  test('is listed to its last page, in order', () => {
    assert.deepEqual(
      objects.map(({ origin }) => origin),
      Array.from({ length: 1100 }, (_, index) => `s3://thousand/${keyOf(index)}`),
    );
  });

  test('gives every object but the one removed meanwhile, which is named', () => {
    const [gone, ...others] = objects.filter(({ oddities }) => oddities.length > 0);
    assert.deepEqual(others, []);
    assert.equal(gone?.origin, `s3://thousand/${keyOf(700)}`);
    assert.equal(gone?.oddities[0]?.kind, 'vanished');
    assert.deepEqual(gone?.calls, []);
    for (const [index, { text }] of objects.entries()) if (index !== 700) assert.equal(text, `{"n":${index}}`);
  });
});

describe('600 days of one object, in two accounts and two regions of an organisation', () => {
  const regions = ['111122223333', '444455556666'].flatMap((account) =>
    ['eu-west-1', 'us-east-1'].map((region) => `p/AWSLogs/o-abc123/${account}/CloudTrail/${region}/`),
  );
  before(async () => {
    for (const region of regions) {
      for (let day = 0; day < 600; day++) await s3.put('year', keyOn(region, day), 'x');
    }
    for (let index = 0; index < 1500; index++) {
      await s3.put('year', `p/AWSLogs/o-abc123/111122223333/CloudTrail-Digest/eu-west-1/2026/01/01/${index}`, 'x');
    }
  });

  test('asked for one day lists little and reads that day and its margins only', async () => {
    const period = { from: Date.UTC(2026, 2, 10) / 1000, to: Date.UTC(2026, 2, 10, 23, 59, 59) / 1000 };
    const start = s3.requests.length;
    const { objects, oddities } = await readSource(sourceOf('s3://year/p/', period));
    // Delivered at six: the day before is too early for an issue (12 hours), the day after may be late delivery (1 day).
    assert.deepEqual(
      objects.map(({ origin }) => /\/2026\/(\d\d\/\d\d)\//.exec(origin)?.[1]),
      regions.flatMap(() => ['03/10', '03/11']),
    );
    const lists = s3.requests.slice(start).filter((each) => each.includes('list-type=2'));
    const all = (4 * 600 + 1500) / 1000;
    assert.ok(lists.length <= 10, `${lists.length} requests; a plain listing takes ${Math.ceil(all)} pages`);
    const jumps = lists.map((each) => /start-after=([^&]+)/.exec(each)?.[1]).filter((each) => each !== undefined);
    assert.ok(
      jumps.map(decodeURIComponent).includes('p/AWSLogs/o-abc123/111122223333/CloudTrail-Digest/~'),
      jumps.join('\n'),
    );
    assert.ok(jumps.map(decodeURIComponent).includes(`${regions[1]}2026/03/09`), jumps.join('\n'));
    assert.deepEqual(
      oddities.map(({ kind, origin }) => `${kind} ${origin}`),
      ['digest-folder s3://year/p/AWSLogs/o-abc123/111122223333/CloudTrail-Digest/', 'outside-period s3://year/p/'],
    );
  });

  function keyOn(region: string, day: number): string {
    const date = new Date(Date.UTC(2024, 8, 1 + day)).toISOString().slice(0, 10);
    const account = /\d{12}/.exec(region)![0];
    return `${region}${date.replaceAll('-', '/')}/${account}_CloudTrail_x_${date.replaceAll('-', '')}T0600Z_a.json.gz`;
  }
});

test('folder markers are not objects; names in any alphabet are', async () => {
  for (const key of ['a/ä ü&+%25.json', 'a/__proto__']) await s3.put('odd-keys', key, 'x');
  await s3.client.send(new PutObjectCommand({ Bucket: 'odd-keys', Key: 'a/', Body: Buffer.alloc(0) }));
  const { objects } = await readSource(sourceOf('s3://odd-keys'));
  assert.deepEqual(objects.map(({ origin }) => origin).sort(), [
    's3://odd-keys/a/__proto__',
    's3://odd-keys/a/ä ü&+%25.json',
  ]);
});

test('a large object is streamed, and any object may be read again', async () => {
  const large = Buffer.alloc(10 * 1024 * 1024, '{"a":1}\n');
  await s3.put('large', 'a.json', large);
  await s3.put('large', 'b.json.gz', gzipSync('{"Records":[]}'));
  for await (const object of sourceOf('s3://large/').list(() => {})) {
    const first = await readAll(object);
    assert.deepEqual(first.oddities, []);
    assert.ok(first.text === (await readAll(object)).text);
    if (object.origin.endsWith('a.json')) assert.ok(Math.max(...first.chunkSizes) <= 256 * 1024);
  }
});

describe('what S3 refuses is told in words that help', () => {
  test('a bucket that does not exist', async () => {
    const { objects, oddities } = await readSource(sourceOf('s3://no-such-bucket/p'));
    assert.deepEqual(objects, []);
    assert.deepEqual(
      oddities.map(({ kind, origin }) => [kind, origin]),
      [['bucket-not-found', 's3://no-such-bucket/p']],
    );
  });

  test('no credentials anywhere', async () => {
    const restore = withEnvironment({
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_CONFIG_FILE: '/dev/null',
    });
    try {
      const { oddities } = await readSource(sourceOf('s3://thousand/'));
      assert.deepEqual(
        oddities.map(({ kind }) => kind),
        ['no-credentials'],
      );
    } finally {
      restore();
    }
  });

  test('nobody listens', async () => {
    const restore = withEnvironment({ AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9', AWS_MAX_ATTEMPTS: '1' });
    try {
      const { oddities } = await readSource(sourceOf('s3://thousand/'));
      assert.equal(oddities[0]?.kind, 'network-error');
      assert.match(oddities[0]!.reason, /ECONNREFUSED/);
    } finally {
      restore();
    }
  });

  test('no permission to list, and none to read', async () => {
    await s3.put('denied', 'a.json', 'x');
    await through({ refuse: (url) => url.includes('list-type=2') }, async () => {
      const { oddities } = await readSource(sourceOf('s3://denied/'));
      assert.equal(oddities[0]?.kind, 'access-denied');
      assert.match(oddities[0]!.reason, /needs s3:ListBucket on arn:aws:s3:::denied/);
    });
    await through({ refuse: (url) => url.includes('/a.json') }, async () => {
      const { objects } = await readSource(sourceOf('s3://denied/'));
      assert.equal(objects[0]?.oddities[0]?.kind, 'access-denied');
      assert.match(objects[0]!.oddities[0]!.reason, /needs s3:GetObject on arn:aws:s3:::denied\/a\.json/);
    });
  });
});

test('a download that breaks off is taken up where it stopped', async () => {
  const body = Buffer.from(Array.from({ length: 200_000 }, (_, index) => `${index},`).join(''));
  await s3.put('broken', 'a.json', body);
  const start = s3.requests.length;
  await through({ cutAfter: 300_000 }, async () => {
    const { objects } = await readSource(sourceOf('s3://broken/'));
    assert.deepEqual(objects[0]?.oddities, []);
    assert.ok(objects[0]?.text === body.toString());
  });
  assert.equal(s3.requests.slice(start).filter((each) => each.includes('/a.json')).length, 2);
});

test('without a region anywhere the bucket is still read', async () => {
  const restore = withEnvironment({ AWS_REGION: undefined, AWS_CONFIG_FILE: '/dev/null' });
  try {
    await s3.put('no-region', 'a.json', 'x');
    const { objects } = await readSource(sourceOf('s3://no-region/'));
    assert.equal(objects[0]?.text, 'x');
  } finally {
    restore();
  }
});

function sourceOf(spec: string, period: Period = {}): Source {
  const options = { ...period, stdin: (async function* () {})() };
  const [source] = createSources([spec], options, (oddity) => assert.fail(oddity.reason));
  opened.push(source!);
  return source!;
}

interface Trouble {
  /** Answers 403 to these. */
  readonly refuse?: (url: string) => boolean;
  /** Breaks the connection of the first object download after so many bytes. */
  readonly cutAfter?: number;
}

/** Puts a proxy with a defect between the SDK and the S3 server. */
async function through(trouble: Trouble, work: () => Promise<void>): Promise<void> {
  const proxy = troubledProxy(trouble);
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const { port } = proxy.address() as AddressInfo;
  const restore = withEnvironment({ AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}` });
  try {
    await work();
  } finally {
    restore();
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
  }
}

function troubledProxy({ refuse, cutAfter }: Trouble): Server {
  let cut = cutAfter === undefined;
  return createServer((incoming, outgoing) => {
    const url = incoming.url ?? '';
    if (refuse?.(url)) {
      outgoing.writeHead(403, { 'content-type': 'application/xml' });
      outgoing.end('<Error><Code>AccessDenied</Code><Message>User is not authorized</Message></Error>');
      return;
    }
    const onward = forward(s3.endpoint + url, { method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      const doomed = !cut && url.includes('/a.json');
      cut ||= doomed;
      let sent = 0;
      answer.on('data', (piece: Buffer) => {
        sent += piece.length;
        outgoing.write(piece);
        if (doomed && sent > cutAfter!) outgoing.destroy();
      });
      answer.on('end', () => outgoing.end());
    });
    incoming.pipe(onward);
  });
}
