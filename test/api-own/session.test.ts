import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { request } from 'node:http';
import { after, describe, test } from 'node:test';
import { SignatureV4 } from '@smithy/signature-v4';
import { seedStore } from '../support/seeded-store.ts';
import { startOwnApi, TOKEN } from './server.ts';

type HeaderSets = readonly Record<string, string>[];

const api = await startOwnApi();
await seedStore(api.store);
after(() => api.close());

describe('signing in', () => {
  test('with the console token sets a cookie that scripts cannot read, and answers who one is', async () => {
    const { answer } = await api.signedIn();
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('set-cookie')!, /^straykey=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    const { csrf, ...rest } = answer.json;
    assert.match(csrf, /^[\w-]{43}$/);
    assert.deepEqual(rest, {
      user: 'console',
      role: 'admin',
      detectorId: '0123456789abcdef0123456789abcdef',
      accountId: '111122223333',
      region: 'us-east-1',
      version: '0.0.0-test',
    });
  });

  test('behind https the cookie is bound to this host and to https', async () => {
    for (const headers of [
      { 'x-forwarded-proto': 'https' },
      { origin: 'https://straykey.example', 'sec-fetch-site': 'same-origin' },
    ] as HeaderSets) {
      const { answer, get } = await api.signedIn({ token: TOKEN }, headers);
      assert.match(
        answer.headers.get('set-cookie')!,
        /^__Host-straykey=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
      );
      assert.equal((await get('/session')).json.user, 'console');
    }
  });

  test('with an access key gives its role, until the key is revoked', async () => {
    const { accessKeyId, secretAccessKey } = await api.newKey('reader');
    const reader = await api.signedIn({ accessKeyId, secretAccessKey });
    assert.deepEqual([reader.answer.json.user, reader.answer.json.role], [accessKeyId, 'reader']);
    assert.equal((await reader.get('/overview')).status, 200);
    const admin = await api.signedIn();
    assert.equal((await admin.send('DELETE', `/keys/${accessKeyId}`)).status, 204);
    assert.equal((await reader.get('/overview')).status, 401);
  });

  test('what the cookie holds is nowhere in the store', async () => {
    const { cookie, csrf } = await api.signedIn();
    const kept = JSON.stringify(await api.store.documents.list('session'));
    for (const secret of [cookie.split('=')[1]!, csrf, TOKEN]) assert.ok(!kept.includes(secret));
  });

  const wrong: readonly (readonly [string, unknown, number, string])[] = [
    ['another token', { token: `${TOKEN}x` }, 401, 'SignInFailed'],
    ['no token', { token: '' }, 401, 'SignInFailed'],
    ['a key that is none', { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' }, 401, 'SignInFailed'],
    ['nothing', {}, 400, 'BadInput'],
    ['a number', { token: 7 }, 400, 'BadInput'],
    ['more than asked', { token: TOKEN, admin: true }, 400, 'BadInput'],
    ['something else', '[', 400, 'BadInput'],
  ];
  for (const [name, body, status, code] of wrong) {
    test(`with ${name} is refused`, async () => {
      const answer = await api.ask('POST', '/session', body);
      assert.deepEqual([answer.status, answer.json.code], [status, code]);
      assert.equal(answer.headers.get('set-cookie'), null);
      api.clock.at += 60_000;
    });
  }

  test('from the page of a stranger is refused, right token or not', async () => {
    for (const headers of [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'null' },
      { 'content-type': 'text/plain' },
    ] as HeaderSets) {
      const answer = await api.ask('POST', '/session', { token: TOKEN }, headers);
      assert.deepEqual([answer.status, answer.json.code], [403, 'ForeignOrigin'], JSON.stringify(headers));
    }
  });
});

describe('guessing', () => {
  test('is slowed down for one address after ten tries, and says for how long', async () => {
    const guessed = await startOwnApi();
    const guess = (address: string) =>
      guessed.ask('POST', '/session', { token: 'guess' }, { 'x-forwarded-for': address });
    for (let i = 0; i < 10; i++) assert.equal((await guess('198.51.100.7')).status, 401);
    const refused = await guess('198.51.100.7');
    assert.deepEqual(
      [refused.status, refused.json.code, refused.headers.get('retry-after')],
      [429, 'TooManyAttempts', '30'],
    );
    assert.equal((await guess('198.51.100.8')).status, 401);
    assert.equal(
      (await guessed.ask('POST', '/session', { token: TOKEN }, { 'x-forwarded-for': '198.51.100.7' })).status,
      429,
    );
    guessed.clock.at += 30_000;
    assert.equal(
      (await guessed.ask('POST', '/session', { token: TOKEN }, { 'x-forwarded-for': '198.51.100.7' })).status,
      200,
    );
    await guessed.close();
  });

  test('from many addresses is slowed down over all', async () => {
    const guessed = await startOwnApi();
    const answers = await Promise.all(
      Array.from({ length: 120 }, (_, i) =>
        guessed.ask('POST', '/session', { token: 'guess' }, { 'x-forwarded-for': `198.51.100.${i}` }),
      ),
    );
    assert.equal(answers.filter(({ status }) => status === 429).length, 20);
    await guessed.close();
  });

  test('a right token does not use a try up', async () => {
    const guessed = await startOwnApi();
    for (let i = 0; i < 30; i++) assert.equal((await guessed.ask('POST', '/session', { token: TOKEN })).status, 200);
    await guessed.close();
  });
});

describe('a session', () => {
  test('ends after twelve hours without use, and not before', async () => {
    const { get } = await api.signedIn();
    for (let hour = 0; hour < 30; hour += 10) {
      api.clock.at += 10 * 3_600_000;
      assert.equal((await get('/session')).status, 200);
    }
    api.clock.at += 12 * 3_600_000;
    assert.equal((await get('/session')).status, 401);
  });

  test('ends with signing out, also for whoever kept the cookie', async () => {
    const { get, send } = await api.signedIn();
    const out = await send('DELETE', '/session');
    assert.equal(out.status, 204);
    assert.equal(out.headers.getSetCookie().filter((each) => each.includes('Max-Age=0')).length, 2);
    assert.equal((await get('/overview')).status, 401);
  });

  test('ends when the console token is another one', async () => {
    const { cookie } = await api.signedIn();
    const renewed = await startOwnApi({ store: api.store, sessions: { consoleToken: 'another' } });
    assert.equal((await renewed.ask('GET', '/session', undefined, { cookie })).status, 401);
    await renewed.close({ keepStore: true });
  });

  test('is not believed under a cookie of another form', async () => {
    const { cookie } = await api.signedIn();
    const secret = cookie.split('=')[1]!;
    for (const bad of [
      `straykey=${secret}x`,
      `straykey=${secret.slice(1)}`,
      `Straykey=${secret}`,
      'straykey=',
      `x=${secret}`,
    ]) {
      assert.equal((await api.ask('GET', '/overview', undefined, { cookie: bad })).status, 401, bad);
    }
  });
});

describe('writes in a session', () => {
  test('need the csrf value, and the right one', async () => {
    const one = await api.signedIn();
    const other = await api.signedIn();
    for (const csrf of ['', 'x', other.csrf]) {
      const answer = await one.send('PUT', '/views/mine', {}, { 'x-straykey-csrf': csrf });
      assert.deepEqual([answer.status, answer.json.code], [403, 'CsrfTokenMissing']);
    }
    assert.equal((await one.send('PUT', '/views/mine', {})).status, 200);
  });

  test('are refused from the page of a stranger even with it', async () => {
    const { send } = await api.signedIn();
    for (const headers of [{ origin: 'http://127.0.0.1:1' }, { 'sec-fetch-site': 'same-site' }] as HeaderSets) {
      const answer = await send('PUT', '/views/mine', {}, headers);
      assert.deepEqual([answer.status, answer.json.code], [403, 'CsrfTokenMissing']);
    }
    assert.equal((await send('PUT', '/views/mine', {}, { origin: api.url })).status, 200);
  });

  test('are not for readers, who may look and ask', async () => {
    const reader = await api.signedIn(await credentialOf('reader'));
    const [{ id }] = (await reader.get('/overview')).json.findings.newest;
    for (const [method, path] of [
      ['PUT', '/views/mine'],
      ['DELETE', '/views/mine'],
      ['POST', '/statements'],
      ['POST', '/keys'],
      ['POST', '/outlets/siem/test'],
      ['POST', '/outlets/siem/resend'],
      ['PUT', '/rules/office-gateway/notes'],
      ['POST', '/demo'],
    ] as const) {
      const answer = await reader.send(method, path, {});
      assert.deepEqual([answer.status, answer.json.code], [403, 'AccessDeniedException'], path);
    }
    const preview = await reader.send('POST', `/findings/${id}/suppression-preview`, { cidr: '185.220.101.0/24' });
    assert.equal(preview.status, 200);
  });
});

async function credentialOf(role: 'reader' | 'admin') {
  const { accessKeyId, secretAccessKey } = await api.newKey(role);
  return { accessKeyId, secretAccessKey };
}

describe('without a session', () => {
  test('nothing is told, not even what exists', async () => {
    for (const path of ['/overview', '/hosts', '/keys', '/events', '/nothing', '/findings/x']) {
      const answer = await api.ask('GET', path);
      assert.deepEqual([answer.status, answer.json.code], [401, 'SignInNeeded'], path);
    }
  });

  test('the loopback address is believed where it is allowed, for its own names only', async () => {
    const open = await startOwnApi({ unsignedFromLoopback: true });
    assert.equal((await open.ask('GET', '/overview')).status, 200);
    const { csrf, role, user } = (await open.ask('GET', '/session')).json;
    assert.deepEqual([user, role, csrf], ['loopback', 'admin', '']);
    assert.equal(await statusUnder(open.port, 'evil.example'), 401);
    assert.equal(await statusUnder(open.port, 'localhost'), 200);
    const foreign = await open.ask('PUT', '/views/mine', {}, { origin: 'http://evil.example' });
    assert.equal(foreign.status, 401);
    await open.close();
  });
});

/** What the signer wants of a hash. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Uint8Array);
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(data as Uint8Array);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

describe('a signed request', () => {
  async function signed(
    method: string,
    path: string,
    key: { accessKeyId: string; secretAccessKey: string },
    body = '',
  ) {
    const signer = new SignatureV4({
      credentials: key,
      region: 'us-east-1',
      service: 'guardduty',
      sha256: Sha256,
    });
    const request = await signer.sign(
      {
        method,
        protocol: 'http:',
        hostname: '127.0.0.1',
        port: api.port,
        path: `/api/v1${path}`,
        headers: { host: `127.0.0.1:${api.port}`, 'content-type': 'application/json' },
        ...(body !== '' && { body }),
      },
      { signingDate: new Date(api.clock.at) },
    );
    const { host: _, ...headers } = request.headers;
    return await api.ask(method, path, body === '' ? undefined : body, headers);
  }

  test('needs no session: an admin key writes, a reader key reads and asks', async () => {
    const admin = await api.newKey('admin');
    const reader = await api.newKey('reader');
    assert.equal((await signed('PUT', '/views/signed', admin, '{}')).status, 200);
    assert.equal((await signed('GET', '/overview', reader)).status, 200);
    const refused = await signed('PUT', '/views/signed', reader, '{}');
    assert.deepEqual([refused.status, refused.json.code], [403, 'AccessDeniedException']);
    const asked = await signed(
      'POST',
      '/dry-run',
      reader,
      '{"findingCriteria":{"criterion":{"severity":{"equals":["8"]}}}}',
    );
    assert.equal(asked.status, 200);
    const [line] = await api.store.audit.list({ limit: 1 });
    assert.equal(line?.by, admin.accessKeyId);
  });

  test('with a wrong secret is refused', async () => {
    const { accessKeyId } = await api.newKey('admin');
    const answer = await signed('GET', '/overview', { accessKeyId, secretAccessKey: 'wrong' });
    assert.deepEqual([answer.status, answer.json.code], [403, 'SignatureDoesNotMatch']);
  });
});

describe('a user named by a reverse proxy', () => {
  const proxied = {
    header: 'x-forwarded-user',
    roleOf: (user: string) => (user === 'jane' ? 'admin' : 'reader'),
  } as const;

  test('is nobody unless that is configured', async () => {
    assert.equal((await api.ask('GET', '/session', undefined, { 'x-forwarded-user': 'jane' })).status, 401);
  });

  test('is signed in at the first look, with a session that ends when the proxy names another', async () => {
    const behind = await startOwnApi({ sessions: { proxy: proxied } });
    const jane = { 'x-forwarded-user': 'jane' };
    const answer = await behind.ask('GET', '/session', undefined, jane);
    assert.deepEqual([answer.status, answer.json.user, answer.json.role], [200, 'jane', 'admin']);
    const cookie = answer.headers.get('set-cookie')!.split(';')[0]!;
    const write = (headers: Record<string, string>) =>
      behind.ask('PUT', '/views/mine', {}, { cookie, 'x-straykey-csrf': answer.json.csrf, ...headers });
    assert.equal((await write(jane)).status, 200);
    assert.equal((await write({ 'x-forwarded-user': 'joe' })).status, 401);
    assert.equal((await write({})).status, 401);
    assert.equal((await behind.ask('GET', '/session', undefined, { 'x-forwarded-user': 'joe' })).json.role, 'reader');
    await behind.close();
  });

  test('is not believed under a name that is not ours, as after DNS rebinding', async () => {
    const behind = await startOwnApi({ sessions: { proxy: proxied, hosts: ['straykey.example'] } });
    const jane = { 'x-forwarded-user': 'jane' };
    assert.equal(await statusUnder(behind.port, 'evil.example', jane), 401);
    assert.equal(await statusUnder(behind.port, 'straykey.example', jane), 200);
    await behind.close();
  });
});

/** Status of a request with a `Host` of its own choice, which fetch does not allow. */
async function statusUnder(port: number, host: string, headers: Record<string, string> = {}): Promise<number> {
  return await new Promise((resolve, reject) => {
    const sent = request(
      { port, host: '127.0.0.1', path: '/api/v1/overview', headers: { host, ...headers } },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode!);
      },
    );
    sent.on('error', reject).end();
  });
}
