import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as gd from '@aws-sdk/client-guardduty';
import { DETECTOR, type Served, send, serve, signed } from './served.ts';

const DetectorId = DETECTOR;
// What is still held, not what waits to be collected.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

let served: Served;
before(async () => {
  served = await serve({ requestTimeout: 1_000 });
});
after(async () => served.close());

/** Bytes over a bare socket; what comes back until the server ends it. */
async function raw(chunks: readonly string[], { pause = 0 } = {}): Promise<string> {
  const { hostname, port } = new URL(served.url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.on('data', (data) => {
    answer += data.toString('latin1');
  });
  const ended = new Promise<void>((resolve) => {
    socket.on('close', () => resolve());
    socket.on('error', () => resolve());
  });
  for (const chunk of chunks) {
    if (socket.destroyed) break;
    socket.write(chunk);
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
  }
  await ended;
  return answer;
}

const sane = (text: string): void => {
  assert.doesNotMatch(text, /\bat .*\.(?:ts|js)|node_modules|straykey\/src/);
};

describe('bodies', () => {
  test('one over 1 MB is refused, declared or not, and the server goes on', async () => {
    const body = `{"findingIds":["${'a'.repeat(1_048_576)}"]}`;
    const request = await signed(served, { method: 'POST', target: `/detector/${DETECTOR}/findings/get`, body });
    const answer = await send(served, request).catch((error: NodeJS.ErrnoException) => error);
    // The server may close before the client has sent everything: both are an answer.
    if (!(answer instanceof Error)) {
      assert.deepEqual(
        [answer.status, answer.headers.get('x-amzn-errortype')],
        [413, 'RequestEntityTooLargeException'],
      );
      sane(answer.text);
    }
    const chunk = `10000\r\n${'a'.repeat(0x10000)}\r\n`;
    const chunked = await raw([
      `POST /detector HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n`,
      ...Array<string>(20).fill(chunk),
      '0\r\n\r\n',
    ]);
    assert.match(chunked, /^HTTP\/1\.1 413 /);
    assert.equal((await served.client.send(new gd.ListDetectorsCommand({}))).DetectorIds?.length, 1);
  });

  test('a slow one is cut off', async () => {
    const began = Date.now();
    const answer = await raw(
      ['POST /detector HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n', ...Array<string>(20).fill('x')],
      { pause: 200 },
    );
    assert.ok(Date.now() - began < 4_500, 'it ends soon after the timeout');
    assert.doesNotMatch(answer, /^HTTP\/1\.1 200/);
    sane(answer);
  });

  test('slow headers are cut off', async () => {
    const answer = await raw(['GET /detector HTTP/1.1\r\n', ...Array<string>(20).fill('x-a: b\r\n')], { pause: 200 });
    assert.doesNotMatch(answer, /^HTTP\/1\.1 200/);
  });

  test('__proto__ and constructor are members like any other', async () => {
    const body =
      '{"name":"proto-filter","__proto__":{"rank":1},"constructor":{"prototype":{"action":"ARCHIVE"}},' +
      '"findingCriteria":{"criterion":{"severity":{"equals":["8"]}}},"tags":{"__proto__":"kept"},"unknown":{"a":[1]}}';
    const made = await send(
      served,
      await signed(served, { method: 'POST', target: `/detector/${DETECTOR}/filter`, body }),
    );
    assert.equal(made.status, 200, made.text);
    const read = await send(
      served,
      await signed(served, { method: 'GET', target: `/detector/${DETECTOR}/filter/proto-filter` }),
    );
    const filter = JSON.parse(read.text) as { action: string; tags: object };
    assert.equal(filter.action, 'NOOP');
    assert.deepEqual(Object.entries(filter.tags), [['__proto__', 'kept']]);
    assert.equal(Object.hasOwn(Object.prototype, 'rank'), false);
  });

  for (const [what, body] of [
    ['fields named __proto__', '{"findingCriteria":{"criterion":{"__proto__":{"equals":["8"]}}}}'],
    ['conditions named __proto__', '{"findingCriteria":{"criterion":{"severity":{"__proto__":["8"]}}}}'],
    ['a million brackets', `${'['.repeat(500_000)}${']'.repeat(500_000)}`],
    ['deep criteria', `{"findingCriteria":${'{"criterion":'.repeat(50_000)}1${'}'.repeat(50_000)}}`],
    [
      'ten thousand fields',
      `{"findingCriteria":{"criterion":{${Array.from({ length: 10_000 }, (_, i) => `"f${i}":{"equals":["x"]}`).join()}}}}`,
    ],
    ['bytes that are no UTF-8', '{"maxResults":1,"x":"\udfff'],
    ['numbers beyond numbers', '{"maxResults":1e999}'],
    ['a criterion that is null', '{"findingCriteria":{"criterion":{"severity":{"gte":1e30}}}}'],
  ] as const) {
    test(`${what}: a correct error`, async () => {
      const began = Date.now();
      const answer = await send(
        served,
        await signed(served, { method: 'POST', target: `/detector/${DETECTOR}/findings`, body }),
      );
      assert.equal(answer.status, 400, answer.text.slice(0, 200));
      assert.equal(answer.headers.get('x-amzn-errortype'), 'BadRequestException');
      assert.ok(answer.text.length < 2_000);
      assert.ok(Date.now() - began < 2_000);
      sane(answer.text);
    });
  }
});

describe('paths', () => {
  for (const target of [
    '/detector/../detector',
    `/detector/${DETECTOR}/filter/..%2f..%2f..%2fetc%2fpasswd`,
    `/detector/${DETECTOR}/filter/%00`,
    `/detector/${DETECTOR}/filter/%E0%A4%A`,
    `/detector/${DETECTOR}%2Ffilter`,
    `/tags/${'a'.repeat(8_000)}`,
    '/tags/arn%3Aaws%3Aguardduty%3A%3A1%3Adetector%2F..%2F..',
    '/;/detector',
    '/detector?__proto__=1&constructor=2&toString=3',
  ]) {
    test(`${target.slice(0, 60)} finds nothing it should not`, async () => {
      const answer = await send(served, await signed(served, { method: 'GET', target }));
      assert.ok([200, 400, 403, 404].includes(answer.status), String(answer.status));
      if (answer.status === 200) assert.deepEqual(JSON.parse(answer.text), { detectorIds: [DETECTOR] });
      assert.doesNotMatch(answer.text, /root:|proto/);
      sane(answer.text);
    });
  }

  test('a target that is no path, and a Host that is none', async () => {
    for (const head of [
      'GET http://x/detector HTTP/1.1\r\nhost: x',
      'OPTIONS * HTTP/1.1\r\nhost: x',
      'GET /detector HTTP/1.1\r\nhost: a b',
    ]) {
      const answer = await raw([`${head}\r\nconnection: close\r\n\r\n`]);
      assert.match(answer, /^HTTP\/1\.1 (?:400|403|404) /, head);
      sane(answer);
    }
  });
});

test('a flood of headers is refused', async () => {
  const many = await raw([`GET /detector HTTP/1.1\r\nhost: x\r\n${'x-a: b\r\n'.repeat(5_000)}\r\n`]);
  assert.match(many, /^HTTP\/1\.1 431 /);
});

test('two lengths that disagree, and a request hidden behind another', async () => {
  for (const head of [
    'POST /detector HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!',
    'POST /detector HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n',
  ]) {
    assert.match(await raw([head]), /^HTTP\/1\.1 400 /);
  }
});

test('memory stays flat under thousands of bad requests', { timeout: 60_000 }, async () => {
  const probe = await signed(served, { method: 'GET', target: '/detector' });
  const bad = {
    ...probe,
    headers: {
      ...probe.headers,
      authorization: probe.headers.authorization!.replace(/Signature=\w+/, `Signature=${'0'.repeat(64)}`),
    },
  };
  const flood = async (times: number): Promise<void> => {
    for (let n = 0; n < times; n += 50) {
      await Promise.all(
        Array.from({ length: 50 }, async () => {
          const answer = await fetch(`${served.url}/detector`, { headers: { ...bad.headers, host: '' } });
          assert.equal(answer.status, 403);
          await answer.body?.cancel();
        }),
      );
    }
  };
  await flood(500);
  const used = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = used();
  await flood(2_000);
  assert.ok(used() - before < 5_000_000, `${used() - before} bytes more`);
});

test('no error of a client reached the log as a failure of ours', () => {
  assert.deepEqual(served.logged, []);
});

test('an input nobody wrote a case for is still a JSON error', async () => {
  const target = `/detector/${DETECTOR}/findings`;
  for (const body of [
    'null',
    'true',
    '""',
    '0',
    '{"sortCriteria":[]}',
    '{"findingCriteria":[]}',
    '{"nextToken":{}}',
    ' ',
  ]) {
    const answer = await send(served, await signed(served, { method: 'POST', target, body }));
    assert.equal(answer.status, 400, body);
    assert.equal(typeof (JSON.parse(answer.text) as { message: unknown }).message, 'string');
  }
  assert.equal((await served.client.send(new gd.ListFindingsCommand({ DetectorId }))).FindingIds?.length, 0);
});
