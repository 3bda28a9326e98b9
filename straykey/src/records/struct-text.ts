import { asMembers, type Members } from './fields.ts';

/**
 * Columns of exports hold what the record holds, as text: JSON (Panther, data frames) or the `{name=value, name={…}}` of Athena and
 * CloudTrail Lake, whose member names may be in lower case. These functions give the value back.
 */

/** Nesting of `{…}` text beyond this is left as text. AWS's own is at most 5 deep. */
const MAX_DEPTH = 16;

/** The members of an object, of an object's JSON text, or of `{name=value}` text. Undefined for anything else. */
export function membersOf(value: unknown): Members | undefined {
  if (typeof value !== 'string') return asMembers(value);
  return asMembers(fromText(value, '{'));
}

/** The elements of an array, of an array's JSON text, or of `[…]` text. Empty for anything else. */
export function elementsOf(value: unknown): readonly unknown[] {
  const found = typeof value === 'string' ? fromText(value, '[') : value;
  return Array.isArray(found) ? found : [];
}

function fromText(value: string, opening: '{' | '['): unknown {
  const trimmed = value.trim();
  if (!trimmed.startsWith(opening)) return undefined;
  try {
    return JSON.parse(trimmed);
  } catch {
    return structValue(trimmed, 0);
  }
}

/** `{a=b, c={d=e}}` as an object, `[x, y]` as an array, `null` as null, other text as itself. */
function structValue(value: string, depth: number): unknown {
  if (value === 'null') return null;
  const closing = value.at(-1);
  if (depth < MAX_DEPTH && value.startsWith('{') && closing === '}') {
    return jsonOr(value, () => structMembers(splitTop(value.slice(1, -1), true), depth));
  }
  if (depth < MAX_DEPTH && value.startsWith('[') && closing === ']') {
    return jsonOr(value, () => splitTop(value.slice(1, -1), false).map((part) => structValue(part, depth + 1)));
  }
  return value;
}

function jsonOr(value: string, otherwise: () => unknown): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return otherwise();
  }
}

function structMembers(parts: readonly string[], depth: number): Members {
  const members: Record<string, unknown> = Object.create(null);
  for (const part of parts) {
    const equals = part.indexOf('=');
    if (equals > 0) members[part.slice(0, equals)] = structValue(part.slice(equals + 1), depth + 1);
  }
  return withCanonicalNames(members);
}

/** What begins a member: `expiration=Dec 3, 2021, 10:14:16 AM` is one member, its commas are text. */
const MEMBER = /^[A-Za-z_@][\w@:./-]*=/;

/** Cuts at `, ` outside brackets, in objects only where a member begins. */
function splitTop(inner: string, members: boolean): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < inner.length; i++) {
    const c = inner[i];
    if (c === '{' || c === '[') depth++;
    else if (c === '}' || c === ']') depth--;
    else if (c === ',' && depth === 0 && inner[i + 1] === ' ') {
      if (members && !MEMBER.test(inner.slice(i + 2, i + 130))) continue;
      parts.push(inner.slice(start, i));
      start = i + 2;
    }
  }
  if (start < inner.length) parts.push(inner.slice(start));
  return parts;
}

/** CloudTrail's own spelling of the names Straykey reads. */
const NAMES: ReadonlyMap<string, string> = new Map(
  [
    ...['eventVersion', 'userIdentity', 'eventTime', 'eventSource', 'eventName', 'awsRegion', 'sourceIPAddress'],
    ...['userAgent', 'errorCode', 'errorMessage', 'requestParameters', 'responseElements', 'additionalEventData'],
    ...['requestID', 'eventID', 'readOnly', 'resources', 'eventType', 'managementEvent', 'recipientAccountId'],
    ...['sharedEventID', 'vpcEndpointId', 'vpcEndpointAccountId', 'eventCategory', 'addendum', 'tlsDetails'],
    ...['sessionCredentialFromConsole', 'type', 'principalId', 'arn', 'accountId', 'accessKeyId', 'userName'],
    ...['invokedBy', 'sessionContext', 'sessionIssuer', 'attributes', 'creationDate', 'inScopeOf', 'issuerType'],
    ...['credentialsIssuedTo', 'credentialsIssuedToVersion', 'reason', 'originalEventID', 'clientProvidedHostHeader'],
    ...['AuthenticationMethod', 'insightDetails'],
  ].map((name) => [name.toLowerCase(), name]),
);

/** The same members under CloudTrail's spelling, for exports that fold names to lower case. A name already right wins. */
export function withCanonicalNames(members: Members): Members {
  const named: Record<string, unknown> = Object.create(null);
  for (const name of Object.keys(members)) {
    const canonical = NAMES.get(name.toLowerCase()) ?? name;
    if (canonical === name || !Object.hasOwn(members, canonical)) named[canonical] = members[name];
  }
  return named;
}
