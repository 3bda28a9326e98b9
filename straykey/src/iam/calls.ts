/** What an operator switches on; each asks for calls of its own. */
export type Feature =
  | 'sqs source'
  | 's3 source'
  | 'backfill'
  | 'scan'
  | 'sns outlet'
  | 'eventbridge outlet'
  | 'securityhub outlet'
  | 's3 outlet'
  | 'lists'
  | 'role'
  | 'doctor';

/** What a call is made on; `policy.ts` turns it into ARNs. */
export type Target =
  | 'queue'
  | 'dead-letter queue'
  | 'trail objects'
  | 'trail bucket'
  | 'export objects'
  | 'export bucket'
  | 'topic'
  | 'bus'
  | 'hub'
  | 'product'
  | 'role'
  | 'list objects'
  | 'everything';

export interface AwsCall {
  /** The SDK's name of the operation. */
  readonly operation: string;
  readonly service: 'sqs' | 's3' | 'sns' | 'events' | 'securityhub' | 'sts' | 'cloudtrail';
  /** What IAM calls the permission; absent where none is needed. */
  readonly action?: string;
  readonly on: Target;
  readonly features: readonly Feature[];
  /** Permissions on a KMS key that come with it when the thing is encrypted with one. */
  readonly key?: 'kms:Decrypt' | 'kms:GenerateDataKey';
}

/**
 * Every operation of AWS that the code calls, and for what. Source of the names of permissions: Service Authorization Reference (batch
 * operations and `HeadBucket` go by another name than the operation).
 */
export const CALLS: readonly AwsCall[] = [
  {
    operation: 'ReceiveMessage',
    service: 'sqs',
    action: 'sqs:ReceiveMessage',
    on: 'queue',
    features: ['sqs source'],
    key: 'kms:Decrypt',
  },
  {
    operation: 'DeleteMessageBatch',
    service: 'sqs',
    action: 'sqs:DeleteMessage',
    on: 'queue',
    features: ['sqs source'],
  },
  {
    operation: 'ChangeMessageVisibility',
    service: 'sqs',
    action: 'sqs:ChangeMessageVisibility',
    on: 'queue',
    features: ['sqs source'],
  },
  {
    operation: 'ChangeMessageVisibilityBatch',
    service: 'sqs',
    action: 'sqs:ChangeMessageVisibility',
    on: 'queue',
    features: ['sqs source'],
  },
  {
    operation: 'GetQueueAttributes',
    service: 'sqs',
    action: 'sqs:GetQueueAttributes',
    on: 'queue',
    features: ['sqs source', 'doctor'],
  },
  {
    operation: 'GetQueueAttributes',
    service: 'sqs',
    action: 'sqs:GetQueueAttributes',
    on: 'dead-letter queue',
    features: ['doctor'],
  },
  {
    operation: 'SendMessage',
    service: 'sqs',
    action: 'sqs:SendMessage',
    on: 'dead-letter queue',
    features: ['sqs source'],
    key: 'kms:GenerateDataKey',
  },
  {
    operation: 'SendMessageBatch',
    service: 'sqs',
    action: 'sqs:SendMessage',
    on: 'queue',
    features: ['backfill'],
    key: 'kms:GenerateDataKey',
  },
  {
    operation: 'GetObject',
    service: 's3',
    action: 's3:GetObject',
    on: 'trail objects',
    features: ['sqs source', 's3 source', 'scan', 'doctor'],
    key: 'kms:Decrypt',
  },
  { operation: 'GetObject', service: 's3', action: 's3:GetObject', on: 'list objects', features: ['lists'] },
  {
    operation: 'ListObjectsV2',
    service: 's3',
    action: 's3:ListBucket',
    on: 'trail bucket',
    features: ['s3 source', 'scan', 'backfill', 'doctor'],
  },
  { operation: 'HeadBucket', service: 's3', action: 's3:ListBucket', on: 'export bucket', features: ['doctor'] },
  {
    operation: 'PutObject',
    service: 's3',
    action: 's3:PutObject',
    on: 'export objects',
    features: ['s3 outlet'],
    key: 'kms:GenerateDataKey',
  },
  {
    operation: 'Publish',
    service: 'sns',
    action: 'sns:Publish',
    on: 'topic',
    features: ['sns outlet'],
    key: 'kms:GenerateDataKey',
  },
  {
    operation: 'GetTopicAttributes',
    service: 'sns',
    action: 'sns:GetTopicAttributes',
    on: 'topic',
    features: ['doctor'],
  },
  {
    operation: 'PutEvents',
    service: 'events',
    action: 'events:PutEvents',
    on: 'bus',
    features: ['eventbridge outlet'],
  },
  {
    operation: 'DescribeEventBus',
    service: 'events',
    action: 'events:DescribeEventBus',
    on: 'bus',
    features: ['doctor'],
  },
  {
    operation: 'BatchImportFindings',
    service: 'securityhub',
    action: 'securityhub:BatchImportFindings',
    on: 'product',
    features: ['securityhub outlet'],
  },
  {
    operation: 'DescribeHub',
    service: 'securityhub',
    action: 'securityhub:DescribeHub',
    on: 'hub',
    features: ['doctor'],
  },
  { operation: 'AssumeRole', service: 'sts', action: 'sts:AssumeRole', on: 'role', features: ['role'] },
  { operation: 'GetCallerIdentity', service: 'sts', on: 'everything', features: ['doctor', 'securityhub outlet'] },
  {
    operation: 'DescribeTrails',
    service: 'cloudtrail',
    action: 'cloudtrail:DescribeTrails',
    on: 'everything',
    features: ['doctor'],
  },
  {
    operation: 'GetTrailStatus',
    service: 'cloudtrail',
    action: 'cloudtrail:GetTrailStatus',
    on: 'everything',
    features: ['doctor'],
  },
  {
    operation: 'GetEventSelectors',
    service: 'cloudtrail',
    action: 'cloudtrail:GetEventSelectors',
    on: 'everything',
    features: ['doctor'],
  },
];
