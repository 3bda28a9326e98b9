import type { SessionIdentity } from '../records/index.ts';

/** Lambda's own control plane acts under `awslambda_<number>_<time>`: pollers of event sources and the like. */
const PLATFORM_SESSION = /^awslambda_\d+_\d{8,}$/;

/** Lambda function names, and so the session names Lambda chooses (`us-east-1.NAME` for Lambda@Edge). */
const FUNCTION_NAME = /^(?:[a-z]{2}(?:-[a-z]+)+-\d\.)?[A-Za-z0-9_-]{1,140}$/;

export function isPlatformSession(sessionName: string): boolean {
  return PLATFORM_SESSION.test(sessionName);
}

/** False for names Lambda cannot have chosen (`jane@example.com`): such a session is nobody's function. */
export function mayNameFunction(sessionName: string): boolean {
  return FUNCTION_NAME.test(sessionName);
}

/** `us-east-1.NAME` (Lambda@Edge) to its parts; other names have no region. */
export function edgeParts(sessionName: string): { readonly name: string; readonly region: string } {
  const match = /^([a-z]{2}(?:-[a-z]+)+-\d)\.(.+)$/.exec(sessionName);
  return match ? { name: match[2]!, region: match[1]! } : { name: sessionName, region: '' };
}

/**
 * `account/role-name`: the same for a role's ARN with its path, the assumed-role ARN without it, and any partition.
 * Empty when the text is not a role's ARN.
 */
export function roleKeyOf(arn: string): string {
  const at = arn.indexOf('::');
  if (at === -1 || arn[at + 14] !== ':' || !isRoleService(arn, at) || !isDigits(arn, at + 2, at + 14)) return '';
  const account = arn.slice(at + 2, at + 14);
  const resource = at + 15;
  if (arn.startsWith('role/', resource)) return named(account, arn.slice(arn.lastIndexOf('/') + 1));
  if (!arn.startsWith('assumed-role/', resource)) return '';
  const end = arn.indexOf('/', resource + 13);
  return named(account, arn.slice(resource + 13, end === -1 ? arn.length : end));
}

function isDigits(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return false;
  }
  return true;
}

function isRoleService(arn: string, end: number): boolean {
  return arn.startsWith('arn:') && (arn.endsWith(':iam', end) || arn.endsWith(':sts', end));
}

function named(account: string, role: string): string {
  return role === '' ? '' : `${account}/${role}`;
}

/** `account/role-name` of a session; empty in views from another account, where only the role's unique id is known. */
export function roleKeyOfSession(identity: SessionIdentity): string {
  return roleKeyOf(identity.roleArn) || roleKeyOf(identity.arn);
}

export function partitionOf(arn: string): string {
  return /^arn:([\w-]+):/.exec(arn)?.[1] ?? 'aws';
}
