import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import {
  type ArrivalLimits,
  type ArrivalPorts,
  createLiveSources,
  type Delivery,
  type LiveSource,
} from '../../straykey/src/arrivals/index.ts';
import type { Oddity } from '../../straykey/src/kit/index.ts';
import { readObject } from '../../straykey/src/sources/index.ts';
import { openStore, type Store } from '../../straykey/src/store/index.ts';
import { withEnvironment } from '../support/s3-server.ts';

const CREDENTIALS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};

const ASSUMED = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
  <Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY</SecretAccessKey>
  <SessionToken>token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>
</AssumeRoleResult></AssumeRoleResponse>`;

/** A server that speaks SQS, SNS, S3 and STS on the loopback address, and clients for laying things there. */
export interface Aws {
  readonly endpoint: string;
  readonly port: number;
  readonly sqs: SQSClient;
  /** Every request since the start: method, address, and the operation for protocols that name it in a header. */
  readonly requests: readonly string[];
  /** AssumeRole requests since the start. */
  readonly assumed: readonly Readonly<Record<string, string>>[];
  /** Answers instead of the server when it gives a status; by method and address. */
  refuse: (request: string) => { readonly status: number; readonly body: string } | undefined;
  put(bucket: string, key: string, body: string): Promise<void>;
  queue(name: string, attributes?: Readonly<Record<string, string>>): Promise<string>;
  send(queueUrl: string, body: unknown): Promise<void>;
  /** Messages that can be received, and those in somebody's hands. */
  depth(queueUrl: string): Promise<{ readonly visible: number; readonly held: number }>;
  /** Takes what is there. */
  receive(queueUrl: string): Promise<{ readonly body: string; readonly reason: string | undefined }[]>;
  close(): Promise<void>;
}

export async function startAws(port = 0): Promise<Aws> {
  const app = buildApp({ logger: false });
  const requests: string[] = [];
  const assumed: Record<string, string>[] = [];
  const buckets = new Set<string>();
  let aws: Aws;
  app.addHook('onRequest', async (request, reply) => {
    const operation = request.headers['x-amz-target'] ?? '';
    const line = `${request.method} ${request.url} ${operation}`;
    requests.push(line);
    const refusal = aws.refuse(line);
    if (refusal !== undefined) return await reply.status(refusal.status).send(refusal.body);
  });
  // The one thing it does not speak: roles are assumed by whoever asks.
  app.addHook('preHandler', async (request, reply) => {
    if (!request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) return;
    const { body } = request;
    const form = new URLSearchParams(body instanceof Buffer ? body.toString() : (body as Record<string, string>));
    if (form.get('Action') !== 'AssumeRole') return;
    assumed.push(Object.fromEntries(form));
    return await reply.type('text/xml').send(ASSUMED);
  });
  await app.listen({ host: '127.0.0.1', port });
  const address = app.server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${address.port}`;
  const settings = { endpoint, region: 'us-east-1', credentials: CREDENTIALS };
  const s3 = new S3Client({ ...settings, forcePathStyle: true });
  const sqs = new SQSClient(settings);
  const restore = withEnvironment({
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
  });
  aws = {
    endpoint,
    port: address.port,
    sqs,
    requests,
    assumed,
    refuse: () => undefined,
    async put(bucket, key, body) {
      if (!buckets.has(bucket)) await s3.send(new CreateBucketCommand({ Bucket: bucket }));
      buckets.add(bucket);
      const url = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
      const answer = await app.inject({ method: 'PUT', url, payload: Buffer.from(body) });
      assert.equal(answer.statusCode, 200, answer.body);
    },
    async queue(name, attributes = {}) {
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { ...attributes } }));
      const { pathname } = new URL(QueueUrl!);
      return `${endpoint}${pathname}`;
    },
    async send(queueUrl, body) {
      const MessageBody = typeof body === 'string' ? body : JSON.stringify(body);
      await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
    },
    async depth(queueUrl) {
      const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
      const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...AttributeNames] });
      const { Attributes } = await sqs.send(command);
      return {
        visible: Number(Attributes?.ApproximateNumberOfMessages),
        held: Number(Attributes?.ApproximateNumberOfMessagesNotVisible),
      };
    },
    async receive(queueUrl) {
      const command = new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ['All'],
      });
      const { Messages } = await sqs.send(command);
      return (Messages ?? []).map(({ Body, MessageAttributes }) => ({
        body: Body!,
        reason: MessageAttributes?.StraykeyReason?.StringValue,
      }));
    },
    async close() {
      restore();
      s3.destroy();
      sqs.destroy();
      app.server.closeAllConnections();
      await app.close();
    },
  };
  return aws;
}

type Config = Parameters<typeof createLiveSources>[0][number];

