import { printable } from '../kit/index.ts';

export const redactLimits = {
  /** Characters of one text; 2,000, so that an AWS error with its ARN fits. */
  text: 2_000,
  /** Levels of objects in objects; 6. */
  depth: 6,
  /** Members of one object or list; 50. */
  members: 50,
} as const;

const STRUCK = '[redacted]';
/** Names of members that hold secrets, whatever their case and separators. Access key ids are no secrets: findings name them. */
const SECRET_NAME =
  /^(?:.*(?:passw(?:or)?d|passphrase|secret|secret.*key|credential|authorization|cookie|csrf|privatekey|apikey|webhook(?:url)?|signature)|(?:.*[a-z])?token|pwd)s?$/;
/** Secrets that stand inside longer texts. Each keeps what comes before, so that the reader sees what was struck. */
const INSIDE: readonly (readonly [RegExp, string])[] = [
  // Longest part first: a password may hold an at sign.
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#"']*@/gi, `$1${STRUCK}@`],
  [/(hooks\.slack(?:-gov)?\.com\/)[^\s"']+/gi, `$1${STRUCK}`],
  [
    /((?:X-Amz-(?:Signature|Security-Token|Credential)|password|passwd|token|secret|sig|api_?key)=)[^&\s"']+/gi,
    `$1${STRUCK}`,
  ],
  [/\b((?:Bearer|Basic)\s+)[A-Za-z0-9+/=._~-]{8,}/gi, `$1${STRUCK}`],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, STRUCK],
];

/**
 * A copy that is safe to write: secrets struck out by the name of their member, by their look, or because they are among `hidden`; text
 * made printable; bounded in depth and width. Errors become name, message, code and cause. Errs towards striking out too much.
 */
export function redacted(value: unknown, hidden: Iterable<string> = [], depth = 0): unknown {
  if (typeof value === 'string') return cleaned(value, hidden);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  if (value === null || typeof value !== 'object') return value;
  if (depth >= redactLimits.depth) return '[deeper]';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '[no date]' : value.toISOString();
  if (value instanceof Error) return errorFields(value, hidden, depth);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return boundedList(value, hidden, depth);
  if (value instanceof Map) return boundedObject([...value], hidden, depth);
  if (value instanceof Set) return boundedList([...value], hidden, depth);
  return boundedObject(Object.entries(value), hidden, depth);
}

function boundedList(list: readonly unknown[], hidden: Iterable<string>, depth: number): unknown[] {
  const kept = list.slice(0, redactLimits.members).map((each) => redacted(each, hidden, depth + 1));
  return list.length > kept.length ? [...kept, `[${list.length - kept.length} more]`] : kept;
}

function boundedObject(entries: readonly (readonly [unknown, unknown])[], hidden: Iterable<string>, depth: number) {
  const out: Record<string, unknown> = Object.create(null);
  for (const [name, value] of entries.slice(0, redactLimits.members)) {
    const key = cleaned(String(name), hidden);
    out[key] = isSecretName(key) && value !== undefined && value !== null ? STRUCK : redacted(value, hidden, depth + 1);
  }
  if (entries.length > redactLimits.members) out['…'] = `${entries.length - redactLimits.members} more`;
  return out;
}

function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name.toLowerCase().replace(/[^a-z0-9]/g, ''));
}

function errorFields(error: Error, hidden: Iterable<string>, depth: number): object {
  const { code, $metadata } = error as { code?: unknown; $metadata?: { httpStatusCode?: number; requestId?: string } };
  return boundedObject(
    Object.entries({
      name: error.name,
      message: error.message || (error instanceof AggregateError ? messagesOf(error) : ''),
      code,
      status: $metadata?.httpStatusCode,
      requestId: $metadata?.requestId,
      cause: error.cause,
    }).filter(([, value]) => value !== undefined),
    hidden,
    depth,
  );
}

/** A connection tried over several addresses fails with an aggregate whose own message is empty. */
function messagesOf(error: AggregateError): string {
  return error.errors.map((each) => (each instanceof Error ? each.message : String(each))).join('; ');
}

function cleaned(text: string, hidden: Iterable<string>): string {
  let out = text.length > 4 * redactLimits.text ? text.slice(0, 4 * redactLimits.text) : text;
  for (const secret of hidden) out = out.replaceAll(secret, STRUCK);
  for (const [pattern, replacement] of INSIDE) out = out.replace(pattern, replacement);
  return printable(out, redactLimits.text);
}
