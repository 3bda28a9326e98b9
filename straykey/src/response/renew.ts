import { CUTOFF_MARGIN_SECONDS, change, look } from './commands.ts';
import type { Step } from './plan.ts';
import type { Situation } from './situation.ts';

/** Past the cut-off with room to spare: a session issued before it is denied. */
const WAIT_SECONDS = 2 * CUTOFF_MARGIN_SECONDS;

/** Fresh credentials for the healthy: each family gets them in its own way. */
export function renew({ family, names, resource, evidence }: Situation): Step {
  const { account, region, functionName, cluster } = names;
  const at = { account };
  const id = 'contain.renew';
  const does = `Give ${resource} fresh credentials, a minute after revoking and with the leak closed.`;
  switch (family) {
    case 'lambda': {
      const version = evidence.credential.issuedTo.version;
      const to = `--region=${region} --function-name=${functionName}`;
      return {
        id,
        does,
        why: 'Running environments keep their denied credentials until they are replaced. A change of configuration replaces them.',
        trap: `It replaces environments of $LATEST only.${version !== undefined && version !== '$LATEST' ? ' This credential belongs to a published version.' : ''} Callers that use a version or an alias need a new version and the alias moved; provisioned concurrency then starts anew.`,
        commands: [
          look(`aws lambda get-function-configuration ${to} --query=Description --output=text`, {
            ...at,
            note: 'note it: the next command overwrites it',
          }),
          change(
            `sleep ${WAIT_SECONDS} && aws lambda update-function-configuration ${to} --description='credentials renewed after an incident'`,
            at,
          ),
          look(`aws lambda list-aliases ${to} --query='Aliases[].[Name,FunctionVersion]' --output=text`, at),
          change(`aws lambda publish-version ${to}`, { ...at, note: 'only when callers use an alias' }),
          change(`aws lambda update-alias ${to} --name=ALIAS --function-version=VERSION`, {
            ...at,
            note: 'only when callers use an alias',
          }),
        ],
        breaks: 'Nothing: cold starts for a while.',
      };
    }
    case 'ecs':
      return {
        id,
        does,
        why: 'Every task has a session of its own, so a new task has a new credential.',
        commands: [
          change(
            `sleep ${WAIT_SECONDS} && aws ecs update-service --region=${region} --cluster=${cluster} --service=SERVICE --force-new-deployment`,
            at,
          ),
        ],
        breaks: 'Nothing if the service is healthy: tasks are replaced one after the other.',
      };
    case 'ec2':
      return {
        id,
        does,
        why: 'The metadata service goes on handing out the denied credential until it renews it. Attaching another profile and then the right one makes it renew at once; a stop and start does too.',
        commands: [
          look(
            `aws ec2 describe-iam-instance-profile-associations --region=${region} --filters=Name=instance-id,Values=${names.instanceId}`,
            at,
          ),
          change(
            `sleep ${WAIT_SECONDS} && aws ec2 replace-iam-instance-profile-association --region=${region} --association-id=ASSOCIATION_ID --iam-instance-profile=Name=INSTANCE_PROFILE`,
            { ...at, note: 'once with an empty profile, once with the right one' },
          ),
        ],
        breaks: 'A short gap in the rights of the instance.',
      };
  }
}
