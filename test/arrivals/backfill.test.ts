import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { BackfillStopped, backfill, parseMessage } from '../../straykey/src/arrivals/index.ts';
import { backfillCommand } from '../../straykey/src/cli/backfill.ts';
import { Exit, type Terminal } from '../../straykey/src/cli/terminal.ts';
import { withEnvironment } from '../support/s3-server.ts';
import { type Aws, startAws, trailKey } from './world.ts';

let aws: Aws;
let restore: () => void;
let queues = 0;
const KEYS = Array.from({ length: 25 }, (_, index) => trailKey('2027/01/31', `k${10 + index}`));

before(async () => {
  aws = await startAws();
  restore = withEnvironment({ AWS_ENDPOINT_URL_S3: aws.endpoint });
  for (const key of KEYS) await aws.put('history', key, '12345');
  await aws.put('history', trailKey('2026/01/01', 'old'), '12345');
});
after(async () => {
  restore();
  await aws.close();
});

async function announced(queue: string): Promise<string[]> {
  const keys: string[] = [];
  for (;;) {
    const messages = await aws.receive(queue);
    if (messages.length === 0) return keys.sort();
    for (const { body } of messages) {
      const message = parseMessage(body);
      assert.ok(message.kind === 'objects');
      assert.ok(message.objects.length <= 10);
      keys.push(...message.objects.map(({ key }) => key));
    }
  }
}

const freshQueue = () => aws.queue(`backfill-${++queues}`);
const settings = (queueUrl: string) => ({
  urls: ['s3://history/AWSLogs/'],
  queueUrl,
  access: { endpoint: aws.endpoint },
  from: Date.parse('2027-01-30') / 1000,
  dryRun: false,
});
const irrelevant = () => {};
const never = new AbortController().signal;

test('every object of the period is announced, ten in a message, and nothing is read', async () => {
  const queue = await freshQueue();
  const from = aws.requests.length;
  const progress = await backfill(settings(queue), irrelevant, irrelevant, never);
  assert.deepEqual(progress, { objects: 25, bytes: 125, messages: 3, last: `s3://history/${KEYS.at(-1)}` });
  assert.deepEqual(await announced(queue), KEYS.toSorted());
  assert.deepEqual(
    aws.requests.slice(from).filter((line) => line.includes('.json.gz') && line.startsWith('GET')),
    [],
  );
});

test('a run that was interrupted is gone on with behind the last object that the queue has', async () => {
  const queue = await freshQueue();
  const progress = await backfill(
    { ...settings(queue), after: `s3://history/${KEYS[19]}` },
    irrelevant,
    irrelevant,
    never,
  );
  assert.equal(progress.objects, 5);
  assert.deepEqual(await announced(queue), KEYS.slice(20));
});

test('an object to go on behind that lies elsewhere is refused: nothing would be announced by mistake', async () => {
  const queue = await freshQueue();
  const run = backfill({ ...settings(queue), after: 's3://elsewhere/key' }, irrelevant, irrelevant, never);
  await assert.rejects(
    run,
    (error) => error instanceof BackfillStopped && /lies under none of the prefixes/.test(error.message),
  );
});

test('an interrupted or failing run says how far the queue has come', async () => {
  const stopped = new AbortController();
  stopped.abort();
  await assert.rejects(
    backfill(settings(await freshQueue()), irrelevant, irrelevant, stopped.signal),
    (error) => error instanceof BackfillStopped && error.progress.last === undefined,
  );
  await assert.rejects(
    backfill(settings(`${aws.endpoint}/000000000000/nowhere`), irrelevant, irrelevant, never),
    (error) => error instanceof BackfillStopped && /does not exist/.test(error.message),
  );
  const missing = { ...settings(await freshQueue()), urls: ['s3://no-such-bucket/'] };
  await assert.rejects(
    backfill(missing, irrelevant, irrelevant, never),
    (error) => error instanceof BackfillStopped && /bucket no-such-bucket does not exist/.test(error.message),
  );
});

function terminal(): Terminal & { readonly out: string[] } {
  const out: string[] = [];
  return {
    out,
    stdin: (async function* () {})(),
    stdout: (text) => out.push(text),
    stderr: () => {},
    columns: 80,
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    color: false,
    environment: {},
    now: Date.now,
  };
}

const run = async (...words: readonly string[]): Promise<string> => {
  const told = terminal();
  await backfillCommand(told).exitOverride().parseAsync(words, { from: 'user' });
  return told.out.join('');
};

test('the command announces, and with --dry-run only counts', async () => {
  const queue = await freshQueue();
  const period = ['s3://history/AWSLogs/', '--from', '2027-01-30'];
  assert.equal(await run(...period, '--dry-run'), '25 objects, 0.0 MB would be announced in 3 messages\n');
  assert.deepEqual(await announced(queue), []);
  assert.equal(await run(...period, '--queue', queue, '--quiet'), '25 objects, 0.0 MB announced in 3 messages\n');
  assert.deepEqual(await announced(queue), KEYS.toSorted());
});

test('the command refuses what it cannot use, and says where to go on when it stops', async () => {
  const refusal = (code: number, text: RegExp) => (error: unknown) =>
    error instanceof Exit && error.code === code && text.test(error.message);
  await assert.rejects(run('s3://history/'), refusal(2, /--queue: expected the URL/));
  await assert.rejects(run('/tmp/folder', '--dry-run'), refusal(2, /Expected s3:\/\/bucket\/prefix/));
  await assert.rejects(
    run('s3://history/', '--queue', 'trail'),
    refusal(2, /--queue: expected the URL of an SQS queue/),
  );
  await assert.rejects(
    run('s3://no-such-bucket/', '--dry-run'),
    refusal(4, /Stopped: .*no-such-bucket does not exist/),
  );
});
