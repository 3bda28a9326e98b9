import type { Random } from './random.ts';

/** One API operation as CloudTrail shows it. */
export interface Api {
  readonly source: string;
  readonly name: string;
  readonly readOnly: boolean;
  /** An S3 data event: other user agent form, `additionalEventData`, no `sessionCredentialFromConsole`. */
  readonly data?: boolean;
  readonly request?: (x: Where) => unknown;
  readonly response?: (x: Where) => unknown;
  readonly resources?: (x: Where) => { readonly type: string; readonly arn: string }[];
}

export interface Where {
  readonly r: Random;
  readonly account: string;
  readonly region: string;
  /** Epoch seconds. */
  readonly time: number;
  /** What the caller is busy with (the same for a run of calls), and which thing of it this call is about. */
  readonly topic: number;
  readonly item: number;
}

const BUCKETS = [
  'raw-events',
  'invoices-archive',
  'thumbnails',
  'data-lake-curated',
  'build-artifacts',
  'audit-exports',
];
const bucket = (x: Where): string => `example-${BUCKETS[x.topic % BUCKETS.length]}-${x.account}`;
const TABLES = ['orders', 'customers', 'stock', 'sessions', 'ledger'];
const table = (x: Where): string => TABLES[x.topic % TABLES.length]!;
const kmsKey = (x: Where): string => {
  const half = (x.topic % 0xffff).toString(16).padStart(12, 'e');
  return `arn:aws:kms:${x.region}:${x.account}:key/5f3b${half.slice(-4)}-0a1b-4c2d-8e3f-${half}`;
};
const objectKey = (x: Where): string => {
  const day = String((x.topic % 28) + 1).padStart(2, '0');
  return `year=2026/month=03/day=${day}/part-${x.item.toString(16).padStart(8, '0')}.snappy.parquet`;
};
const host = (source: string, region: string): string => source.replace('.amazonaws.com', `.${region}.amazonaws.com`);

export { host as hostOf };

const s3Object = (name: string, readOnly: boolean): Api => ({
  source: 's3.amazonaws.com',
  name,
  readOnly,
  data: true,
  request: (x) => ({ bucketName: bucket(x), Host: `${bucket(x)}.s3.${x.region}.amazonaws.com`, key: objectKey(x) }),
  response: ({ r }) =>
    name === 'PutObject' ? { 'x-amz-server-side-encryption': 'AES256', 'x-amz-version-id': r.base64(32) } : null,
  resources: (x) => {
    const name = bucket(x);
    return [
      { type: 'AWS::S3::Object', arn: `arn:aws:s3:::${name}/${objectKey(x)}` },
      { type: 'AWS::S3::Bucket', arn: `arn:aws:s3:::${name}` },
    ];
  },
});

