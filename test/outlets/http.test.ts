import assert from 'node:assert/strict';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, beforeEach, describe, test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { secretsFrom } from '../../straykey/src/config/index.ts';
import {
  deliveryKey,
  type OutletConfig,
  openSender,
  type Result,
  UnusableOutlet,
} from '../../straykey/src/outlets/index.ts';
import { post } from '../../straykey/src/outlets/senders/http-post.ts';
import { slackMessage } from '../../straykey/src/outlets/senders/slack.ts';
import { HOSTILE } from '../findings/fixtures.ts';
import { hostileTheft, message, NOON, theft, told } from './messages.ts';
import { type Behaviour, startReceiver } from './receiver.ts';

const SECRET = 'c2VjcmV0LXdpdGgtc2lnbnM=+/';
const receiver = await startReceiver();
after(() => receiver.down());
beforeEach(() => {
  receiver.received.length = 0;
  receiver.script = [];
});

const ports = {
  now: () => NOON,
  secret: secretsFrom({ HOOK_SECRET: SECRET, SLACK: `${receiver.url}/services/T0/B0/${SECRET}` }),
};

function sender(config: Partial<Extract<OutletConfig, { type: 'webhook' }>> = {}) {
  return openSender(
    {
      type: 'webhook',
      name: 'hook',
      url: `${receiver.url}/in`,
      secret: 'env:HOOK_SECRET',
      format: 'guardduty',
      ...told,
      ...config,
    },
    ports,
  );
}

async function sendOne(
  config: Parameters<typeof sender>[0] = {},
  change: Parameters<typeof message>[0] = {},
): Promise<Result> {
  const [result] = await sender(config).send([message(change)]);
  return result!;
}

describe('a webhook', () => {
  test('gets the finding, its key and what kind of news it is', async () => {
    const result = await sendOne({}, { kind: 'reopened', revision: 3 });
    const [{ body, headers, path }] = receiver.received as [(typeof receiver.received)[0]];
    assert.deepEqual(result, { kind: 'delivered', answer: 'HTTP 200: ok' });
    assert.equal(path, '/in');
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(headers['x-straykey-event'], 'reopened');
    assert.equal(headers['idempotency-key'], deliveryKey(message({ revision: 3 })));
    assert.equal(headers['x-straykey-delivery'], headers['idempotency-key']);
    const { id, severity, type } = JSON.parse(body);
    assert.deepEqual([id, severity, type], [theft.id, 8, theft.type]);
  });

  for (const [format, field] of [
    ['asff', 'SchemaVersion'],
    ['ocsf', 'class_uid'],
  ] as const) {
    test(`gets ${format} when asked for`, async () => {
      await sendOne({ format });
      const body = JSON.parse(receiver.received[0]!.body);
      assert.ok(field in (Array.isArray(body) ? body[0] : body));
    });
  }

  test('can prove the signature as the page of outlets says', async () => {
    await sendOne();
    const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'outlets.md'), 'utf8');
    const code = /```js\n(.*?)```/s.exec(page)![1]!.replace(/^import .*$/gm, '');
    const genuine = runInNewContext(`${code}; genuine`, { createHmac, timingSafeEqual, Buffer }) as (
      ...given: unknown[]
    ) => boolean;
    const { body, headers } = receiver.received[0]!;
    const header = headers['x-straykey-signature'];
    assert.match(String(header), /^t=\d+,v1=[0-9a-f]{64}$/);
    assert.equal(genuine(SECRET, header, body, NOON / 1000), true);
    assert.equal(genuine(SECRET, header, `${body} `, NOON / 1000), false, 'another body');
    assert.equal(genuine('other', header, body, NOON / 1000), false, 'another secret');
    assert.equal(genuine(SECRET, header, body, NOON / 1000 + 301), false, 'replayed later');
    assert.equal(genuine(SECRET, 'nonsense', body, NOON / 1000), false);
  });

  test('without a secret is not signed', async () => {
    const config = { type: 'webhook', name: 'plain', url: receiver.url, format: 'guardduty', ...told } as const;
    await openSender(config, ports).send([message()]);
    assert.equal(receiver.received[0]!.headers['x-straykey-signature'], undefined);
  });
});

