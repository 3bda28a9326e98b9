import { createCipheriv, createDecipheriv, timingSafeEqual } from 'node:crypto';
import type { Document, Store } from '../../store/index.ts';
import type { Caller, Role } from './caller.ts';

/** Store documents of this kind hold access keys; the id is the access key's. */
export const ACCESS_KEY = 'access-key';

interface KeyBody {
  readonly description: string;
  readonly role: Role;
  readonly createdBy: string;
  /** AES-256-GCM: nonce, tag and text in base64. Signatures need the secret itself, a hash of it would not do. */
  readonly secret: { readonly nonce: string; readonly tag: string; readonly text: string };
  /** Epoch milliseconds, to the nearest {@link LAST_USED_EVERY}. */
  readonly lastUsedAt?: number;
}

/** An access key as lists show it. Times are ISO 8601. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly description: string;
  readonly role: Role;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly lastUsedAt?: string;
}

export interface NewAccessKey extends AccessKey {
  /** Never to be had again. */
  readonly secretAccessKey: string;
}

export interface KeyPorts {
  readonly now: () => number;
  /** So many bytes that nobody can guess. */
  readonly random: (bytes: number) => Uint8Array;
  /** 32 bytes, see `encryptionKeyFrom`. */
  readonly encryptionKey: Uint8Array;
}

export interface By {
  readonly by: string;
  readonly reason?: string;
}

/** Milliseconds between two notes of a key's use: the note is for "is it still needed", and a write for every read would be dear. */
export const LAST_USED_EVERY = 600_000;

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Makes a key. The id begins with `SKEY`, so that nobody (and no secret scanner) takes it for one of AWS's. */
export async function createKey(
  store: Store,
  { description, role }: { readonly description: string; readonly role: Role },
  { by, reason }: By,
  ports: KeyPorts,
): Promise<NewAccessKey> {
  const at = ports.now();
  const accessKeyId = `SKEY${Array.from(ports.random(16), (byte) => BASE32[byte % 32]).join('')}`;
  const secretAccessKey = Buffer.from(ports.random(30)).toString('base64');
  const secret = sealed(secretAccessKey, accessKeyId, role, ports);
  const body: KeyBody = { description, role, createdBy: by, secret };
  await store.atomically(async (inside) => {
    if (!(await inside.documents.create(ACCESS_KEY, accessKeyId, body, at))) {
      throw new Error('An access key of this id exists: the source of chance is broken.');
    }
    await inside.audit.append({
      at,
      by,
      ...(reason === undefined ? {} : { reason }),
      action: 'key.create',
      subject: `key/${accessKeyId}`,
      detail: { description, role },
    });
  });
  return { accessKeyId, description, role, createdAt: iso(at), createdBy: by, secretAccessKey };
}

/** By id. */
export async function listKeys(store: Store): Promise<AccessKey[]> {
  return (await store.documents.list<KeyBody>(ACCESS_KEY)).map(({ id, body, createdAt }) => ({
    accessKeyId: id,
    description: body.description,
    role: body.role,
    createdAt: iso(createdAt),
    createdBy: body.createdBy,
    ...(body.lastUsedAt === undefined ? {} : { lastUsedAt: iso(body.lastUsedAt) }),
  }));
}

/** From the next request on nothing is signed with it. False when there is no such key. */
export async function revokeKey(store: Store, accessKeyId: string, at: number, { by, reason }: By): Promise<boolean> {
  return await store.atomically(async (inside) => {
    if (!(await inside.documents.remove(ACCESS_KEY, accessKeyId))) return false;
    await inside.audit.append({
      at,
      by,
      ...(reason === undefined ? {} : { reason }),
      action: 'key.revoke',
      subject: `key/${accessKeyId}`,
    });
    return true;
  });
}

/** For signing in with an id and its secret; undefined when they do not belong together. */
export async function callerBySecret(
  store: Store,
  accessKeyId: string,
  secretAccessKey: string,
  encryptionKey: Uint8Array,
): Promise<Caller | undefined> {
  const found = await findKey(store, accessKeyId, encryptionKey);
  const kept = Buffer.from(found?.secretAccessKey ?? '');
  const given = Buffer.from(secretAccessKey);
  const same = kept.length === given.length && kept.length > 0 && timingSafeEqual(kept, given);
  return found !== undefined && same ? { user: accessKeyId, role: found.role, via: 'key' } : undefined;
}

export interface FoundKey {
  readonly role: Role;
  readonly secretAccessKey: string;
  readonly document: Document<unknown>;
}

/** Undefined when there is no such key, or when this encryption key is not the one it was sealed with. */
export async function findKey(
  store: Store,
  accessKeyId: string,
  encryptionKey: Uint8Array,
): Promise<FoundKey | undefined> {
  const document = await store.documents.get<KeyBody>(ACCESS_KEY, accessKeyId);
  if (document === undefined) return undefined;
  const { role, secret } = document.body;
  const secretAccessKey = opened(secret, accessKeyId, role, encryptionKey);
  return secretAccessKey === undefined ? undefined : { role, secretAccessKey, document };
}

/** Notes a use, at most every ten minutes. A key that was revoked or noted meanwhile stays as it is. */
export async function noteUse(store: Store, { document }: FoundKey, now: number): Promise<void> {
  const body = document.body as KeyBody;
  if (now - (body.lastUsedAt ?? 0) < LAST_USED_EVERY) return;
  await store.documents.replace(ACCESS_KEY, document.id, { ...body, lastUsedAt: now }, now, {
    version: document.version,
    rank: document.rank,
  });
}

/** The role is sealed with the secret: who can write to the store cannot make an admin of a reader. */
function boundTo(accessKeyId: string, role: Role): Buffer {
  return Buffer.from(`straykey/access-key/${accessKeyId}/${role}`);
}

function sealed(text: string, accessKeyId: string, role: Role, ports: KeyPorts): KeyBody['secret'] {
  const nonce = ports.random(12);
  const cipher = createCipheriv('aes-256-gcm', ports.encryptionKey, nonce);
  cipher.setAAD(boundTo(accessKeyId, role));
  const sealedText = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return {
    nonce: Buffer.from(nonce).toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
    text: sealedText.toString('base64'),
  };
}

function opened(
  { nonce, tag, text }: KeyBody['secret'],
  accessKeyId: string,
  role: Role,
  encryptionKey: Uint8Array,
): string | undefined {
  try {
    const decipher = createDecipheriv('aes-256-gcm', encryptionKey, Buffer.from(nonce, 'base64'), {
      authTagLength: 16,
    });
    decipher.setAAD(boundTo(accessKeyId, role));
    decipher.setAuthTag(Buffer.from(tag, 'base64'));
    return Buffer.concat([decipher.update(Buffer.from(text, 'base64')), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
