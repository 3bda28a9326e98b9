import { count, several } from '../findings/index.ts';
import { closeLeak } from './close-leak.ts';
import { CUTOFF_MARGIN_SECONDS, change, look, placeholdersIn, policyWord, SET_CUTOFF } from './commands.ts';
import { derivedSteps } from './derived.ts';
import type { Command, NamedPolicy, Phase, Step } from './plan.ts';
import {
  denyAddresses,
  denySession,
  onlyFromNetwork,
  type Policy,
  revokeOlderSessions,
  revokeOneSession,
} from './policies.ts';
import { renew } from './renew.ts';
import type { Situation } from './situation.ts';

/**
 * Contain, in the order that holds: first the leak, then the stolen key, then fresh credentials, then what was made with the stolen one.
 * Revoked before the leak is closed, a thief reads the next credential minutes later.
 */
export function containPhase(situation: Situation): Phase {
  return {
    name: 'contain',
    title: 'Contain',
    steps: [
      ...slowDown(situation),
      closeLeak(situation),
      ...revoke(situation),
      ...confine(situation),
      renew(situation),
      ...derivedSteps(situation),
    ],
  };
}

/** Puts an inline policy on the role; takes it off again. */
function onRole(
  { names }: Situation,
  name: string,
  policy: Policy,
): { policy: NamedPolicy; commands: readonly Command[]; undo: readonly Command[] } {
  const at = { account: names.account };
  const put = change(
    `aws iam put-role-policy${names.iamRegion} --role-name=${names.role} --policy-name=${name} --policy-document=${policyWord(policy)}`,
    at,
  );
  const withCutoff = put.text.includes('$cutoff');
  return {
    policy: { name, document: policy, fill: placeholdersIn(JSON.stringify(policy)) },
    commands: withCutoff ? [SET_CUTOFF, put] : [put],
    undo: [change(`aws iam delete-role-policy${names.iamRegion} --role-name=${names.role} --policy-name=${name}`, at)],
  };
}

/** IAM takes a policy of at most 10,240 characters a role; a condition with more addresses than this is no longer a quick measure. */
const MOST_ADDRESSES = 50;

function slowDown(situation: Situation): readonly Step[] {
  const { addresses, evidence } = situation;
  if (addresses.length === 0 || addresses.length > MOST_ADDRESSES) return [];
  const pool = evidence.learning.scope.kind === 'pool';
  return [
    {
      id: 'contain.deny-address',
      does: `At once, while you prepare the rest: deny the role to ${count(addresses.length, 'address', 'addresses')} of the caller.`,
      why: 'It works on credentials already out, within seconds, and stops nothing that runs inside AWS. It buys minutes: the caller can move to another address.',
      trap: 'A call that an AWS service forwards for the caller keeps the address of the caller; one that a service makes for itself does not. So this is not a wall, and the steps below are still needed.',
      ...onRole(situation, 'StraykeyDenyAddress', denyAddresses(addresses)),
      breaks: pool
        ? 'Everything of this role behind the same gateway: the address belongs to a network you have used before.'
        : 'Only what this role does from the same address.',
    },
  ];
}

/** Two ways to revoke and one to bar: use one. The first named is the one this finding asks for. */
function revoke(situation: Situation): readonly Step[] {
  const shared = situation.sharedWith.length > 0;
  const steps = [revokeRole(situation), revokeSession(situation)];
  const [first, ...rest] = [...(shared ? steps.reverse() : steps), barSession(situation)];
  return [{ ...first!, why: `Use this, or one of the steps after it that begin with Or. ${first!.why}` }, ...rest];
}

const MARGIN = `The cut-off lies ${CUTOFF_MARGIN_SECONDS} seconds ahead, because a policy takes that long to reach every region. Wait a minute before you renew, or the fresh credentials are denied as well.`;

