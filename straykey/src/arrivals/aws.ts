import type { SQSClient } from '@aws-sdk/client-sqs';
import type { S3Sdk } from '../sources/index.ts';

/** How to reach AWS for one source; what is absent comes from the SDK's own chain. */
export interface Access {
  readonly region?: string | undefined;
  /** Role to assume, for trails of other accounts. It serves the queue and the bucket. */
  readonly roleArn?: string | undefined;
  readonly externalId?: string | undefined;
  readonly endpoint?: string | undefined;
}

export interface SqsSdk {
  readonly api: typeof import('@aws-sdk/client-sqs');
  readonly client: SQSClient;
}

/** A connection made on first use and kept: the SDK takes a quarter of a second to load. A failed one is tried again. */
export class Connection<Sdk extends { readonly client: { destroy(): void } }> {
  readonly #open: () => Promise<Sdk>;
  #sdk: Promise<Sdk> | undefined;

  constructor(open: () => Promise<Sdk>) {
    this.#open = open;
  }

  readonly get = (): Promise<Sdk> => {
    this.#sdk ??= this.#open().catch((error: unknown) => {
      this.#sdk = undefined;
      throw error;
    });
    return this.#sdk;
  };

  async close(): Promise<void> {
    const sdk = await this.#sdk?.catch(() => undefined);
    sdk?.client.destroy();
  }
}

const awsLimits = {
  /** Tries of one request before it counts as failed; 5. The SDK waits between them. */
  attempts: 5,
  /** Milliseconds to wait for a connection; 5 s. */
  connectTimeout: 5_000,
  /** Milliseconds without a byte before an answer is given up; 60 s, more than the 20 s that a long poll is silent. */
  idleTimeout: 60_000,
} as const;

/** @throws what the SDK throws for settings that cannot be used */
export async function connectS3(access: Access): Promise<S3Sdk> {
  const [api, settings] = [await import('@aws-sdk/client-s3'), await commonSettings(access)];
  const endpoint = endpointFor('s3', access);
  const client = await withRegion(
    access,
    (region) =>
      new api.S3Client({
        ...settings,
        ...region,
        ...(endpoint === undefined ? {} : { endpoint }),
        followRegionRedirects: true,
        forcePathStyle: (endpoint ?? fromEnvironment('S3')) !== undefined,
      }),
  );
  return { api, client };
}

/** @throws what the SDK throws for settings that cannot be used, TypeError for a queue that is not a URL */
export async function connectSqs(queueUrl: string, access: Access): Promise<SqsSdk> {
  const there = { ...access, region: access.region ?? regionOfQueue(queueUrl) };
  const [api, settings] = [await import('@aws-sdk/client-sqs'), await commonSettings(there)];
  // The SDK would use the URL's host by itself, but say so on the console whenever another endpoint is configured.
  const endpoint = endpointFor('sqs', access) ?? fromEnvironment('SQS') ?? new URL(queueUrl).origin;
  const client = await withRegion(there, (region) => new api.SQSClient({ ...settings, ...region, endpoint }));
  return { api, client };
}

/** `https://sqs.<region>.amazonaws.com[.cn]/…`, `https://<region>.queue.amazonaws.com/…`, `https://vpce-….sqs.<region>.vpce.amazonaws.com/…`. */
export function regionOfQueue(queueUrl: string): string | undefined {
  const { hostname } = new URL(queueUrl);
  return /(?:^|\.)sqs\.([a-z0-9-]+)\./.exec(hostname)?.[1] ?? /^([a-z0-9-]+)\.queue\.amazonaws\./.exec(hostname)?.[1];
}

/**
 * The endpoint configured for a source is its own service's. Where it is not AWS's (a private cloud, a server for tests), it speaks the other
 * services too.
 */
export function endpointFor(service: 's3' | 'sqs' | 'sts', { endpoint }: Access): string | undefined {
  if (endpoint === undefined) return undefined;
  const { hostname } = new URL(endpoint);
  const aws = /(?:^|\.)(?:amazonaws\.com(?:\.cn)?|api\.aws|amazonaws\.com\.[a-z.]+)$/.test(hostname);
  return !aws || new RegExp(`(?:^|\\.)${service}[.-]`).test(hostname) ? endpoint : undefined;
}

async function commonSettings(access: Access) {
  const { fromNodeProviderChain, fromTemporaryCredentials } = await import('@aws-sdk/credential-providers');
  const own = fromNodeProviderChain();
  const endpoint = endpointFor('sts', access);
  const assumed = (RoleArn: string) =>
    fromTemporaryCredentials({
      masterCredentials: own,
      params: {
        RoleArn,
        // Fixed, so that the trail shows whose session it was.
        RoleSessionName: 'straykey',
        ...(access.externalId === undefined ? {} : { ExternalId: access.externalId }),
      },
      // Without a region of its own, it takes the one of the client that asks.
      ...(endpoint === undefined ? {} : { clientConfig: { endpoint } }),
    });
  return {
    credentials: access.roleArn === undefined ? own : assumed(access.roleArn),
    maxAttempts: awsLimits.attempts,
    requestHandler: { connectionTimeout: awsLimits.connectTimeout, socketTimeout: awsLimits.idleTimeout },
  };
}

interface Regional {
  readonly config: { region(): Promise<string> };
  destroy(): void;
}

/** A client with the configured region, or the surroundings' (environment, profile), or one of the role's partition. */
async function withRegion<Client extends Regional>(
  access: Access,
  make: (region: { readonly region?: string }) => Client,
): Promise<Client> {
  const region = access.region ?? process.env.AWS_DEFAULT_REGION;
  const client = make(access.region === undefined ? {} : { region: access.region });
  try {
    await client.config.region();
    return client;
  } catch {
    client.destroy();
    return make({ region: region ?? regionOfPartition(access.roleArn) });
  }
}

/** Any region of the partition will do to ask: S3 tells where a bucket lives. */
function regionOfPartition(roleArn: string | undefined): string {
  switch (roleArn?.split(':')[1]) {
    case 'aws-cn':
      return 'cn-north-1';
    case 'aws-us-gov':
      return 'us-gov-west-1';
    default:
      return 'us-east-1';
  }
}

function fromEnvironment(service: 'S3' | 'SQS'): string | undefined {
  const { env } = process;
  return env[`AWS_ENDPOINT_URL_${service}`] ?? env.AWS_ENDPOINT_URL;
}
