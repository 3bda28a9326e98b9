import type { Step } from './evidence.ts';
import type { Facts } from './facts.ts';
import { checked, FORMS, quoted } from './shell.ts';
import { resourceWords } from './statements.ts';
import { derivedOf } from './tally.ts';
import { count, name, several } from './text.ts';
import { typeSheets } from './types/index.ts';

/**
 * What to do, in the order that works. The trap: revoking first. A credential environment whose leak is still open hands the thief fresh
 * credentials within minutes, so the leak is closed before the sessions are revoked. Commands are text; nothing is executed.
 * Source: IAM user guide "Revoking temporary credentials", GuardDuty user guide "Remediating compromised credentials" and
 * "… Lambda function"; that a configuration change replaces running environments is how Lambda works, not a line of those pages.
 */
export function responseFor(facts: Facts): readonly Step[] {
  return [
    verify(facts),
    closeLeak(facts),
    revoke(facts),
    ...revokeDerived(facts),
    scope(facts),
    eradicate(facts),
    recover(facts),
    prevent(facts),
  ];
}

/** How many keys and regions get their own look-up command; more are the same command with another value. */
const MOST_LOOKUPS = 3;

interface Names {
  readonly account: string;
  readonly region: string;
  readonly role: string;
  readonly functionName: string;
  readonly cluster: string;
  readonly taskId: string;
  readonly instanceId: string;
}

/** Everything that goes into a command, checked once. */
function namesOf({ case: c, region, roleName }: Facts): Names {
  const { issuedTo } = c;
  const [, cluster = ''] = /:task\/([^/]+)\//.exec(issuedTo.arn) ?? [];
  return {
    account: checked(c.accountId, FORMS.account),
    region: checked(region, FORMS.region),
    role: checked(roleName, FORMS.roleName),
    functionName: FORMS.functionArn.pattern.test(issuedTo.arn)
      ? issuedTo.arn
      : checked(issuedTo.name, FORMS.functionName),
    cluster: checked(cluster, FORMS.cluster),
    taskId: checked(issuedTo.name, FORMS.taskId),
    instanceId: checked(issuedTo.name, FORMS.instanceId),
  };
}

function verify(facts: Facts): Step {
  const { account, region, functionName, cluster, taskId, instanceId } = namesOf(facts);
  const look = {
    lambda: `aws lambda get-function-configuration --region=${region} --function-name=${functionName} --query='{role:Role,vpc:VpcConfig.VpcId,modified:LastModified}'`,
    ecs: `aws ecs describe-tasks --region=${region} --cluster=${cluster} --tasks=${taskId}`,
    ec2: `aws ec2 describe-instances --region=${region} --instance-ids=${instanceId}`,
  }[facts.case.issuedTo.family];
  return {
    phase: 'verify',
    does: typeSheets[facts.case.type].runbook,
    why: `If it is expected, apply the suppression rule and stop here. Work as account ${account}: the first command must print it.`,
    commands: ['aws sts get-caller-identity --query=Account --output=text', look],
  };
}

function closeLeak(facts: Facts): Step {
  const { region, functionName, cluster, taskId, instanceId } = namesOf(facts);
  const stop = {
    lambda: `aws lambda put-function-concurrency --region=${region} --function-name=${functionName} --reserved-concurrent-executions=0`,
    ecs: `aws ecs stop-task --region=${region} --cluster=${cluster} --task=${taskId} --reason=incident`,
    ec2: `aws ec2 modify-instance-metadata-options --region=${region} --instance-id=${instanceId} --http-endpoint=disabled`,
  }[facts.case.issuedTo.family];
  return {
    phase: 'contain',
    does: `Close the leak: stop ${resourceWords(facts)}, or fix the hole if it is known.`,
    why: 'This comes before revoking: while the leak is open, the thief reads the next credential minutes after the old one dies. It is an outage of this resource.',
    commands: [stop],
  };
}

function revoke(facts: Facts): Step {
  const { region, role, functionName } = namesOf(facts);
  const userId = checked(facts.principalId, FORMS.userId);
  const narrow = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Deny', Action: ['*'], Resource: ['*'], Condition: { StringEquals: { 'aws:userId': userId } } },
    ],
  });
  return {
    phase: 'contain',
    does: `Revoke every session of role ${name(facts.roleName) || 'of the credential'} issued until now, then renew the healthy ones.`,
    why: `Temporary keys cannot be deleted, only denied. The first command stops all sessions of the role, healthy ones too. The narrower one (by aws:userId) spares other users of the role but stops this resource until it is removed: use one or the other.${facts.case.issuedTo.family === 'lambda' ? " The last command makes Lambda start fresh environments with fresh credentials; it overwrites the function's description." : ''}`,
    commands: [
      ...denyBefore(role),
      `aws iam put-role-policy --role-name=${role} --policy-name=StraykeyDenySession --policy-document=${quoted(narrow)}`,
      ...(facts.case.issuedTo.family === 'lambda'
        ? [
            `aws lambda update-function-configuration --region=${region} --function-name=${functionName} --description=${quoted('renewed after credential theft')}`,
          ]
        : []),
    ],
  };
}

