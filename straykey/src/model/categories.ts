/** What kind of thing a call does, coarsely: the facet that is learned or not. Bit order of {@link categoryBit}. */
export const categories = [
  'ROLE_CHAIN',
  'RECON',
  'SECRETS',
  'CRITICAL',
  'DATA_READ',
  'DATA_WRITE',
  'READ',
  'MGMT_WRITE',
] as const;

export type Category = (typeof categories)[number];

/** Learned only for routed functions, and slower. */
export function isSensitive(category: Category): boolean {
  return category === 'ROLE_CHAIN' || category === 'RECON' || category === 'SECRETS';
}

export function categoryBit(category: Category): number {
  return 1 << categories.indexOf(category);
}

/**
 * The category of a call: "first match wins", in the order of {@link patterns}; then READ or MGMT_WRITE "by readOnly, else by
 * verb prefix". Source: MODEL.md 2.2 and its appendix, which is normative. An unknown write is MGMT_WRITE, an unknown
 * service's call never CRITICAL: the table errs towards ordinary for what it does not name, and facets still make it new.
 */
export function categoryOf(source: string, name: string, readOnly: boolean | undefined): Category {
  const call = `${source.replace(/\.amazonaws\.com$/, '')}:${name.replace(/20\d{6}(v\d+)?$/, '')}`;
  for (const [category, pattern] of matchers) if (pattern.test(call)) return category;
  return (readOnly ?? READ_VERB.test(name)) ? 'READ' : 'MGMT_WRITE';
}

const READ_VERB =
  /^(Get|List|Describe|Head|BatchGet|Lookup|Search|Select|Scan|Query|View|Check|Test|Validate|Preview|Estimate)/;

