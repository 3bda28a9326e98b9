import { createHash } from 'node:crypto';
import { type Finding, type FindingType, typeSheets } from '../../findings/index.ts';
import { presented } from '../../store/index.ts';
import { partitionOf } from './detectors.ts';
import { activeFilters, applyFilters } from './filters.ts';
import type { Call, GuardDutyPorts } from './ports.ts';
import { wrong } from './rejection.ts';

/**
 * Sample findings with GuardDuty's placeholders, one for each type; asked for again they are updated, as GuardDuty's are. Filters see them like any
 * other, outlets are told, and `service.additionalInfo.sample` says what they are.
 */
export async function createSampleFindings({ input, caller, ports }: Call): Promise<object> {
  const known = Object.keys(typeSheets) as FindingType[];
  const asked = (input.findingTypes ?? known) as readonly string[];
  if (asked.length > 50) throw wrong('findingTypes', 'expected at most 50');
  const strange = asked.find((type) => !(known as readonly string[]).includes(type));
  if (strange !== undefined) throw wrong('findingTypes', `Straykey raises no ${JSON.stringify(strange.slice(0, 100))}`);
  const at = ports.now();
  await ports.store.atomically(async (store) => {
    const filters = await activeFilters(store, at);
    for (const type of new Set(asked as readonly FindingType[])) {
      const id = sampleId(type, ports);
      const [before] = await store.findings.get([id]);
      const finding = sampleOf(type, id, at, before?.finding, ports);
      const { suppressedBy, counters } = applyFilters(filters, finding);
      const written = await store.findings.put({
        finding,
        at,
        topics: [],
        sample: true,
        reopen: before?.archivedBy?.kind === 'person',
        ...(suppressedBy === undefined ? {} : { suppressedBy }),
      });
      await store.counters.add(counters, at);
      if (!presented(written.after).service.archived) await ports.tellSample?.(store, written.after);
    }
    await store.audit.append({
      at,
      by: caller.user,
      action: 'findings.create-samples',
      subject: `detector/${ports.detectorId}`,
      detail: { findingTypes: asked },
    });
  });
  return {};
}

function sampleId(type: FindingType, { accountId, region }: GuardDutyPorts): string {
  return createHash('sha256')
    .update(JSON.stringify(['straykey/sample', type, accountId, region]))
    .digest('hex')
    .slice(0, 32);
}

const FUNCTION = 'GeneratedFindingFunctionName';

function sampleOf(
  type: FindingType,
  id: string,
  now: number,
  before: Finding | undefined,
  { accountId, region, detectorId }: GuardDutyPorts,
): Finding {
  const partition = partitionOf(region);
  const time = new Date(now).toISOString();
  const first = before?.service.eventFirstSeen ?? time;
  const isLambda = type.includes('/ResourceCredential');
  const maker = isLambda
    ? `a Lambda function ${FUNCTION}`
    : 'an EC2 instance using instance role GeneratedFindingUserName';
  return {
    schemaVersion: '2.0',
    accountId,
    region,
    partition,
    id,
    arn: `arn:${partition}:guardduty:${region}:${accountId}:detector/${detectorId}/finding/${id}`,
    type,
    resource: {
      resourceType: 'AccessKey',
      accessKeyDetails: {
        accessKeyId: 'GeneratedFindingAccessKeyId',
        principalId: 'GeneratedFindingPrincipalId',
        userName: 'GeneratedFindingUserName',
        userType: 'AssumedRole',
      },
      ...(isLambda
        ? {
            lambdaDetails: {
              functionArn: `arn:${partition}:lambda:${region}:${accountId}:function:${FUNCTION}`,
              functionName: FUNCTION,
              role: `arn:${partition}:iam::${accountId}:role/GeneratedFindingUserName`,
            },
          }
        : { instanceDetails: { instanceId: 'i-99999999' } }),
    },
    service: {
      serviceName: 'guardduty',
      detectorId,
      action: {
        actionType: 'AWS_API_CALL',
        awsApiCallAction: {
          api: 'GeneratedFindingAPIName',
          serviceName: 'GeneratedFindingAPIServiceName',
          callerType: 'Remote IP',
          userAgent: 'GeneratedFindingUserAgent',
          remoteIpDetails: {
            ipAddressV4: '198.51.100.0',
            organization: {
              asn: '-1',
              asnOrg: 'GeneratedFindingASNOrg',
              isp: 'GeneratedFindingISP',
              org: 'GeneratedFindingORG',
            },
            country: { countryName: 'GeneratedFindingCountryName' },
          },
          affectedResources: {},
        },
      },
      resourceRole: 'TARGET',
      additionalInfo: { value: '{"sample":true}', type: 'default' },
      archived: false,
      count: (before?.service.count ?? 0) + 1,
      eventFirstSeen: first,
      eventLastSeen: time,
    },
    severity: typeSheets[type].severity,
    createdAt: first,
    updatedAt: time,
    title: isLambda
      ? 'Credentials for a Lambda function were used from an external IP address.'
      : 'Credentials for an EC2 instance role were used from an external IP address.',
    description: `Credentials created exclusively for ${maker} have been used from external IP address 198.51.100.0.`,
  };
}