export const GET_OBJECT = s3Object('GetObject', true);
export const PUT_OBJECT = s3Object('PutObject', false);
export const DELETE_OBJECT = s3Object('DeleteObject', false);
export const LIST_BUCKETS: Api = {
  source: 's3.amazonaws.com',
  name: 'ListBuckets',
  readOnly: true,
  request: ({ region }) => ({ Host: `s3.${region}.amazonaws.com` }),
};
export const GET_CALLER_IDENTITY: Api = { source: 'sts.amazonaws.com', name: 'GetCallerIdentity', readOnly: true };
export const GET_SECRET: Api = {
  source: 'secretsmanager.amazonaws.com',
  name: 'GetSecretValue',
  readOnly: true,
  request: (x) => ({ secretId: `prod/${table(x)}/database-${x.item % 40}` }),
};
export const DESCRIBE_INSTANCES: Api = {
  source: 'ec2.amazonaws.com',
  name: 'DescribeInstances',
  readOnly: true,
  request: ({ r }) => ({
    instancesSet: { items: [{ instanceId: `i-${r.hex(17)}` }, { instanceId: `i-${r.hex(17)}` }] },
    filterSet: { items: [{ name: 'instance-state-name', valueSet: { items: [{ value: 'running' }] } }] },
  }),
};
export const LIST_USERS: Api = { source: 'iam.amazonaws.com', name: 'ListUsers', readOnly: true };
export const GET_PARAMETERS: Api = {
  source: 'ssm.amazonaws.com',
  name: 'GetParameters',
  readOnly: true,
  request: (x) => ({
    names: [1, 2, 3].map((n) => `/prod/${table(x)}/setting-${n + (x.topic % 90)}`),
    withDecryption: true,
  }),
};
export const CREATE_LOG_STREAM: Api = {
  source: 'logs.amazonaws.com',
  name: 'CreateLogStream',
  readOnly: false,
};
const KMS_DECRYPT: Api = {
  source: 'kms.amazonaws.com',
  name: 'Decrypt',
  readOnly: true,
  request: (x) => ({
    encryptionContext: { 'aws:s3:arn': `arn:aws:s3:::${bucket(x)}/${objectKey(x)}` },
    encryptionAlgorithm: 'SYMMETRIC_DEFAULT',
  }),
  resources: (x) => [{ type: 'AWS::KMS::Key', arn: kmsKey(x) }],
};
const DESCRIBE_TABLE: Api = {
  source: 'dynamodb.amazonaws.com',
  name: 'DescribeTable',
  readOnly: true,
  request: (x) => ({ tableName: table(x) }),
  resources: (x) => [
    { type: 'AWS::DynamoDB::Table', arn: `arn:aws:dynamodb:${x.region}:${x.account}:table/${table(x)}` },
  ],
};
const START_EXECUTION: Api = {
  source: 'states.amazonaws.com',
  name: 'StartExecution',
  readOnly: false,
  request: (x) => ({
    stateMachineArn: `arn:aws:states:${x.region}:${x.account}:stateMachine:settle-${x.r.int(9)}`,
    input: 'HIDDEN_DUE_TO_SECURITY_REASONS',
    name: x.r.uuid(),
  }),
  response: (x) => ({
    executionArn: `arn:aws:states:${x.region}:${x.account}:execution:settle-1:${x.r.uuid()}`,
    startDate: isoTime(x.time),
  }),
};

export const FUNCTION_CALLS: readonly Api[] = [
  GET_OBJECT,
  GET_OBJECT,
  GET_OBJECT,
  PUT_OBJECT,
  PUT_OBJECT,
  GET_SECRET,
  GET_PARAMETERS,
  KMS_DECRYPT,
  DESCRIBE_TABLE,
  START_EXECUTION,
  GET_CALLER_IDENTITY,
  DESCRIBE_INSTANCES,
];

const RUN_INSTANCES: Api = {
  source: 'ec2.amazonaws.com',
  name: 'RunInstances',
  readOnly: false,
  request: (x) => ({
    instancesSet: { items: [{ imageId: `ami-${x.r.hex(17)}`, minCount: 1, maxCount: 1 }] },
    instanceType: 'm7g.large',
    blockDeviceMapping: {
      items: [{ deviceName: '/dev/xvda', ebs: { volumeSize: 80, deleteOnTermination: true, volumeType: 'gp3' } }],
    },
    networkInterfaceSet: networkInterfaces(x),
    iamInstanceProfile: { arn: `arn:aws:iam::${x.account}:instance-profile/node-1` },
    tagSpecificationSet: { items: [{ resourceType: 'instance', tags: tags(x.r, 6) }] },
  }),
  response: (x) => ({
    requestId: x.r.uuid(),
    reservationId: `r-${x.r.hex(17)}`,
    ownerId: x.account,
    groupSet: {},
    instancesSet: {
      items: [
        {
          instanceId: `i-${x.r.hex(17)}`,
          imageId: `ami-${x.r.hex(17)}`,
          currentState: { code: 0, name: 'pending' },
          privateDnsName: 'ip-10-20-31-7.ec2.internal',
          amiLaunchIndex: 0,
          productCodes: {},
          instanceType: 'm7g.large',
          launchTime: x.time * 1000,
          placement: { availabilityZone: `${x.region}a`, tenancy: 'default' },
          monitoring: { state: 'pending' },
          subnetId: `subnet-${x.r.hex(17)}`,
          vpcId: `vpc-${x.r.hex(17)}`,
          privateIpAddress: '10.20.31.7',
          stateReason: { code: 'pending', message: 'pending' },
          architecture: 'arm64',
          rootDeviceType: 'ebs',
          rootDeviceName: '/dev/xvda',
          virtualizationType: 'hvm',
          hypervisor: 'xen',
          tagSet: { items: tags(x.r, 6) },
          networkInterfaceSet: networkInterfaces(x),
          cpuOptions: { coreCount: 2, threadsPerCore: 1 },
          metadataOptions: {
            state: 'pending',
            httpTokens: 'required',
            httpPutResponseHopLimit: 2,
            httpEndpoint: 'enabled',
          },
        },
      ],
    },
    requesterId: x.r.text(12, '0123456789'),
  }),
};

