import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createLog } from './create.ts';
import { redacted, redactLimits } from './redact.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

describe('secrets by the name of their member', () => {
  for (const name of [
    'password',
    'Password',
    'smtp_password',
    'secret',
    'secretAccessKey',
    'SecretAccessKey',
    'sessionToken',
    'consoleToken',
    'x-amz-security-token',
    'authorization',
    'Cookie',
    'set-cookie',
    'privateKey',
    'apiKey',
    'webhookUrl',
    'credentials',
    'x-straykey-signature',
  ]) {
    test(name, () => assert.ok(!JSON.stringify(redacted({ a: [{ [name]: SECRET }] })).includes('wJalr')));
  }
});

describe('what is no secret stays', () => {
  for (const name of ['accessKeyId', 'secretArn', 'eventName', 'key', 'tokens_', 'topicArn', 'reason']) {
    test(name, () => {
      const expected = name === 'tokens_' ? '[redacted]' : 'AKIAIOSFODNN7EXAMPLE';
      assert.deepEqual({ ...(redacted({ [name]: 'AKIAIOSFODNN7EXAMPLE' }) as object) }, { [name]: expected });
    });
  }
});

describe('secrets inside longer text', () => {
  for (const [text, expected] of [
    [
      'connect postgres://straykey:s3cr@t!@db.example:5432/straykey failed',
      'connect postgres://[redacted]@db.example:5432/straykey failed',
    ],
    ['POST https://hooks.slack.com/services/T00/B00/xyz 403', 'POST https://hooks.slack.com/[redacted] 403'],
    [
      'https://b.s3.amazonaws.com/k?X-Amz-Date=1&X-Amz-Signature=abcdef',
      'https://b.s3.amazonaws.com/k?X-Amz-Date=1&X-Amz-Signature=[redacted]',
    ],
    ['Authorization: Bearer abcdefgh.ijkl', 'Authorization: Bearer [redacted]'],
    ['s3://my-trail/AWSLogs/111122223333/CloudTrail', 's3://my-trail/AWSLogs/111122223333/CloudTrail'],
  ] as const) {
    test(expected, () => assert.equal(redacted(text), expected));
  }
});

test('a secret handed over by reference is struck out wherever it turns up, errors and names included', () => {
  const written: string[] = [];
  const log = createLog({ write: (line) => void written.push(line), now: () => 0 });
  log.hide(SECRET);
  log.hide('');
  log.error(`e ${SECRET}`, `m ${SECRET}`, { [SECRET]: 1, a: new Error(`x ${SECRET}`, { cause: new Error(SECRET) }) });
  assert.ok(!written.join('').includes('wJalr'));
  assert.match(written[0]!, /"m \[redacted\]"/);
});

test('errors keep what helps: name, message, code, status and cause, but no stack', () => {
  const error = Object.assign(new Error('refused', { cause: new Error('ECONNREFUSED 127.0.0.1:5432') }), {
    code: 'X',
    $metadata: { httpStatusCode: 503 },
  });
  assert.equal(
    JSON.stringify(redacted(error)),
    '{"name":"Error","message":"refused","code":"X","status":503,"cause":{"name":"Error","message":"ECONNREFUSED 127.0.0.1:5432"}}',
  );
  assert.match(JSON.stringify(redacted(new AggregateError([new Error('a'), new Error('b')]))), /a; b/);
});

test('nothing grows without bound: depth, width, length, circles', () => {
  const circle: Record<string, unknown> = { list: Array.from({ length: 1000 }, (_, i) => i), text: 'x'.repeat(1e6) };
  circle.self = circle;
  const text = JSON.stringify(redacted(circle));
  assert.ok(text.length < redactLimits.depth * (redactLimits.text + 500), String(text.length));
  assert.match(text, /950 more/);
});

test('values JSON cannot carry are named', () => {
  assert.deepEqual(redacted([1n, new Date(0), new Uint8Array(3), () => 1, new Map([['a', 1]]), new Date(Number.NaN)]), [
    '1',
    '1970-01-01T00:00:00.000Z',
    '[3 bytes]',
    '[function]',
    Object.assign(Object.create(null), { a: 1 }),
    '[no date]',
  ]);
});
