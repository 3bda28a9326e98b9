import { printable } from '../kit/index.ts';
import type { Case } from './case.ts';
import { confidenceOf } from './confidence.ts';
import { EVIDENCE_TYPE, type Evidence, type Learning } from './evidence.ts';
import { type Facts, gather } from './facts.ts';
import type { AwsApiCallAction, Finding, RemoteIpDetails, Resource, Service } from './finding.ts';
import { type Digest, detectorIdOf, findingId } from './identity.ts';
import { responseFor } from './response.ts';
import { statementsOf } from './statements.ts';
import { suppressionFor } from './suppression.ts';
import { addressesOf, derivedOf, eventIdsOf, insideOf, listed, rungsOf, userAgentsOf } from './tally.ts';
import { byText, isoTime, jsonText } from './text.ts';
import { typeSheets } from './types/index.ts';

export interface RaiseSettings {
  /** SHA-256 of UTF-8 text, lowercase hex. */
  readonly digest: Digest;
  /** 32 hex digits; by default derived from the account. */
  readonly detectorId?: string;
}

/**
 * Case to finding. Takes the case's verdict as given and proves nothing itself. The same set of uses in any order gives the same
 * bytes: no wall clock enters, `createdAt` is the first alarming call and `updatedAt` the last. Silent calls are counted in the evidence,
 * never in `service.count`. Throws only for a case without an alarming use, which is our own mistake.
 */
export function raise(c: Case, settings: RaiseSettings): Finding {
  const facts = gather(c);
  const sheet = typeSheets[c.type];
  const id = findingId(c, settings.digest);
  const detectorId = settings.detectorId ?? detectorIdOf(c.accountId, settings.digest);
  const service = serviceOf(facts, detectorId);
  return {
    schemaVersion: '2.0',
    accountId: c.accountId,
    region: facts.region,
    partition: facts.partition,
    id,
    arn: `arn:${facts.partition}:guardduty:${facts.region}:${c.accountId}:detector/${detectorId}/finding/${id}`,
    type: c.type,
    resource: resourceOf(facts),
    service,
    severity: sheet.severity,
    createdAt: service.eventFirstSeen,
    updatedAt: service.eventLastSeen,
    title: sheet.title(facts),
    description: sheet.description(facts),
  };
}

function serviceOf(facts: Facts, detectorId: string): Service {
  return {
    serviceName: 'guardduty',
    detectorId,
    action: { actionType: 'AWS_API_CALL', awsApiCallAction: actionOf(facts) },
    resourceRole: 'TARGET',
    additionalInfo: { value: jsonText(evidenceFrom(facts)), type: EVIDENCE_TYPE },
    archived: false,
    count: facts.alarming.length,
    eventFirstSeen: isoTime(facts.oldest.use.call.time),
    eventLastSeen: isoTime(facts.newest.use.call.time),
  };
}

function actionOf(facts: Facts): AwsApiCallAction {
  const { call } = facts.newest.use;
  return {
    api: call.eventName,
    serviceName: call.eventSource,
    callerType: 'Remote IP',
    userAgent: call.userAgent,
    ...(call.errorCode !== undefined && { errorCode: call.errorCode }),
    remoteIpDetails: remoteIpOf(facts),
    // fromEntries defines own members, so a resource type named `__proto__` stays a plain key.
    affectedResources: Object.fromEntries(Object.entries(call.resources).sort(([a], [b]) => byText(a, b))),
  };
}

function remoteIpOf({ newest, case: { address } }: Facts): RemoteIpDetails {
  const ip = newest.place.address;
  const org = address.organisation;
  return {
    ...(ip.includes(':') ? { ipAddressV6: ip } : { ipAddressV4: ip }),
    ...((address.asn !== undefined || org !== undefined) && {
      organization: {
        ...(address.asn !== undefined && { asn: String(address.asn) }),
        ...(org !== undefined && { asnOrg: org, isp: org, org }),
      },
    }),
    ...((address.countryName !== undefined || address.countryCode !== undefined) && {
      country: {
        ...(address.countryName !== undefined && { countryName: address.countryName }),
        ...(address.countryCode !== undefined && { countryCode: address.countryCode }),
      },
    }),
  };
}

function resourceOf(facts: Facts): Resource {
  const buckets = bucketsOf(facts);
  return {
    resourceType: 'AccessKey',
    accessKeyDetails: {
      accessKeyId: facts.accessKeyId,
      principalId: facts.principalId,
      userName: facts.roleName,
      userType: 'AssumedRole',
    },
    ...issuedToDetails(facts),
    ...(buckets.length > 0 && { s3BucketDetails: buckets }),
  };
}

