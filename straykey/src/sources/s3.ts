import type { S3Client } from '@aws-sdk/client-s3';
import { type Fetchable, readAhead } from './read-ahead.ts';
import { explainS3Error } from './s3-errors.ts';
import { type Period, setAside } from './s3-keys.ts';
import type { Problem, Source, Tell } from './source.ts';

export interface S3Options {
  /**
   * Objects that cannot hold a call of this period are not read, and where the layout is CloudTrail's, not even listed.
   */
  readonly period?: Period;
  /** Only what comes after this key is listed. */
  readonly after?: string;
  /** The objects will not be read, only their names are wanted: nothing is fetched ahead. */
  readonly namesOnly?: boolean;
}

export const s3Limits = {
  /**
   * Tries of one request before it counts as failed; 5, so that a throttled listing survives. The SDK waits between
   * them.
   */
  attempts: 5,
  /** Times that a broken-off download is taken up where it stopped; 3. */
  resumptions: 3,
  /** Milliseconds to wait for a connection; 5 s. */
  connectTimeout: 5_000,
  /** Milliseconds without a byte before a transfer is given up; 60 s. */
  idleTimeout: 60_000,
} as const;

export interface S3Address {
  readonly bucket: string;
  readonly prefix: string;
}

/**
 * `s3://bucket`, `s3://bucket/prefix`; an access point's ARN may stand for the bucket. `undefined` for anything else.
 */
export function parseS3Address(text: string): S3Address | undefined {
  const found = /^s3:\/\/(arn:[^/]+:accesspoint\/[^/]+|[^/]+)(?:\/(.*))?$/s.exec(text);
  return found === null ? undefined : { bucket: found[1]!, prefix: found[2] ?? '' };
}

/**
 * The objects under a prefix, in the order of their keys. Digests, Insights and other services' folders, and what lies
 * outside the period, are passed over in the listing itself, so a year of objects costs nothing when one day is asked
 * for.
 */
export function s3Source(address: S3Address, options: S3Options): Source {
  let sdk: Promise<Sdk> | undefined;
  const connect = (): Promise<Sdk> => {
    sdk ??= loadSdk();
    return sdk;
  };
  return {
    name: `s3://${address.bucket}/${address.prefix}`,
    list(tell) {
      const objects = listObjects(address, options, connect, tell);
      return options.namesOnly ? objects : readAhead(objects);
    },
    dispose() {
      sdk?.then(({ client }) => client.destroy()).catch(() => {});
    },
  };
}

/** The SDK, loaded on first use: it takes a quarter of a second that no other source should pay. */
export interface Sdk {
  readonly api: typeof import('@aws-sdk/client-s3');
  readonly client: S3Client;
}

async function loadSdk(): Promise<Sdk> {
  const [api, { fromNodeProviderChain }] = await Promise.all([
    import('@aws-sdk/client-s3'),
    import('@aws-sdk/credential-providers'),
  ]);
  const { env } = process;
  const settings = {
    credentials: fromNodeProviderChain(),
    followRegionRedirects: true,
    forcePathStyle: (env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL) !== undefined,
    maxAttempts: s3Limits.attempts,
    requestHandler: { connectionTimeout: s3Limits.connectTimeout, socketTimeout: s3Limits.idleTimeout },
  };
  const client = new api.S3Client(settings);
  try {
    await client.config.region();
    return { api, client };
  } catch {
    // No region anywhere in the SDK's chain. S3 tells where a bucket lives: any region of the partition will do to ask.
    client.destroy();
    return { api, client: new api.S3Client({ ...settings, region: env.AWS_DEFAULT_REGION ?? 'us-east-1' }) };
  }
}

async function* listObjects(
  { bucket, prefix }: S3Address,
  { period = {}, after }: S3Options,
  connect: () => Promise<Sdk>,
  tell: Tell,
): AsyncGenerator<Fetchable, void, void> {
  const told = new Set<string>();
  let outside = 0;
  let position: { StartAfter?: string; ContinuationToken?: string } | undefined =
    after === undefined ? {} : { StartAfter: after };
  while (position !== undefined) {
    let page: Page;
    try {
      page = await listPage(bucket, prefix, position, connect);
    } catch (error) {
      tell({ ...explainS3Error(error, { bucket }), origin: `s3://${bucket}/${prefix}` });
      break;
    }
    let resumeAfter: string | undefined;
    for (const { key, size } of page.objects) {
      const aside = setAside(key, period);
      resumeAfter = aside?.resumeAfter;
      if (aside === undefined) {
        if (!isFolderMarker(key, size)) yield new S3Object(bucket, key, size, connect);
      } else if (aside.kind === 'outside-period') {
        outside += 1;
      } else if (!told.has(aside.what)) {
        told.add(aside.what);
        tell({ kind: aside.kind, origin: `s3://${bucket}/${aside.what}`, reason: 'set aside by its name' });
      }
    }
    position = nextPosition(page, resumeAfter);
  }
  if (outside > 0) tell(outsideOddity(bucket, prefix, outside));
}

