import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Incoming } from './caller.ts';
import type { Claim } from './claim.ts';

/**
 * Whether the request was signed with this secret. Signs it again with AWS's own signer, over the headers that the client says it signed, and
 * compares in constant time. The body is hashed here: a payload hash that the client sent must be that hash, so `UNSIGNED-PAYLOAD` and
 * streaming signatures never match.
 */
export async function isSignedWith(secretAccessKey: string, claim: Claim, incoming: Incoming): Promise<boolean> {
  const hash = createHash('sha256').update(incoming.body).digest('hex');
  if ((incoming.headers.get('x-amz-content-sha256') ?? hash) !== hash) return false;
  const headers = signedHeadersOf(claim, incoming);
  if (headers === undefined) return false;
  const signer = new SignatureV4({
    credentials: { accessKeyId: claim.accessKeyId, secretAccessKey },
    region: claim.region,
    service: claim.service,
    sha256: Sha256,
    applyChecksum: false,
  });
  const request = {
    method: incoming.method,
    protocol: 'http:',
    hostname: 'irrelevant, the host header is signed',
    path: claim.path,
    query: queryFor(claim),
    headers,
    body: incoming.body,
  };
  const signableHeaders = new Set(claim.signedHeaders);
  const signingDate = new Date(claim.signedAt);
  const again =
    claim.form === 'header'
      ? /Signature=([0-9a-f]{64})$/.exec(
          (await signer.sign(request, { signingDate, signableHeaders })).headers.authorization ?? '',
        )?.[1]
      : (
          await signer.presign(request, {
            signingDate,
            signableHeaders,
            unhoistableHeaders: signableHeaders,
            expiresIn: claim.expiresIn!,
          })
        ).query?.['X-Amz-Signature'];
  return typeof again === 'string' && timingSafeEqual(Buffer.from(again, 'hex'), Buffer.from(claim.signature, 'hex'));
}

/** Undefined when one that was signed did not arrive. */
function signedHeadersOf(claim: Claim, { headers }: Incoming): Record<string, string> | undefined {
  const signed: Record<string, string> = Object.create(null);
  for (const name of claim.signedHeaders) {
    const value = headers.get(name);
    if (value === undefined) return undefined;
    signed[name] = value;
  }
  return signed;
}

/** What the presigner adds itself. */
const OF_THE_SIGNATURE: ReadonlySet<string> = new Set([
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-SignedHeaders',
  'X-Amz-Signature',
]);

function queryFor({ form, query }: Claim): Record<string, string | string[]> {
  const kept = [...query].filter(([name]) => form === 'header' || !OF_THE_SIGNATURE.has(name));
  return Object.fromEntries(kept.map(([name, values]) => [name, values.length === 1 ? values[0]! : [...values]]));
}

/** SHA-256, keyed or not, in the form that AWS's signer takes. */
class Sha256 {
  readonly #secret: Uint8Array | string | undefined;
  #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#secret = secret === undefined || typeof secret === 'string' ? secret : bytesOf(secret);
    this.#hash = this.#fresh();
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#fresh();
  }

  #fresh(): ReturnType<typeof createHash> | ReturnType<typeof createHmac> {
    return this.#secret === undefined ? createHash('sha256') : createHmac('sha256', this.#secret);
  }
}

function bytesOf(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
