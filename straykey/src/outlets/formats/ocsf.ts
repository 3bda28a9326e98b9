import { evidenceOf, type Finding, jsonText, typeSheets } from '../../findings/index.ts';
import { consoleUrl } from './asff.ts';
import { severityOf } from './view.ts';

/**
 * OCSF 1.1 Detection Finding (class 2004), one event a line, as Security Lake and most pipelines take it. Follows the published mapping of
 * GuardDuty findings; `finding_info.attacks`, confidence and remediation are ours, from the evidence. Times are epoch milliseconds with
 * their text twins (profile `datetime`).
 */
export function ocsf(findings: readonly Finding[]): string {
  return findings.map((finding) => `${jsonText(ocsfOf(finding))}\n`).join('');
}

const CLASS = 2004;
const SEVERITIES = { Low: 2, Medium: 3, High: 4, Critical: 5 } as const;
const CONFIDENCES = { low: 1, medium: 2, high: 3 } as const;

function ocsfOf(finding: Finding) {
  const { accountId, partition, region, service, severity } = finding;
  const evidence = evidenceOf(finding);
  const name = severityOf(severity);
  const asn = service.action.awsApiCallAction.remoteIpDetails.organization?.asn;
  const again = finding.createdAt !== finding.updatedAt;
  const activity = again ? 2 : 1;
  const detector = `arn:${partition}:guardduty:${region}:${accountId}:detector/${service.detectorId}`;
  return {
    activity_id: activity,
    activity_name: again ? 'Update' : 'Create',
    category_uid: 2,
    category_name: 'Findings',
    class_uid: CLASS,
    class_name: 'Detection Finding',
    type_uid: CLASS * 100 + activity,
    type_name: `Detection Finding: ${again ? 'Update' : 'Create'}`,
    time: Date.parse(service.eventLastSeen),
    time_dt: service.eventLastSeen,
    start_time: Date.parse(service.eventFirstSeen),
    start_time_dt: service.eventFirstSeen,
    end_time: Date.parse(service.eventLastSeen),
    end_time_dt: service.eventLastSeen,
    count: service.count,
    severity: name,
    severity_id: SEVERITIES[name],
    status: service.archived ? 'Suppressed' : 'New',
    status_id: service.archived ? 3 : 1,
    ...(evidence !== undefined && {
      confidence: `${evidence.confidence.level[0]?.toUpperCase()}${evidence.confidence.level.slice(1)}`,
      confidence_id: CONFIDENCES[evidence.confidence.level],
    }),
    message: finding.title,
    metadata: {
      version: '1.1.0',
      uid: finding.id,
      profiles: ['cloud', 'datetime'],
      product: { name: 'GuardDuty', vendor_name: 'Amazon', feature: { uid: detector } },
    },
    cloud: { provider: 'AWS', region, account: { uid: accountId, type: 'AWS Account', type_id: 10 } },
    finding_info: findingInfo(finding),
    evidences: [evidenceArtifact(finding)],
    resources: resourcesOf(finding),
    observables: observablesOf(finding),
    ...(Object.hasOwn(typeSheets, finding.type) && { remediation: { desc: typeSheets[finding.type].runbook } }),
    unmapped: {
      guardduty: { schemaVersion: finding.schemaVersion, resourceRole: service.resourceRole },
      // An autonomous system has no place in an endpoint before OCSF 1.2.
      ...(asn !== undefined && { autonomous_system: { number: Number(asn) } }),
    },
  };
}

function findingInfo(finding: Finding) {
  const time = (at: string) => Date.parse(at);
  return {
    uid: finding.arn,
    title: finding.title,
    desc: finding.description,
    types: [finding.type],
    src_url: consoleUrl(finding),
    first_seen_time: time(finding.service.eventFirstSeen),
    first_seen_time_dt: finding.service.eventFirstSeen,
    last_seen_time: time(finding.service.eventLastSeen),
    last_seen_time_dt: finding.service.eventLastSeen,
    created_time: time(finding.createdAt),
    created_time_dt: finding.createdAt,
    modified_time: time(finding.updatedAt),
    modified_time_dt: finding.updatedAt,
    attacks: [
      {
        version: '14.1',
        tactics: [{ uid: 'TA0001', name: 'Initial Access' }],
        technique: { uid: 'T1078.004', name: 'Valid Accounts: Cloud Accounts' },
      },
    ],
  };
}

function evidenceArtifact({ resource, service }: Finding) {
  const call = service.action.awsApiCallAction;
  const remote = call.remoteIpDetails;
  const org = remote.organization;
  return {
    actor: {
      user: {
        name: resource.accessKeyDetails.userName,
        uid: resource.accessKeyDetails.principalId,
        credential_uid: resource.accessKeyDetails.accessKeyId,
      },
    },
    api: {
      operation: call.api,
      service: { name: call.serviceName },
      ...(call.errorCode !== undefined && { response: { error: call.errorCode } }),
    },
    src_endpoint: {
      ip: remote.ipAddressV4 ?? remote.ipAddressV6,
      ...((remote.country?.countryCode !== undefined || org?.asnOrg !== undefined) && {
        location: {
          ...(remote.country?.countryCode !== undefined && { country: remote.country.countryCode }),
          ...(org?.asnOrg !== undefined && { isp: org.asnOrg }),
        },
      }),
    },
    data: service.additionalInfo.value,
  };
}

function resourcesOf({ partition, region, resource }: Finding) {
  const at = { cloud_partition: partition, region };
  const { accessKeyDetails, ecsClusterDetails, instanceDetails, lambdaDetails, s3BucketDetails } = resource;
  const entry = (type: string, uid: string, data: unknown) => ({ type, uid, ...at, data: jsonText(data) });
  return [
    entry('AwsIamAccessKey', accessKeyDetails.accessKeyId, accessKeyDetails),
    ...(lambdaDetails?.functionArn === undefined
      ? []
      : [entry('AwsLambdaFunction', lambdaDetails.functionArn, lambdaDetails)]),
    ...(ecsClusterDetails === undefined
      ? []
      : [entry('AwsEcsTask', ecsClusterDetails.taskDetails.arn, ecsClusterDetails)]),
    ...(instanceDetails === undefined ? [] : [entry('AwsEc2Instance', instanceDetails.instanceId, instanceDetails)]),
    ...(s3BucketDetails ?? []).map((bucket) => entry('AwsS3Bucket', bucket.arn, bucket)),
  ];
}

function observablesOf({ resource, service }: Finding) {
  const remote = service.action.awsApiCallAction.remoteIpDetails;
  const resources = [resource.accessKeyDetails.accessKeyId, resource.lambdaDetails?.functionArn ?? ''];
  return [
    {
      name: 'evidences[].src_endpoint.ip',
      type: 'IP Address',
      type_id: 2,
      value: remote.ipAddressV4 ?? remote.ipAddressV6 ?? '',
    },
    ...resources.map((value) => ({ name: 'resources[].uid', type: 'Resource UID', type_id: 10, value })),
  ].filter((each) => each.value !== '');
}
