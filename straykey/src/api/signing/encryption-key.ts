import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** In the data folder, mode 0600. Whoever has it and the store has the keys' secrets. */
export const ENCRYPTION_KEY_FILE = 'access-key-encryption.key';

/** The key that access keys are sealed with cannot be had. The message says what to do, and holds no part of the key. */
export class NoEncryptionKey extends Error {
  override readonly name = 'NoEncryptionKey';
}

/**
 * 32 bytes that access keys are sealed with: from a reference (`env:NAME`, `file:/path`; 64 hexadecimal digits), else from a file in the
 * data folder, made on first use.
 *
 * @throws NoEncryptionKey when there is none and none can be made
 */
export function encryptionKeyFrom(
  reference: string | undefined,
  dataDir: string,
  environment: Readonly<Record<string, string | undefined>>,
  random: (bytes: number) => Uint8Array,
): Uint8Array {
  if (reference === undefined) return fromDataDir(join(dataDir, ENCRYPTION_KEY_FILE), dataDir, random);
  if (reference.startsWith('env:')) {
    return keyIn(environment[reference.slice(4)] ?? '', `serve.keyEncryption: the variable ${reference.slice(4)}`);
  }
  return keyIn(read(reference.replace(/^file:/, '')), `serve.keyEncryption: ${reference}`);
}

function fromDataDir(path: string, dataDir: string, random: (bytes: number) => Uint8Array): Uint8Array {
  try {
    mkdirSync(dataDir, { recursive: true });
    // Two processes may come here at once: `wx` lets one of them write, the other reads what it wrote.
    const file = openSync(path, 'wx', 0o600);
    writeSync(file, `${Buffer.from(random(32)).toString('hex')}\n`);
    closeSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new NoEncryptionKey(
        `${path} cannot be made: ${(error as Error).message}. Name a key with serve.keyEncryption.`,
      );
    }
  }
  return keyIn(read(path), path);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new NoEncryptionKey(`${path} cannot be read: ${(error as Error).message}.`);
  }
}

function keyIn(text: string, origin: string): Uint8Array {
  if (!/^[0-9a-f]{64}$/i.test(text.trim())) {
    throw new NoEncryptionKey(
      `${origin}: expected 64 hexadecimal digits (32 bytes), found ${text.trim().length} characters. Make one with: openssl rand -hex 32`,
    );
  }
  return Buffer.from(text.trim(), 'hex');
}
