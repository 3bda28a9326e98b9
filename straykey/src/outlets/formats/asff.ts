import { evidenceOf, type Finding, jsonText } from '../../findings/index.ts';
import { type Severity, severityOf } from './view.ts';

export interface AsffOptions {
  /**
   * `guardduty` (default): as Security Hub shows GuardDuty's own, for tools built on those. `account`: with the account's default product,
   * the only one `securityhub batch-import-findings` takes from a customer.
   */
  readonly product?: 'guardduty' | 'account';
  /** Region of the Security Hub that takes the finding, which must be the product's; default: the finding's own. */
  readonly hubRegion?: string;
  /** Marked as made to test the way. */
  readonly sample?: boolean;
}

/**
 * AWS Security Finding Format 2018-10-08: an array, as `batch-import-findings --findings` takes it (at most 100 a call). Texts are cut to
 * the format's limits. Source: Security Hub user guide and a published GuardDuty sample; `Normalized` for severity 8 is not documented,
 * ten times the severity lies in the documented band of its label.
 */
export function asff(findings: readonly Finding[], options: AsffOptions = {}): string {
  return `${jsonText(
    findings.map((finding) => asffFinding(finding, options)),
    2,
  )}\n`;
}

/** Security Hub's limits in characters. */
const TITLE = 256;
const DESCRIPTION = 1024;
const FIELD = 1024;

/** One finding, as the SDK takes it. */
export function asffFinding(finding: Finding, options: AsffOptions = {}) {
  const { hubRegion = finding.region, product = 'guardduty', sample = false } = options;
  const { accountId, partition, region, service, severity } = finding;
  const types = [`Effects/Data Exfiltration/${finding.type.replace('/', '-')}`];
  const level = {
    Product: severity,
    Label: severityOf(severity).toUpperCase() as Uppercase<Severity>,
    Normalized: Math.round(severity * 10),
  };
  return {
    SchemaVersion: '2018-10-08',
    Id: finding.arn,
    ProductArn: productArn(finding, product, hubRegion),
    ...(product === 'guardduty' && { ProductName: 'GuardDuty', CompanyName: 'Amazon', Region: region }),
    GeneratorId: `arn:${partition}:guardduty:${region}:${accountId}:detector/${service.detectorId}`,
    AwsAccountId: accountId,
    Types: types,
    FirstObservedAt: service.eventFirstSeen,
    LastObservedAt: service.eventLastSeen,
    CreatedAt: finding.createdAt,
    UpdatedAt: finding.updatedAt,
    Severity: level,
    Title: finding.title.slice(0, TITLE),
    Description: finding.description.slice(0, DESCRIPTION),
    SourceUrl: consoleUrl(finding),
    ProductFields: productFields(finding, product, hubRegion),
    Resources: resourcesOf(finding),
    WorkflowState: 'NEW' as const,
    Workflow: { Status: 'NEW' as const },
    RecordState: service.archived ? ('ARCHIVED' as const) : ('ACTIVE' as const),
    FindingProviderFields: { Severity: { Label: level.Label, Original: String(severity) }, Types: types },
    Sample: sample,
  };
}

function productArn({ accountId, partition }: Finding, product: 'guardduty' | 'account', region: string): string {
  return product === 'guardduty'
    ? `arn:${partition}:securityhub:${region}::product/aws/guardduty`
    : `arn:${partition}:securityhub:${region}:${accountId}:product/${accountId}/default`;
}

/** Where GuardDuty's console shows a finding of this id; it is there only when GuardDuty itself has it. */
export function consoleUrl({ id, partition, region }: Finding): string {
  const domains: Readonly<Record<string, string>> = {
    'aws-cn': 'console.amazonaws.cn',
    'aws-us-gov': 'console.amazonaws-us-gov.com',
  };
  const domain = Object.hasOwn(domains, partition) ? domains[partition] : 'console.aws.amazon.com';
  const place = encodeURIComponent(region.toWellFormed());
  return `https://${/^[a-z0-9-]+$/.test(region) ? `${region}.` : ''}${domain}/guardduty/home?region=${place}#/findings?macros=current&fId=${id}`;
}

