import type { StoredFinding } from '../../store/index.ts';
import type { FindingLine } from './contract.ts';

/** A finding as one row of a table. */
export function findingLine({ archived, finding }: StoredFinding): FindingLine {
  const { accountId, createdAt, id, region, resource, service, severity, title, updatedAt } = finding;
  const { ecsClusterDetails, instanceDetails, lambdaDetails } = resource;
  const { ipAddressV4, ipAddressV6 } = service.action.awsApiCallAction.remoteIpDetails;
  return {
    id,
    title,
    severity,
    accountId,
    region,
    resourceName:
      lambdaDetails?.functionName ?? ecsClusterDetails?.taskDetails.arn ?? instanceDetails?.instanceId ?? '',
    callerAddress: ipAddressV4 ?? ipAddressV6 ?? '',
    count: service.count,
    createdAt,
    updatedAt,
    archived,
  };
}