interface Page {
  readonly objects: readonly { readonly key: string; readonly size: number }[];
  readonly next: string | undefined;
}

async function listPage(
  bucket: string,
  prefix: string,
  position: { StartAfter?: string; ContinuationToken?: string },
  connect: () => Promise<Sdk>,
): Promise<Page> {
  const { api, client } = await connect();
  const answer = await client.send(new api.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...position }));
  const objects = (answer.Contents ?? []).map(({ Key, Size }) => ({ key: Key ?? '', size: Size ?? 0 }));
  return { objects, next: answer.IsTruncated ? answer.NextContinuationToken : undefined };
}

/** On to the next page, or past everything that the last key of this one says need not be seen. */
function nextPosition(
  { objects, next }: Page,
  resumeAfter: string | undefined,
): { StartAfter?: string; ContinuationToken?: string } | undefined {
  if (next === undefined) return undefined;
  const last = objects.at(-1)?.key;
  const skips = resumeAfter !== undefined && last !== undefined && resumeAfter > last;
  return skips ? { StartAfter: resumeAfter } : { ContinuationToken: next };
}

/** Consoles make empty objects named like folders. */
function isFolderMarker(key: string, size: number): boolean {
  return size === 0 && key.endsWith('/');
}

function outsideOddity(bucket: string, prefix: string, seen: number): Parameters<Tell>[0] {
  return {
    kind: 'outside-period',
    origin: `s3://${bucket}/${prefix}`,
    reason: `${seen} objects, and all that the listing jumped over, were delivered too early or too late for the period`,
  };
}

type Fetched = { readonly taken: () => void } & ({ readonly bytes: Uint8Array } | { readonly error: unknown });

/** One object. Fetched bytes are given out once; a second reading fetches again. */
export class S3Object implements Fetchable {
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
  readonly #connect: () => Promise<Sdk>;
  #fetched: Fetched | undefined;

  constructor(bucket: string, key: string, size: number, connect: () => Promise<Sdk>) {
    this.bucket = bucket;
    this.key = key;
    this.size = size;
    this.#connect = connect;
  }

  get origin(): string {
    return `s3://${this.bucket}/${this.key}`;
  }

  get again(): boolean {
    return true;
  }

  async prepare(taken: () => void): Promise<void> {
    try {
      const pieces: Uint8Array[] = [];
      for await (const piece of this.open()) pieces.push(piece);
      this.#fetched = { bytes: Buffer.concat(pieces), taken };
    } catch (error) {
      this.#fetched = { error, taken };
    }
  }

  readWhole(): Uint8Array | undefined {
    const fetched = this.#fetched;
    this.#fetched = undefined;
    if (fetched === undefined) return undefined;
    fetched.taken();
    if ('error' in fetched) throw fetched.error;
    return fetched.bytes;
  }

  /** Takes up a transfer that breaks off where it stopped, as long as the object is still the same one. */
  async *open(): AsyncGenerator<Uint8Array, void, void> {
    let at = 0;
    let etag: string | undefined;
    for (let left: number = s3Limits.resumptions; ; left--) {
      const body = await this.#get(at, etag);
      etag = body.etag;
      try {
        for await (const piece of body.pieces) {
          at += piece.length;
          yield piece;
        }
        return;
      } catch (error) {
        if (left === 0) throw error;
      }
    }
  }

  explain(error: unknown): Problem {
    return explainS3Error(error, this);
  }

  async #get(at: number, etag: string | undefined) {
    const { api, client } = await this.#connect();
    const rest = at === 0 ? {} : { Range: `bytes=${at}-`, IfMatch: etag };
    const { Body, ETag } = await client.send(new api.GetObjectCommand({ Bucket: this.bucket, Key: this.key, ...rest }));
    // In Node the body is a readable stream; the SDK's type covers browsers too.
    return { etag: ETag, pieces: Body as unknown as AsyncIterable<Uint8Array> };
  }
}
