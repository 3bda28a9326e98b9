import { several } from '../findings/index.ts';
import { change, look } from './commands.ts';
import type { Phase, Step } from './plan.ts';
import { callsOfCategory, type Situation } from './situation.ts';

export function eradicatePhase(situation: Situation): Phase {
  return {
    name: 'eradicate',
    title: 'Eradicate',
    steps: [findHole(situation), ...removeTraces(situation), rotate(situation)],
  };
}

function findHole({ family, names, resource }: Situation): Step {
  const { account, region, functionName, cluster, taskId, instanceId } = names;
  const at = { account };
  const commands = {
    lambda: [
      look(
        `aws lambda get-function --region=${region} --function-name=${functionName} --query='{code:Code.Location,layers:Configuration.Layers,sha:Configuration.CodeSha256}'`,
        {
          ...at,
          note: 'the link to the code works for 10 minutes',
        },
      ),
      look(`aws lambda get-policy --region=${region} --function-name=${functionName}`, {
        ...at,
        note: 'who may call it',
      }),
    ],
    ecs: [
      look(
        `aws ecs describe-tasks --region=${region} --cluster=${cluster} --tasks=${taskId} --query='tasks[].containers[].[image,imageDigest]'`,
        at,
      ),
    ],
    ec2: [
      look(
        `aws ec2 describe-instance-attribute --region=${region} --instance-id=${instanceId} --attribute=userData`,
        at,
      ),
    ],
  }[family];
  const places = {
    lambda:
      'its code and libraries (server-side request forgery, code injection, file reads of /proc/self/environ), layers and extensions, a poisoned image, and logs or error pages that print the environment',
    ecs: 'its image and libraries, code that can be made to fetch 169.254.170.2, logs that print the environment, and an exec session',
    ec2: 'code that can be made to fetch 169.254.169.254, a login on the host, and user data',
  }[family];
  return {
    id: 'eradicate.find-hole',
    does: `Find how the credential got out of ${resource}.`,
    why: `Look at ${places}. Then at who changed it last, and close it.`,
    commands,
  };
}

/** What the calls of the finding may have left behind. */
function removeTraces(situation: Situation): readonly Step[] {
  const critical = callsOfCategory(situation, 'CRITICAL').filter((each) => !each.endsWith('(failed)'));
  const { account, iamRegion } = situation.names;
  return [
    {
      id: 'eradicate.remove-traces',
      does:
        critical.length > 0
          ? `Undo what the thief changed: ${several(critical, 8)}.`
          : 'Look for what the thief left behind: users, keys, roles and trust policies, functions, event rules, shared snapshots.',
      why:
        critical.length > 0
          ? 'These calls change rights or leave a way back. Their records name what was made or changed.'
          : 'No successful call of that kind is in the evidence. The credential report shows users and keys made since the first call.',
      commands: [
        look(`aws iam generate-credential-report${iamRegion}`, { account }),
        look(`aws iam get-credential-report${iamRegion} --query=Content --output=text | base64 -d`, { account }),
      ],
    },
  ];
}

function rotate(situation: Situation): Step {
  const secrets = callsOfCategory(situation, 'SECRETS');
  return {
    id: 'eradicate.rotate',
    does: 'Replace every secret the thief could read: environment variables, Secrets Manager, parameters, database passwords, tokens.',
    why: `${secrets.length > 0 ? `The evidence shows ${several(secrets, 5)}. ` : ''}${situation.family === 'lambda' ? 'Whoever could read the credential from the environment could read the other variables of the environment as well.' : 'Whoever could read the credential could read what lay beside it.'}`,
    trap: 'Replace them after the leak is closed, or the new ones leak as well.',
    commands: [],
  };
}

/** Addresses that get a statement of their own; a longer list is better said as networks. */
const MOST_STATEMENTS = 5;

/** Longest life of a role session; after that a revoked key is dead by itself. */
const LONGEST_SESSION_HOURS = 12;

export function recoverPhase(situation: Situation): Phase {
  const { context, names, resource } = situation;
  return {
    name: 'recover',
    title: 'Recover',
    steps: [
      {
        id: 'recover.start',
        does: `Start ${resource} again, once the hole is closed and its secrets are replaced.`,
        why: 'Use the undo of the step that stopped it ("contain.close-leak"). Start with one that you can watch.',
        trap: 'If it fails with AccessDenied now, it still has old credentials: renew them ("contain.renew").',
        commands: [],
      },
      {
        id: 'recover.watch',
        does: 'Watch for a day: the same host, the same role, the keys made with the stolen one.',
        commands: [
          look(`straykey scan ${context.sources} --fail-on=high`, { note: 'exits 1 when a finding is at least high' }),
          look(`straykey explain ${names.finding} ${context.sources}`, { note: 'has this finding grown?' }),
        ],
      },
      {
        id: 'recover.remove-denies',
        does: `Remove the deny policies ${LONGEST_SESSION_HOURS} hours after the cut-off, when the old keys are dead by themselves.`,
        why: 'Earlier, the stolen key works again. Of the policies below only those you put are there; the others answer NoSuchEntity. StraykeyOnlyFromNetwork may stay for good.',
        commands: ['StraykeyDenyAddress', 'AWSRevokeOlderSessions', 'StraykeyRevokeSession', 'StraykeyDenySession'].map(
          (policy) =>
            change(`aws iam delete-role-policy${names.iamRegion} --role-name=${names.role} --policy-name=${policy}`, {
              account: names.account,
            }),
        ),
      },
      {
        id: 'recover.tell',
        does: `Say that the host is malicious, so that no function ever learns it as expected.`,
        why: 'Statements are kept with who, when and why, and can be taken back (straykey hosts clear).',
        commands: situation.addresses
          .slice(0, MOST_STATEMENTS)
          .map((host) =>
            change(`straykey hosts malicious ${host} --reason='stolen credential, finding ${names.finding}'`),
          ),
      },
    ],
  };
}