function networkInterfaces({ r, account }: Where): unknown {
  return {
    items: [
      {
        networkInterfaceId: `eni-${r.hex(17)}`,
        subnetId: `subnet-${r.hex(17)}`,
        vpcId: `vpc-${r.hex(17)}`,
        ownerId: account,
        status: 'in-use',
        macAddress: r.hex(12).replace(/(..)(?=.)/g, '$1:'),
        privateIpAddress: '10.20.31.7',
        sourceDestCheck: true,
        interfaceType: 'interface',
        groupSet: { items: [{ groupId: `sg-${r.hex(17)}`, groupName: 'nodes' }] },
        privateIpAddressesSet: { item: [{ privateIpAddress: '10.20.31.7', primary: true }] },
      },
    ],
  };
}

const TAG_NAMES = ['Name', 'team', 'cost-centre', 'environment', 'service', 'owner', 'managed-by', 'data-class'];
const tags = (r: Random, count: number): unknown[] =>
  TAG_NAMES.slice(0, count).map((key) => ({ key, value: `${r.pick(TABLES)}-${r.hex(4)}` }));

const describe = (source: string, name: string, request: unknown): Api => ({
  source,
  name,
  readOnly: true,
  request: () => request,
});

const PUT_METRIC_ALARM: Api = {
  source: 'monitoring.amazonaws.com',
  name: 'PutMetricAlarm',
  readOnly: false,
  request: (x) => ({
    alarmName: `${x.r.pick(TABLES)}-errors-${x.r.hex(4)}`,
    actionsEnabled: true,
    alarmActions: [`arn:aws:sns:${x.region}:${x.account}:alarms`],
    metricName: 'Errors',
    namespace: 'AWS/Lambda',
    statistic: 'Sum',
    dimensions: [{ name: 'FunctionName', value: `orders-sync-${x.r.int(400)}` }],
    period: 60,
    evaluationPeriods: 5,
    threshold: x.r.int(100),
    comparisonOperator: 'GreaterThanThreshold',
    treatMissingData: 'notBreaching',
  }),
};
const UPDATE_FUNCTION: Api = {
  source: 'lambda.amazonaws.com',
  name: 'UpdateFunctionCode20150331v2',
  readOnly: false,
  request: (x) => ({
    functionName: `arn:aws:lambda:${x.region}:${x.account}:function:orders-sync-${x.r.int(400)}`,
    s3Bucket: bucket(x),
    s3Key: `builds/${x.r.hex(40)}.zip`,
    publish: true,
    dryRun: false,
  }),
  response: (x) => ({
    functionName: 'orders-sync-7',
    runtime: 'python3.12',
    role: `arn:aws:iam::${x.account}:role/service-role/orders-sync-7-role-${x.r.hex(8)}`,
    handler: 'app.handler',
    codeSize: x.r.int(4_000_000),
    description: '',
    timeout: 30,
    memorySize: 512,
    lastModified: isoTime(x.time),
    codeSha256: x.r.base64(43),
    version: String(x.r.int(300)),
    environment: {},
    tracingConfig: { mode: 'Active' },
    revisionId: x.r.uuid(),
    state: 'Active',
    lastUpdateStatus: 'InProgress',
    packageType: 'Zip',
    architectures: ['arm64'],
    ephemeralStorage: { size: 512 },
    runtimeVersionConfig: { runtimeVersionArn: `arn:aws:lambda:${x.region}::runtime:${x.r.hex(64)}` },
    loggingConfig: { logFormat: 'JSON', logGroup: '/aws/lambda/orders-sync-7' },
  }),
};