/** IAM's own "revoke active sessions": same policy name, so that the console shows it; the time is taken when it is run. */
function denyBefore(role: string): readonly string[] {
  const document =
    '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["*"],"Resource":["*"],"Condition":{"DateLessThan":{"aws:TokenIssueTime":"%s"}}}]}';
  return [
    `aws iam put-role-policy --role-name=${role} --policy-name=AWSRevokeOlderSessions --policy-document="$(printf '${document}' "$(date -u +%Y-%m-%dT%H:%M:%SZ)")"`,
  ];
}

function revokeDerived(facts: Facts): readonly Step[] {
  const derived = derivedOf(facts);
  if (derived.total === 0) return [];
  const commands = derived.listed.flatMap((each) => {
    const [, role] = /:role\/(?:.*\/)?([^/]+)$/.exec(each.actsAs) ?? [];
    if (role !== undefined) return denyBefore(checked(role, FORMS.roleName));
    if (each.accessKeyId?.startsWith('AKIA') !== true) return [];
    const [, named = ''] = /:user\/(?:.*\/)?([^/]+)$/.exec(each.actsAs) ?? [];
    const user = checked(named, FORMS.userName);
    const key = checked(each.accessKeyId, FORMS.accessKeyId);
    return [`aws iam update-access-key --user-name=${user} --access-key-id=${key} --status=Inactive`];
  });
  return [
    {
      phase: 'contain',
      does: `Revoke the ${count(derived.total, 'credential')} made with the stolen one, in the accounts they belong to.`,
      why: 'They live on their own: revoking the first role does not touch them, and a role session made from a role lasts up to an hour and can be made anew.',
      commands: [...new Set(commands)],
    },
  ];
}

function scope(facts: Facts): Step {
  const regions = facts.calls.byRegion.listed.map((each) => checked(each.region, FORMS.region));
  const keys = facts.keys.listed.map((each) => checked(each.accessKeyId, FORMS.accessKeyId));
  const commands = keys
    .slice(0, MOST_LOOKUPS)
    .flatMap((key) =>
      regions
        .slice(0, MOST_LOOKUPS)
        .map(
          (region) =>
            `aws cloudtrail lookup-events --region=${region} --lookup-attributes=AttributeKey=AccessKeyId,AttributeValue=${key}`,
        ),
    );
  return {
    phase: 'scope',
    does: `Find everything the ${count(facts.keys.total, 'key')} did, in ${count(regions.length, 'region')}${regions.length > 0 ? ` (${several(regions, 4)})` : ''}.`,
    why: 'lookup-events shows management events of 90 days only. For S3 objects and other data events read the trail itself, with this tool or by event id.',
    commands,
  };
}

function eradicate(facts: Facts): Step {
  const { region, role, functionName } = namesOf(facts);
  return {
    phase: 'eradicate',
    does: 'Find how the credential got out: code, libraries, layers and images, logs and crash dumps that print the environment, who changed the resource last.',
    why: 'Then replace the secrets the role could read, because the thief could read them too. The listing shows what the role reaches.',
    commands: [
      ...(facts.case.issuedTo.family === 'lambda'
        ? [
            `aws lambda get-function --region=${region} --function-name=${functionName} --query='{code:Code.Location,layers:Configuration.Layers}'`,
            `aws lambda get-function-url-config --region=${region} --function-name=${functionName}`,
          ]
        : []),
      `aws iam list-attached-role-policies --role-name=${role}`,
      `aws iam list-role-policies --role-name=${role}`,
    ],
  };
}

function recover(facts: Facts): Step {
  const { region, role, functionName, instanceId } = namesOf(facts);
  return {
    phase: 'recover',
    does: 'Start the resource again once the hole is closed, and remove the deny policy when the old keys have expired (12 hours).',
    why: 'Credentials issued after the cut-off are not denied, so the policy may stay until then without harm. The narrower one is named StraykeyDenySession and stops the resource while it is there.',
    commands: [
      ...{
        lambda: [`aws lambda delete-function-concurrency --region=${region} --function-name=${functionName}`],
        ecs: [],
        ec2: [
          `aws ec2 modify-instance-metadata-options --region=${region} --instance-id=${instanceId} --http-endpoint=enabled --http-tokens=required`,
        ],
      }[facts.case.issuedTo.family],
      `aws iam delete-role-policy --role-name=${role} --policy-name=AWSRevokeOlderSessions`,
    ],
  };
}

function prevent(facts: Facts): Step {
  return {
    phase: 'prevent',
    does: 'Bind the role to where it may be used from, and give it only what it needs.',
    why:
      facts.case.issuedTo.family === 'lambda'
        ? 'A function in a VPC with endpoints: deny unless aws:SourceVpc is yours. Aim the deny at functions with lambda:SourceFunctionArn, which a stolen credential keeps. Across accounts: a data perimeter as a service control policy.'
        : 'Deny unless aws:SourceVpc is yours (EC2: aws:EC2InstanceSourceVPC equal to aws:SourceVpc). Across accounts: a data perimeter as a service control policy.',
    commands: [],
  };
}
