import type { AwsSecurityFinding } from '@aws-sdk/client-securityhub';
import { asffFinding } from '../formats/index.ts';
import { type Message, toldFinding } from '../told.ts';
import { type Access, clientSettings, clients, failureOf, isRefusal } from './aws.ts';
import type { OutletConfig, Result, Sender } from './sender.ts';

type SecurityHubConfig = Extract<OutletConfig, { type: 'securityhub' }>;

/** Findings that BatchImportFindings takes at once. */
const MOST_FINDINGS = 100;

/**
 * Findings under the account's default product. Security Hub takes a finding only from the finding's own account and into the region its
 * product is of: the region is the outlet's, else the finding's, and `{account}` in the role is the finding's account. Import is idempotent by
 * the finding's ARN; `UpdatedAt` is the time of the message, because Security Hub drops updates that are not newer.
 */
export function securityHubSender(config: SecurityHubConfig): Sender {
  const connections = clients(async (each) => {
    const { SecurityHubClient } = await import('@aws-sdk/client-securityhub');
    return new SecurityHubClient(await clientSettings(each));
  });
  const put = async (access: Access, findings: readonly AwsSecurityFinding[]): Promise<Result[]> => {
    try {
      const client = await connections.of(access);
      const { BatchImportFindingsCommand } = await import('@aws-sdk/client-securityhub');
      const { FailedFindings = [] } = await client.send(new BatchImportFindingsCommand({ Findings: [...findings] }));
      const failed = new Map(FailedFindings.map((each) => [each.Id, each]));
      return findings.map((each) => resultOf(failed.get(each.Id)));
    } catch (error) {
      return findings.map(() => failureOf(error));
    }
  };
  return {
    most: MOST_FINDINGS,
    width: 2,
    close: connections.close,
    async send(messages) {
      const results = new Map<Message, Result>();
      const groups = Map.groupBy(messages, (message) => JSON.stringify(accessFor(message, config)));
      for (const group of groups.values()) {
        const access = accessFor(group[0]!, config);
        const answers = await put(
          access,
          group.map((message) => documentOf(message, access.region)),
        );
        for (const [i, message] of group.entries()) results.set(message, answers[i]!);
      }
      return messages.map((message) => results.get(message)!);
    },
  };
}

function accessFor({ finding }: Message, { endpoint, externalId, region, roleArn }: SecurityHubConfig): Access {
  return {
    endpoint,
    externalId,
    region: region ?? finding.region,
    roleArn: roleArn?.replaceAll('{account}', finding.accountId),
  };
}

function documentOf(message: Message, region: string | undefined): AwsSecurityFinding {
  const document = asffFinding(toldFinding(message), {
    product: 'account',
    sample: message.kind === 'sample',
    ...(region === undefined ? {} : { hubRegion: region }),
  });
  return { ...document, UpdatedAt: new Date(message.at).toISOString() } as AwsSecurityFinding;
}

function resultOf(failed: { ErrorCode?: string | undefined; ErrorMessage?: string | undefined } | undefined): Result {
  if (failed === undefined) return { kind: 'delivered', answer: 'imported by Security Hub' };
  const reason = `${failed.ErrorCode}: ${failed.ErrorMessage}`;
  return isRefusal(failed.ErrorCode ?? '') ? { kind: 'dead', reason } : { kind: 'retry', reason };
}
