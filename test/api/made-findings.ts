import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Evidence, evidenceOf, type Finding } from '../../straykey/src/findings/index.ts';

/** A finding as the real pipeline made it, from a golden story; the base of all findings in these tests. */
const golden = join(import.meta.dirname, '..', 'golden', 'duplicates', 'malicious', 'expected.findings.json');
const [story] = JSON.parse(readFileSync(golden, 'utf8')) as [Finding];
const base: Finding = {
  ...story,
  service: {
    ...story.service,
    // The golden file shows it unfolded.
    additionalInfo: { ...story.service.additionalInfo, value: JSON.stringify(story.service.additionalInfo.value) },
  },
};

export interface Differences {
  readonly type?: Finding['type'];
  readonly accountId?: string;
  readonly region?: string;
  readonly severity?: number;
  readonly functionName?: string;
  readonly accessKeyId?: string;
  /** Also in the evidence, as the only address. */
  readonly address?: string;
  /** More addresses of the evidence, that the finding does not show. */
  readonly otherAddresses?: readonly string[];
  /** ISO. */
  readonly createdAt?: string;
  readonly updatedAt?: string;
  readonly count?: number;
  readonly userAgent?: string;
}

/** The n-th finding: same story, own id, and what is said to differ. */
export function finding(n: number, differences: Differences = {}): Finding {
  const { lambdaDetails, accessKeyDetails } = base.resource;
  const call = base.service.action.awsApiCallAction;
  const {
    functionName = 'orders',
    accessKeyId = accessKeyDetails.accessKeyId,
    address = '185.220.101.1',
    otherAddresses = [],
    createdAt = base.createdAt,
    updatedAt = base.updatedAt,
    userAgent = call.userAgent,
    accountId = base.accountId,
    region = base.region,
  } = differences;
  const id = n.toString(16).padStart(32, '0');
  const { ipAddressV4: _, ...remote } = call.remoteIpDetails;
  const evidence = evidenceOf(base) as Evidence;
  const addresses = [address, ...otherAddresses].map((each) => ({ address: each, calls: 1 }));
  return {
    ...base,
    accountId,
    region,
    id,
    arn: `arn:aws:guardduty:${region}:${accountId}:detector/${base.service.detectorId}/finding/${id}`,
    type: differences.type ?? base.type,
    severity: differences.severity ?? base.severity,
    createdAt,
    updatedAt,
    resource: {
      ...base.resource,
      accessKeyDetails: { ...accessKeyDetails, accessKeyId },
      lambdaDetails: { ...lambdaDetails, functionName },
    },
    service: {
      ...base.service,
      count: differences.count ?? base.service.count,
      eventFirstSeen: createdAt,
      eventLastSeen: updatedAt,
      additionalInfo: {
        ...base.service.additionalInfo,
        value: JSON.stringify({
          ...evidence,
          place: { ...evidence.place, host: address, addresses: { total: addresses.length, listed: addresses } },
          keys: { total: 1, listed: [{ ...evidence.keys.listed[0], accessKeyId }] },
        }),
      },
      action: {
        ...base.service.action,
        awsApiCallAction: {
          ...call,
          userAgent,
          remoteIpDetails: address.includes(':')
            ? { ipAddressV6: address, ...remote }
            : { ipAddressV4: address, ...remote },
        },
      },
    },
  };
}
