import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, type SecretReader, UnusableSecret } from '../config/index.ts';

/** In the data folder, readable by its owner only. */
const FILE = 'console-token';

export interface ConsoleToken {
  readonly text: string;
  /** Where it lies when nobody configured one: whoever may read the file may sign in. */
  readonly file?: string;
}

/** The token that signs in to the console: the configured one, else one of our own making, kept in the data folder. */
export function consoleTokenFrom(
  reference: string | undefined,
  dataDir: string,
  secret: SecretReader,
  random: (bytes: number) => Uint8Array,
): ConsoleToken {
  if (reference !== undefined) {
    try {
      return { text: secret(reference) };
    } catch (error) {
      if (error instanceof UnusableSecret) throw new ConfigError(`serve.consoleToken: ${error.message}`);
      throw error;
    }
  }
  const file = join(dataDir, FILE);
  mkdirSync(dataDir, { recursive: true });
  try {
    writeFileSync(file, `${Buffer.from(random(24)).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return { text: readFileSync(file, 'utf8').trim(), file };
}