function revokeRole(situation: Situation): Step {
  const { names, sharedWith } = situation;
  const shared = sharedWith.length > 0;
  return {
    id: 'contain.revoke-role',
    does: `${shared ? 'Or revoke' : 'Revoke'} every session of role ${names.role} issued until now.`,
    why: 'Temporary keys cannot be deleted, only denied. Sessions issued after the cut-off work, so the policy may stay for days. It is the policy the IAM console writes, under its name.',
    trap: `${MARGIN} It does not reach keys made with the stolen one, nor user keys, nor service-linked roles.`,
    ...onRole(situation, 'AWSRevokeOlderSessions', revokeOlderSessions()),
    breaks: shared
      ? `Everything that uses the role, until it has a fresh session: ${several(sharedWith, 6)} too.`
      : 'Every running environment of the role, healthy ones too, until it has a fresh session.',
  };
}

function revokeSession(situation: Situation): Step {
  const { names, resource, sharedWith } = situation;
  const shared = sharedWith.length > 0;
  return {
    id: 'contain.revoke-session',
    does: `${shared ? 'Revoke' : 'Or revoke'} only the sessions of ${resource} issued until now.`,
    why: shared
      ? `The role is shared: ${several(sharedWith, 6)} go on working. Both conditions must hold, so fresh credentials of ${resource} work as well.`
      : 'Spares other users of the role, should there be any the input does not show.',
    trap: MARGIN,
    ...onRole(situation, 'StraykeyRevokeSession', revokeOneSession(names.userId)),
    breaks: `Running environments of ${resource}, until they have fresh credentials. Nothing else.`,
  };
}

function barSession(situation: Situation): Step {
  const { family, names, resource } = situation;
  const meaning = {
    lambda:
      'A function has one session name, so the function is down until the policy is removed, fresh credentials or not.',
    ecs: 'A task has a session name of its own, so only this task is down; the next one works.',
    ec2: 'An instance has one session name, so it is without rights until the policy is removed.',
  }[family];
  return {
    id: 'contain.bar-session',
    does: `Or bar ${resource} for good, until you remove the policy.`,
    why: 'The hard form, for a leak that is not found yet: fresh credentials are worthless too.',
    ...onRole(situation, 'StraykeyDenySession', denySession(names.userId)),
    breaks: meaning,
  };
}

/** By source network; only where the resource has a network of its own. */
function confine(situation: Situation): readonly Step[] {
  const { family, names, resource, vpc } = situation;
  if (family === 'lambda' && vpc === 'out') return [];
  const { account, region, functionName } = names;
  const vpcOf = {
    lambda: `aws lambda get-function-configuration --region=${region} --function-name=${functionName} --query=VpcConfig.VpcId --output=text`,
    ecs: `aws ec2 describe-network-interfaces --region=${region} --network-interface-ids=ENI_ID --query='NetworkInterfaces[].VpcId' --output=text`,
    ec2: `aws ec2 describe-instances --region=${region} --instance-ids=${names.instanceId} --query='Reservations[].Instances[].VpcId' --output=text`,
  }[family];
  const on = onRole(
    situation,
    'StraykeyOnlyFromNetwork',
    onlyFromNetwork(names.userId, { vpcs: ['VPC_ID'], addresses: ['NAT_ADDRESS'], family }),
  );
  return [
    {
      id: 'contain.only-from-network',
      does: `Or keep ${resource} running and deny its credential everywhere but in its VPC.`,
      why: `The one measure without an outage, and it holds while the leak is open.${vpc === 'unknown' ? ' Only for a function in a VPC: the first command says whether it is.' : ''} NAT_ADDRESS is each public address of the NAT gateways of the VPC, written as CIDR.`,
      trap: `A deny by NotIpAddress alone breaks calls through VPC endpoints, which have no public aws:SourceIp, and calls AWS services forward (aws:ViaAWSService): hence the four conditions, which must all hold.${family === 'lambda' ? ' Lambda writes logs and traces of the function with the same credential from its own network: hence NotAction.' : ''}`,
      policy: on.policy,
      commands: [
        look(vpcOf, { account }),
        look(
          `aws ec2 describe-nat-gateways --region=${region} --filter=Name=vpc-id,Values=VPC_ID --query='NatGateways[].NatGatewayAddresses[].PublicIp' --output=text`,
          { account },
        ),
        ...on.commands,
      ],
      breaks: `What ${resource} does if it leaves by an address you did not list, and presigned links that it signed, when they are used from elsewhere.`,
      undo: on.undo,
    },
  ];
}
