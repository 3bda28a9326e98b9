import { gunzipSync } from 'node:zlib';
import type { Oddity } from '../../straykey/src/kit/index.ts';
import { type ApiCall, createReader, type Reader, type SkimHooks } from '../../straykey/src/records/index.ts';

/** A record as CloudTrail delivers it. Tests spread it for what they change. */
export type RawRecord = Readonly<Record<string, unknown>>;

/** Lambda takes a key for the function `thumbnailer`. */
export const issueByLambda: RawRecord = {
  eventVersion: '1.11',
  userIdentity: { type: 'AWSService', invokedBy: 'lambda.amazonaws.com' },
  eventTime: '2026-03-01T10:00:00Z',
  eventSource: 'sts.amazonaws.com',
  eventName: 'AssumeRole',
  awsRegion: 'eu-west-1',
  sourceIPAddress: 'lambda.amazonaws.com',
  userAgent: 'lambda.amazonaws.com',
  requestParameters: {
    roleArn: 'arn:aws:iam::111122223333:role/service-role/thumbnailer-role',
    roleSessionName: 'thumbnailer',
  },
  responseElements: {
    credentials: {
      accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
      sessionToken: 'EXAMPLETOKEN',
      expiration: 'Mar 1, 2026, 10:00:00 PM',
    },
  },
  requestID: '0d1e2f30-0000-4000-8000-000000000001',
  eventID: 'aaaaaaaa-0000-4000-8000-000000000001',
  readOnly: true,
  resources: [
    {
      accountId: '111122223333',
      type: 'AWS::IAM::Role',
      ARN: 'arn:aws:iam::111122223333:role/service-role/thumbnailer-role',
    },
  ],
  eventType: 'AwsApiCall',
  managementEvent: true,
  recipientAccountId: '111122223333',
  sharedEventID: 'bbbbbbbb-0000-4000-8000-000000000001',
  eventCategory: 'Management',
};

export const functionIdentity: RawRecord = {
  type: 'AssumedRole',
  principalId: 'AROAIOSFODNN7EXAMPLE:thumbnailer',
  arn: 'arn:aws:sts::111122223333:assumed-role/thumbnailer-role/thumbnailer',
  accountId: '111122223333',
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  sessionContext: {
    sessionIssuer: {
      type: 'Role',
      principalId: 'AROAIOSFODNN7EXAMPLE',
      arn: 'arn:aws:iam::111122223333:role/service-role/thumbnailer-role',
      accountId: '111122223333',
      userName: 'thumbnailer-role',
    },
    attributes: { creationDate: '2026-03-01T10:00:00Z', mfaAuthenticated: 'false' },
  },
};

/** The function's sandbox opens its log. */
export const logStream: RawRecord = {
  eventVersion: '1.11',
  userIdentity: functionIdentity,
  eventTime: '2026-03-01T10:00:02Z',
  eventSource: 'logs.amazonaws.com',
  eventName: 'CreateLogStream',
  awsRegion: 'eu-west-1',
  sourceIPAddress: '52.16.0.10', // Amazon, eu-west-1
  userAgent: 'awslambda-worker/1.0 rusoto/0.48.0 rust/1.68.2 linux',
  requestParameters: { logGroupName: '/aws/lambda/thumbnailer', logStreamName: '2026/03/01/[$LATEST]0123456789abcdef' },
  responseElements: null,
  requestID: '0d1e2f30-0000-4000-8000-000000000002',
  eventID: 'aaaaaaaa-0000-4000-8000-000000000002',
  readOnly: false,
  eventType: 'AwsApiCall',
  apiVersion: '20140328',
  managementEvent: true,
  recipientAccountId: '111122223333',
  eventCategory: 'Management',
  tlsDetails: { tlsVersion: 'TLSv1.3', clientProvidedHostHeader: 'logs.eu-west-1.amazonaws.com' },
};

/** Somebody outside AWS reads an object with the function's key. Text with everything that is hard to carry. */
export const useFromOutside: RawRecord = {
  eventVersion: '1.11',
  userIdentity: {
    ...functionIdentity,
    inScopeOf: {
      issuerType: 'AWS::Lambda::Function',
      credentialsIssuedTo: 'arn:aws:lambda:eu-west-1:111122223333:function:thumbnailer',
    },
  },
  eventTime: '2026-03-01T11:30:00Z',
  eventSource: 's3.amazonaws.com',
  eventName: 'GetObject',
  awsRegion: 'eu-west-1',
  sourceIPAddress: '185.220.101.1', // Tor exit of Stiftung Erneuerbare Freiheit
  userAgent: '[aws-cli/2.15 "quoted" \\ {"Records":[ \u00fc \u2603 \ud83d\ude00 \u0000 ]}]',
  errorCode: 'AccessDenied',
  requestParameters: {
    bucketName: 'amzn-s3-demo-bucket',
    key: 'a/b.json',
    nested: { list: [1, [2, { three: null }]] },
  },
  responseElements: null,
  additionalEventData: { AuthenticationMethod: 'AuthHeader', SignatureVersion: 'SigV4' },
  requestID: '0d1e2f30-0000-4000-8000-000000000003',
  eventID: 'aaaaaaaa-0000-4000-8000-000000000003',
  readOnly: true,
  resources: [{ type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::amzn-s3-demo-bucket', accountId: '111122223333' }],
  eventType: 'AwsApiCall',
  managementEvent: false,
  recipientAccountId: '111122223333',
  eventCategory: 'Data',
  tlsDetails: { clientProvidedHostHeader: 'amzn-s3-demo-bucket.s3.eu-west-1.amazonaws.com' },
};

export const threeRecords: readonly RawRecord[] = [issueByLambda, logStream, useFromOutside];

/** Everything a reader said about its inputs. */
export interface Heard {
  readonly calls: readonly ApiCall[];
  readonly oddities: readonly Oddity[];
  readonly records: number;
}

type Chunks = Iterable<Uint8Array | string>;

/** Bounded as in the product, with a bound that tests can reach. */
export function inflate(bytes: Uint8Array): Uint8Array | undefined {
  try {
    return gunzipSync(bytes, { maxOutputLength: 1024 * 1024 });
  } catch {
    return undefined;
  }
}

/** One reader for many inputs, with hooks that ask for every record. Each call reads one input, given in chunks. */
export function listen(): { readonly hear: (chunks: Chunks, origin?: string) => Heard; readonly reader: Reader } {
  let calls: ApiCall[] = [];
  let oddities: Oddity[] = [];
  const hooks: SkimHooks = {
    kindOf: () => 'read',
    meet: () => 'skip',
    likeOf: () => -1,
    issued() {},
    note() {},
    read: (call) => calls.push(call),
    tallyOf: () => 7,
    oddity: (oddity) => oddities.push(oddity),
  };
  const reader = createReader(hooks, { inflate });
  function hear(chunks: Chunks, origin = 'input'): Heard {
    calls = [];
    oddities = [];
    const before = reader.records;
    reader.begin(origin);
    for (const chunk of chunks) reader.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    reader.end();
    return { calls, oddities, records: reader.records - before };
  }
  return { hear, reader };
}

/** Reads one input with a reader of its own. */
export function readAll(chunks: Chunks): Heard {
  return listen().hear(chunks);
}
