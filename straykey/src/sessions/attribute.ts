import type { InScopeOf, SessionIdentity } from '../records/index.ts';
import type { IssuedTo, Rung } from './credential-use.ts';
import { type Ledger, type ServiceIssue, sessionKey } from './ledger.ts';
import { edgeParts, isPlatformSession, partitionOf, roleKeyOfSession } from './names.ts';

/** Whose credential a call was made with, as far as the records read so far can prove. */
export type Attribution =
  | {
      readonly kind: 'resource';
      readonly rung: Rung;
      readonly issuedTo: IssuedTo;
      readonly platform: boolean;
      readonly proof: string;
    }
  /** Named like a function that exists, nothing more: counted and shown, never a finding. */
  | { readonly kind: 'unattributed'; readonly functionName: string }
  /** Somebody else's: a person's, a program's, another service's, or nobody we can name. */
  | { readonly kind: 'other'; readonly why: string };

/**
 * Judges the credential, never the role.
 *
 * Proof, highest first: CloudTrail's own `inScopeOf` for the key; the key in the answer to Lambda's AssumeRole; the same role
 * and session name as such an issue; the function's log stream made with the key. A key that somebody else's AssumeRole returned is
 * theirs, whatever its name. Silent when nothing but a name or a user agent points to a function.
 *
 * Errs towards silence for trails that begin after the issue and carry no `inScopeOf` (before 2025): such uses are
 * `unattributed` when a management record names the function. Errs towards alarm when somebody who may assume the role
 * names a session like the function and their AssumeRole is not in the input.
 */
export function attribute(identity: SessionIdentity, ledger: Ledger): Attribution {
  return (
    byScope(identity, ledger) ??
    byIssuedKey(identity, ledger) ??
    byOtherIssuer(identity, ledger) ??
    byIssuedSession(identity, ledger) ??
    byLogWriter(identity, ledger) ??
    byName(identity, ledger)
  );
}

function byScope(identity: SessionIdentity, ledger: Ledger): Attribution | undefined {
  const own = identity.inScopeOf;
  const scope = own ?? scopeOfKey(identity, ledger);
  if (scope === undefined) return undefined;
  const issuedTo = issuedToOfScope(scope);
  if (issuedTo === undefined) return undefined;
  const where = own ? 'this record' : 'another record of the same access key';
  return {
    kind: 'resource',
    rung: 'in-scope-of',
    issuedTo,
    platform: false,
    proof: `CloudTrail wrote userIdentity.inScopeOf in ${where}: ${scope.issuerType}, issued to ${scope.credentialsIssuedTo}.`,
  };
}

/** An anonymised trail may show one key with several scopes: then only one whose resource bears the session's name counts. */
function scopeOfKey(identity: SessionIdentity, ledger: Ledger): InScopeOf | undefined {
  if (identity.accessKeyId === '') return undefined;
  const scopes = ledger.scopes.get(identity.accessKeyId);
  if (scopes === undefined) return undefined;
  const resources = new Set(scopes.map((scope) => scope.credentialsIssuedTo));
  if (resources.size === 1) return scopes[0];
  return scopes.find((scope) => issuedToOfScope(scope)?.name === edgeParts(identity.sessionName).name);
}

/** The resource of a proven scope; undefined for issuers that are none of ours (their credentials are not judged). */
export function issuedToOfScope(scope: InScopeOf): IssuedTo | undefined {
  const family = familyOf(scope.issuerType);
  const parts = scope.credentialsIssuedTo.split(':');
  if (family === undefined || parts.length < 6) return undefined;
  const resource = parts.slice(5).join(':');
  const version = scope.credentialsIssuedToVersion?.slice(scope.credentialsIssuedTo.length + 1);
  const base = { family, accountId: parts[4]!, region: parts[3]! };
  if (family !== 'lambda') {
    return { ...base, arn: scope.credentialsIssuedTo, name: resource.split('/').at(-1)! };
  }
  const [kind, name, qualifier] = resource.split(':');
  const arn =
    kind === 'function'
      ? parts
          .slice(0, 5)
          .concat('function', name ?? '')
          .join(':')
      : scope.credentialsIssuedTo;
  const issuedTo = { ...base, arn, name: (name ?? resource).split('/').at(-1)! };
  const known = version || qualifier;
  return known ? { ...issuedTo, version: known } : issuedTo;
}

function familyOf(issuerType: string): IssuedTo['family'] | undefined {
  if (issuerType.startsWith('AWS::Lambda::')) return 'lambda';
  if (issuerType.startsWith('AWS::ECS::')) return 'ecs';
  if (issuerType === 'AWS::EC2::Instance') return 'ec2';
  return undefined;
}