/** Flat text map. The evidence document is too long for a field; its conclusions stand in for it. */
function productFields(finding: Finding, product: 'guardduty' | 'account', hubRegion: string): Record<string, string> {
  const { service } = finding;
  const call = service.action.awsApiCallAction;
  const remote = call.remoteIpDetails;
  const evidence = evidenceOf(finding);
  const fields: [string, string | undefined][] = [
    ['aws/guardduty/service/serviceName', service.serviceName],
    ['aws/guardduty/service/detectorId', service.detectorId],
    ['aws/guardduty/service/resourceRole', service.resourceRole],
    ['aws/guardduty/service/archived', String(service.archived)],
    ['aws/guardduty/service/count', String(service.count)],
    ['aws/guardduty/service/eventFirstSeen', service.eventFirstSeen],
    ['aws/guardduty/service/eventLastSeen', service.eventLastSeen],
    ['aws/guardduty/service/additionalInfo/type', service.additionalInfo.type],
    ['aws/guardduty/service/action/actionType', service.action.actionType],
    ['aws/guardduty/service/action/awsApiCallAction/api', call.api],
    ['aws/guardduty/service/action/awsApiCallAction/serviceName', call.serviceName],
    ['aws/guardduty/service/action/awsApiCallAction/callerType', call.callerType],
    ['aws/guardduty/service/action/awsApiCallAction/errorCode', call.errorCode],
    ...remoteFields(remote),
    ...Object.entries(call.affectedResources)
      .slice(0, 5)
      .map(([type, id]): [string, string] => [
        `aws/guardduty/service/action/awsApiCallAction/affectedResources/${type.slice(0, 40)}`,
        id,
      ]),
    ['straykey/proof', evidence?.credential.proof],
    ['straykey/rung', evidence?.credential.rung],
    ['straykey/confidence', evidence?.confidence.level],
    ['straykey/learning', evidence?.learning.text],
    ['aws/securityhub/FindingId', `${productArn(finding, product, hubRegion)}/${finding.arn}`],
    ['aws/securityhub/ProductName', product === 'guardduty' ? 'GuardDuty' : 'Default'],
    ['aws/securityhub/CompanyName', product === 'guardduty' ? 'Amazon' : 'Personal'],
  ];
  return Object.fromEntries(
    fields.flatMap(([key, value]) => (value === undefined || value === '' ? [] : [[key, value.slice(0, FIELD)]])),
  );
}

function remoteFields({
  country,
  ipAddressV4,
  ipAddressV6,
  organization,
}: Finding['service']['action']['awsApiCallAction']['remoteIpDetails']): [string, string | undefined][] {
  const at = 'aws/guardduty/service/action/awsApiCallAction/remoteIpDetails';
  return [
    [`${at}/ipAddressV4`, ipAddressV4],
    [`${at}/ipAddressV6`, ipAddressV6],
    [`${at}/organization/asn`, organization?.asn],
    [`${at}/organization/asnOrg`, organization?.asnOrg],
    [`${at}/organization/isp`, organization?.isp],
    [`${at}/organization/org`, organization?.org],
    [`${at}/country/countryName`, country?.countryName],
  ];
}

/** Security Hub takes 32 resources. */
const MOST_RESOURCES = 32;

function resourcesOf({ partition, region, resource }: Finding) {
  const { accessKeyDetails: key, ecsClusterDetails, instanceDetails, lambdaDetails, s3BucketDetails } = resource;
  const at = { Partition: partition, Region: region };
  return [
    {
      Type: 'AwsIamAccessKey',
      Id: `AWS::IAM::AccessKey:${key.accessKeyId}`,
      ...at,
      Details: {
        AwsIamAccessKey: { PrincipalId: key.principalId, PrincipalName: key.userName, PrincipalType: key.userType },
      },
    },
    ...(lambdaDetails?.functionArn === undefined
      ? []
      : [
          {
            Type: 'AwsLambdaFunction',
            Id: lambdaDetails.functionArn,
            ...at,
            Details: {
              AwsLambdaFunction: {
                FunctionName: lambdaDetails.functionName,
                ...(lambdaDetails.role !== undefined && { Role: lambdaDetails.role }),
                ...(lambdaDetails.functionVersion !== undefined && { Version: lambdaDetails.functionVersion }),
              },
            },
          },
        ]),
    ...(ecsClusterDetails === undefined
      ? []
      : [
          {
            Type: 'AwsEcsTask',
            Id: ecsClusterDetails.taskDetails.arn,
            ...at,
            Details: { AwsEcsTask: { ClusterArn: ecsClusterDetails.arn } },
          },
        ]),
    ...(instanceDetails === undefined ? [] : [{ Type: 'AwsEc2Instance', Id: instanceDetails.instanceId, ...at }]),
    ...(s3BucketDetails ?? []).map(({ arn, name }) => ({
      Type: 'AwsS3Bucket',
      Id: arn,
      ...at,
      Details: { AwsS3Bucket: { Name: name } },
    })),
  ].slice(0, MOST_RESOURCES);
}
