import { lookup } from 'node:dns/promises';
import { open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { cidrContains, parseCidr, parseIp } from '../../where/index.ts';
import { ListUnreachable, type LoadList } from './ports.ts';

export interface ListLoaderOptions {
  readonly region: string;
  /** Another S3 endpoint, for private links and tests. */
  readonly s3Endpoint?: string;
  /** Milliseconds for the whole list. A list of 35 MB comes in seconds. */
  readonly timeout?: number;
}

const TIMEOUT = 60_000;
const MOST_REDIRECTS = 3;
/** Where clouds answer with the machine's own credentials. Lists do not lie there; whoever asks for one is after something else. */
const FORBIDDEN = ['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::/32'].map((text) => parseCidr(text)!);

/** Loads lists from S3 (with the usual chain of AWS credentials), by http and https, and from files of this machine. */
export function listLoader({ region, s3Endpoint, timeout = TIMEOUT }: ListLoaderOptions): LoadList {
  return async (location, { limit, owner }) => {
    const url = URL.canParse(location) ? new URL(location) : undefined;
    if (url === undefined) throw new ListUnreachable('The location is not an address.');
    const s3 = s3ObjectOf(url);
    const signal = AbortSignal.timeout(timeout);
    if (s3 !== undefined) return await fromS3(s3, { region, s3Endpoint, owner, limit, signal });
    if (url.protocol === 'file:') return await fromFile(url, limit);
    return await fromWeb(url, limit, signal);
  };
}

interface S3Object {
  readonly bucket: string;
  readonly key: string;
  readonly region?: string;
}

/** The forms that GuardDuty takes: `s3://bucket/key`, `https://s3[-region].amazonaws.com/bucket/key`, `http(s)://bucket.s3[-region].amazonaws.com/key`. */
export function s3ObjectOf({ protocol, hostname, pathname }: URL): S3Object | undefined {
  const path = decoded(pathname.slice(1));
  if (protocol === 's3:') return { bucket: hostname, key: path };
  const match = /^(?:([a-z0-9.-]+)\.)?s3(?:[.-]([a-z0-9-]+))?\.amazonaws\.com(?:\.cn)?$/.exec(hostname);
  if (match === null) return undefined;
  const [, bucket, region] = match;
  const where = region === undefined ? {} : { region };
  if (bucket !== undefined) return { bucket, key: path, ...where };
  const slash = path.indexOf('/');
  return slash === -1 ? undefined : { bucket: path.slice(0, slash), key: path.slice(slash + 1), ...where };
}

/** A key that is not percent-encoded is the key. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

async function fromS3(
  { bucket, key, region: ofUrl }: S3Object,
  more: {
    readonly region: string;
    readonly s3Endpoint: string | undefined;
    readonly owner: string | undefined;
    readonly limit: number;
    readonly signal: AbortSignal;
  },
): Promise<Uint8Array> {
  // Loaded when there is a list to fetch: the SDK costs more than everything else at the start.
  const { GetObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
  const client = new S3Client({
    region: ofUrl ?? more.region,
    ...(more.s3Endpoint === undefined ? {} : { endpoint: more.s3Endpoint, forcePathStyle: true }),
  });
  try {
    const answer = await client.send(
      new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        ...(more.owner === undefined ? {} : { ExpectedBucketOwner: more.owner }),
      }),
      { abortSignal: more.signal },
    );
    return await bounded(answer.Body as AsyncIterable<Uint8Array>, more.limit);
  } catch (error) {
    if (error instanceof ListUnreachable) throw error;
    throw new ListUnreachable(`S3 does not give the list: ${(error as Error).name}.`);
  } finally {
    client.destroy();
  }
}

async function fromFile(url: URL, limit: number): Promise<Uint8Array> {
  try {
    await using file = await open(fileURLToPath(url), 'r');
    if (!(await file.stat()).isFile()) throw new ListUnreachable('The location is not a file.');
    return await bounded(file.createReadStream(), limit);
  } catch (error) {
    if (error instanceof ListUnreachable) throw error;
    throw new ListUnreachable(`The file cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'no such path'}.`);
  }
}

async function fromWeb(first: URL, limit: number, signal: AbortSignal): Promise<Uint8Array> {
  let url = first;
  try {
    for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
      await refuseForbidden(url);
      const answer = await fetch(url, { redirect: 'manual', signal });
      const next = answer.headers.get('location');
      if (answer.status >= 300 && answer.status < 400 && next !== null) {
        await answer.body?.cancel();
        url = new URL(next, url);
        continue;
      }
      if (!answer.ok || answer.body === null)
        throw new ListUnreachable(`The server answers with status ${answer.status}.`);
      return await bounded(answer.body, limit);
    }
  } catch (error) {
    if (error instanceof ListUnreachable) throw error;
    throw new ListUnreachable('The server cannot be reached, or was too slow.');
  }
  throw new ListUnreachable(`More than ${MOST_REDIRECTS} redirections.`);
}

async function refuseForbidden({ protocol, hostname }: URL): Promise<void> {
  if (protocol !== 'http:' && protocol !== 'https:') throw new ListUnreachable('A redirection leads away from http.');
  const name = hostname.replace(/^\[|\]$/g, '');
  const addresses =
    parseIp(name) === undefined ? (await lookup(name, { all: true })).map(({ address }) => address) : [name];
  for (const address of addresses) {
    const ip = parseIp(address);
    if (ip !== undefined && FORBIDDEN.some((cidr) => cidrContains(cidr, ip))) {
      throw new ListUnreachable('Lists are not read from link-local addresses.');
    }
  }
}

async function bounded(chunks: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  const kept: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > limit) throw new ListUnreachable(`The list is larger than ${limit} bytes.`);
    kept.push(chunk);
  }
  return Buffer.concat(kept);
}
