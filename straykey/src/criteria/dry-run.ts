import { type Evidence, evidenceOf, type Finding } from '../findings/index.ts';
import { categoryOf } from '../model/index.ts';
import { type Cidr, formatIp, type HostFacts, type Ip, parseCidr } from '../where/index.ts';
import type { Criteria } from './compile.ts';
import { fieldOf } from './fields.ts';
import { standsFor } from './stands-for.ts';

export interface DryRun {
  /** What the criteria would hide, in the order given. */
  readonly hidden: readonly Finding[];
  /** Findings that the newest call would hide, but other calls behind them keep. */
  readonly kept: readonly Finding[];
  /** Sentences on what speaks against the rule. */
  readonly warnings: readonly string[];
}

/** Most names in one sentence. */
const MOST_NAMES = 4;

/**
 * What a rule would hide, and what in that is unlike what it was made for. `madeFor`: the finding that the rule comes from; without it what is hidden
 * is compared among itself. Warns of other functions, roles, accounts and networks, critical calls, derived credentials, hosts
 * reported malicious, and addresses of several organisations in the rule's own CIDRs. No warning is no proof that the rule is safe: a thief
 * behind the same gateway looks like the gateway.
 */
export function dryRun(
  criteria: Criteria,
  findings: readonly Finding[],
  facts: (address: string) => HostFacts,
  madeFor?: Finding,
): DryRun {
  const matches = (finding: Finding) => criteria.matches(finding);
  const tried = findings.filter(matches).map(opened);
  const [hidden, kept]: [Opened[], Opened[]] = [[], []];
  for (const each of tried) (standsFor(each.finding, each.evidence).every(matches) ? hidden : kept).push(each);
  const made = madeFor === undefined ? undefined : opened(madeFor);
  const warnings = [
    ...unlike(hidden, made, resourceOf, 'function, task or instance', 'functions, tasks or instances'),
    ...unlike(hidden, made, roleOf, 'role', 'roles'),
    ...unlike(hidden, made, ({ finding }) => finding.accountId, 'account', 'accounts'),
    ...unlike(hidden, made, organisationOf, 'network', 'networks'),
    ...criticalCalls(hidden),
    ...derivedCredentials(hidden),
    ...reportedMalicious(hidden),
    ...mixedNetworks(criteria, facts),
  ];
  return { hidden: hidden.map(({ finding }) => finding), kept: kept.map(({ finding }) => finding), warnings };
}

/** A finding and its evidence, which is long and is parsed once. */
interface Opened {
  readonly finding: Finding;
  readonly evidence: Evidence | undefined;
}

function opened(finding: Finding): Opened {
  return { finding, evidence: evidenceOf(finding) };
}

function unlike(
  hidden: readonly Opened[],
  madeFor: Opened | undefined,
  property: (opened: Opened) => string,
  one: string,
  many: string,
): readonly string[] {
  const all = distinct(hidden.map(property));
  if (madeFor === undefined) {
    return all.length < 2 ? [] : [`It would hide findings of ${all.length} ${many}: ${several(all)}.`];
  }
  const others = all.filter((each) => each !== property(madeFor));
  if (others.length === 0) return [];
  const made = property(madeFor);
  const found = others.length === 1 ? `another ${one}` : `${others.length} other ${many}`;
  return [
    `It would also hide findings of ${found}: ${several(others)}${made === '' ? '' : `; it was made for ${made}`}.`,
  ];
}

function resourceOf({ evidence, finding }: Opened): string {
  const { lambdaDetails, ecsClusterDetails, instanceDetails, accessKeyDetails } = finding.resource;
  const arn = evidence?.credential.issuedTo.arn ?? lambdaDetails?.functionArn;
  return arn || ecsClusterDetails?.taskDetails.arn || instanceDetails?.instanceId || accessKeyDetails.principalId;
}

function roleOf({ finding: { accountId, resource } }: Opened): string {
  return `${accountId}/${resource.accessKeyDetails.userName}`;
}

function organisationOf({ finding }: Opened): string {
  const { asn, asnOrg } = finding.service.action.awsApiCallAction.remoteIpDetails.organization ?? {};
  return networkName(asn, asnOrg);
}

function networkName(asn: string | number | undefined, organisation: string | undefined): string {
  return [asn === undefined ? undefined : `AS${asn}`, organisation].filter((each) => each !== undefined).join(' ');
}

function criticalCalls(hidden: readonly Opened[]): readonly string[] {
  const calls = distinct(
    hidden.flatMap(({ evidence }) =>
      (evidence?.calls.byApi.listed ?? [])
        .filter(({ service, api }) => categoryOf(service, api, undefined) === 'CRITICAL')
        .map(({ service, api }) => `${service.replace(/\.amazonaws\.com(?:\.cn)?$/, '')}:${api}`),
    ),
  );
  return calls.length === 0
    ? []
    : [`It would hide critical calls, which a gateway has no need of and a thief does: ${several(calls)}.`];
}

function derivedCredentials(hidden: readonly Opened[]): readonly string[] {
  const made = hidden.filter(({ evidence }) => (evidence?.derived.total ?? 0) > 0);
  return made.length === 0
    ? []
    : [
        `It would hide ${made.length === 1 ? 'a finding' : `${made.length} findings`} whose keys were used to make further credentials: ${several(made.map(({ finding }) => finding.id.slice(0, 12)))}.`,
      ];
}

function reportedMalicious(hidden: readonly Opened[]): readonly string[] {
  const reported = hidden.filter(({ evidence }) => evidence?.learning.state === 'malicious');
  return reported.length === 0
    ? []
    : [
        `It would hide calls from a host that was reported malicious: ${several(reported.map(({ finding }) => finding.id.slice(0, 12)))}.`,
      ];
}

/** Addresses taken from all over each CIDR of an address condition. */
function mixedNetworks({ criteria }: Criteria, facts: (address: string) => HostFacts): readonly string[] {
  return Object.entries(criteria.criterion).flatMap(([name, { equals = [], eq = [] }]) => {
    const kind = fieldOf(name)?.kind;
    if (kind !== 'ipv4' && kind !== 'ipv6' && kind !== 'address') return [];
    return [...equals, ...eq].flatMap((text) => {
      const cidr = parseCidr(text);
      if (cidr === undefined) return [];
      const owners = distinct(
        samplesOf(cidr).map((address) => {
          const { asn, organisation } = facts(address);
          return networkName(asn, organisation);
        }),
      );
      return owners.length < 2 ? [] : [`${text} holds networks of ${owners.length} organisations: ${several(owners)}.`];
    });
  });
}

/** Bits of the samples of a CIDR: 256 addresses, evenly spread, find every /24 of a /16 and every /16 of a /8. */
const SAMPLE_BITS = 8;

function samplesOf({ base, length }: Cidr): readonly string[] {
  const total = 32 * base.words.length;
  const bits = Math.min(SAMPLE_BITS, total - length);
  const shift = BigInt(total - length - bits);
  const first = base.words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
  return Array.from({ length: 2 ** bits }, (_, i) => {
    const value = first | (BigInt(i) << shift);
    const words = base.words.map((_word, w) =>
      Number((value >> BigInt(32 * (base.words.length - 1 - w))) & 0xffff_ffffn),
    );
    return formatIp({ family: base.family, words } satisfies Ip);
  });
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].filter((text) => text !== '').sort();
}

function several(items: readonly string[]): string {
  return items.length > MOST_NAMES
    ? `${items.slice(0, MOST_NAMES).join(', ')} and ${items.length - MOST_NAMES} more`
    : items.join(', ');
}
