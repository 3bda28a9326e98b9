import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { PutEventsRequest$ } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { BatchImportFindingsRequest$ } from '@aws-sdk/client-securityhub';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { JsonCodec } from '@aws-sdk/core/protocols';
import {
  deliveryKey,
  noteDestination,
  type OutletConfig,
  openExports,
  openSender,
  publishingDestinations,
} from '../../straykey/src/outlets/index.ts';
import { openStore } from '../../straykey/src/store/index.ts';
import { type S3Server, startS3, withEnvironment } from '../support/s3-server.ts';
import { hostileTheft, idOf, message, NOON, theft, told } from './messages.ts';
import { type Received, type Receiver, startReceiver } from './receiver.ts';

const ports = {
  now: () => NOON,
  secret: () => assert.fail('outlets of AWS have no secrets'),
};

/** A store in which `CreatePublishingDestination` and its kin made these. */
async function storeWith(bodies: readonly object[]) {
  const store = await openStore('sqlite::memory:', ports);
  for (const [i, body] of bodies.entries()) await store.documents.create('publishing-destination', `d${i}`, body, NOON);
  return store;
}

let server: S3Server;
let restore = () => {};
before(async () => {
  server = await startS3();
  server.useEnvironment();
});
after(async () => {
  restore();
  await server.close();
});

