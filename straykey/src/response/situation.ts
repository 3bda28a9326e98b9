import { checked, type Evidence, type Finding, FORMS, type Form } from '../findings/index.ts';
import { printable } from '../kit/index.ts';
import { categoryOf } from '../model/index.ts';

/** What the same input shows beside the finding. All of it may be missing: then the plan asks instead of telling. */
export interface Context {
  /** Who else has used the role: functions, tasks, people's sessions. Without the resource of the finding. */
  readonly roleUsers: readonly string[];
  /** Other findings of the input. */
  readonly others: readonly Finding[];
  /** Whether the account's trail has S3 data events. */
  readonly s3DataEvents?: 'recorded' | 'absent' | 'unclear';
  /** The sources as shell words, for commands that read them again; `SOURCE` when they are not known. */
  readonly sources: string;
}

/** A finding with everything that goes into commands checked once. */
export interface Situation {
  readonly finding: Finding;
  readonly evidence: Evidence;
  readonly context: Context;
  readonly family: 'lambda' | 'ecs' | 'ec2';
  /** `the Lambda function orders`, printable. */
  readonly resource: string;
  readonly vpc: 'in' | 'out' | 'unknown';
  /** Others that use the role, printable; empty when none is known. */
  readonly sharedWith: readonly string[];
  readonly names: Names;
  /** Remote addresses of the alarming calls, as IAM writes them. */
  readonly addresses: readonly string[];
  readonly regions: readonly string[];
  readonly keys: readonly string[];
  readonly buckets: readonly string[];
  /** Object or bucket contents were read or written. */
  readonly touchedS3: boolean;
}

export interface Names {
  readonly finding: string;
  readonly account: string;
  readonly region: string;
  readonly role: string;
  readonly userId: string;
  readonly functionName: string;
  readonly cluster: string;
  readonly taskId: string;
  readonly instanceId: string;
  /** ` --region=…` for IAM outside the `aws` partition, whose endpoint the CLI finds by the region; else empty. */
  readonly iamRegion: string;
}

/** Forms of what only the long plan puts into commands. Patterns of the S3 and EC2 references. */
const MORE_FORMS = {
  address: { pattern: /^(?=.*[.:])[0-9a-f.:]{2,45}(?:\/\d{1,3})?$/, placeholder: 'ADDRESS' },
  finding: { pattern: /^[0-9a-f]{32}$/, placeholder: 'FINDING_ID' },
  bucket: { pattern: /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, placeholder: 'BUCKET' },
} as const satisfies Readonly<Record<string, Form>>;

/** A CIDR block or address for a command or a file. */
export function checkedAddress(text: string): string {
  return checked(text, MORE_FORMS.address);
}

export function situationOf(finding: Finding, evidence: Evidence, context: Context): Situation {
  const { issuedTo } = evidence.credential;
  const buckets = (finding.resource.s3BucketDetails ?? []).map(({ name }) => checked(name, MORE_FORMS.bucket));
  return {
    finding,
    evidence,
    context,
    family: issuedTo.family,
    resource: `the ${NOUNS[issuedTo.family]} ${printable(issuedTo.name, 160)}`,
    vpc: evidence.inside.inVpc === undefined ? 'unknown' : evidence.inside.inVpc ? 'in' : 'out',
    sharedWith: sharedWith(finding, evidence, context),
    names: namesOf(finding, evidence),
    addresses: distinct(evidence.place.addresses.listed.map(({ address }) => checkedAddress(address))),
    regions: distinct(evidence.calls.byRegion.listed.map(({ region }) => checked(region, FORMS.region))),
    keys: distinct(evidence.keys.listed.map(({ accessKeyId }) => checked(accessKeyId, FORMS.accessKeyId))),
    buckets: distinct(buckets),
    touchedS3: evidence.calls.byApi.listed.some(
      ({ service, api }) => service === 's3.amazonaws.com' && /^DATA_/.test(categoryOf(service, api, undefined)),
    ),
  };
}

const NOUNS = { lambda: 'Lambda function', ecs: 'ECS task', ec2: 'EC2 instance' } as const;

/** From the trail, and from other findings of the input that name the same role and another resource. */
function sharedWith(finding: Finding, evidence: Evidence, { roleUsers, others }: Context): readonly string[] {
  const role = finding.resource.accessKeyDetails.userName;
  const found = others.flatMap((other) => {
    const { userName, principalId } = other.resource.accessKeyDetails;
    if (role === '' || userName !== role || other.accountId !== finding.accountId) return [];
    const session = principalId.slice(principalId.indexOf(':') + 1);
    return session === evidence.credential.issuedTo.name ? [] : [session];
  });
  return [...new Set([...roleUsers, ...found].map((each) => printable(each, 160)))].sort();
}

function namesOf({ accountId, id, partition, region, resource }: Finding, { credential }: Evidence): Names {
  const { issuedTo } = credential;
  const [, cluster = ''] = /:task\/([^/]+)\//.exec(issuedTo.arn) ?? [];
  const known = checked(region, FORMS.region);
  return {
    finding: checked(id, MORE_FORMS.finding),
    account: checked(accountId, FORMS.account),
    region: known,
    role: checked(resource.accessKeyDetails.userName, FORMS.roleName),
    userId: checked(resource.accessKeyDetails.principalId, FORMS.userId),
    functionName: FORMS.functionArn.pattern.test(issuedTo.arn)
      ? issuedTo.arn
      : checked(issuedTo.name, FORMS.functionName),
    cluster: checked(cluster, FORMS.cluster),
    taskId: checked(issuedTo.name, FORMS.taskId),
    instanceId: checked(issuedTo.name, FORMS.instanceId),
    iamRegion: partition === 'aws' ? '' : ` --region=${known}`,
  };
}

export function distinct(items: readonly string[]): readonly string[] {
  return [...new Set(items)];
}

/** Alarming calls of one category, `s3:GetObject`, most first. */
export function callsOfCategory({ evidence }: Situation, wanted: ReturnType<typeof categoryOf>): readonly string[] {
  return evidence.calls.byApi.listed
    .filter(({ service, api }) => categoryOf(service, api, undefined) === wanted)
    .map(({ service, api, calls, errors }) => {
      const failed = errors === calls ? ' (failed)' : '';
      return `${printable(service.replace(/\.amazonaws\.com(?:\.cn)?$/, ''), 60)}:${printable(api, 80)}${calls > 1 ? ` ×${calls}` : ''}${failed}`;
    });
}
