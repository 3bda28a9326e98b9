import type { Evidence, Finding } from '../api/types.ts';

/** The evidence inside a finding; undefined for samples, findings of others, and versions this console does not know. */
export function evidenceOf(finding: Finding): Evidence | undefined {
  const { type, value } = finding.service.additionalInfo ?? {};
  if (type !== 'straykey/1') return undefined;
  try {
    return JSON.parse(value) as Evidence;
  } catch {
    return undefined;
  }
}

/** Name of what the credential was made for. */
export function resourceOf({ resource }: Finding): string {
  const { lambdaDetails, ecsClusterDetails, instanceDetails, accessKeyDetails } = resource;
  return (
    lambdaDetails?.functionName ??
    ecsClusterDetails?.taskDetails?.arn ??
    instanceDetails?.instanceId ??
    accessKeyDetails?.userName ??
    ''
  );
}

/** Address of the newest alarming call. */
export function callerOf(finding: Finding): string {
  const remote = finding.service.action.awsApiCallAction?.remoteIpDetails;
  return remote?.ipAddressV4 ?? remote?.ipAddressV6 ?? '';
}
