import { type AwsApiCallAction, type Evidence, evidenceOf, type Finding } from '../findings/index.ts';
import { printable } from '../kit/index.ts';
import { formatIp, lastOf, parseCidr } from '../where/index.ts';

/**
 * A finding as each of its alarming calls would show it: one copy for every address, API, user agent and key of the evidence, with that in
 * the place of the newest call's. A finding shows its newest call only; a rule that hides what it shows must not hide a
 * different call behind it. One part at a time is enough, because conditions speak of one field each.
 *
 * Where the evidence does not list everything, a copy stands for the unlisted: the ends of every network the host or pool may call from,
 * an empty API, user agent or key. So a rule on such a part does not hide the finding: this errs towards showing. Which error code failed calls
 * had is not kept; only whether some calls succeeded.
 *
 * `evidence`: the finding's own, for callers who have read it.
 */
export function standsFor(finding: Finding, evidence: Evidence | undefined = evidenceOf(finding)): readonly Finding[] {
  if (evidence === undefined) return [finding];
  const call = finding.service.action.awsApiCallAction;
  const { errorCode, ...succeeded } = call;
  const { accessKeyDetails } = finding.resource;
  return [
    finding,
    ...addressesOf(evidence).map((address) =>
      withCall(finding, { ...call, remoteIpDetails: remoteFrom(call, address) }),
    ),
    ...apisOf(evidence).map(({ api, service }) => withCall(finding, { ...call, api, serviceName: service })),
    ...userAgentsOf(evidence, call).map((userAgent) => withCall(finding, { ...call, userAgent })),
    ...keysOf(evidence).map((accessKeyId) => ({
      ...finding,
      resource: { ...finding.resource, accessKeyDetails: { ...accessKeyDetails, accessKeyId } },
    })),
    ...(errorCode !== undefined && evidence.calls.failed < evidence.calls.alarming
      ? [withCall(finding, succeeded)]
      : []),
  ];
}

function withCall(finding: Finding, awsApiCallAction: AwsApiCallAction): Finding {
  const { service } = finding;
  return { ...finding, service: { ...service, action: { ...service.action, awsApiCallAction } } };
}

function remoteFrom({ remoteIpDetails }: AwsApiCallAction, address: string): AwsApiCallAction['remoteIpDetails'] {
  const { ipAddressV4: _, ipAddressV6: __, ...rest } = remoteIpDetails;
  return address.includes(':') ? { ipAddressV6: address, ...rest } : { ipAddressV4: address, ...rest };
}

function addressesOf({ learning: { scope }, place }: Evidence): readonly string[] {
  const { listed, total } = place.addresses;
  const addresses = listed.map(({ address }) => address);
  if (total <= listed.length) return addresses;
  const networks = scope.kind === 'pool' ? scope.blocks : [scope.unit];
  return [...addresses, ...networks.flatMap(endsOf)];
}

function endsOf(text: string): readonly string[] {
  const cidr = parseCidr(text.includes(':') && !text.includes('/') ? `${text}/64` : text);
  return cidr === undefined ? [] : [formatIp(cidr.base), formatIp(lastOf(cidr))];
}

function apisOf({ calls: { byApi } }: Evidence): readonly { readonly api: string; readonly service: string }[] {
  return byApi.total > byApi.listed.length ? [...byApi.listed, { api: '', service: '' }] : byApi.listed;
}

/** The evidence keeps them printable and cut; the newest is the finding's own, as recorded. */
function userAgentsOf({ userAgents: { listed, total } }: Evidence, { userAgent }: AwsApiCallAction): readonly string[] {
  const others = listed.map((each) => each.userAgent).filter((each) => each !== printable(userAgent, 256));
  return total > listed.length ? [...others, ''] : others;
}

function keysOf({ keys: { listed, total } }: Evidence): readonly string[] {
  const keys = listed.map(({ accessKeyId }) => accessKeyId);
  return total > listed.length ? [...keys, ''] : keys;
}