describe('S3 export', () => {
  const config = (): OutletConfig => ({
    type: 's3',
    name: 'export',
    url: 's3://exports/security',
    endpoint: server.endpoint,
    ...told,
  });
  before(async () => await server.put('exports', 'security/here', 'x'));

  async function keys(): Promise<string[]> {
    const { Contents = [] } = await server.client.send(
      new ListObjectsV2Command({ Bucket: 'exports', Prefix: 'security/AWSLogs' }),
    );
    return Contents.map(({ Key = '' }) => Key);
  }

  test('lies where GuardDuty puts it, a finding a line, gzipped; a repetition overwrites itself', async () => {
    const sender = openSender(config(), ports);
    const first = await sender.send([message()]);
    const again = await sender.send([message({ attempts: 2 })]);
    await sender.send([message({ revision: 2 })]);
    assert.deepEqual(first, again);
    const found = await keys();
    assert.equal(found.length, 2);
    for (const key of found) {
      assert.match(
        key,
        /^security\/AWSLogs\/111122223333\/GuardDuty\/eu-west-1\/2026\/07\/01\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.jsonl\.gz$/,
      );
    }
    const { Body } = await server.client.send(new GetObjectCommand({ Bucket: 'exports', Key: found[0]! }));
    const lines = gunzipSync(await Body!.transformToByteArray())
      .toString('utf8')
      .split('\n');
    assert.equal(lines.length, 2);
    assert.equal(JSON.parse(lines[0]!).id, theft.id);
  });

  test('uses the key it is given', async () => {
    const kmsKeyArn = 'arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-4000-8000-000000000001';
    const s3 = await startReceiver();
    await openSender({ ...config(), endpoint: s3.url, kmsKeyArn } as OutletConfig, ports).send([message()]);
    await s3.down();
    const { headers } = s3.received[0]!;
    assert.equal(headers['x-amz-server-side-encryption'], 'aws:kms');
    assert.equal(headers['x-amz-server-side-encryption-aws-kms-key-id'], kmsKeyArn);
  });

  test('a region from a hostile trail cannot climb out of its folder', async () => {
    const [result] = await openSender(config(), ports).send([
      message({ finding: { ...hostileTheft('../../../x'), id: idOf(7) } }),
    ]);
    assert.match(result?.kind === 'delivered' ? result.answer : '', /\/GuardDuty\/unknown\/2026\/07\/01\//);
  });

  test('a bucket that is missing is tried again', async () => {
    const sender = openSender({ ...config(), url: 's3://nowhere-to-be-found' } as OutletConfig, ports);
    const [result] = await sender.send([message()]);
    assert.match(result?.kind === 'retry' ? result.reason : '', /^NoSuchBucket/);
  });

  test('publishing destinations of the API work the same way, each under a name of its own', async () => {
    const destination = (destinationArn: unknown, destinationType = 'S3') => ({
      destinationType,
      destinationProperties: { destinationArn },
    });
    const store = await storeWith([
      destination('arn:aws:s3:::exports/api'),
      destination('arn:aws:s3:::'),
      destination(undefined),
      destination(7),
      {},
      destination('arn:aws-us-gov:s3:::gov'),
      { ...destination('arn:aws:s3:::stopped'), status: 'STOPPED' },
    ]);
    const exports = await publishingDestinations(store);
    await store.close();
    assert.deepEqual(
      exports.map(({ name, url }) => [name, url]),
      [
        ['publishing-destination.d0', 's3://exports/api'],
        ['publishing-destination.d5', 's3://gov'],
      ],
    );
    const { rules, senders } = openExports(
      exports.map((each) => ({ ...each, endpoint: server.endpoint })),
      900_000,
    );
    assert.ok(rules[0]!.matches(theft));
    const [result] = await senders.get('publishing-destination.d0')!.send([message()]);
    assert.match(result?.kind === 'delivered' ? result.answer : '', /^s3:\/\/exports\/api\/AWSLogs\/111122223333\//);
  });
});

test('a publishing destination shows whether it is reached, and since when not', async () => {
  const properties = { destinationArn: 'arn:aws:s3:::exports' };
  const store = await storeWith([{ destinationType: 'S3', destinationProperties: properties, status: 'PUBLISHING' }]);
  const shown = async () => {
    const document = await store.documents.get<Record<string, unknown>>('publishing-destination', 'd0');
    return [document!.body.status, document!.body.publishingFailureStartTimestamp, document!.version];
  };
  const failing = 'UNABLE_TO_PUBLISH_FIX_DESTINATION_PROPERTY';
  await noteDestination(store, 'publishing-destination.d0', false, NOON);
  await noteDestination(store, 'publishing-destination.d0', false, NOON + 5);
  assert.deepEqual(await shown(), [failing, NOON, 2]);
  await noteDestination(store, 'publishing-destination.d0', true, NOON + 9);
  assert.deepEqual(await shown(), ['PUBLISHING', 0, 3]);
  await noteDestination(store, 'publishing-destination.gone', false, NOON);
  await noteDestination(store, 'pager', false, NOON);
  await store.close();
});

describe('SNS', () => {
  let topics: SNSClient;
  let queues: SQSClient;
  before(() => {
    const settings = { endpoint: server.endpoint, region: 'us-east-1' };
    topics = new SNSClient(settings);
    queues = new SQSClient(settings);
  });
  after(() => {
    topics.destroy();
    queues.destroy();
  });

  async function topicAndQueue(name: string) {
    const fifo: Record<string, string> = name.endsWith('.fifo') ? { FifoQueue: 'true' } : {};
    const { TopicArn } = await topics.send(
      new CreateTopicCommand({ Name: name, Attributes: name.endsWith('.fifo') ? { FifoTopic: 'true' } : {} }),
    );
    const { QueueUrl } = await queues.send(new CreateQueueCommand({ QueueName: name, Attributes: fifo }));
    const { Attributes } = await queues.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
    const raw = { RawMessageDelivery: 'true' };
    await topics.send(
      new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: Attributes!.QueueArn, Attributes: raw }),
    );
    const received = async () => {
      const { Messages = [] } = await queues.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] }),
      );
      return Messages;
    };
    const config: OutletConfig = {
      type: 'sns',
      name: 'topic',
      topicArn: TopicArn!,
      endpoint: server.endpoint,
      ...told,
    };
    const waiting = async () => {
      const AttributeNames = ['ApproximateNumberOfMessages'] as const;
      const answer = await queues.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
      );
      return Number(answer.Attributes!.ApproximateNumberOfMessages);
    };
    return { sender: openSender(config, ports), received, waiting };
  }

  test('hands on the event that EventBridge would, with attributes to filter by', async () => {
    const { received, sender } = await topicAndQueue('findings');
    const [result] = await sender.send([message()]);
    assert.match(result?.kind === 'delivered' ? result.answer : '', /^SNS message /);
    const [{ Body, MessageAttributes }] = (await received()) as [Awaited<ReturnType<typeof received>>[0]];
    const event = JSON.parse(Body!);
    assert.deepEqual(
      [event['detail-type'], event.source, event.account, event.region, event.time, event.resources],
      ['GuardDuty Finding', 'straykey', '111122223333', 'eu-west-1', '2026-07-01T12:00:00Z', []],
    );
    assert.equal(event.detail.severity, 8);
    assert.equal(MessageAttributes!.delivery!.StringValue, deliveryKey(message()));
    assert.deepEqual(
      [MessageAttributes!.severity!.DataType, MessageAttributes!.severity!.StringValue],
      ['Number', '8'],
    );
  });

  test('on a FIFO topic a repetition does not arrive twice, and a finding is a group', async () => {
    const { sender, waiting } = await topicAndQueue('findings.fifo');
    for (const each of [message(), message({ attempts: 2 }), message({ revision: 2 })]) {
      const [result] = await sender.send([each]);
      assert.equal(result!.kind, 'delivered', JSON.stringify(result));
    }
    assert.equal(await waiting(), 2);
  });

  test('a name from a hostile trail cannot break the subject', async () => {
    const { received, sender } = await topicAndQueue('hostile');
    const [result] = await sender.send([message({ finding: hostileTheft('é\r\nBcc: all\u202e') })]);
    assert.equal(result!.kind, 'delivered', JSON.stringify(result));
    assert.equal((await received()).length, 1);
  });

  test('a topic that is gone is tried again', async () => {
    const config: OutletConfig = {
      type: 'sns',
      name: 'gone',
      topicArn: 'arn:aws:sns:us-east-1:111122223333:gone',
      endpoint: server.endpoint,
      ...told,
    };
    const [result] = await openSender(config, ports).send([message()]);
    assert.match(result?.kind === 'retry' ? result.reason : JSON.stringify(result), /NotFound/);
  });
});