describe('what a receiver answers', () => {
  const answers: readonly (readonly [Behaviour, Partial<Result>])[] = [
    [{ status: 204 }, { kind: 'delivered' }],
    [
      { status: 429, headers: { 'retry-after': '17' } },
      { kind: 'retry', afterMs: 17_000 },
    ],
    [
      { status: 503, headers: { 'retry-after': new Date(NOON + 60_000).toUTCString() } },
      { kind: 'retry', afterMs: 60_000 },
    ],
    [{ status: 503, headers: { 'retry-after': 'soon' } }, { kind: 'retry' }],
    [{ status: 500 }, { kind: 'retry' }],
    [{ status: 404 }, { kind: 'retry' }],
    [{ status: 401 }, { kind: 'retry' }],
    [{ status: 409 }, { kind: 'retry' }],
    [
      { status: 400, body: 'no such field: detail' },
      { kind: 'dead', reason: 'HTTP 400: no such field: detail' },
    ],
    [{ status: 413 }, { kind: 'dead' }],
    ['half-written', { kind: 'retry' }],
    ['reset', { kind: 'retry' }],
  ];
  for (const [behaviour, expected] of answers) {
    const said = typeof behaviour === 'string' ? behaviour : behaviour.status;
    test(`${said} ${JSON.stringify(expected)}`, async () => {
      receiver.script = [behaviour];
      const result = await sendOne();
      for (const [key, value] of Object.entries(expected)) {
        assert.equal(result[key as keyof Result], value, JSON.stringify(result));
      }
      if (!('afterMs' in expected)) assert.ok(!('afterMs' in result));
    });
  }

  test('a redirect is not followed, and the finding does not travel on', async () => {
    receiver.script = [{ status: 302, headers: { location: `${receiver.url}/elsewhere` } }];
    const result = await sendOne();
    assert.equal(result.kind, 'retry');
    assert.deepEqual(
      receiver.received.map(({ path }) => path),
      ['/in'],
    );
  });

  test('no answer in time ends the wait', async () => {
    receiver.script = ['silent'];
    await assert.rejects(post(new URL(receiver.url), {}, '{}', 150), /no answer in 0.15 s/);
  });

  test('an endless answer is not read for ever', async () => {
    receiver.script = [{ status: 200, body: 'x'.repeat(3_000_000) }];
    const result = await sendOne();
    assert.equal(result.kind, 'delivered');
    assert.ok((result as { answer: string }).answer.length < 400);
  });

  test('nobody listening is to be tried again', async () => {
    const nobody = await startReceiver();
    await nobody.down();
    const result = await sendOne({ url: nobody.url });
    assert.match(result.kind === 'retry' ? result.reason : '', /ECONNREFUSED/);
  });
});

describe('addresses', () => {
  for (const url of [
    'http://169.254.169.254/latest/meta-data/',
    'http://[fe80::1]/',
    'http://[fd00:ec2::254]/',
    'http://[::ffff:169.254.169.254]/',
    'http://0xA9FEA9FE/',
  ]) {
    test(`${url} is never a receiver`, async () => {
      const result = await sendOne({ url });
      assert.match(result.kind === 'retry' ? result.reason : '', /link-local/);
    });
  }

  test('a name that leads to a link-local address is none either', async () => {
    const leadingTo = (address: string) =>
      ((_name: string, _options: object, done: (error: null, addresses: object[]) => void) =>
        done(null, [{ address, family: 4 }])) as never;
    const { port } = new URL(receiver.url);
    const named = new URL(`http://hooks.example.com:${port}/`);
    await assert.rejects(post(named, {}, '{}', 1_000, leadingTo('169.254.169.254')), /hooks\.example\.com leads to/);
    assert.equal((await post(named, {}, '{}', 1_000, leadingTo('127.0.0.1'))).status, 200, 'private ones are fine');
  });

  for (const url of ['ftp://example.com/', 'hooks.example.com/x', 'http://user:pass@example.com/']) {
    test(`${url} stops the start, without being repeated`, () =>
      assert.throws(
        () => sender({ url }),
        (error) =>
          error instanceof UnusableOutlet && /outlet hook/.test(error.message) && !error.message.includes('pass@'),
      ));
  }
});

