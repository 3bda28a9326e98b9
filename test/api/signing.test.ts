import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as gd from '@aws-sdk/client-guardduty';
import { SignatureV4 } from '@smithy/signature-v4';
import { revokeKey } from '../../straykey/src/api/signing/index.ts';
import { DETECTOR, REGION, type Served, Sha256, type SignedRequest, send, serve, signed } from './served.ts';

const LIST = { method: 'GET', target: '/detector' };
const SEARCH = { method: 'POST', target: `/detector/${DETECTOR}/findings`, body: '{"maxResults":1}' };
const WRITE = { method: 'POST', target: `/detector/${DETECTOR}/findings/archive`, body: '{"findingIds":[]}' };

let served: Served;
before(async () => {
  served = await serve();
});
after(async () => served.close());

async function outcome(request: SignedRequest): Promise<string> {
  const { status, headers } = await send(served, request);
  return `${status} ${headers.get('x-amzn-errortype') ?? ''}`.trim();
}

function withHeader(request: SignedRequest, name: string, value: string | undefined): SignedRequest {
  const { [name]: _, ...rest } = request.headers;
  return { ...request, headers: value === undefined ? rest : { ...rest, [name]: value } };
}

test('what an AWS signer signed is believed: reads, bodies, odd queries', async () => {
  assert.equal(await outcome(await signed(served, LIST)), '200');
  assert.equal(await outcome(await signed(served, SEARCH)), '200');
  assert.equal(
    await outcome(await signed(served, { method: 'GET', target: '/detector?nextToken=&x=%C3%A9%20%2B%2F~' })),
    '200',
  );
});

describe('what was changed after signing is not', () => {
  const changes: readonly (readonly [string, (request: SignedRequest) => SignedRequest, string])[] = [
    ['the body', (r) => ({ ...r, body: '{"maxResults":2}' }), '403 SignatureDoesNotMatch'],
    ['the path', (r) => ({ ...r, target: `/detector/${'0'.repeat(32)}/findings` }), '403 SignatureDoesNotMatch'],
    ['the query', (r) => ({ ...r, target: `${r.target}?x=1` }), '403 SignatureDoesNotMatch'],
    ['the method', (r) => ({ ...r, method: 'PUT' }), '403 SignatureDoesNotMatch'],
    ['the host', (r) => withHeader(r, 'host', 'elsewhere.example'), '403 SignatureDoesNotMatch'],
    ['a header that was signed', (r) => withHeader(r, 'x-amz-date', '20260101T000000Z'), '403 SignatureDoesNotMatch'],
    [
      'a header that was signed and is gone',
      (r) => withHeader(r, 'x-amz-content-sha256', undefined),
      '403 SignatureDoesNotMatch',
    ],
    [
      'the hash of the body',
      (r) => withHeader(r, 'x-amz-content-sha256', 'UNSIGNED-PAYLOAD'),
      '403 SignatureDoesNotMatch',
    ],
    ['the signature', (r) => change(r, /Signature=\w{64}/, `Signature=${'0'.repeat(64)}`), '403 SignatureDoesNotMatch'],
    ['the key', (r) => change(r, served.admin.accessKeyId, served.reader.accessKeyId), '403 SignatureDoesNotMatch'],
    [
      'the key, to none',
      (r) => change(r, served.admin.accessKeyId, 'AKIAIOSFODNN7EXAMPLE'),
      '403 UnrecognizedClientException',
    ],
    ['a session token added', (r) => withHeader(r, 'x-amz-security-token', 'x'), '403 UnrecognizedClientException'],
    ['the authorization, gone', (r) => withHeader(r, 'authorization', undefined), '403 MissingAuthenticationToken'],
    [
      'the authorization, of another kind',
      (r) => withHeader(r, 'authorization', 'Bearer x'),
      '400 IncompleteSignature',
    ],
    ['the algorithm', (r) => change(r, 'AWS4-HMAC-SHA256', 'AWS4-ECDSA-P256-SHA256'), '400 IncompleteSignature'],
    [
      'the signed headers, without the host',
      (r) => change(r, /SignedHeaders=[^,]+/, 'SignedHeaders=x-amz-date'),
      '400 IncompleteSignature',
    ],
    ['the signed headers, without the date', (r) => change(r, ';x-amz-date', ''), '400 IncompleteSignature'],
    ['the scope, cut', (r) => change(r, '/aws4_request', ''), '400 IncompleteSignature'],
    ['the date, no date', (r) => withHeader(r, 'x-amz-date', 'yesterday'), '400 IncompleteSignature'],
    ['the date, gone', (r) => withHeader(r, 'x-amz-date', undefined), '400 IncompleteSignature'],
    ['the signature, short', (r) => change(r, /Signature=\w{64}/, 'Signature=abc'), '400 IncompleteSignature'],
    ['the query, not encoded', (r) => ({ ...r, target: `${r.target}?%ZZ` }), '400 IncompleteSignature'],
  ];
  for (const [what, changed, expected] of changes) {
    test(what, async () => {
      assert.equal(await outcome(changed(await signed(served, SEARCH))), expected);
    });
  }

  function change(request: SignedRequest, part: string | RegExp, by: string): SignedRequest {
    return withHeader(request, 'authorization', request.headers.authorization!.replace(part, by));
  }
});

