import { change, look } from './commands.ts';
import type { Step } from './plan.ts';
import type { Situation } from './situation.ts';

/** Stops what hands out the credential. Errs towards an outage: a resource that is stopped leaks nothing. */
export function closeLeak(situation: Situation): Step {
  const id = 'contain.close-leak';
  const why =
    'This comes before revoking: while the leak is open, the thief reads the next credential minutes after the old one dies.';
  switch (situation.family) {
    case 'lambda':
      return { id, why, ...stopFunction(situation) };
    case 'ecs':
      return { id, why, ...stopTask(situation) };
    case 'ec2':
      return { id, why, ...closeMetadata(situation) };
  }
}

function stopFunction({ names, resource }: Situation): Omit<Step, 'id'> {
  const { account, region, functionName } = names;
  const to = `--region=${region} --function-name=${functionName}`;
  return {
    does: `Close the leak: stop ${resource}, or only its public door if that is the hole.`,
    trap: 'Stopping the function does not stop keys already out. Note its reserved concurrency first (no answer: none is set).',
    commands: [
      look(`aws lambda get-function-concurrency ${to}`, { account }),
      look(`aws lambda get-function-url-config ${to}`, { account, note: 'a public door, if it answers' }),
      change(`aws lambda put-function-concurrency ${to} --reserved-concurrent-executions=0`, { account }),
    ],
    breaks: `An outage of ${resource}: every invocation is refused. Queued and asynchronous events wait and are retried (6 hours by default, then lost unless there is a dead-letter queue); synchronous callers get errors.`,
    undo: [
      change(`aws lambda delete-function-concurrency ${to}`, { account, note: 'when none was set before' }),
      change(`aws lambda put-function-concurrency ${to} --reserved-concurrent-executions=PREVIOUS_CONCURRENCY`, {
        account,
        note: 'when one was set before',
      }),
    ],
  };
}

function stopTask({ names, resource }: Situation): Omit<Step, 'id'> {
  const { account, region, cluster, taskId } = names;
  const to = `--region=${region} --cluster=${cluster}`;
  return {
    does: `Close the leak: take ${resource} off the network, then stop it.`,
    trap: 'A service starts a new task from the same image, with the same hole: bring its count to 0 as well. Stopping destroys the memory and the disk of the task; take it off the network first if you need them as evidence.',
    commands: [
      look(
        `aws ecs describe-tasks ${to} --tasks=${taskId} --query='tasks[].{group:group,definition:taskDefinitionArn,interfaces:attachments[].details}'`,
        { account },
      ),
      change(
        `aws ec2 modify-network-interface-attribute --region=${region} --network-interface-id=ENI_ID --groups=EMPTY_GROUP_ID`,
        { account, note: 'a security group without rules; keeps the task for forensics' },
      ),
      change(`aws ecs update-service ${to} --service=SERVICE --desired-count=0`, { account }),
      change(`aws ecs stop-task ${to} --task=${taskId} --reason=incident`, { account }),
    ],
    breaks: `An outage of the service ${resource} belongs to.`,
    undo: [change(`aws ecs update-service ${to} --service=SERVICE --desired-count=PREVIOUS_COUNT`, { account })],
  };
}

function closeMetadata({ names, resource }: Situation): Omit<Step, 'id'> {
  const { account, region, instanceId } = names;
  const to = `--region=${region} --instance-id=${instanceId}`;
  return {
    does: `Close the leak: shut the metadata service of ${resource}, which hands out the credential.`,
    trap: 'Demanding IMDSv2 stops server-side request forgery, not code that runs on the instance. Credentials already read live on for up to 6 hours.',
    commands: [
      look(
        `aws ec2 describe-instances --region=${region} --instance-ids=${instanceId} --query='Reservations[].Instances[].MetadataOptions'`,
        {
          account,
        },
      ),
      change(`aws ec2 modify-instance-metadata-options ${to} --http-endpoint=disabled`, { account }),
    ],
    breaks:
      'Everything on the instance that uses its role, the Systems Manager agent and the CloudWatch agent too, once their credentials expire.',
    undo: [
      change(`aws ec2 modify-instance-metadata-options ${to} --http-endpoint=enabled --http-tokens=required`, {
        account,
      }),
    ],
  };
}