function issuedToDetails({
  case: { issuedTo },
  newest,
  roleArn,
}: Facts): Pick<Resource, 'lambdaDetails' | 'ecsClusterDetails' | 'instanceDetails'> {
  switch (issuedTo.family) {
    case 'lambda':
      return {
        lambdaDetails: {
          // Lambda's own sessions serve a role's event sources; no record names the function.
          ...(!newest.use.platform && { functionArn: issuedTo.arn, functionName: issuedTo.name }),
          ...(issuedTo.version !== undefined && { functionVersion: issuedTo.version }),
          ...(roleArn !== '' && { role: roleArn }),
        },
      };
    case 'ecs':
      return ecsDetails(issuedTo.arn);
    case 'ec2':
      return { instanceDetails: { instanceId: issuedTo.name } };
  }
}

/** `arn:…:task/CLUSTER/ID`; the older form without a cluster names none, and then there is no cluster to describe. */
function ecsDetails(taskArn: string): Pick<Resource, 'ecsClusterDetails'> {
  const [, before, cluster] = /^(arn:[^:]*:ecs:[^:]*:[^:]*):task\/([^/]+)\/[^/]+$/.exec(taskArn) ?? [];
  if (before === undefined || cluster === undefined) return {};
  return {
    ecsClusterDetails: { name: cluster, arn: `${before}:cluster/${cluster}`, taskDetails: { arn: taskArn } },
  };
}

/** GuardDuty shows buckets a call acted on; 50 keep the finding small when a thief walks them all. */
const MOST_BUCKETS = 50;

function bucketsOf({ alarming }: Facts): NonNullable<Resource['s3BucketDetails']> {
  const arns = alarming.flatMap(({ use: { call } }) =>
    Object.hasOwn(call.resources, 'AWS::S3::Bucket') ? [call.resources['AWS::S3::Bucket'] ?? ''] : [],
  );
  return [...new Set(arns)]
    .sort(byText)
    .slice(0, MOST_BUCKETS)
    .map((arn) => ({ arn, name: arn.replace(/^arn:[^:]*:s3:::/, ''), type: 'Destination' as const }));
}

function evidenceFrom(facts: Facts): Evidence {
  const { case: c, newest, alarming } = facts;
  const delegated = (kind: string) => alarming.filter((each) => each.delegation === kind).length;
  const direct = delegated('direct');
  const identityProof = delegated('identity-proof');
  return {
    credential: {
      issuedTo: issuedToOf(facts),
      rung: newest.use.rung,
      proof: printable(newest.use.proof),
      rungs: rungsOf(facts),
      platform: alarming.some((each) => each.use.platform),
    },
    place: {
      host: c.host,
      addresses: addressesOf(facts),
      basis: printable(c.address.basis),
      weak: c.address.weak,
      ...(c.address.asn !== undefined && { asn: c.address.asn }),
      ...(c.address.organisation !== undefined && { organisation: c.address.organisation }),
      ...(c.address.countryCode !== undefined && { registeredCountry: c.address.countryCode }),
    },
    delegation: { direct, identityProof, other: alarming.length - direct - identityProof },
    confidence: confidenceOf(facts),
    statements: statementsOf(facts),
    calls: facts.calls,
    keys: facts.keys,
    eventIds: eventIdsOf(facts),
    userAgents: userAgentsOf(facts),
    derived: derivedOf(facts),
    presigned: { calls: c.presigned.calls, addresses: new Set(c.presigned.addresses).size },
    inside: insideOf(facts),
    learning: learningOf(facts),
    suppression: suppressionFor(facts),
    response: responseFor(facts),
  };
}

/** Member by member, so that the bytes do not depend on how the caller built the object. */
function issuedToOf({ case: { issuedTo } }: Facts): Evidence['credential']['issuedTo'] {
  const { family, arn, name, accountId, region, version } = issuedTo;
  return { family, arn, name, accountId, region, ...(version !== undefined && { version }) };
}

/** Names (roles, buckets, APIs) inside are as recorded; the lists are the model's own and bounded by it. */
function learningOf({ newest, uses, alarming }: Facts): Learning {
  const { explanation, scope } = newest.judgement;
  const { state, evidenceDays, required, parts, firstEvidence, lastEvidence, silentSince } = explanation;
  return {
    state,
    reasons: [...new Set(alarming.flatMap((each) => each.judgement.reasons))].sort(byText),
    score: alarming.reduce((most, each) => Math.max(most, each.judgement.score), 0),
    scope,
    evidenceDays,
    required,
    parts,
    ...(firstEvidence !== undefined && { firstEvidence }),
    ...(lastEvidence !== undefined && { lastEvidence }),
    ...(silentSince !== undefined && { silentSince }),
    silencedCalls: uses.length - alarming.length,
    insideDays: explanation.insideDays,
    routed: explanation.routed,
    vouchingRoles: listed(explanation.vouchingRoles).listed,
    ...(explanation.nearbyPool !== undefined && { nearbyPool: explanation.nearbyPool }),
    missing: explanation.missing.map((each) => printable(each)),
    text: printable(explanation.text, 4000),
  };
}
