import type { Operation } from './record.ts';

/** Operations as functions, people and thieves call them. Names of buckets, tables and keys are arguments where they matter. */

export const getCallerIdentity: Operation = { source: 'sts.amazonaws.com', name: 'GetCallerIdentity', readOnly: true };

export const listBuckets: Operation = {
  source: 's3.amazonaws.com',
  name: 'ListBuckets',
  readOnly: true,
  request: { Host: 's3.amazonaws.com' },
};

export const listSecrets: Operation = {
  source: 'secretsmanager.amazonaws.com',
  name: 'ListSecrets',
  readOnly: true,
  request: { maxResults: 100 },
};

export function getSecretValue(secretId: string): Operation {
  return { source: 'secretsmanager.amazonaws.com', name: 'GetSecretValue', readOnly: true, request: { secretId } };
}

export function getParameter(name: string): Operation {
  return {
    source: 'ssm.amazonaws.com',
    name: 'GetParameter',
    readOnly: true,
    request: { name, withDecryption: true },
  };
}

export function describeTable(tableName: string): Operation {
  return { source: 'dynamodb.amazonaws.com', name: 'DescribeTable', readOnly: true, request: { tableName } };
}

export const describeInstances: Operation = {
  source: 'ec2.amazonaws.com',
  name: 'DescribeInstances',
  readOnly: true,
  request: { instancesSet: {}, filterSet: {} },
};

export const listFunctions: Operation = {
  source: 'lambda.amazonaws.com',
  name: 'ListFunctions20150331',
  readOnly: true,
};

export const listRoles: Operation = { source: 'iam.amazonaws.com', name: 'ListRoles', readOnly: true };

export function createAccessKey(userName: string, accessKeyId: string): Operation {
  return {
    source: 'iam.amazonaws.com',
    name: 'CreateAccessKey',
    readOnly: false,
    request: { userName },
    response: { accessKey: { userName, accessKeyId, status: 'Active' } },
  };
}

export function listObjects(bucketName: string): Operation {
  return bucketCall('ListObjects', bucketName, { 'list-type': '2' });
}

/** A read or write of one object. */
export function objectCall(
  name: 'GetObject' | 'PutObject' | 'HeadObject' | 'DeleteObject' | 'UploadPart' | 'PostObject',
  bucketName: string,
  key: string,
): Operation {
  return {
    source: 's3.amazonaws.com',
    name,
    readOnly: name === 'GetObject' || name === 'HeadObject',
    data: true,
    request: { bucketName, Host: `${bucketName}.s3.amazonaws.com`, key },
    resources: [
      { type: 'AWS::S3::Object', arn: `arn:aws:s3:::${bucketName}/${key}` },
      { type: 'AWS::S3::Bucket', arn: `arn:aws:s3:::${bucketName}` },
    ],
  };
}

function bucketCall(name: string, bucketName: string, request: Readonly<Record<string, string>>): Operation {
  return {
    source: 's3.amazonaws.com',
    name,
    readOnly: true,
    data: true,
    request: { ...request, bucketName, Host: `${bucketName}.s3.amazonaws.com` },
    resources: [{ type: 'AWS::S3::Bucket', arn: `arn:aws:s3:::${bucketName}` }],
  };
}
