import { spanOf } from '../../health/index.ts';
import { arnOfQueue } from '../../iam/index.ts';
import { fail, type Line, ok, unchecked, warn } from '../line.ts';
import type { Permissions } from '../permissions.ts';
import type { DoctorPorts, SourceConfig } from '../ports.ts';

export const queueLimits = {
  /** Seconds a message must stay invisible; 30: a batch of large objects takes seconds, and the visibility is extended at half of it. */
  visibility: 30,
  /** Receives before the dead-letter queue; 3 at least: a worker that is killed or a database that is away costs one each. */
  receives: 3,
  /** and 100 at most: a poison message keeps workers busy. */
  mostReceives: 100,
  /** Seconds that messages are kept; 4 days, SQS's default, so that a long weekend loses nothing. */
  retention: 345_600,
} as const;

type QueueSource = Extract<SourceConfig, { type: 'sqs' }>;

export async function checkQueue(
  source: QueueSource,
  name: string,
  ports: DoctorPorts,
  permissions: Permissions,
): Promise<Line[]> {
  const { queueUrl } = source;
  const answer = await permissions.try('sqs:GetQueueAttributes', queueUrl, () =>
    ports.aws.queueAttributes(queueUrl, source),
  );
  if ('trouble' in answer) return [fail('source', name, answer.trouble.found, answer.trouble.todo)];
  const attributes = answer.value;
  const lines = queueLines(name, attributes);
  const dead = deadLetterUrl(queueUrl, attributes.RedrivePolicy);
  if (dead !== undefined) {
    const letters = await permissions.try('sqs:GetQueueAttributes', dead, () =>
      ports.aws.queueAttributes(dead, source),
    );
    lines.push(
      'trouble' in letters
        ? warn('source', name, `dead-letter queue: ${letters.trouble.found}`, letters.trouble.todo)
        : deadLetterLine(name, letters.value),
    );
  }
  lines.push(
    unchecked(
      'source',
      name,
      'whether the objects that messages name can be read: no message was taken',
      'The check of the trail below reads one object of each bucket; straykey worker says what it cannot read.',
    ),
  );
  return lines;
}

export function queueLines(name: string, attributes: Readonly<Record<string, string>>): Line[] {
  const number = (key: string) => Number(attributes[key] ?? Number.NaN);
  const waiting = number('ApproximateNumberOfMessages');
  const working = number('ApproximateNumberOfMessagesNotVisible');
  const lines: Line[] = [ok('source', name, `queue answers: ${waiting} messages wait, ${working} are in work`)];
  const visibility = number('VisibilityTimeout');
  if (visibility < queueLimits.visibility)
    lines.push(
      warn(
        'source',
        name,
        `visibility timeout of ${visibility} s: messages may come twice`,
        `Set VisibilityTimeout to 300, at least ${queueLimits.visibility}.`,
      ),
    );
  const retention = number('MessageRetentionPeriod');
  if (retention < queueLimits.retention)
    lines.push(
      warn(
        'source',
        name,
        `messages are kept for ${spanOf(retention * 1000)} only`,
        'Set MessageRetentionPeriod to 1209600 (14 days), so that an outage loses nothing.',
      ),
    );
  lines.push(...redriveLines(name, attributes.RedrivePolicy));
  return lines;
}

function redriveLines(name: string, policy: string | undefined): Line[] {
  const receives = Number(redriveOf(policy)?.maxReceiveCount ?? Number.NaN);
  if (Number.isNaN(receives))
    return [
      warn(
        'source',
        name,
        'no dead-letter queue: what cannot be read is kept in the store instead',
        'Give the queue a redrive policy with maxReceiveCount 5.',
      ),
    ];
  if (receives < queueLimits.receives)
    return [
      warn(
        'source',
        name,
        `maxReceiveCount is ${receives}: one restart at the wrong moment buries good messages`,
        'Set maxReceiveCount to 5.',
      ),
    ];
  if (receives > queueLimits.mostReceives)
    return [
      warn(
        'source',
        name,
        `maxReceiveCount is ${receives}: a message that cannot be read comes back that often`,
        'Set maxReceiveCount to 5.',
      ),
    ];
  return [];
}

function redriveOf(
  policy: string | undefined,
): { deadLetterTargetArn?: string; maxReceiveCount?: number | string } | undefined {
  try {
    const value: unknown = JSON.parse(policy ?? 'null');
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Beside the queue, in the same account and region as SQS demands: same host, other name. */
function deadLetterUrl(queueUrl: string, policy: string | undefined): string | undefined {
  const [, , , , account, name] = (redriveOf(policy)?.deadLetterTargetArn ?? '').split(':');
  const queue = arnOfQueue(queueUrl);
  if (account === undefined || name === undefined || queue === undefined) return undefined;
  return queueUrl.replace(/\/\d{12}\/[^/]+\/?$/, `/${account}/${name}`);
}

function deadLetterLine(name: string, attributes: Readonly<Record<string, string>>): Line {
  const dead = Number(attributes.ApproximateNumberOfMessages ?? 0);
  return dead === 0
    ? ok('source', name, 'dead-letter queue is empty')
    : warn(
        'source',
        name,
        `${dead} messages in the dead-letter queue`,
        'Read their attribute StraykeyReason, mend the cause, and redrive them (aws sqs start-message-move-task).',
      );
}