/** Anchored patterns over `service:Name`, the version that Lambda and CloudFront append to names removed. */
export const patterns = {
  ROLE_CHAIN: [
    'sts:(AssumeRole|AssumeRoleWithSAML|AssumeRoleWithWebIdentity|GetFederationToken|GetSessionToken|AssumeRoot)',
    'signin:.*',
    'rolesanywhere:.*',
  ],
  RECON: [
    'sts:(GetCallerIdentity|GetAccessKeyInfo|DecodeAuthorizationMessage)',
    'iam:(Get|List|Simulate|Generate).*',
    'organizations:(List|Describe).*',
    'account:(Get|List).*',
    's3:ListBuckets',
    's3:ListAllMyBuckets',
    's3:GetBucket(Acl|Policy.*|Location|Encryption|Logging|PublicAccessBlock).*',
    'secretsmanager:ListSecrets',
    'ssm:DescribeParameters',
    'ssm:DescribeInstanceInformation',
    'lambda:ListFunctions.*',
    'ec2:Describe(Instances|Snapshots|Regions|SecurityGroups|KeyPairs|Vpcs|AccountAttributes|Images)',
    'rds:DescribeDB(Instances|Clusters|Snapshots)',
    'dynamodb:ListTables',
    'kms:ListKeys',
    'kms:ListAliases',
    'cloudtrail:(Describe|Get|List|Lookup).*',
    'guardduty:(List|Get).*',
    'securityhub:(Get|List|Describe).*',
    'config:(Describe|Get|List|Select).*',
    'access-analyzer:(List|Get).*',
    'servicequotas:.*',
    'support:.*',
    'ce:Get.*',
    'ses:(GetSendQuota|GetAccount|ListIdentities)',
    'sns:(ListTopics|ListSubscriptions|GetSMSAttributes)',
    'bedrock:(ListFoundationModels|GetFoundationModelAvailability|GetUseCaseForModelAccess)',
    'resource-explorer-2:.*',
    'tag:Get.*',
  ],
  SECRETS: [
    'secretsmanager:(GetSecretValue|BatchGetSecretValue|CreateSecret|PutSecretValue|UpdateSecret|UpdateSecretVersionStage)',
    'ssm:GetParameter(s|sByPath|History)?',
    'kms:(Decrypt|GenerateDataKey.*|ReEncrypt.*)',
    'rds-db:connect',
    'rds:GenerateDBAuthToken',
    'redshift:GetClusterCredentials.*',
    'ecr:GetAuthorizationToken',
    'codeartifact:GetAuthorizationToken',
    'cognito-identity:GetCredentialsForIdentity',
    'lambda:GetFunction(Configuration)?.*',
    'ec2:DescribeInstanceAttribute',
    'apigateway:GetApiKeys?',
    'appsync:ListApiKeys',
  ],
  CRITICAL: [
    'iam:(Create|Delete|Put|Attach|Detach|Update|Add|Remove|Set|Upload|Enable|Deactivate|Tag|Untag|Reset|Resync|PassRole).*',
    'organizations:(?!List|Describe).*',
    'account:(Put|Delete|Enable|Disable|Close).*',
    'sso(-admin)?:(?!List|Describe|Get).*',
    'identitystore:(Create|Delete|Update).*',
    'cloudtrail:(Stop|Delete|Update|Put|Remove|Deregister|Create).*',
    'config:(Stop|Delete|Put).*',
    'guardduty:(Delete|Disassociate|Stop|Update|Create|Archive|Decline|Disable).*',
    'securityhub:(Disable|Delete|Disassociate|BatchDisable|Update).*',
    'access-analyzer:Delete.*',
    'inspector2:Disable.*',
    'macie2:(Disable|Delete).*',
    'detective:Delete.*',
    'kms:(PutKeyPolicy|DisableKey|ScheduleKeyDeletion|CreateGrant|DeleteImportedKeyMaterial|DeleteAlias|UpdatePrimaryRegion|RevokeGrant|RetireGrant|DeleteCustomKeyStore)',
    's3:(PutBucketPolicy|DeleteBucketPolicy|PutBucketAcl|PutObjectAcl|PutPublicAccessBlock|DeletePublicAccessBlock|PutAccountPublicAccessBlock|PutBucketReplication|DeleteBucketEncryption|PutBucketEncryption|PutBucketLifecycle|PutBucketVersioning|PutBucketLogging|DeleteBucket|PutAccessPointPolicy|PutBucketOwnershipControls)',
    'lambda:(UpdateFunctionCode.*|UpdateFunctionConfiguration.*|AddPermission.*|CreateFunction.*|CreateEventSourceMapping.*|PublishLayerVersion.*|AddLayerVersionPermission.*|CreateFunctionUrlConfig.*|UpdateFunctionUrlConfig.*)',
    'ec2:(RunInstances|CreateKeyPair|ImportKeyPair|ModifySnapshotAttribute|ModifyImageAttribute|AuthorizeSecurityGroup.*|AssociateIamInstanceProfile|ReplaceIamInstanceProfileAssociation|ModifyInstanceAttribute|CreateVpcPeeringConnection|DeleteFlowLogs|SendDiagnosticInterrupt|GetPasswordData|EnableSerialConsoleAccess)',
    'ec2-instance-connect:Send.*',
    'rds:(ModifyDBSnapshotAttribute|ModifyDBClusterSnapshotAttribute|ModifyDBInstance|ModifyDBCluster)',
    'ssm:(SendCommand|StartSession|StartAutomationExecution|ModifyDocumentPermission|CreateDocument)',
    'secretsmanager:(PutResourcePolicy|DeleteSecret|ReplicateSecretToRegions)',
    'ecr:(SetRepositoryPolicy|PutImage)',
    'sns:AddPermission',
    'sqs:AddPermission',
    'events:(PutPermission|DisableRule|DeleteRule)',
    'logs:(DeleteLogGroup|DeleteLogStream|PutResourcePolicy|DeleteRetentionPolicy)',
    'glue:(CreateDevEndpoint|UpdateDevEndpoint|CreateJob|UpdateJob|PutResourcePolicy)',
    'codebuild:(CreateProject|UpdateProject)',
    'cloudformation:(CreateStack|UpdateStack|ExecuteChangeSet|CreateStackSet|UpdateStackSet)',
    'ram:(Create|Associate|Enable).*',
    'ses:(UpdateAccountSendingEnabled|PutAccountDetails|CreateEmailIdentity|VerifyEmailIdentity|VerifyDomainIdentity)',
    'bedrock:(PutFoundationModelEntitlement|CreateFoundationModelAgreement|PutUseCaseForModelAccess|DeleteModelInvocationLoggingConfiguration)',
  ],
  DATA_READ: [
    's3:(GetObject.*|HeadObject|SelectObjectContent|ListObjects.*|ListObjectVersions)',
    'dynamodb:(GetItem|BatchGetItem|Query|Scan|ExecuteStatement|PartiQLSelect)',
    'sqs:(ReceiveMessage|GetQueue.*)',
    'kinesis:Get.*',
    'athena:GetQueryResults',
    'rds-data:.*',
    'timestream:Select',
    'cassandra:Select',
    'ebs:(GetSnapshotBlock|ListSnapshotBlocks)',
    'logs:(GetLogEvents|FilterLogEvents|GetQueryResults)',
    'codecommit:GitPull',
    'ecr:(BatchGetImage|GetDownloadUrlForLayer)',
  ],
  DATA_WRITE: [
    's3:(PutObject(Tagging)?|DeleteObjects?|CopyObject|UploadPart|CreateMultipartUpload|CompleteMultipartUpload)',
    'dynamodb:(PutItem|UpdateItem|DeleteItem|BatchWriteItem|TransactWriteItems)',
    'sqs:(SendMessage.*|DeleteMessage.*)',
    'sns:Publish.*',
    'kinesis:Put.*',
    'firehose:Put.*',
    'events:PutEvents',
    'lambda:Invoke.*',
    'states:(Start.*|SendTask.*)',
    'logs:(CreateLogStream|CreateLogGroup|PutLogEvents)',
    'xray:Put.*',
    'cloudwatch:PutMetricData',
    'ses:Send.*',
    'bedrock:(InvokeModel.*|Converse.*)',
  ],
} as const satisfies Partial<Record<Category, readonly string[]>>;

const matchers: readonly (readonly [Category, RegExp])[] = (Object.keys(patterns) as (keyof typeof patterns)[]).map(
  (category) => [category, new RegExp(`^(?:${patterns[category].join('|')})$`)],
);