export const PEOPLE_CALLS: readonly Api[] = [
  DESCRIBE_INSTANCES,
  DESCRIBE_INSTANCES,
  LIST_USERS,
  LIST_BUCKETS,
  RUN_INSTANCES,
  GET_CALLER_IDENTITY,
  PUT_METRIC_ALARM,
  describe('ec2.amazonaws.com', 'DescribeSecurityGroups', {
    maxResults: 1000,
    securityGroupSet: {},
    securityGroupIdSet: {},
    filterSet: {},
  }),
  describe('cloudformation.amazonaws.com', 'DescribeStacks', { stackName: 'prod-network' }),
  describe('logs.amazonaws.com', 'DescribeLogGroups', { limit: 50, logGroupNamePattern: '/aws/lambda/' }),
  describe('health.amazonaws.com', 'DescribeEventAggregates', {
    aggregateField: 'eventTypeCategory',
    filter: { eventStatusCodes: ['open', 'upcoming'] },
  }),
];
export const RUNNER_CALLS: readonly Api[] = [
  UPDATE_FUNCTION,
  GET_CALLER_IDENTITY,
  PUT_METRIC_ALARM,
  RUN_INSTANCES,
  describe('iam.amazonaws.com', 'GetRole', { roleName: 'orders-sync-7-role' }),
  describe('ec2.amazonaws.com', 'DescribeVpcs', { vpcSet: {}, filterSet: {} }),
  describe('kms.amazonaws.com', 'ListAliases', { limit: 100 }),
];
export const USER_CALLS: readonly Api[] = [PUT_OBJECT, PUT_OBJECT, GET_OBJECT, LIST_BUCKETS];
export const INSTANCE_CALLS: readonly Api[] = [
  GET_OBJECT,
  GET_OBJECT,
  PUT_OBJECT,
  KMS_DECRYPT,
  GET_PARAMETERS,
  DESCRIBE_INSTANCES,
  {
    source: 'ssm.amazonaws.com',
    name: 'UpdateInstanceInformation',
    readOnly: false,
    request: ({ r }) => ({
      instanceId: `i-${r.hex(17)}`,
      agentVersion: '3.3.2299.0',
      agentStatus: 'Active',
      platformType: 'Linux',
      platformName: 'Amazon Linux',
      platformVersion: '2023',
      iPAddress: '10.20.31.7',
      computerName: 'ip-10-20-31-7.ec2.internal',
      agentName: 'amazon-ssm-agent',
      availabilityZone: 'us-east-1a',
    }),
  },
];
export const TASK_CALLS: readonly Api[] = [
  GET_OBJECT,
  PUT_OBJECT,
  GET_SECRET,
  KMS_DECRYPT,
  DESCRIBE_TABLE,
  START_EXECUTION,
];
/** AWS Config and friends, on behalf of the account, under a service-linked role. */
export const SERVICE_ROLE_CALLS: readonly Api[] = [
  DESCRIBE_INSTANCES,
  DESCRIBE_TABLE,
  describe('ec2.amazonaws.com', 'DescribeVolumes', { maxResults: 500, volumeSet: {}, filterSet: {} }),
  describe('elasticloadbalancing.amazonaws.com', 'DescribeTargetHealth', {
    targetGroupArn: 'arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/web/6d0ecf831eec9f09',
  }),
  describe('ecs.amazonaws.com', 'DescribeServices', { cluster: 'prod', services: ['web', 'worker', 'billing'] }),
  describe('iam.amazonaws.com', 'ListAttachedRolePolicies', { roleName: 'orders-sync-7-role' }),
];

/** `2026-03-02T10:00:00Z` */
export const isoTime = (epochSeconds: number): string => `${new Date(epochSeconds * 1000).toISOString().slice(0, 19)}Z`;

/** `Mar 2, 2026, 10:14:16 AM`: the text form of `expiration` in issues. */
export function expirationText(epochSeconds: number): string {
  const d = new Date(epochSeconds * 1000);
  const month = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][d.getUTCMonth()];
  const two = (n: number): string => String(n).padStart(2, '0');
  const hour = d.getUTCHours();
  return `${month} ${d.getUTCDate()}, ${d.getUTCFullYear()}, ${hour % 12 || 12}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())} ${hour < 12 ? 'AM' : 'PM'}`;
}
