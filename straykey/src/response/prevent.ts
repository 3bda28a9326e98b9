import { several } from '../findings/index.ts';
import { change, look, placeholdersIn } from './commands.ts';
import type { Phase, Step } from './plan.ts';
import { type Policy, perimeterForAll } from './policies.ts';
import type { Situation } from './situation.ts';

/** So that the next stolen key is worth nothing outside. */
export function preventPhase(situation: Situation): Phase {
  return {
    name: 'prevent',
    title: 'Prevent the next one',
    steps: [
      ...ownRole(situation),
      ...intoVpc(situation),
      perimeter(situation),
      resources(situation),
      ...metadata(situation),
      lessRights(situation),
    ],
  };
}

/** Tasks of one service and instances of one group share a role on purpose. */
const OF_A_FLEET = /^(?:i-[0-9a-f]{8,17}|[0-9a-f]{32}|[0-9a-f-]{36})$/;

function ownRole({ names, resource, sharedWith }: Situation): readonly Step[] {
  const strangers = sharedWith.filter((each) => !OF_A_FLEET.test(each));
  if (strangers.length === 0) return [];
  return [
    {
      id: 'prevent.own-role',
      does: `Give ${resource} a role of its own.`,
      why: `Role ${names.role} is also used by ${several(strangers, 6)}: a leak of one is a leak of all, and every measure above hits them all.`,
      commands: [],
    },
  ];
}

function intoVpc({ family, vpc }: Situation): readonly Step[] {
  if (family !== 'lambda' || vpc === 'in') return [];
  return [
    {
      id: 'prevent.into-vpc',
      does: `${vpc === 'out' ? 'Put the function' : 'If it has none, put the function'} into a VPC with endpoints for the services it uses.`,
      why: 'A function without a VPC calls from addresses that all customers of Lambda share: no condition can tell its network from another. In a VPC, aws:SourceVpc can.',
      trap: 'Without endpoints or a NAT gateway the function reaches nothing: make them first.',
      commands: [],
    },
  ];
}

function perimeter(situation: Situation): Step {
  const { family, names, vpc } = situation;
  const policy = perimeterForAll({ vpcs: ['VPC_ID'], addresses: ['NAT_ADDRESS'], family });
  const name = 'StraykeyNetworkPerimeter';
  const aim = {
    lambda:
      'lambda:SourceFunctionArn is in every credential of a function and stays there when it is stolen: so it aims the deny at functions, and does not keep anybody out by itself. It works in identity policies and service control policies, not in the policy of a bucket or a key.',
    ec2: 'ec2:SourceInstanceARN is in every credential of an instance and stays there when it is stolen: so it aims the deny, and does not keep anybody out by itself. Where each instance calls from its own VPC, compare aws:SourceVpc with the policy variable aws:EC2InstanceSourceVPC instead of a list.',
    ecs: 'Tasks have no such key; tag their roles dp:include:network=true and protect the tag.',
  }[family];
  return {
    id: 'prevent.perimeter',
    does: `Let ${{ lambda: 'credentials of functions', ecs: 'roles of tasks', ec2: 'credentials of instances' }[family]} work from your own networks only: a service control policy for the accounts.`,
    why: `A stolen key is then worth nothing outside. ${aim}`,
    trap: `Functions${family === 'lambda' ? ' without a VPC' : ' and hosts outside the listed networks'} lose all rights: exclude them, or move them first. Try it on one account, and read the trail for AccessDenied before you go on. Service control policies do not bind the management account.${vpc === 'out' ? ' This function has no VPC.' : ''}`,
    ...asPolicy(name, policy),
    commands: [
      change(
        `aws organizations create-policy${names.iamRegion} --type=SERVICE_CONTROL_POLICY --name=${name} --description='credentials from own networks only' --content='${JSON.stringify(policy)}'`,
        { note: 'in the management account' },
      ),
      change(`aws organizations attach-policy${names.iamRegion} --policy-id=POLICY_ID --target-id=TARGET_ID`, {
        note: 'in the management account; one test account first',
      }),
    ],
    breaks: 'Every credential of that kind that is used from a network you did not list.',
    undo: [
      change(`aws organizations detach-policy${names.iamRegion} --policy-id=POLICY_ID --target-id=TARGET_ID`, {
        note: 'in the management account',
      }),
    ],
  };
}

function asPolicy(name: string, document: Policy): Pick<Step, 'policy'> {
  return { policy: { name, document, fill: placeholdersIn(JSON.stringify(document)) } };
}

function resources({ buckets, touchedS3 }: Situation): Step {
  const which = buckets.length > 0 ? ` (${several(buckets, 3)})` : '';
  return {
    id: 'prevent.resources',
    does: `Bind what it reads to the network as well: deny unless aws:SourceVpc or aws:SourceVpce is yours, in the policy of the bucket, key, queue or secret${touchedS3 ? which : ''}.`,
    why: 'It holds for every credential, not only for this one, and a resource control policy does it for all accounts at once.',
    trap: 'Use IfExists with aws:ViaAWSService and aws:PrincipalIsAWSService, or AWS services that act for you are locked out: replication, log delivery, Athena. Keep a role of yours exempt, or you lock yourself out.',
    commands: [],
  };
}

function metadata({ family, names }: Situation): readonly Step[] {
  if (family !== 'ec2') return [];
  return [
    {
      id: 'prevent.imdsv2',
      does: 'Demand IMDSv2 on every instance of the account.',
      why: 'It stops server-side request forgery from reading the credential.',
      commands: [
        change(
          `aws ec2 modify-instance-metadata-defaults --region=${names.region} --http-tokens=required --http-put-response-hop-limit=1`,
          {
            account: names.account,
            note: 'for new instances; containers on the instance may need a hop limit of 2',
          },
        ),
      ],
      undo: [
        change(
          `aws ec2 modify-instance-metadata-defaults --region=${names.region} --http-tokens=no-preference --http-put-response-hop-limit=-1`,
          {
            account: names.account,
          },
        ),
      ],
    },
  ];
}

function lessRights({ names }: Situation): Step {
  return {
    id: 'prevent.less-rights',
    does: `Take from role ${names.role} what it does not use.`,
    why: 'What a key may not do, a thief cannot do with it.',
    commands: [
      look(
        `aws iam generate-service-last-accessed-details${names.iamRegion} --arn="$(aws iam get-role${names.iamRegion} --role-name=${names.role} --query=Role.Arn --output=text)"`,
        {
          account: names.account,
        },
      ),
    ],
  };
}