describe('secrets', () => {
  test('one that is missing stops the start and is named by its reference', () =>
    assert.throws(() => sender({ secret: 'env:NOT_SET' }), /outlet hook: env:NOT_SET: the variable is not set/));

  test('one that a receiver repeats is taken out of what is kept', async () => {
    for (const status of [200, 400, 500]) {
      receiver.script = [{ status, body: `you sent ${SECRET} to me, or ${encodeURIComponent(SECRET)}` }];
      assert.ok(!JSON.stringify(await sendOne()).includes(SECRET.slice(0, 12)), `${status}`);
    }
  });

  test('the address of a Slack channel appears in no error', async () => {
    const slack = openSender({ type: 'slack', name: 'slack', url: 'env:SLACK', ...told }, ports);
    for (const behaviour of [{ status: 404, body: 'no_service' }, { status: 500 }, 'reset', 'half-written'] as const) {
      receiver.script = [behaviour];
      const [result] = await slack.send([message()]);
      assert.equal(result!.kind, 'retry');
      assert.doesNotMatch(JSON.stringify(result), /services|T0|c2Vj/);
    }
  });

  test('the whole address of a webhook may be a secret', async () => {
    await openSender({ type: 'webhook', name: 'hidden', url: 'env:SLACK', format: 'guardduty', ...told }, ports).send([
      message(),
    ]);
    assert.match(receiver.received[0]!.path, /^\/services\/T0\/B0\//);
  });
});

describe('Slack', () => {
  const slack = openSender({ type: 'slack', name: 'slack', url: 'env:SLACK', ...told }, ports);

  test('gets a message that says what, whose, from where and what next', async () => {
    await slack.send([message()]);
    const { blocks, text } = JSON.parse(receiver.received[0]!.body);
    assert.equal(text, '[High] Credential of function orders used from 185.220.101.1'.replace('function ', ''));
    const said = JSON.stringify(blocks);
    for (const part of ['111122223333', 'orders-role', '185.220.101.1', 'AS60729', 'straykey respond', theft.id]) {
      assert.ok(said.includes(part), part);
    }
  });

  test('says what is wrong with the address or the channel, and that is tried again', async () => {
    receiver.script = [
      { status: 410, body: 'channel_is_archived' },
      { status: 400, body: 'invalid_payload' },
    ];
    const results = [(await slack.send([message()]))[0], (await slack.send([message()]))[0]];
    assert.deepEqual(
      results.map((each) => each!.kind),
      ['retry', 'dead'],
    );
  });

  for (const text of [
    ...HOSTILE,
    '<!channel> *bold* <https://evil.example|click> `x` _y_ ~z~',
    '@here #general',
    ':skull:',
  ]) {
    test(`shows ${JSON.stringify(text)} as text: no formatting, mention or link`, () => {
      const built = slackMessage(message({ finding: hostileTheft(text) }));
      assert.equal(built.mrkdwn, false);
      assert.doesNotMatch(built.text, /[<>*_~`]|https?:\/\//);
      for (const each of textsOf(built.blocks)) {
        assert.deepEqual([each.type, each.emoji], ['plain_text', false]);
        assert.doesNotMatch(each.text, /https?:\/\/|<[!@#]/);
        assert.ok(each.text.length <= 3000 && each.text.length > 0);
      }
    });
  }

  test('stays within the limits of blocks', () => {
    const { blocks } = slackMessage(message({ finding: hostileTheft('x'.repeat(5_000)) }));
    assert.ok(blocks[0]!.text!.text.length <= 150);
    assert.ok(
      blocks.every(
        ({ fields = [] }: { fields?: readonly { text: string }[] }) =>
          fields.length <= 10 && fields.every(({ text }) => text.length <= 2000),
      ),
    );
  });
});

interface Text {
  readonly type: string;
  readonly emoji: boolean;
  readonly text: string;
}

/** Every text object, wherever it stands. */
function textsOf(value: unknown): Text[] {
  if (typeof value !== 'object' || value === null) return [];
  if ('text' in value && typeof value.text === 'string') return [value as Text];
  return Object.values(value).flatMap(textsOf);
}
