import type { Finding } from '../../api/types.ts';
import { ACCESS_KEY, ACCOUNT, CALLER_V4, CALLER_V6, COUNTRY, FUNCTION } from './fields.ts';

/** Values of the findings at hand, by field: what to offer while somebody types a filter. */
export function seenIn(findings: readonly Finding[]): ReadonlyMap<string, ReadonlySet<string>> {
  const seen = new Map<string, Set<string>>();
  const add = (field: string, value: string | undefined) => {
    if (value === undefined || value === '') return;
    const values = seen.get(field) ?? new Set();
    seen.set(field, values.add(value));
  };
  for (const { accountId, region, resource, service } of findings) {
    const { remoteIpDetails, api, serviceName, errorCode } = service.action.awsApiCallAction;
    add(ACCOUNT, accountId);
    add('region', region);
    add(FUNCTION, resource.lambdaDetails?.functionName);
    add(ACCESS_KEY, resource.accessKeyDetails.accessKeyId);
    add('resource.accessKeyDetails.userName', resource.accessKeyDetails.userName);
    add(CALLER_V4, remoteIpDetails.ipAddressV4);
    add(CALLER_V6, remoteIpDetails.ipAddressV6);
    add(COUNTRY, remoteIpDetails.country?.countryName);
    add('service.action.awsApiCallAction.remoteIpDetails.organization.asnOrg', remoteIpDetails.organization?.asnOrg);
    add('service.action.awsApiCallAction.api', api);
    add('service.action.awsApiCallAction.serviceName', serviceName);
    add('service.action.awsApiCallAction.errorCode', errorCode);
  }
  return seen;
}