function byIssuedKey(identity: SessionIdentity, ledger: Ledger): Attribution | undefined {
  const issue = ledger.issuedKeys.get(identity.accessKeyId)?.find((each) => sameSession(identity, each, ledger));
  if (issue === undefined) return undefined;
  return fromIssue(
    'issued-key',
    issue,
    `The access key is in the answer to an AssumeRole made by ${issue.service} for this role and session.`,
  );
}

function byOtherIssuer(identity: SessionIdentity, ledger: Ledger): Attribution | undefined {
  if (identity.accessKeyId === '' || !ledger.othersKeys.has(identity.accessKeyId)) return undefined;
  return { kind: 'other', why: 'the access key was returned to somebody else by their own AssumeRole' };
}

function byIssuedSession(identity: SessionIdentity, ledger: Ledger): Attribution | undefined {
  const issue = ledger.issuedSessions.get(sessionKey(roleKeyFor(identity, ledger), identity.sessionName))?.[0];
  if (issue === undefined) return undefined;
  const by = roleKeyOfSession(identity) === '' ? `role id ${identity.roleId}` : 'role';
  return fromIssue(
    'issued-session',
    issue,
    `Same ${by} and session name as an AssumeRole made by ${issue.service}; no record shows this key issued to anybody else.`,
  );
}

function byLogWriter(identity: SessionIdentity, ledger: Ledger): Attribution | undefined {
  const writer = ledger.logWriters.get(identity.accessKeyId);
  if (identity.accessKeyId === '' || writer === undefined) return undefined;
  const arn = `arn:${partitionOf(identity.arn)}:lambda:${writer.region}:${writer.accountId}:function:${writer.name}`;
  return {
    kind: 'resource',
    rung: 'log-writer',
    issuedTo: { family: 'lambda', arn, name: writer.name, accountId: writer.accountId, region: writer.region },
    platform: false,
    proof: `Lambda made the log stream of ${writer.name}, or decrypted its environment, with this access key from inside AWS.`,
  };
}

function byName(identity: SessionIdentity, ledger: Ledger): Attribution {
  const account = roleKeyOfSession(identity).slice(0, 12) || identity.accountId;
  const { name } = edgeParts(identity.sessionName);
  if (ledger.functions.has(`${account} ${name}`)) return { kind: 'unattributed', functionName: name };
  return {
    kind: 'other',
    why: 'no record shows that this credential was issued to a Lambda function, ECS task or EC2 instance',
  };
}

function sameSession(identity: SessionIdentity, issue: ServiceIssue, ledger: Ledger): boolean {
  const roleKey = roleKeyFor(identity, ledger);
  return identity.sessionName === issue.sessionName && (roleKey === '' || roleKey === issue.roleKey);
}

/** `account/role-name`, by the ARN or, in views from another account, by the role's unique id. */
export function roleKeyFor(identity: SessionIdentity, ledger: Ledger): string {
  return roleKeyOfSession(identity) || (ledger.roleIds.get(identity.roleId) ?? '');
}

function fromIssue(rung: Rung, issue: ServiceIssue, proof: string): Attribution {
  const platform = issue.family === 'lambda' && isPlatformSession(issue.sessionName);
  return { kind: 'resource', rung, issuedTo: platform ? roleItself(issue) : resourceOf(issue), platform, proof };
}

function resourceOf(issue: ServiceIssue): IssuedTo {
  const partition = partitionOf(issue.roleArn);
  const { family, accountId } = issue;
  switch (family) {
    case 'lambda': {
      const edge = edgeParts(issue.sessionName);
      const region = edge.region || issue.region;
      return {
        family,
        accountId,
        region,
        name: edge.name,
        arn: `arn:${partition}:lambda:${region}:${accountId}:function:${edge.name}`,
      };
    }
    case 'ecs':
      return {
        family,
        accountId,
        region: issue.region,
        name: issue.sessionName,
        arn: `arn:${partition}:ecs:${issue.region}:${accountId}:task/${issue.sessionName}`,
      };
    case 'ec2':
      return {
        family,
        accountId,
        region: issue.region,
        name: issue.sessionName,
        arn: `arn:${partition}:ec2:${issue.region}:${accountId}:instance/${issue.sessionName}`,
      };
  }
}

/** Platform sessions serve a role's event sources; no record says which function, so the role stands for it. */
function roleItself(issue: ServiceIssue): IssuedTo {
  return {
    family: 'lambda',
    accountId: issue.accountId,
    region: issue.region,
    name: issue.roleKey.slice(13),
    arn: issue.roleArn,
  };
}