describe('time and scope', () => {
  const minutes = (n: number): Date => new Date(Date.now() + n * 60_000);
  for (const [what, options, expected] of [
    ['four minutes ago', { at: minutes(-4) }, '200'],
    ['in four minutes', { at: minutes(4) }, '200'],
    ['six minutes ago', { at: minutes(-6) }, '400 RequestExpired'],
    ['in six minutes', { at: minutes(6) }, '400 RequestExpired'],
    ['for another region', { region: 'us-west-2' }, '403 SignatureDoesNotMatch'],
    ['for another service', { service: 's3' }, '403 SignatureDoesNotMatch'],
    ['for STS', { service: 'sts' }, '403 SignatureDoesNotMatch'],
  ] as const) {
    test(`signed ${what}`, async () => {
      assert.equal(await outcome(await signed(served, LIST, options)), expected);
    });
  }
});

describe('presigned addresses', () => {
  async function presigned(target: string, method = 'GET', expiresIn = 60, at = new Date()): Promise<SignedRequest> {
    const { accessKeyId, secretAccessKey } = served.admin;
    const probe = await signed(served, LIST);
    const signer = new SignatureV4({
      credentials: { accessKeyId, secretAccessKey },
      region: REGION,
      service: 'guardduty',
      sha256: Sha256,
    });
    const request = await signer.presign(
      {
        method,
        protocol: 'http:',
        hostname: '127.0.0.1',
        path: target,
        query: {},
        headers: { host: probe.headers.host! },
      },
      { expiresIn, signingDate: at },
    );
    const query = Object.entries(request.query ?? {}).map(
      ([name, value]) => `${name}=${encodeURIComponent(String(value))}`,
    );
    return { method, target: `${target}?${query.join('&')}`, headers: { host: probe.headers.host! } };
  }

  test('may read, again and again, until they end', async () => {
    const request = await presigned('/detector');
    assert.equal(await outcome(request), '200');
    assert.equal(await outcome(request), '200');
    assert.equal(
      await outcome(await presigned('/detector', 'GET', 60, new Date(Date.now() - 61_000))),
      '400 RequestExpired',
    );
    assert.equal(await outcome(await presigned('/detector', 'GET', 900, new Date(Date.now() - 600_000))), '200');
  });

  test('are believed for what was signed only', async () => {
    const request = await presigned('/detector');
    assert.equal(await outcome({ ...request, target: `${request.target}&maxResults=1` }), '403 SignatureDoesNotMatch');
    assert.equal(
      await outcome({ ...request, target: request.target.replace('Expires=60', 'Expires=600') }),
      '403 SignatureDoesNotMatch',
    );
    assert.equal(
      await outcome({ ...request, target: request.target.replace(/X-Amz-Expires=\d+&/, '') }),
      '400 IncompleteSignature',
    );
  });

  test('may not write', async () => {
    assert.equal(await outcome(await presigned(`/detector/${DETECTOR}`, 'DELETE')), '403 AccessDeniedException');
  });
});