/** One source, its deliveries drawn one by one, and everything it said. */
export interface Trial {
  readonly source: LiveSource;
  readonly store: Store;
  readonly oddities: readonly Oddity[];
  readonly warnings: readonly string[];
  /** The next delivery; fails the test when none comes in time. */
  next(milliseconds?: number): Promise<Delivery>;
  /** Whether nothing comes for so long. */
  quiet(milliseconds: number): Promise<boolean>;
  /** Stops drawing; resolves when the source has ended. Then closes it. */
  stop(): Promise<void>;
}

export interface TrialOptions {
  readonly store?: Store;
  readonly limits?: Partial<ArrivalLimits>;
  readonly now?: () => number;
  readonly stdin?: ArrivalPorts['stdin'];
}

/** Short waits, so that tests need not wait. */
const QUICK: Partial<ArrivalLimits> = {
  waitSeconds: 1,
  retryFirst: 100,
  backoffFirst: 50,
  backoffMost: 200,
  fileRecheck: 20,
};

export async function tryOut(config: Config, options: TrialOptions = {}): Promise<Trial> {
  const { now = Date.now, stdin = nothing() } = options;
  const store = options.store ?? (await openStore('sqlite::memory:', { now }));
  const oddities: Oddity[] = [];
  const warnings: string[] = [];
  const [source] = createLiveSources([config], {
    now,
    random: () => 0,
    store,
    stdin,
    tell: (oddity) => oddities.push(oddity),
    log: { info() {}, warn: (fields, message) => warnings.push(`${message} ${JSON.stringify(fields)}`) },
    limits: { ...QUICK, ...options.limits },
  });
  const stopping = new AbortController();
  const drawing = source!.deliveries(stopping.signal)[Symbol.asyncIterator]();
  let waiting: Promise<IteratorResult<Delivery>> | undefined = drawing.next();
  const within = async (milliseconds: number): Promise<IteratorResult<Delivery> | undefined> => {
    waiting ??= drawing.next();
    const late = new AbortController();
    const step = await Promise.race([waiting, wait(milliseconds, undefined, { signal: late.signal })]);
    late.abort();
    if (step !== undefined) waiting = undefined;
    return step;
  };
  const trial: Trial = {
    source: source!,
    store,
    oddities,
    warnings,
    async next(milliseconds = 5_000) {
      const step = await within(milliseconds);
      assert.ok(step?.done === false, `no delivery came; ${JSON.stringify(source!.status())} ${warnings.join('; ')}`);
      return step.value;
    },
    async quiet(milliseconds) {
      const step = await within(milliseconds);
      return step === undefined || step.done === true;
    },
    async stop() {
      stopping.abort();
      const step = (await waiting) ?? (await drawing.next());
      running.delete(trial);
      await source!.close();
      assert.ok(step.done, 'a delivery came after the stop');
    },
  };
  running.add(trial);
  return trial;
}

/** Trials that a failed test left running would keep the process alive. */
const running = new Set<Trial>();

export async function stopTrials(): Promise<void> {
  for (const trial of running) await trial.stop().catch(() => {});
}

async function* nothing(): AsyncGenerator<Uint8Array, void, void> {}

/** What an object holds, or the kind of problem it has. */
export async function textOf(object: Delivery['objects'][number]): Promise<string> {
  const pieces: Buffer[] = [];
  let problem: string | undefined;
  await readObject(
    object,
    { begin() {}, push: (chunk) => pieces.push(Buffer.from(chunk)), end() {} },
    ({ kind }) => (problem = kind),
  );
  return problem ?? Buffer.concat(pieces).toString();
}

export function originsOf(...deliveries: readonly Delivery[]): string[] {
  return deliveries.flatMap(({ objects }) => objects.map(({ origin }) => origin)).sort();
}

/** Waits until it holds; fails the test after some seconds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 250; tries++) {
    if (await holds()) return;
    await wait(20);
  }
  assert.fail(`never came true: ${what}`);
}

/** S3's notification of one created object, as S3 sends it. */
export function s3Event(bucket: string, key: string, more: object = {}): object {
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'us-east-1',
        eventTime: '2027-01-31T12:05:00.000Z',
        eventName: 'ObjectCreated:Put',
        userIdentity: { principalId: 'AWS:AROAEXAMPLE:CloudTrail' },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'trail',
          bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` },
          object: { key: encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+'), ...more },
        },
      },
    ],
  };
}

/** The key of a delivered file. */
export function trailKey(day: string, name: string, region = 'us-east-1', account = '111122223333'): string {
  const stamp = `${day.replaceAll('/', '')}T1205Z`;
  return `AWSLogs/${account}/CloudTrail/${region}/${day}/${account}_CloudTrail_${region}_${stamp}_${name}.json.gz`;
}
