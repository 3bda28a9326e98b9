/**
 * The API calls that the simulated functions and intruders make. Sorted by hand into what a person would call them;
 * a test holds the sorting to the model's own categories, no simulated record carries it.
 */
export type CallKind =
  | 'READ'
  | 'MGMT_WRITE'
  | 'DATA_READ'
  | 'DATA_WRITE'
  | 'SECRETS'
  | 'RECON'
  | 'ROLE_CHAIN'
  | 'CRITICAL';

export interface ApiCall {
  readonly kind: CallKind;
  /** As in CloudTrail, with the domain. */
  readonly source: string;
  readonly name: string;
  readonly readOnly: boolean;
}

const reads = (kind: CallKind, ...calls: readonly string[]) => calls.map((call) => apiCall(kind, call, true));
const writes = (kind: CallKind, ...calls: readonly string[]) => calls.map((call) => apiCall(kind, call, false));

function apiCall(kind: CallKind, call: string, readOnly: boolean): ApiCall {
  const [service = '', name = ''] = call.split(':');
  return { kind, source: `${service}.amazonaws.com`, name, readOnly };
}

export const CALLS: Readonly<Record<CallKind, readonly ApiCall[]>> = {
  READ: reads(
    'READ',
    'ec2:DescribeTags',
    'ec2:DescribeVolumes',
    'cloudwatch:GetMetricData',
    'ecs:DescribeServices',
    'autoscaling:DescribeAutoScalingGroups',
    'route53:ListHostedZones',
  ),
  MGMT_WRITE: writes(
    'MGMT_WRITE',
    'ec2:CreateTags',
    'ec2:CreateSnapshot',
    'ecs:UpdateService',
    'athena:StartQueryExecution',
  ),
  DATA_READ: reads(
    'DATA_READ',
    's3:GetObject',
    's3:ListObjectsV2',
    'dynamodb:GetItem',
    'dynamodb:Query',
    'sqs:ReceiveMessage',
    'kinesis:GetRecords',
  ),
  DATA_WRITE: writes(
    'DATA_WRITE',
    's3:PutObject',
    'dynamodb:PutItem',
    'dynamodb:UpdateItem',
    'sqs:SendMessage',
    'sns:Publish',
    'events:PutEvents',
    'lambda:Invoke20150331',
  ),
  SECRETS: reads(
    'SECRETS',
    'secretsmanager:GetSecretValue',
    'ssm:GetParameter',
    'ssm:GetParametersByPath',
    'kms:Decrypt',
  ),
  RECON: reads(
    'RECON',
    'sts:GetCallerIdentity',
    's3:ListBuckets',
    'ec2:DescribeInstances',
    'iam:ListRoles',
    'iam:ListAttachedRolePolicies',
    'secretsmanager:ListSecrets',
    'lambda:ListFunctions20150331',
    'dynamodb:ListTables',
  ),
  ROLE_CHAIN: reads('ROLE_CHAIN', 'sts:AssumeRole'),
  CRITICAL: writes(
    'CRITICAL',
    'iam:CreateAccessKey',
    'iam:AttachUserPolicy',
    'lambda:UpdateFunctionCode20150331v2',
    'cloudtrail:StopLogging',
    'ec2:RunInstances',
    's3:PutBucketPolicy',
  ),
};

/** What "boring" calls are made of: a patient intruder keeps to these. */
export const ORDINARY_READS: readonly ApiCall[] = [...CALLS.READ, ...CALLS.DATA_READ];

/** Calls a function may come to make, by how often such a call is the new one. Secrets are common, writes too. */
export const FUNCTION_CALLS: readonly { readonly kind: CallKind; readonly weight: number }[] = [
  { kind: 'DATA_READ', weight: 6 },
  { kind: 'DATA_WRITE', weight: 6 },
  { kind: 'READ', weight: 4 },
  { kind: 'SECRETS', weight: 3 },
  { kind: 'MGMT_WRITE', weight: 1 },
  { kind: 'RECON', weight: 1 },
  { kind: 'ROLE_CHAIN', weight: 1 },
];

/** User agents of Lambda's managed runtimes: they name the runtime. */
export const MARKED_AGENTS: readonly string[] = [
  'Boto3/1.39.7 md/Botocore#1.39.7 ua/2.1 os/linux#5.10 lang/python#3.12 exec-env/AWS_Lambda_python3.12 Botocore/1.39.7',
  'aws-sdk-js/3.758.0 ua/2.1 os/linux#5.10 lang/js md/nodejs#22.14.0 exec-env/AWS_Lambda_nodejs22.x',
  'aws-sdk-java/2.31.9 ua/2.1 os/Linux#5.10 lang/java#21.0.6 exec-env/AWS_Lambda_java21',
];

/** User agents of OS-only runtimes and of anything run outside Lambda. */
export const UNMARKED_AGENTS: readonly string[] = [
  'aws-sdk-go-v2/1.36.3 ua/2.1 os/linux lang/go#1.24.1',
  'aws-sdk-rust/1.3.3 ua/2.1 os/linux lang/rust#1.85.0',
];

export const PLAIN_BOTO3 = 'Boto3/1.39.7 md/Botocore#1.39.7 ua/2.1 os/linux#6.8 lang/python#3.12 Botocore/1.39.7';
export const COMMAND_LINE = 'aws-cli/2.27.0 md/awscrt#0.26.1 ua/2.1 os/linux#6.8 lang/python#3.13 md/command#s3.ls';
