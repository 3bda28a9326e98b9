import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { openStore, type Store } from '../../store/index.ts';
import { ENCRYPTION_KEY_FILE, encryptionKeyFrom, NoEncryptionKey } from './encryption-key.ts';
import {
  ACCESS_KEY,
  callerBySecret,
  createKey,
  findKey,
  LAST_USED_EVERY,
  listKeys,
  noteUse,
  revokeKey,
} from './keys.ts';

const random = (bytes: number): Uint8Array => randomBytes(bytes);
const ports = { now: () => 1_790_000_000_000, random, encryptionKey: randomBytes(32) };

describe('an access key', () => {
  let store: Store;
  beforeEach(async () => {
    store = await openStore('sqlite::memory:', { now: ports.now });
  });

  test('is listed without its secret, which the store does not hold in the clear', async () => {
    const made = await createKey(
      store,
      { description: 'terraform', role: 'admin' },
      { by: 'ada', reason: 'ci' },
      ports,
    );
    assert.match(made.accessKeyId, /^SKEY[A-Z2-7]{16}$/);
    assert.match(made.secretAccessKey, /^[A-Za-z0-9+/]{40}$/);
    const { secretAccessKey, ...shown } = made;
    assert.deepEqual(await listKeys(store), [shown]);
    const kept = JSON.stringify([
      await store.documents.get(ACCESS_KEY, made.accessKeyId),
      await store.audit.list({ limit: 9 }),
    ]);
    assert.ok(!kept.includes(secretAccessKey));
    assert.match(kept, /key\.create/);
  });

  test('signs in with its secret only', async () => {
    const { accessKeyId, secretAccessKey } = await createKey(
      store,
      { description: '', role: 'reader' },
      { by: 'ada' },
      ports,
    );
    const signIn = (id: string, secret: string, key = ports.encryptionKey) => callerBySecret(store, id, secret, key);
    assert.deepEqual(await signIn(accessKeyId, secretAccessKey), { user: accessKeyId, role: 'reader', via: 'key' });
    assert.equal(await signIn(accessKeyId, `${secretAccessKey}x`), undefined);
    assert.equal(await signIn(accessKeyId, ''), undefined);
    assert.equal(await signIn('SKEYAAAAAAAAAAAAAAAA', secretAccessKey), undefined);
    assert.equal(await signIn(accessKeyId, secretAccessKey, randomBytes(32)), undefined, 'sealed with another key');
    await revokeKey(store, accessKeyId, 0, { by: 'ada' });
    assert.equal(await signIn(accessKeyId, secretAccessKey), undefined);
  });

  test('is worth nothing once somebody changed its role, or swapped secrets, in the store', async () => {
    const reader = await createKey(store, { description: '', role: 'reader' }, { by: 'ada' }, ports);
    const admin = await createKey(store, { description: '', role: 'admin' }, { by: 'ada' }, ports);
    const bodyOf = async (id: string) => (await store.documents.get<Record<string, unknown>>(ACCESS_KEY, id))!.body;
    const ofReader = await bodyOf(reader.accessKeyId);
    await store.documents.replace(ACCESS_KEY, reader.accessKeyId, { ...ofReader, role: 'admin' }, 0);
    assert.equal(await findKey(store, reader.accessKeyId, ports.encryptionKey), undefined);
    const stolen = { ...(await bodyOf(admin.accessKeyId)), secret: ofReader.secret };
    await store.documents.replace(ACCESS_KEY, admin.accessKeyId, stolen, 0);
    assert.equal(await findKey(store, admin.accessKeyId, ports.encryptionKey), undefined);
  });

  test('notes its use every ten minutes, and a note does not bring back a key that was revoked', async () => {
    const { accessKeyId } = await createKey(store, { description: '', role: 'reader' }, { by: 'ada' }, ports);
    const found = (await findKey(store, accessKeyId, ports.encryptionKey))!;
    const lastUsed = async () => (await listKeys(store))[0]?.lastUsedAt;
    await noteUse(store, found, 1_000_000);
    assert.equal(await lastUsed(), new Date(1_000_000).toISOString());
    await noteUse(store, (await findKey(store, accessKeyId, ports.encryptionKey))!, 1_000_000 + LAST_USED_EVERY - 1);
    assert.equal(await lastUsed(), new Date(1_000_000).toISOString());
    await revokeKey(store, accessKeyId, 0, { by: 'ada' });
    await noteUse(store, found, 9_000_000);
    assert.deepEqual(await listKeys(store), []);
  });
});

describe('the key that access keys are sealed with', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'straykey-keys-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  test('is made once in the data folder, readable by its owner only', () => {
    const dataDir = join(folder, 'not', 'there', 'yet');
    const made = encryptionKeyFrom(undefined, dataDir, {}, random);
    assert.equal(made.length, 32);
    assert.deepEqual(encryptionKeyFrom(undefined, dataDir, {}, random), made);
    const file = join(dataDir, ENCRYPTION_KEY_FILE);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.match(readFileSync(file, 'utf8'), /^[0-9a-f]{64}\n$/);
  });

  test('comes from a variable or a file when the configuration says so', () => {
    const hex = 'ab'.repeat(32);
    assert.deepEqual(encryptionKeyFrom('env:SEAL', folder, { SEAL: hex }, random), Buffer.from(hex, 'hex'));
    writeFileSync(join(folder, 'seal'), `${hex}\n`);
    assert.deepEqual(encryptionKeyFrom(`file:${join(folder, 'seal')}`, folder, {}, random), Buffer.from(hex, 'hex'));
  });

  test('that cannot be used stops the start, and is not shown', () => {
    for (const [reference, environment] of [
      ['env:SEAL', {}],
      ['env:SEAL', { SEAL: 'secret-but-short' }],
      [`file:${join('/no', 'such', 'file')}`, {}],
    ] as const) {
      assert.throws(
        () => encryptionKeyFrom(reference, folder, environment, random),
        (error: Error) => error instanceof NoEncryptionKey && !error.message.includes('secret-but-short'),
      );
    }
  });
});
