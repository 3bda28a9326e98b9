import type { Finding } from '../../straykey/src/findings/index.ts';
import type { FindingWrite, InsideDayRow, OutboxEntry, Store, UseRow } from '../../straykey/src/store/index.ts';

/** What the suites know of an engine: how to come by stores. */
export interface Engine {
  readonly name: 'sqlite' | 'postgres';
  /** URL of a store without findings that one process opens: the quickest there is. */
  freshUrl(): Promise<string>;
  /** URL of a store that does not exist yet, as a new installation has it. */
  newUrl(): Promise<string>;
  open(url: string): Promise<Store>;
}

/** 2027-01-15T08:00:00Z; tests about time say their own. */
export const AT = 1_800_000_000_000;

export interface FindingTraits {
  readonly id?: string;
  readonly severity?: number;
  readonly accountId?: string;
  readonly count?: number;
  /** Epoch ms of the newest call. */
  readonly lastSeen?: number;
  readonly functionName?: string;
  readonly address?: string;
}

/** A finding as GuardDuty would write it; only what a test names matters to it. */
export function findingOf(traits: FindingTraits = {}): Finding {
  const { id = '0'.repeat(32), severity = 8, accountId = '111122223333', count = 1, lastSeen = AT } = traits;
  const { functionName = 'invoice', address = '198.51.100.7' } = traits;
  const seen = new Date(lastSeen).toISOString();
  return {
    schemaVersion: '2.0',
    accountId,
    region: 'eu-west-1',
    partition: 'aws',
    id,
    arn: `arn:aws:guardduty:eu-west-1:${accountId}:detector/d/finding/${id}`,
    type: 'UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS',
    resource: {
      resourceType: 'AccessKey',
      accessKeyDetails: {
        accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
        principalId: `AROAEXAMPLE:${functionName}`,
        userName: 'role',
        userType: 'AssumedRole',
      },
      lambdaDetails: { functionName },
    },
    service: {
      serviceName: 'guardduty',
      detectorId: 'd',
      action: {
        actionType: 'AWS_API_CALL',
        awsApiCallAction: {
          api: 'ListBuckets',
          serviceName: 's3.amazonaws.com',
          callerType: 'Remote IP',
          userAgent: 'aws-cli/2',
          remoteIpDetails: { ipAddressV4: address },
          affectedResources: {},
        },
      },
      resourceRole: 'TARGET',
      additionalInfo: { value: '{}', type: 'straykey/1' },
      archived: false,
      count,
      eventFirstSeen: '2027-01-15T07:00:00.000Z',
      eventLastSeen: seen,
    },
    severity,
    createdAt: '2027-01-15T07:00:00.000Z',
    updatedAt: seen,
    title: 'A title',
    description: 'A description',
  };
}

/** Thirty-two hexadecimal digits that count. */
export function idOf(number: number): string {
  return number.toString(16).padStart(32, '0');
}

export function writeOf(traits: FindingTraits = {}, write: Partial<FindingWrite> = {}): FindingWrite {
  return { finding: findingOf(traits), at: AT, topics: ['invoice'], ...write };
}

export function entryOf(revision: number, entry: Partial<OutboxEntry> = {}): OutboxEntry {
  return {
    outlet: 'pager',
    findingId: idOf(1),
    revision,
    kind: revision === 1 ? 'new' : 'update',
    finding: findingOf({ id: idOf(1), count: revision }),
    dueAt: AT,
    at: AT,
    ...entry,
  };
}

export function useOf(id: string, use: Partial<UseRow> = {}): UseRow {
  return { id, topic: 'invoice', accessKey: 'ASIAUSEEXAMPLE', roleId: '', time: 1_000, call: `{"id":"${id}"}`, ...use };
}

export function dayOf(keys: readonly string[], day: Partial<InsideDayRow> = {}): InsideDayRow {
  return { topic: 'invoice', session: '111122223333/role invoice', day: 20_000, via: 'public', keys, ...day };
}

/** Text that attackers choose and engines stumble over. */
export const HOSTILE: readonly string[] = [
  '',
  '__proto__',
  'constructor',
  "'; drop table findings; --",
  '"quoted" \\back\\slash\\ {a,b}',
  '=HYPERLINK("http://example.com")',
  '\0',
  'before\0after',
  '\x1a0000',
  '\x1a=long',
  '\ud800',
  '\udfff lone \ud83d',
  '\ud83d\ude00 whole',
  '\u{10ffff}',
  '\u{10ffff}\u{10ffff}',
  '\u001b[31m escape \r\n\t',
  '\u202e right to left',
  '%_*?',
  'NULL',
  'long '.repeat(2_000),
  '\ud83d\ude00'.repeat(3_000),
  '\0'.repeat(300),
];