/** What the SDK's own schema reads; a member that the service does not know is lost on the way. */
async function read(schema: unknown, text: string): Promise<unknown> {
  const codec = new JsonCodec({ timestampFormat: { useTrait: true, default: 7 }, jsonName: true } as never);
  return await codec.createDeserializer().read(schema as never, text);
}

describe('EventBridge', () => {
  let bus: Receiver;
  let results: object[] = [];
  before(async () => {
    bus = await startReceiver(({ body }: Received) => {
      const entries = JSON.parse(body).Entries as unknown[];
      const Entries = entries.map((_, i) => results[i] ?? { EventId: `00000000-0000-4000-8000-00000000000${i}` });
      return JSON.stringify({ FailedEntryCount: 0, Entries });
    });
    restore = withEnvironment({ AWS_REGION: 'us-east-1' });
  });
  beforeEach(() => {
    results = [];
    bus.received.length = 0;
  });
  after(() => bus.down());
  const sender = (change: object = {}) =>
    openSender(
      {
        type: 'eventbridge',
        name: 'bus',
        bus: 'security',
        source: 'straykey',
        endpoint: bus.url,
        ...told,
        ...change,
      } as OutletConfig,
      ports,
    );

  test('gets what common rules for GuardDuty match on', async () => {
    const [result] = await sender().send([message()]);
    assert.equal(result!.kind, 'delivered', JSON.stringify(result));
    const { body, headers } = bus.received[0]!;
    assert.equal(headers['x-amz-target'], 'AWSEvents.PutEvents');
    const { Entries } = (await read(PutEventsRequest$, body)) as { Entries: Record<string, unknown>[] };
    const [{ Detail, ...entry }] = Entries as [Record<string, unknown>];
    assert.deepEqual(entry, {
      DetailType: 'GuardDuty Finding',
      EventBusName: 'security',
      Resources: [],
      Source: 'straykey',
      Time: new Date(NOON),
    });
    const detail = JSON.parse(Detail as string);
    assert.deepEqual([detail.type, detail.severity, typeof detail.severity], [theft.type, 8, 'number']);
    assert.equal(detail.resource.accessKeyDetails.principalId.split(':')[1], 'orders');
    assert.equal(detail.service.action.awsApiCallAction.remoteIpDetails.ipAddressV4, '185.220.101.1');
    assert.equal(detail.service.additionalInfo.delivery, deliveryKey(message()));
  });

  test('each entry of a batch has an answer of its own', async () => {
    results = [
      { EventId: 'a' },
      { ErrorCode: 'ThrottlingException', ErrorMessage: 'slow down' },
      { ErrorCode: 'MalformedDetail', ErrorMessage: 'no' },
    ];
    const answers = await sender().send([1, 2, 3].map((n) => message({ findingId: idOf(n) })));
    assert.deepEqual(
      answers.map(({ kind }) => kind),
      ['delivered', 'retry', 'dead'],
    );
  });

  test('long findings are cut to the limit, and a batch is split by bytes', async () => {
    const value = JSON.stringify({ note: 'x'.repeat(200_000) });
    const long = { ...theft, service: { ...theft.service, additionalInfo: { type: 'straykey/1', value } } };
    const longer = {
      ...long,
      service: { ...long.service, additionalInfo: { type: 'straykey/1', value: `"${'x'.repeat(300_000)}"` } },
    };
    const answers = await sender().send([long, long, longer].map((finding, i) => message({ finding, revision: i })));
    assert.ok(answers.every(({ kind }) => kind === 'delivered'));
    assert.ok(
      bus.received.every(({ body }) =>
        JSON.parse(body).Entries.every((each: { Detail: string }) => each.Detail.length < 256_000),
      ),
    );
    assert.equal(bus.received.length, 2);
    assert.match(bus.received[1]!.body, /trimmed/);
  });

  test('a finding that cannot be cut enough is given up, and costs no other', async () => {
    const endless = { ...theft, id: idOf(3), description: 'x'.repeat(300_000) };
    const answers = await sender().send([message({ finding: endless }), message()]);
    assert.deepEqual(
      answers.map(({ kind }) => kind),
      ['dead', 'delivered'],
    );
  });

  test('a service that fails or is not there is tried again', async () => {
    bus.script = [{ status: 500, body: '{"__type":"InternalException"}' }];
    assert.equal((await sender().send([message()]))[0]!.kind, 'retry');
    bus.script = [{ status: 400, body: '{"__type":"AccessDeniedException","message":"not allowed"}' }];
    const [denied] = await sender().send([message()]);
    assert.match(denied?.kind === 'retry' ? denied.reason : '', /AccessDenied/);
    await bus.down();
    assert.equal((await sender().send([message()]))[0]!.kind, 'retry');
    await bus.up();
  });
});

