import type { Access, AwsDoor } from './ports.ts';

const doorLimits = {
  /** Tries of one request; 2: a person waits. */
  attempts: 2,
  /** Milliseconds for a connection, and without a byte; 3 s and 10 s. */
  connect: 3_000,
  idle: 10_000,
} as const;

interface Client {
  destroy(): void;
}

/** Clients are made when first needed and kept until `close`. */
export function awsDoor(environment: Readonly<Record<string, string | undefined>>, now: () => number): AwsDoor {
  const clients = new Map<string, Promise<Client>>();
  const settings = async (access: Access) => await settingsFor(access, environment);
  const kept = <Made extends Client>(service: string, access: Access, make: () => Promise<Made>): Promise<Made> => {
    const { region, roleArn, externalId, endpoint } = access;
    const key = JSON.stringify([service, region, roleArn, externalId, endpoint]);
    const client = (clients.get(key) as Promise<Made> | undefined) ?? make();
    clients.set(key, client);
    return client;
  };
  const s3 = async (access: Access) => {
    const api = await import('@aws-sdk/client-s3');
    const forcePathStyle =
      (access.endpoint ?? environment.AWS_ENDPOINT_URL_S3 ?? environment.AWS_ENDPOINT_URL) !== undefined;
    const make = async () =>
      new api.S3Client({ ...(await settings(access)), forcePathStyle, followRegionRedirects: true });
    return { api, client: await kept('s3', access, make) };
  };
  const sqs = async (access: Access, url: string) => {
    const api = await import('@aws-sdk/client-sqs');
    const region = access.region ?? /\bsqs(?:-fips)?\.([a-z0-9-]+)\./.exec(url)?.[1];
    const endpoint =
      access.endpoint ?? environment.AWS_ENDPOINT_URL_SQS ?? environment.AWS_ENDPOINT_URL ?? new URL(url).origin;
    return {
      api,
      client: await kept(
        `sqs ${url}`,
        access,
        async () => new api.SQSClient(await settings({ ...access, region, endpoint })),
      ),
    };
  };
  const cloudtrail = async (access: Access) => {
    const api = await import('@aws-sdk/client-cloudtrail');
    const make = async () => new api.CloudTrailClient(await settings({ ...access, endpoint: undefined }));
    return { api, client: await kept('cloudtrail', access, make) };
  };
  return {
    async whoAmI(access) {
      const api = await import('@aws-sdk/client-sts');
      const client = await kept('sts', access, async () => new api.STSClient(await settings(access)));
      let date: string | undefined;
      const command = new api.GetCallerIdentityCommand({});
      command.middlewareStack.add(
        (next) => async (args) => {
          const result = await next(args);
          date = (result.response as { headers?: Record<string, string> }).headers?.date;
          return result;
        },
        { step: 'deserialize', priority: 'low', name: 'dateOfAnswer' },
      );
      const { Account = '', Arn = '' } = await client.send(command);
      const serverTime = date === undefined ? Number.NaN : Date.parse(date);
      return { account: Account, arn: Arn, localTime: now(), ...(Number.isNaN(serverTime) ? {} : { serverTime }) };
    },
    async queueAttributes(url, access) {
      const { api, client } = await sqs(access, url);
      const { Attributes = {} } = await client.send(
        new api.GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
      );
      return Attributes;
    },
    async listObjects(bucket, prefix, access) {
      const { api, client } = await s3(access);
      const { Contents = [] } = await client.send(
        new api.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: 100 }),
      );
      return Contents.map(({ Key, Size }) => ({ key: Key ?? '', size: Size ?? 0 }));
    },
    async readObject(bucket, key, access) {
      const { api, client } = await s3(access);
      const { Body } = await client.send(new api.GetObjectCommand({ Bucket: bucket, Key: key, Range: 'bytes=0-0' }));
      await Body?.transformToByteArray();
    },
    async headBucket(bucket, access) {
      const { api, client } = await s3(access);
      await client.send(new api.HeadBucketCommand({ Bucket: bucket }));
    },
    async describeTrails(access) {
      const { api, client } = await cloudtrail(access);
      const { trailList = [] } = await client.send(new api.DescribeTrailsCommand({ includeShadowTrails: true }));
      return trailList;
    },
    async trailStatus(arn, access) {
      const { api, client } = await cloudtrail(access);
      return await client.send(new api.GetTrailStatusCommand({ Name: arn }));
    },
    async eventSelectors(arn, access) {
      const { api, client } = await cloudtrail(access);
      return (await client.send(new api.GetEventSelectorsCommand({ TrailName: arn }))) as Awaited<
        ReturnType<AwsDoor['eventSelectors']>
      >;
    },
    async topicAttributes(arn, access) {
      const api = await import('@aws-sdk/client-sns');
      const client = await kept('sns', access, async () => new api.SNSClient(await settings(access)));
      await client.send(new api.GetTopicAttributesCommand({ TopicArn: arn }));
    },
    async describeBus(name, access) {
      const api = await import('@aws-sdk/client-eventbridge');
      const client = await kept('events', access, async () => new api.EventBridgeClient(await settings(access)));
      await client.send(new api.DescribeEventBusCommand({ Name: name }));
    },
    async describeHub(access) {
      const api = await import('@aws-sdk/client-securityhub');
      const client = await kept('securityhub', access, async () => new api.SecurityHubClient(await settings(access)));
      await client.send(new api.DescribeHubCommand({}));
    },
    close() {
      for (const client of clients.values()) client.then((made) => made.destroy()).catch(() => {});
      clients.clear();
    },
  };
}

async function settingsFor(access: Access, environment: Readonly<Record<string, string | undefined>>) {
  const { fromNodeProviderChain, fromTemporaryCredentials } = await import('@aws-sdk/credential-providers');
  const { STSClient } = await import('@aws-sdk/client-sts');
  const { endpoint, roleArn, externalId } = access;
  const probe = new STSClient({});
  const surroundings = await probe.config.region().catch(() => environment.AWS_DEFAULT_REGION ?? 'us-east-1');
  probe.destroy();
  const region = access.region ?? surroundings;
  const own = fromNodeProviderChain();
  const params = {
    RoleArn: roleArn ?? '',
    RoleSessionName: 'straykey',
    ...(externalId === undefined ? {} : { ExternalId: externalId }),
  };
  const clientConfig = { region, ...(endpoint === undefined ? {} : { endpoint }) };
  return {
    region,
    credentials:
      roleArn === undefined ? own : fromTemporaryCredentials({ masterCredentials: own, params, clientConfig }),
    maxAttempts: doorLimits.attempts,
    requestHandler: { connectionTimeout: doorLimits.connect, socketTimeout: doorLimits.idle },
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}
