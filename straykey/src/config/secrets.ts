import { readFileSync } from 'node:fs';

/**
 * The secret behind `env:NAME` or `file:/path`. Files are read at every use, so that a rotated secret needs no restart.
 *
 * @throws UnusableSecret, which names the reference and never the secret
 */
export type SecretReader = (reference: string) => string;

export class UnusableSecret extends Error {
  override readonly name = 'UnusableSecret';
}

/** Bytes; a file over 64 KiB is not a secret but a wrong path. */
const MOST_BYTES = 65_536;

export function secretsFrom(environment: Readonly<Record<string, string | undefined>>): SecretReader {
  return (reference) => {
    const value = reference.startsWith('env:') ? variable(environment, reference.slice(4)) : fileSecret(reference);
    if (value === undefined || value === '') {
      throw new UnusableSecret(
        reference.startsWith('env:') ? `${reference}: the variable is not set` : `${reference}: the file is empty`,
      );
    }
    return value;
  };
}

/** Whether a setting is a reference and not the value itself. */
export function isReference(text: string): boolean {
  return /^(?:env|file):/.test(text) && !text.startsWith('file://');
}

function variable(environment: Readonly<Record<string, string | undefined>>, name: string): string | undefined {
  return Object.hasOwn(environment, name) ? environment[name] : undefined;
}

/** Without the line break that editors and `echo` leave at the end. */
function fileSecret(reference: string): string {
  if (!reference.startsWith('file:')) throw new UnusableSecret('expected env:NAME or file:/path');
  let bytes: Buffer;
  try {
    bytes = readFileSync(reference.slice(5));
  } catch (error) {
    throw new UnusableSecret(`${reference}: cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
  if (bytes.length > MOST_BYTES) throw new UnusableSecret(`${reference}: larger than 64 KiB, so not a secret`);
  return bytes.toString('utf8').replace(/\r?\n$/, '');
}

/** Text without these secrets, for errors and logs. What a receiver answers may repeat what it was sent. */
export function redacted(text: string, secrets: Iterable<string>): string {
  let clean = text;
  for (const secret of secrets) {
    for (const form of new Set([secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])) {
      clean = clean.replaceAll(form, '[secret]');
    }
  }
  return clean;
}
