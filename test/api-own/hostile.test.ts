import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, describe, test } from 'node:test';
import { StoreUnavailable } from '../../straykey/src/store/index.ts';
import { seedStore } from '../support/seeded-store.ts';
import { startOwnApi, TOKEN } from './server.ts';

const api = await startOwnApi();
await seedStore(api.store);
const { cookie, csrf, get, send } = await api.signedIn();
after(() => api.close());

describe('bodies', () => {
  test('over 256 KB are refused, whether announced or not, and the next request is served', async () => {
    const big = JSON.stringify({ text: 'x'.repeat(257 * 1024) });
    assert.deepEqual((await send('PUT', '/views/big', big)).json.code, 'TooLarge');
    const pieces = new ReadableStream({
      start(controller) {
        for (let i = 0; i < 300; i++) controller.enqueue(new Uint8Array(1024).fill(32));
        controller.close();
      },
    });
    const streamed = await fetch(`${api.url}/api/v1/views/big`, {
      method: 'PUT',
      headers: { cookie, 'x-straykey-csrf': csrf },
      body: pieces,
      duplex: 'half',
    } as RequestInit);
    assert.equal(streamed.status, 413);
    await streamed.body?.cancel();
    assert.equal((await get('/overview')).status, 200);
  });

  test('that are no JSON, or no object, are bad input', async () => {
    for (const body of ['{', 'null', '[]', '"x"', '7', `${'['.repeat(100_000)}`, '\u0000']) {
      const answer = await send('POST', '/statements', body);
      assert.deepEqual([answer.status, answer.json.code], [400, 'BadInput'], body.slice(0, 10));
    }
  });
});

describe('addresses', () => {
  test('that lead nowhere say so, without a word on what is inside', async () => {
    for (const path of [
      '/',
      '/x',
      '/findings',
      '/findings/',
      '/rules/x',
      '//overview',
      '/%2e%2e/overview',
      '/views/a/b',
    ]) {
      const answer = await get(path);
      assert.equal(answer.status, 404, path);
      assert.ok(!/node|\.ts|at /.test(answer.text), answer.text);
    }
  });

  test('are not opened by another method', async () => {
    for (const [method, path] of [
      ['POST', '/overview'],
      ['DELETE', '/statements'],
      ['PATCH', '/views/x'],
      ['OPTIONS', '/overview'],
    ] as const) {
      const answer = await send(method, path);
      assert.equal(answer.status, 404, `${method} ${path}`);
      assert.equal(answer.headers.get('access-control-allow-origin'), null);
    }
  });
});

test('a store that is away is a 503 that says when to come again', async () => {
  const away = {
    ...api.store,
    counters: { ...api.store.counters, list: () => Promise.reject(new StoreUnavailable('gone')) },
  };
  const behind = await startOwnApi({ store: Object.assign(Object.create(api.store), away) });
  const answer = await behind.ask('GET', '/overview', undefined, { cookie });
  assert.deepEqual(
    [answer.status, answer.json.code, answer.headers.get('retry-after')],
    [503, 'StoreUnavailable', '2'],
  );
  await behind.close({ keepStore: true });
});

test('a fault of ours is told to the log, and to the client only that there was one', async () => {
  const faulty = await startOwnApi({
    store: api.store,
    ports: {
      sources: () => {
        throw new Error('a secret of the inside');
      },
    },
  });
  const answer = await faulty.ask('GET', '/overview', undefined, { cookie });
  assert.deepEqual([answer.status, answer.json.code], [500, 'InternalError']);
  assert.ok(!answer.text.includes('secret'));
  assert.equal(faulty.failures.length, 1);
  await faulty.close({ keepStore: true });
});

describe('events', () => {
  test('tell once what has changed, and nothing while nothing does', async () => {
    const told = await listen();
    await told.until(/event: beat/);
    await send('PUT', '/views/of-the-listener', {});
    const text = await told.until(/event: changed/);
    const [, data] = /event: changed\ndata: (.*)\n/.exec(text)!;
    assert.deepEqual(JSON.parse(data!), { hosts: true, rules: true, keys: true, audit: true });
    const { id } = (await get('/overview')).json.findings.newest[0];
    const before = await told.quiet();
    await api.store.findings.archive([id], { kind: 'person' }, { at: api.clock.at + 5, by: 'jane' });
    assert.match(
      (await told.until(/"findings":true/)).slice(before),
      /^event: changed\ndata: \{"findings":true\}\n\n$/,
    );
    told.stop();
  });

  test('need a caller', async () => {
    assert.equal((await api.ask('GET', '/events')).status, 401);
  });

  test('are for so many listeners and no more; who leaves makes room', async () => {
    const busy = await startOwnApi();
    const session = await busy.signedIn();
    const join = async () => {
      const stop = new AbortController();
      const { signal } = stop;
      // The answer is kept: one that nobody holds is collected, and its connection with it.
      const answer = await fetch(`${busy.url}/api/v1/events`, { headers: { cookie: session.cookie }, signal });
      return { answer, stop };
    };
    const joined = [];
    for (let i = 0; i < 200; i++) joined.push(await join());
    const late = await join();
    assert.equal(late.answer.status, 503);
    await late.answer.text();
    for (const { stop } of joined.slice(1)) stop.abort();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const again = await join();
    assert.deepEqual([joined[0]!.answer.status, again.answer.status], [200, 200]);
    again.stop.abort();
    joined[0]!.stop.abort();
    await busy.close();
  });

  async function listen() {
    const stop = new AbortController();
    const response = await fetch(`${api.url}/api/v1/events`, { headers: { cookie }, signal: stop.signal });
    assert.match(response.headers.get('content-type')!, /^text\/event-stream/);
    let text = '';
    const reading = (async () => {
      const decoder = new TextDecoder();
      for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) text += decoder.decode(piece);
    })().catch(() => {});
    return {
      async until(pattern: RegExp): Promise<string> {
        for (let i = 0; i < 100 && !pattern.test(text); i++) await new Promise((resolve) => setTimeout(resolve, 50));
        assert.match(text, pattern);
        return text;
      },
      /** Waits two looks long; answers how much was told by then. */
      async quiet(): Promise<number> {
        await new Promise((resolve) => setTimeout(resolve, 1_200));
        const { length } = text;
        await new Promise((resolve) => setTimeout(resolve, 1_200));
        assert.equal(text.length, length);
        return length;
      },
      stop: () => {
        stop.abort();
        return reading;
      },
    };
  }
});

test('a header that is no header, and a body that never comes, cost one connection and nothing else', async () => {
  const answers = await Promise.all(
    [
      'GET /api/v1/overview HTTP/1.1\r\nHost: x\r\nCookie: straykey=\u0001\r\n\r\n',
      `GET /api/v1/overview HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`,
    ].map(async (text) => {
      const socket = connect(api.port, '127.0.0.1');
      socket.end(text);
      let said = '';
      for await (const piece of socket) said += piece;
      return said.split('\r\n')[0];
    }),
  );
  assert.deepEqual(answers, ['HTTP/1.1 400 Bad Request', 'HTTP/1.1 431 Request Header Fields Too Large']);
  assert.equal((await api.ask('POST', '/session', { token: TOKEN })).status, 200);
});
