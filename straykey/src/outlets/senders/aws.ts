import { sentence } from './http-post.ts';
import { EXCHANGE_TIMEOUT, type Result } from './sender.ts';

/** How an outlet reaches AWS. */
export interface Access {
  readonly region?: string | undefined;
  readonly roleArn?: string | undefined;
  readonly externalId?: string | undefined;
  readonly endpoint?: string | undefined;
}

/**
 * Settings of a client of the AWS SDK. One try each: the outbox tries again, and knows how long to wait. Credentials come by the SDK's usual
 * chain, or by the role to assume.
 */
export async function clientSettings({ endpoint, externalId, region, roleArn }: Access) {
  const base = {
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: EXCHANGE_TIMEOUT / 2,
      requestTimeout: EXCHANGE_TIMEOUT,
      throwOnRequestTimeout: true,
    },
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
  if (roleArn === undefined) return base;
  const { fromTemporaryCredentials } = await import('@aws-sdk/credential-providers');
  const params = {
    RoleArn: roleArn,
    RoleSessionName: 'straykey-outlet',
    ...(externalId === undefined ? {} : { ExternalId: externalId }),
  };
  return {
    ...base,
    credentials: fromTemporaryCredentials({ params, ...(region === undefined ? {} : { clientConfig: { region } }) }),
  };
}

/** A client made when first used, once for each region or account. */
export function clients<Client extends { destroy(): void }>(make: (access: Access) => Promise<Client>) {
  const made = new Map<string, Promise<Client>>();
  return {
    of(access: Access): Promise<Client> {
      const key = JSON.stringify([access.region, access.roleArn]);
      const client = made.get(key) ?? make(access);
      made.set(key, client);
      // A module or profile that could not be loaded is tried again.
      client.catch(() => made.delete(key));
      return client;
    },
    close() {
      for (const client of made.values()) client.then((each) => each.destroy()).catch(() => {});
    },
  };
}

/** Names by which AWS refuses the document itself. Missing permissions, topics, buckets and keys can be mended, and are tried again. */
const REFUSALS: ReadonlySet<string> = new Set([
  'ValidationException',
  'ValidationError',
  'InvalidParameter',
  'InvalidParameterValue',
  'InvalidParameterException',
  'InvalidInputException',
  'InvalidInput',
  'InvalidArgument',
  'MalformedDetail',
  'EntityTooLarge',
  'RequestEntityTooLargeException',
  'SerializationException',
]);

/** @param code the name of an exception, or the code of one entry of a batch */
export function isRefusal(code: string): boolean {
  return REFUSALS.has(code);
}

export function failureOf(error: unknown): Result {
  const name = error instanceof Error ? error.name : 'Error';
  const reason = name === 'Error' ? sentence(error) : `${name}: ${sentence(error)}`;
  return isRefusal(name) ? { kind: 'dead', reason } : { kind: 'retry', reason };
}
