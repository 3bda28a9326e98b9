import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { explainTrouble } from '../trouble.ts';
import { checkAddresses } from './addresses.ts';
import { clockLine } from './identity.ts';
import { coverageLines } from './inside.ts';
import { queueLines } from './queue.ts';
import { diskLine } from './store.ts';

const GIB = 2 ** 30;
const DAY = 86_400;

describe('the clock', () => {
  for (const [ahead, status] of [
    [0, 'ok'],
    [2_900, 'ok'],
    [-30_000, 'ok'],
    [90_000, 'warn'],
    [-90_000, 'warn'],
    [301_000, 'fail'],
    [-86_400_000, 'fail'],
  ] as const) {
    test(`${ahead} ms off: ${status}`, () => {
      assert.equal(clockLine({ serverTime: 1_780_000_000_000, localTime: 1_780_000_000_000 + ahead }).status, status);
    });
  }
  test('says in which direction', () => {
    assert.match(clockLine({ serverTime: 0, localTime: 600_000 }).found, /10 min ahead of/);
    assert.match(clockLine({ serverTime: 600_000, localTime: 0 }).found, /10 min behind/);
  });
});

describe('a queue', () => {
  const good = {
    ApproximateNumberOfMessages: '3',
    ApproximateNumberOfMessagesNotVisible: '1',
    VisibilityTimeout: '300',
    MessageRetentionPeriod: '1209600',
    RedrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:111122223333:dead","maxReceiveCount":5}',
  };
  const bad = (change: Record<string, string>) =>
    queueLines('q', { ...good, ...change }).filter(({ status }) => status !== 'ok');
  test('set up as it should be', () => {
    assert.deepEqual(bad({}), []);
    assert.match(queueLines('q', good)[0]!.found, /3 messages wait, 1 are in work/);
  });
  for (const [name, change, found] of [
    ['a short visibility timeout', { VisibilityTimeout: '10' }, /10 s/],
    ['short retention', { MessageRetentionPeriod: '3600' }, /60 min only/],
    ['no redrive policy', { RedrivePolicy: '' }, /no dead-letter queue/],
    ['a redrive policy that is not JSON', { RedrivePolicy: '{' }, /no dead-letter queue/],
    ['one receive', { RedrivePolicy: '{"maxReceiveCount":"1"}' }, /maxReceiveCount is 1/],
    ['a thousand receives', { RedrivePolicy: '{"maxReceiveCount":1000}' }, /maxReceiveCount is 1000/],
  ] as const) {
    test(name, () => {
      const lines = bad(change);
      assert.equal(lines.length, 1);
      assert.match(lines[0]!.found, found);
    });
  }
});

test('disk space: enough, little, nearly none', () => {
  assert.deepEqual(
    [20 * GIB, GIB, 0.1 * GIB].map((free) => diskLine(free).status),
    ['ok', 'warn', 'fail'],
  );
});

describe('address data', () => {
  const now = 1_780_000_000;
  const status = (list: number | undefined, announced: number) =>
    checkAddresses({
      now: () => now * 1000,
      addressData: () => ({
        kind: 'state',
        announced: { time: now - announced * DAY },
        ...(list === undefined ? {} : { list: { versions: 3, newest: now - list * DAY } }),
      }),
    } as unknown as Parameters<typeof checkAddresses>[0]).map((line) => line.status);
  test('new', () => assert.deepEqual(status(2, 30), ['ok', 'ok']));
  test('old', () => assert.deepEqual(status(9, 400), ['warn', 'warn']));
  test('no list', () => assert.deepEqual(status(undefined, 30), ['warn', 'ok']));
});

describe('coverage', () => {
  test('accounts without S3 data events are named, ten of them at most', () => {
    const names = Array.from({ length: 14 }, (_, i) => `coverage:a${String(i).padStart(2, '0')}:eu-west-1:management`);
    const lines = coverageLines([...names, 'coverage:a00:eu-west-1:s3data', 'coverage:a00:eu-west-1:first']);
    assert.equal(lines.length, 2);
    assert.match(lines[0]!.found, /14 accounts in 1 regions/);
    assert.match(lines[1]!.found, /^no S3 data event was seen of a01, .* and 3 more$/);
  });
  test('an account of which only objects are seen cannot be judged', () => {
    const lines = coverageLines([
      'coverage:111122223333:eu-west-1:s3data',
      'coverage:444455556666:eu-west-1:management',
    ]);
    assert.deepEqual(
      lines.map(({ found }) => /no (\w+).* of (\w+)/.exec(found)?.slice(1)),
      [undefined, ['S3', '444455556666'], ['management', '111122223333']],
    );
  });
  test('nothing read yet', () => assert.equal(coverageLines([])[0]!.status, 'unchecked'));
});

describe('why a call failed', () => {
  const error = (name: string, message: string, httpStatusCode?: number) =>
    Object.assign(new Error(message), {
      name,
      ...(httpStatusCode === undefined ? {} : { $metadata: { httpStatusCode } }),
    });
  for (const [name, thrown, found, missing] of [
    ['no credentials', error('CredentialsProviderError', 'none'), /no AWS credentials/, undefined],
    ['expired', error('ExpiredToken', 'x', 400), /expired/, undefined],
    ['a wrong key', error('InvalidClientTokenId', 'x', 403), /does not accept/, undefined],
    ['refused, without a word', error('403', '', 403), /refused/, 's3:GetObject'],
    [
      'refused, for the key’s sake',
      error(
        'AccessDenied',
        'User: arn:aws:sts::111122223333:x is not authorized to perform: kms:Decrypt on resource: k',
        403,
      ),
      /kms:Decrypt/,
      'kms:Decrypt',
    ],
    ['not there', error('NoSuchBucket', 'x', 404), /does not exist/, undefined],
    [
      'nobody there',
      Object.assign(new AggregateError([new Error('connect ECONNREFUSED')], ''), { code: 'ECONNREFUSED' }),
      /connect ECONNREFUSED/,
      undefined,
    ],
    ['AWS is unwell', error('InternalError', 'oops', 500), /500 InternalError/, undefined],
    ['not even an error', 'thrown text', /thrown text/, undefined],
  ] as const) {
    test(name, () => {
      const trouble = explainTrouble(thrown, 's3:GetObject', 'arn:aws:s3:::b/k');
      assert.match(trouble.found, found);
      assert.equal(trouble.missing, missing);
      assert.ok(trouble.todo.length > 5);
    });
  }
});