describe('keys', () => {
  test('a reader reads and changes nothing', async () => {
    const client = served.clientOf(served.reader);
    assert.deepEqual((await client.send(new gd.ListDetectorsCommand({}))).DetectorIds, [DETECTOR]);
    await client.send(new gd.ListFindingsCommand({ DetectorId: DETECTOR }));
    await assert.rejects(client.send(new gd.DeleteDetectorCommand({ DetectorId: DETECTOR })), {
      name: 'AccessDeniedException',
      message: /has the role reader/,
    });
  });

  test('a wrong secret and an unknown key are told apart by their errors', async () => {
    const wrong = served.clientOf({ ...served.admin, secretAccessKey: 'x'.repeat(40) });
    await assert.rejects(wrong.send(new gd.ListDetectorsCommand({})), { name: 'SignatureDoesNotMatch' });
    const unknown = served.clientOf({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x'.repeat(40) });
    await assert.rejects(unknown.send(new gd.ListDetectorsCommand({})), { name: 'UnrecognizedClientException' });
  });

  test('a revoked key signs nothing any more', async () => {
    const other = await serve();
    try {
      const client = other.clientOf(other.reader);
      await client.send(new gd.ListDetectorsCommand({}));
      assert.equal(
        await revokeKey(other.store, other.reader.accessKeyId, Date.now(), { by: 'test', reason: 'lost' }),
        true,
      );
      await assert.rejects(client.send(new gd.ListDetectorsCommand({})), { name: 'UnrecognizedClientException' });
      assert.equal(await revokeKey(other.store, other.reader.accessKeyId, Date.now(), { by: 'test' }), false);
    } finally {
      await other.close();
    }
  });
});

describe('the same signature again', () => {
  test('reads may repeat', async () => {
    const request = await signed(served, SEARCH);
    assert.deepEqual([await outcome(request), await outcome(request)], ['200', '200']);
  });

  test('a write counts once, for as long as its time is good', async () => {
    const request = await signed(served, WRITE);
    assert.deepEqual([await outcome(request), await outcome(request)], ['200', '403 SignatureDoesNotMatch']);
    served.ahead = 299_000;
    assert.equal(await outcome(request), '403 SignatureDoesNotMatch');
    served.ahead = 310_000;
    assert.equal(await outcome(request), '400 RequestExpired');
    served.ahead = 0;
  });

  test("the SDK's own retries are signed anew", async () => {
    for (const _ of [1, 2, 3]) {
      await served.client.send(new gd.ArchiveFindingsCommand({ DetectorId: DETECTOR, FindingIds: [] }));
    }
  });
});

describe('without a signature', () => {
  test('nobody gets in, from the loopback either', async () => {
    const { host } = (await signed(served, LIST)).headers;
    assert.equal(await outcome({ ...LIST, headers: { host: host! } }), '403 MissingAuthenticationToken');
  });

  test('from the loopback when the configuration says so, and only as itself', async () => {
    const open = await serve({ unsignedFromLoopback: true });
    try {
      const host = new URL(open.url).host;
      const ask = async (headers: Record<string, string>): Promise<number> =>
        (await send(open, { ...LIST, headers: { host, ...headers } })).status;
      assert.equal(await ask({}), 200);
      assert.equal(await ask({ host: `localhost:${new URL(open.url).port}` }), 200);
      assert.equal(await ask({ origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }), 200);
      assert.equal(await ask({ host: 'rebound.example' }), 403, 'a name that was pointed here');
      assert.equal(await ask({ host: '127.0.0.1.rebound.example' }), 403);
      assert.equal(await ask({ origin: 'https://evil.example' }), 403, 'a page of another site');
      assert.equal(await ask({ origin: 'null' }), 403);
      assert.equal(await ask({ 'sec-fetch-site': 'cross-site' }), 403);
      assert.equal(await ask({ 'x-forwarded-for': '203.0.113.1' }), 403, 'somebody behind a proxy');
      assert.equal(await ask({ forwarded: 'for=203.0.113.1' }), 403);
      assert.equal(await ask({ authorization: 'AWS4-HMAC-SHA256 x' }), 400, 'who signs, signs right');
    } finally {
      await open.close();
    }
  });
});

describe('STS', () => {
  const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
  const IDENTITY = 'Action=GetCallerIdentity&Version=2011-06-15';

  test('another action says what there is; an unknown key is told in the words of STS', async () => {
    const request = { method: 'POST', target: '/', body: 'Action=AssumeRole&Version=2011-06-15', headers: FORM };
    const other = await send(served, await signed(served, request, { service: 'sts' }));
    assert.equal(other.status, 400);
    assert.match(other.text, /<Code>InvalidAction<\/Code>/);
    const key = { ...served.admin, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' };
    const unknown = await send(served, await signed(served, { ...request, body: IDENTITY }, { service: 'sts', key }));
    assert.equal(unknown.status, 403);
    assert.match(unknown.text, /<Code>InvalidClientTokenId<\/Code>/);
  });
});
