import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type DoctorRim, doctorCommand } from '../../straykey/src/cli/doctor.ts';
import { EXIT, Exit, type Terminal } from '../../straykey/src/cli/terminal.ts';
import { secretsFrom } from '../../straykey/src/config/index.ts';
import { awsDoor, type Line, networkDoor } from '../../straykey/src/doctor/index.ts';
import { shelfIn } from '../../straykey/src/reference/index.ts';
import { openStore } from '../../straykey/src/store/index.ts';
import { type S3Server, startS3, withEnvironment } from '../support/s3-server.ts';
import { toldTerminal } from '../support/told-terminal.ts';
import { type AwsAnswers, startAnswers } from './aws-answers.ts';

const CREDENTIALS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const TRAIL = 'arn:aws:cloudtrail:us-east-1:111122223333:trail/org';
const folder = mkdtempSync(join(tmpdir(), 'straykey-doctor-'));

/** CloudTrail as an account with a good organisation trail, without S3 data events, answers. */
function wellKept(operation: string): { json: unknown } | { refused: string } {
  switch (operation) {
    case 'CloudTrail_20131101.DescribeTrails':
      return {
        json: {
          trailList: [
            {
              Name: 'org',
              TrailARN: TRAIL,
              S3BucketName: 'my-trail',
              HomeRegion: 'us-east-1',
              IsMultiRegionTrail: true,
              IsOrganizationTrail: true,
              IncludeGlobalServiceEvents: true,
              LogFileValidationEnabled: true,
            },
          ],
        },
      };
    case 'CloudTrail_20131101.GetTrailStatus':
      return { json: { IsLogging: true, LatestDeliveryTime: Math.floor(Date.now() / 1000) - 200 } };
    case 'CloudTrail_20131101.GetEventSelectors':
      return {
        json: {
          TrailARN: TRAIL,
          EventSelectors: [{ ReadWriteType: 'All', IncludeManagementEvents: true, DataResources: [] }],
        },
      };
    case 'AWSEvents.DescribeEventBus':
      return { json: { Name: 'default', Arn: 'arn:aws:events:us-east-1:111122223333:event-bus/default' } };
    default:
      return operation.startsWith('GET /accounts') ? { json: { HubArn: 'x' } } : { refused: operation };
  }
}

interface Report {
  readonly lines: readonly Line[];
  readonly summary: { readonly fail: number };
}

