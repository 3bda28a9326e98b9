import { checked, count, FORMS } from '../findings/index.ts';
import { printable } from '../kit/index.ts';
import type { Derived } from '../sessions/index.ts';
import { change, look, placeholdersIn, policyWord, SET_CUTOFF } from './commands.ts';
import type { Command, Step } from './plan.ts';
import { revokeOlderSessions } from './policies.ts';
import type { Situation } from './situation.ts';

/**
 * Credentials made with the stolen one live on their own: revoking the first role does not touch them. One step for each role they act
 * as, one for each user key, one for console sessions. Takes the role from the record that made the credential; when that names none, says so.
 */
export function derivedSteps(situation: Situation): readonly Step[] {
  const { derived } = situation.evidence;
  if (derived.total === 0) return [];
  const roles = new Map<string, Derived[]>();
  const keys: Derived[] = [];
  const rest: Derived[] = [];
  for (const each of derived.listed) {
    const role = roleOf(each);
    if (role !== undefined) roles.set(each.actsAs, [...(roles.get(each.actsAs) ?? []), each]);
    else if (each.accessKeyId?.startsWith('AKIA') === true) keys.push(each);
    else rest.push(each);
  }
  return [
    ...[...roles.values()].map((made, i) => revokeRole(situation, made, i + 1)),
    ...keys.map((made, i) => disableKey(situation, made, i + 1)),
    ...(rest.length === 0 ? [] : [others(rest)]),
    ...(derived.total > derived.listed.length ? [unlisted(derived.total - derived.listed.length)] : []),
  ];
}

const ROLE_ARN = /^arn:aws[a-z-]{0,20}:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/;

function roleOf({ actsAs, by }: Derived): { readonly account: string; readonly role: string } | undefined {
  const [, account, role] = by.startsWith('sts:Assume') ? (ROLE_ARN.exec(actsAs) ?? []) : [];
  return account === undefined || role === undefined ? undefined : { account, role: checked(role, FORMS.roleName) };
}

function revokeRole({ finding, names }: Situation, made: readonly Derived[], n: number): Step {
  const first = made[0]!;
  const { account, role } = roleOf(first)!;
  const elsewhere = account !== finding.accountId;
  const calls = made.reduce((sum, each) => sum + each.calls, 0);
  const policy = revokeOlderSessions();
  const to = `${names.iamRegion} --role-name=${role} --policy-name=AWSRevokeOlderSessions`;
  return {
    id: `contain.derived-role-${n}`,
    does: `Revoke the sessions of role ${role} in account ${account} that the thief made (${count(made.length, 'session')}, ${count(calls, 'call')} in the input).`,
    why: `A session made from a role lasts an hour at most and can be made anew as long as the first one lives, so this comes after revoking role ${names.role}.${elsewhere ? ' It is another account: revoke there, and read its trail too, because these calls are recorded there.' : ''}`,
    trap: 'The next one in the chain is not touched either: every role has a step of its own here.',
    policy: { name: 'AWSRevokeOlderSessions', document: policy, fill: placeholdersIn(JSON.stringify(policy)) },
    commands: [
      look(`aws iam get-role${names.iamRegion} --role-name=${role} --query=Role.AssumeRolePolicyDocument`, {
        account,
        note: 'who may assume it: should the stolen role be able to?',
      }),
      SET_CUTOFF,
      change(`aws iam put-role-policy${to} --policy-document=${policyWord(policy)}`, { account }),
    ],
    breaks: `Everybody else who uses role ${role} must assume it again.`,
    undo: [change(`aws iam delete-role-policy${to}`, { account })],
  };
}

function disableKey({ names }: Situation, made: Derived, n: number): Step {
  const key = checked(made.accessKeyId ?? '', FORMS.accessKeyId);
  const [, account = names.account, path = ''] =
    /^arn:aws[a-z-]{0,20}:iam::(\d{12}):user\/(.+)$/.exec(made.actsAs) ?? [];
  const user = checked(path.slice(path.lastIndexOf('/') + 1), FORMS.userName);
  const command = (status: string): Command =>
    change(
      `aws iam update-access-key${names.iamRegion} --user-name=${user} --access-key-id=${key} --status=${status}`,
      {
        account,
      },
    );
  return {
    id: `contain.derived-key-${n}`,
    does: `Switch off the user key ${key} that the thief made (${count(made.calls, 'call')} in the input).`,
    why: 'It never expires. Do not delete it before the investigation is over: its last use is evidence.',
    trap: 'The same user may have a console password and other keys that the thief made: look at the user, not only at the key.',
    commands: [
      look(`aws iam get-access-key-last-used${names.iamRegion} --access-key-id=${key} --query=UserName --output=text`, {
        account,
        note: 'whose key it is',
      }),
      command('Inactive'),
      look(`aws iam list-access-keys${names.iamRegion} --user-name=${user}`, { account }),
    ],
    breaks: 'Whoever else uses this key; a key that the thief made has no honest user.',
    undo: [command('Active')],
  };
}

function others(made: readonly Derived[]): Step {
  return {
    id: 'contain.derived-others',
    does: `${count(made.length, 'other credential')} made with the stolen one: ${[...new Set(made.map((each) => printable(each.by, 80)))].join(', ')}.`,
    why: 'Console sign-ins and session tokens carry the identity and the issue time of the session that made them, so revoking the role ends them too. Tokens of other services (container registries, package stores) live up to 12 hours and cannot be revoked: what they could read counts as read.',
    commands: [],
  };
}

function unlisted(n: number): Step {
  return {
    id: 'contain.derived-unlisted',
    does: `${count(n, 'more credential')} made with the stolen one did not fit into the finding.`,
    why: 'Find them in the trail: AssumeRole, GetSessionToken, GetFederationToken, GetSigninToken and CreateAccessKey by the keys of this finding.',
    commands: [],
  };
}
