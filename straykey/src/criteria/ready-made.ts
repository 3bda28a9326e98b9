import { type FindingType, typeSheets } from '../findings/index.ts';
import { formatCidr, formatIp, parseCidr } from '../where/index.ts';
import type { FindingCriteria } from './finding-criteria.ts';
import { fits } from './wildcard.ts';

/** The type that Straykey is for; what a rule is about unless it says otherwise. */
export const LAMBDA_TYPE: FindingType = 'UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS';

const REMOTE = 'service.action.awsApiCallAction.remoteIpDetails';

/**
 * The types that a short form means: a whole name, the end of one (`InstanceCredentialExfiltration.OutsideAWS`), or a pattern
 * (`*OutsideAWS`). None when no type of Straykey fits.
 */
export function typesNamed(text: string): readonly FindingType[] {
  const types = Object.keys(typeSheets) as FindingType[];
  return types.filter((type) => type === text || type.endsWith(`/${text}`) || fits(type, text)).sort();
}

export type CallerCriteria =
  | { readonly kind: 'criteria'; readonly criteria: FindingCriteria }
  | { readonly kind: 'problem'; readonly detail: string };

/**
 * The two criteria of GuardDuty's page for on-premises gateways: finding type and API caller address. Callers are of one family, because a finding
 * shows one address: a rule with an IPv4 and an IPv6 criterion would match nothing.
 */
export function callerCriteria(types: readonly string[], callers: readonly string[]): CallerCriteria {
  const cidrs = callers.map((caller) => parseCidr(caller));
  const wrong = cidrs.indexOf(undefined);
  if (wrong !== -1) {
    return problem(
      `expected an address or CIDR such as 198.51.100.7 or 198.51.100.0/28, found ${JSON.stringify(callers[wrong])}`,
    );
  }
  const families = new Set(cidrs.map((cidr) => cidr!.base.family));
  if (families.size > 1) return problem('IPv4 and IPv6 callers need a rule each: a call comes from one of them');
  const values = cidrs.map((cidr) => {
    const whole = cidr!.length === (cidr!.base.family === 4 ? 32 : 128);
    return whole ? formatIp(cidr!.base) : formatCidr(cidr!);
  });
  const address =
    callers.length === 0 ? [] : [[`${REMOTE}.ipAddressV${[...families][0]}`, { equals: values }] as const];
  return { kind: 'criteria', criteria: { criterion: Object.fromEntries([['type', { equals: types }], ...address]) } };
}

function problem(detail: string): CallerCriteria {
  return { kind: 'problem', detail };
}