async function doctor(yaml: string, args: readonly string[] = [], environment: Record<string, string> = {}) {
  const path = join(folder, 'straykey.yaml');
  writeFileSync(path, yaml);
  const data = join(folder, 'data');
  const { told, terminal: plain } = toldTerminal(data, Date.now());
  const terminal: Terminal = {
    ...plain,
    now: Date.now,
    environment: { ...process.env, STRAYKEY_DATA: data, ...environment },
  };
  const rim: DoctorRim = {
    shelfIn,
    openStore: (url) => openStore(url, { now: Date.now }),
    doctorDoors: async () => ({
      aws: awsDoor(terminal.environment, Date.now),
      network: networkDoor(),
      secret: secretsFrom(terminal.environment),
    }),
  };
  let code: number = EXIT.done;
  try {
    await doctorCommand(terminal, rim)
      .exitOverride()
      .parseAsync(['--config', path, ...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    code = error.code;
    told.stderr += error.message;
  }
  return { ...told, code };
}

async function report(yaml: string, environment?: Record<string, string>) {
  const { stdout, code } = await doctor(yaml, ['--format', 'json'], environment);
  const { lines, summary } = JSON.parse(stdout) as Report;
  const of = (area: string, status?: string) =>
    lines
      .filter((line) => line.area === area && (status === undefined || line.status === status))
      .map(({ found }) => found);
  return { lines, of, code, summary };
}

describe('straykey doctor', () => {
  let s3: S3Server;
  let answers: AwsAnswers;
  let sqs: SQSClient;
  let queueUrl: string;
  let topicArn: string;
  let restore: () => void;

  before(async () => {
    s3 = await startS3();
    answers = await startAnswers(wellKept);
    restore = withEnvironment({
      AWS_ENDPOINT_URL: s3.endpoint,
      AWS_ENDPOINT_URL_CLOUDTRAIL: answers.endpoint,
      AWS_ENDPOINT_URL_EVENTBRIDGE: answers.endpoint,
      AWS_ENDPOINT_URL_SECURITYHUB: answers.endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
    });
    await s3.put('my-trail', 'AWSLogs/111122223333/CloudTrail/us-east-1/2026/10/05/a.json.gz', 'x');
    sqs = new SQSClient({ endpoint: s3.endpoint, region: 'us-east-1', credentials: CREDENTIALS });
    const dead = await sqs.send(new CreateQueueCommand({ QueueName: 'trail-dead' }));
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: dead.QueueUrl, AttributeNames: ['QueueArn'] }),
    );
    const redrive = JSON.stringify({ deadLetterTargetArn: Attributes!.QueueArn, maxReceiveCount: 5 });
    const made = await sqs.send(
      new CreateQueueCommand({
        QueueName: 'trail',
        Attributes: { VisibilityTimeout: '300', MessageRetentionPeriod: '1209600', RedrivePolicy: redrive },
      }),
    );
    // fauxqs names queues by its own host; what counts is account and name.
    queueUrl = `${s3.endpoint}${new URL(made.QueueUrl!).pathname}`;
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: '{}' }));
    const sns = new SNSClient({ endpoint: s3.endpoint, region: 'us-east-1', credentials: CREDENTIALS });
    topicArn = (await sns.send(new CreateTopicCommand({ Name: 'alerts' }))).TopicArn!;
    sns.destroy();
    mkdirSync(join(folder, 'data'), { recursive: true });
    const store = await openStore(`sqlite:${join(folder, 'data', 'straykey.db')}`, { now: Date.now });
    await store.counters.add(
      [
        { name: 'coverage:111122223333:us-east-1:management', by: 10 },
        { name: 'coverage:444455556666:us-east-1:management', by: 10 },
        { name: 'coverage:111122223333:us-east-1:s3data', by: 10 },
      ],
      Date.now(),
    );
    await store.documents.create('host', 'a', { state: 'learned' }, Date.now());
    await store.close();
  });
  after(async () => {
    restore();
    sqs.destroy();
    await Promise.all([s3.close(), answers.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  test('a set-up that works is said to work, in order, with what could be better', async () => {
    const { of, lines, code } = await report(
      `sources: [{type: sqs, name: trail, queueUrl: "${queueUrl}"}, {type: s3, name: listing, url: "s3://my-trail/AWSLogs/"}]\n` +
        `outlets: [{type: sns, name: topic, topicArn: "${topicArn}"}, {type: eventbridge, name: bus}, {type: securityhub, name: hub}]`,
    );
    assert.equal(code, 0, JSON.stringify(lines, undefined, 1));
    assert.match(of('credentials', 'ok')[0]!, /^arn:aws:/);
    assert.deepEqual(of('clock'), ['agrees with AWS’s']);
    assert.ok(of('source', 'ok').includes('queue answers: 1 messages wait, 0 are in work'));
    assert.ok(of('source', 'ok').includes('dead-letter queue is empty'));
    assert.ok(of('source', 'ok').includes('s3://my-trail/AWSLogs/ can be listed and read'));
    assert.deepEqual(of('trail', 'warn'), [
      'S3 data events are off: reading and writing objects with a stolen key leaves no record',
    ]);
    assert.match(of('coverage', 'warn')[0]!, /no S3 data event was seen of 444455556666/);
    assert.equal(of('store', 'ok').length, 3);
    assert.equal(of('outlet', 'ok').length, 3);
    assert.match(of('learning')[0]!, /mode on; hosts: 1 learned/);
    assert.match(of('permissions', 'ok')[0]!, /sqs:GetQueueAttributes/);
    assert.match(of('permissions', 'unchecked')[0]!, /sqs:DeleteMessage/);
    const order = [...new Set(lines.map(({ area }) => area))];
    assert.deepEqual(order, [
      'configuration',
      'credentials',
      'clock',
      'source',
      'trail',
      'coverage',
      'store',
      'outlet',
      'addresses',
      'learning',
      'permissions',
    ]);
  });

  test('it took no message and sent none', async () => {
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
        VisibilityTimeout: 0,
      }),
    );
    assert.equal(Messages?.length, 1);
    assert.equal(Messages![0]!.Attributes!.ApproximateReceiveCount, '1');
    assert.ok(
      answers.asked.every((operation) => /Describe|Get|GET \/accounts/.test(operation)),
      answers.asked.join(),
    );
  });

  test('what is not there or does not answer fails with what to do, and the rest is still looked at', async () => {
    const nobody = await closedPort();
    const { of, code, lines } = await report(
      `sources: [{type: sqs, name: gone, queueUrl: "${queueUrl}-not"}, {type: s3, name: none, url: "s3://no-such-trail/x"}, {type: folder, name: f, path: "${folder}/nowhere"}]\n` +
        `outlets: [{type: webhook, name: hook, url: "http://127.0.0.1:${nobody}/x"}, {type: slack, name: chat, url: "env:NOT_SET"}, {type: file, name: out, path: "${folder}/no/such/f"}]`,
    );
    assert.equal(code, 1);
    assert.equal(of('source', 'fail').length, 3);
    assert.match(of('source', 'fail')[0]!, /does not exist/);
    assert.match(of('outlet', 'fail').join('\n'), /ECONNREFUSED[\s\S]*env:NOT_SET[\s\S]*cannot be written/);
    for (const line of lines.filter(({ status }) => status !== 'ok')) assert.ok(line.todo, line.found);
    assert.equal(of('addresses').length, 2);
  });

  test('a missing permission is named, and so is the one of the key', async () => {
    const refusing = await startAnswers((operation) => ({
      refused:
        operation.startsWith('GET /locked') && !operation.includes('list-type')
          ? 'kms:Decrypt'
          : operation.startsWith('AmazonSQS')
            ? 'sqs:GetQueueAttributes'
            : 'cloudtrail:DescribeTrails',
    }));
    try {
      const { of } = await report(
        `sources: [{type: sqs, name: q, queueUrl: "https://sqs.us-east-1.amazonaws.com/111122223333/q"}]`,
        {
          AWS_ENDPOINT_URL_SQS: refusing.endpoint,
        },
      );
      assert.match(of('source', 'fail')[0]!, /not authorized to perform: sqs:GetQueueAttributes/);
      assert.equal(of('permissions', 'warn')[0], 'sqs:GetQueueAttributes');
    } finally {
      await refusing.close();
    }
  });

  test('credentials that are not there are said once, and AWS is not asked again and again', async () => {
    const undo = withEnvironment({
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
      HOME: folder,
      AWS_PROFILE: undefined,
    });
    const before = s3.requests.length;
    try {
      const { of, code } = await report(
        `sources: [{type: s3, name: a, url: "s3://my-trail/x"}, {type: s3, name: b, url: "s3://my-trail/y"}]`,
      );
      assert.equal(code, 1);
      assert.match(of('credentials', 'fail')[0]!, /no AWS credentials/);
      assert.deepEqual(new Set(of('source', 'unchecked')), new Set(['not looked at: the credentials do not work']));
      assert.equal(s3.requests.length, before);
    } finally {
      undo();
    }
  });

  test('a role in another account is assumed before its bucket is looked at; one that refuses is said', async () => {
    const sts = await startAnswers((_, body, authorization) => {
      const { Action, ExternalId, RoleArn } = body as Record<string, string>;
      const answer = (inner: string) => ({
        xml: `<${Action}Response><${Action}Result>${inner}</${Action}Result></${Action}Response>`,
      });
      if (Action === 'AssumeRole') {
        if (ExternalId !== 'x') return { refused: 'sts:AssumeRole' };
        assert.match(RoleArn!, /role\/reader$/);
        const keys =
          '<AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>irrelevant</SecretAccessKey><SessionToken>t</SessionToken>';
        return answer(`<Credentials>${keys}<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>`);
      }
      const arn = authorization.includes('ASIA')
        ? 'sts::444455556666:assumed-role/reader/straykey'
        : 'iam::111122223333:user/jane';
      return answer(`<Arn>arn:aws:${arn}</Arn><Account>1</Account><UserId>u</UserId>`);
    });
    const source = (more: string) =>
      `{type: s3, name: theirs, url: "s3://my-trail/AWSLogs/", roleArn: "arn:aws:iam::444455556666:role/reader"${more}}`;
    const undo = withEnvironment({ AWS_ENDPOINT_URL_STS: sts.endpoint });
    try {
      const good = await report(`sources: [${source(', externalId: x')}]`);
      assert.deepEqual(good.of('credentials', 'ok'), ['arn:aws:iam::111122223333:user/jane']);
      assert.equal(good.of('source', 'ok')[0], 'assumes arn:aws:sts::444455556666:assumed-role/reader/straykey');
      assert.equal(good.of('source', 'ok').length, 2);
      const bad = await report(`sources: [${source('')}]`);
      assert.match(bad.of('source', 'fail')[0]!, /role\/reader cannot be assumed: .*sts:AssumeRole/);
      assert.equal(bad.of('permissions', 'warn')[0], 'sts:AssumeRole');
    } finally {
      undo();
      await sts.close();
    }
  });

  test('a database that does not answer is said, without its password', async () => {
    const port = await closedPort();
    const { of, code, lines } = await report(`store: "postgres://straykey:verysecret@127.0.0.1:${port}/straykey"`);
    assert.equal(code, 1);
    assert.match(of('store', 'fail')[0]!, /127\.0\.0\.1/);
    assert.ok(!JSON.stringify(lines).includes('verysecret'));
  });

  test('a mail server greets, and is told goodbye', async () => {
    let heard = '';
    const server = createServer((socket) => {
      socket.write('220 mail.example ESMTP\r\n');
      socket.on('data', (bytes) => {
        heard += bytes.toString();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const yaml = `outlets: [{type: smtp, name: mail, host: 127.0.0.1, port: ${port}, from: a@example.com, to: [b@example.com]}]`;
    const { of } = await report(yaml);
    await new Promise((resolve) => server.close(resolve));
    assert.match(of('outlet', 'ok')[0]!, /answers; nothing was sent/);
    assert.equal(heard, 'QUIT\r\n');
  });

  test('nothing configured needs no AWS, and a store that is not there is not made', async () => {
    const before = s3.requests.length;
    const store = join(folder, 'new', 'straykey.db');
    const { of, code } = await report(`store: "sqlite:${store}"`);
    assert.equal(code, 0);
    assert.equal(of('credentials', 'unchecked').length, 1);
    assert.match(of('store', 'ok')[0]!, /is not there yet/);
    assert.equal(s3.requests.length, before);
    assert.deepEqual(of('permissions'), ['none needed: nothing configured speaks to AWS']);
  });

  test('a secret is looked up and never shown', async () => {
    const { stdout } = await doctor('outlets: [{type: slack, name: chat, url: "env:HOOK"}]', [], {
      HOOK: 'http://127.0.0.1:1/services/T0/B0/verysecret',
    });
    assert.match(stdout, /secret env:HOOK is there/);
    assert.ok(!stdout.includes('verysecret'));
  });

  test('a configuration that cannot be used is the first thing found', async () => {
    const { stdout, code } = await doctor('sorces: []');
    assert.equal(code, 1);
    assert.match(stdout, /FAIL {2}configuration/);
    assert.match(stdout, /did you mean\s+sources\?/);
  });

  test('on a terminal of 80 columns no line is longer', async () => {
    const { stdout } = await doctor('sources: [{type: folder, path: "."}]');
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80 || !line.trim().includes(' '), line);
    assert.match(stdout, /\d+ ok, \d+ to look at, \d+ failed, \d+ could not be checked\n$/);
  });

  test('--policy prints a document for aws iam, and remarks beside it', async () => {
    const role = 'arn:aws:iam::444455556666:role/reader';
    const yaml = `sources: [{type: sqs, queueUrl: "https://sqs.eu-west-1.amazonaws.com/111122223333/trail", roleArn: "${role}"}]`;
    const own = await doctor(yaml, ['--policy']);
    assert.equal(own.code, 0);
    assert.equal(JSON.parse(own.stdout).Version, '2012-10-17');
    assert.match(own.stderr, /--policy --for arn:aws:iam::444455556666:role\/reader/);
    const reader = await doctor(yaml, ['--policy', '--for', role, '--bucket', 's3://my-trail/AWSLogs/']);
    assert.match(reader.stdout, /sqs:ReceiveMessage[\s\S]*arn:aws:s3:::my-trail\/AWSLogs\/\*/);
    assert.equal((await doctor(yaml, ['--policy', '--for', 'x'])).code, 2);
  });
});

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
