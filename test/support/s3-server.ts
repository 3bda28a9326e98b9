import type { AddressInfo } from 'node:net';
import { CreateBucketCommand, DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { buildApp } from 'fauxqs';

/** A real S3 protocol server on the loopback address, and a client for filling it. */
export interface S3Server {
  readonly endpoint: string;
  /** What was asked since the start: method and address, `GET /bucket?list-type=2&prefix=…`. */
  readonly requests: readonly string[];
  readonly client: S3Client;
  /** One byte to 11 MB. Makes the bucket if it is not there. */
  put(bucket: string, key: string, body: Uint8Array | string): Promise<void>;
  remove(bucket: string, key: string): Promise<void>;
  /** Points the SDK's own environment variables at this server, with documentation credentials. Undone by `close`. */
  useEnvironment(): void;
  close(): Promise<void>;
}

const CREDENTIALS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};

export async function startS3(): Promise<S3Server> {
  const app = buildApp({ logger: false });
  const requests: string[] = [];
  const buckets = new Set<string>();
  app.addHook('onRequest', async (request) => {
    requests.push(`${request.method} ${request.url}`);
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials: CREDENTIALS });
  let restore = (): void => {};
  return {
    endpoint,
    requests,
    client,
    async put(bucket, key, body) {
      if (!buckets.has(bucket)) await client.send(new CreateBucketCommand({ Bucket: bucket }));
      buckets.add(bucket);
      // Past the socket: a thousand objects are laid in a second.
      const url = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
      const answer = await app.inject({ method: 'PUT', url, payload: Buffer.from(body) });
      if (answer.statusCode !== 200) throw new Error(`PUT ${url}: ${answer.statusCode} ${answer.body}`);
    },
    async remove(bucket, key) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    },
    useEnvironment() {
      restore = withEnvironment({
        AWS_ENDPOINT_URL_S3: endpoint,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
        AWS_EC2_METADATA_DISABLED: 'true',
      });
    },
    async close() {
      restore();
      client.destroy();
      app.server.closeAllConnections();
      await app.close();
    },
  };
}

/** Sets environment variables (or unsets, with `undefined`); the answer puts back what was there. */
export function withEnvironment(values: Readonly<Record<string, string | undefined>>): () => void {
  const before = Object.keys(values).map((name) => [name, process.env[name]] as const);
  const assign = ([name, value]: readonly [string, string | undefined]): void => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  Object.entries(values).forEach(assign);
  return () => before.forEach(assign);
}