describe('Security Hub', () => {
  let hub: Receiver;
  let failed: object[] = [];
  before(async () => {
    hub = await startReceiver(() =>
      JSON.stringify({ FailedCount: failed.length, SuccessCount: 1, FailedFindings: failed }),
    );
  });
  beforeEach(() => {
    failed = [];
    hub.received.length = 0;
  });
  after(() => hub.down());
  const sender = (change: object = {}) =>
    openSender(
      { type: 'securityhub', name: 'hub', product: 'account', endpoint: hub.url, ...told, ...change } as OutletConfig,
      ports,
    );

  test('gets findings under the product of their account, in a shape the service knows', async () => {
    const [result] = await sender().send([message()]);
    assert.equal(result!.kind, 'delivered', JSON.stringify(result));
    const { body, path } = hub.received[0]!;
    assert.equal(path, '/findings/import');
    const [finding] = JSON.parse(body).Findings;
    assert.deepEqual(
      await read(BatchImportFindingsRequest$, body),
      JSON.parse(body),
      'no member is unknown to the SDK',
    );
    assert.equal(finding.ProductArn, 'arn:aws:securityhub:eu-west-1:111122223333:product/111122223333/default');
    assert.equal(finding.Id, theft.arn);
    assert.equal(finding.Sample, false);
    assert.equal(finding.UpdatedAt, '2026-07-01T12:00:00.000Z');
  });

  test('a hub of another region is the product of that region', async () => {
    await sender({ region: 'eu-central-1' }).send([message({ kind: 'sample' })]);
    const [finding] = JSON.parse(hub.received[0]!.body).Findings;
    assert.match(finding.ProductArn, /securityhub:eu-central-1:/);
    assert.equal(finding.Sample, true);
    assert.match(String(hub.received[0]!.headers.authorization), /\/eu-central-1\/securityhub\//);
  });

  test('findings of two regions go to two hubs, and answers come back in order', async () => {
    failed = [{ Id: theft.arn, ErrorCode: 'InvalidInput', ErrorMessage: 'no' }];
    const elsewhere = {
      ...theft,
      id: idOf(2),
      arn: 'arn:aws:guardduty:us-east-1:111122223333:detector/0/finding/2',
      region: 'us-east-1',
    };
    const answers = await sender().send([message({ finding: elsewhere }), message()]);
    assert.deepEqual(
      answers.map(({ kind }) => kind),
      ['delivered', 'dead'],
    );
    assert.equal(hub.received.length, 2);
  });

  test('an account that may not import is tried again', async () => {
    hub.script = [{ status: 403, headers: { 'x-amzn-errortype': 'AccessDeniedException' }, body: '{"Message":"no"}' }];
    const [result] = await sender().send([message()]);
    assert.match(result?.kind === 'retry' ? result.reason : '', /AccessDenied/);
  });

  test('a role with {account} is taken in the account of the finding', async () => {
    const sts = await startReceiver(
      () =>
        '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIAHUBEXAMPLE000001</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken><Expiration>2046-07-01T13:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>',
    );
    const undo = withEnvironment({ AWS_ENDPOINT_URL_STS: sts.url });
    try {
      const [result] = await sender({ roleArn: 'arn:aws:iam::{account}:role/hub', externalId: 'shared' }).send([
        message(),
      ]);
      assert.equal(result!.kind, 'delivered', JSON.stringify(result));
      const asked = new URLSearchParams(sts.received[0]!.body);
      assert.deepEqual(
        [asked.get('RoleArn'), asked.get('ExternalId')],
        ['arn:aws:iam::111122223333:role/hub', 'shared'],
      );
      assert.match(String(hub.received[0]!.headers.authorization), /Credential=ASIAHUBEXAMPLE000001\//);
    } finally {
      undo();
      await sts.down();
    }
  });
});
