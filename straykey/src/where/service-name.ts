/**
 * Suffixes of AWS's own host names, as partitions define them; each includes the dot before it, so that
 * `evil-amazonaws.com` does not match. Sources: botocore's partitions.json (amazonaws.com, .com.cn, .eu, api.aws,
 * api.amazonwebservices.*), CloudTrail records (aws.internal).
 */
const SUFFIXES: readonly string[] = [
  '.amazonaws.com',
  '.amazonaws.com.cn',
  '.amazonaws.eu',
  '.aws.internal',
  '.api.aws',
  '.api.amazonwebservices.com.cn',
  '.api.amazonwebservices.eu',
];

/** Longest DNS name. */
const MAX_NAME_LENGTH = 253;

/**
 * Proof: AWS writes this field, never the caller. True for `AWS Internal`, `AWS Internal/7` and host names that end in one of
 * AWS's own suffixes; false for anything that merely contains one.
 */
export function isServiceName(text: string): boolean {
  if (/^AWS Internal(\/[0-9]{1,9})?$/.test(text)) return true;
  if (text.length > MAX_NAME_LENGTH) return false;
  const name = text.toLowerCase();
  return SUFFIXES.some((suffix) => name.endsWith(suffix) && isHostName(name.slice(0, -suffix.length)));
}

function isHostName(text: string): boolean {
  return /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/.test(text);
}
