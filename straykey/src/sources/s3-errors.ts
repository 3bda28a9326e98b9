import type { Problem } from './source.ts';

/** What was tried: it decides which permission the operator is told about. */
export interface Attempt {
  readonly bucket: string;
  /** Absent while listing. */
  readonly key?: string;
}

/** What S3 and STS call a credential past its end; S3 answers 400, not 403. */
const EXPIRED: ReadonlySet<string> = new Set(['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired']);

/** Names an error of the AWS SDK, in terms of what the operator can change. */
export function explainS3Error(error: unknown, attempt: Attempt): Problem {
  const { name, status, message } = partsOf(error);
  switch (name) {
    case 'NoSuchKey':
    case 'NotFound':
      return { kind: 'vanished', reason: 'was there when listed, is gone now' };
    case 'NoSuchBucket':
      return { kind: 'bucket-not-found', reason: `bucket ${attempt.bucket} does not exist` };
    case 'InvalidBucketName':
      return { kind: 'bucket-not-found', reason: `${attempt.bucket} cannot be the name of a bucket` };
    case 'InvalidObjectState':
      return { kind: 'archived-object', reason: 'is archived (S3 Glacier); restore it first' };
    case 'CredentialsProviderError':
      return { kind: 'no-credentials', reason: `no AWS credentials were found (${message})` };
    case 'PermanentRedirect':
    case 'IllegalLocationConstraintException':
    case 'AuthorizationHeaderMalformed':
      return { kind: 'wrong-region', reason: `bucket ${attempt.bucket} answered from another region (${message})` };
    case 'PreconditionFailed':
      return { kind: 'vanished', reason: 'was replaced while it was read' };
  }
  if (EXPIRED.has(name))
    return { kind: 'access-denied', reason: `the AWS credentials have expired (${message}); sign in again` };
  if (status === 401 || status === 403) return denied(name, message, attempt);
  const answered = status === undefined ? message : `S3 answered ${status} ${name}: ${message}`;
  return { kind: 'network-error', reason: answered };
}

function denied(name: string, message: string, { bucket, key }: Attempt): Problem {
  const needed =
    key === undefined
      ? `needs s3:ListBucket on arn:aws:s3:::${bucket}`
      : `needs s3:GetObject on arn:aws:s3:::${bucket}/${key}, and kms:Decrypt if a KMS key encrypts it`;
  return { kind: 'access-denied', reason: `S3 refused (${name}: ${message}); ${needed}` };
}

function partsOf(error: unknown): { name: string; status: number | undefined; message: string } {
  if (!(error instanceof Error)) return { name: 'Error', status: undefined, message: String(error) };
  const metadata = (error as { $metadata?: { httpStatusCode?: number } }).$metadata;
  // A connection tried over several addresses fails with an aggregate whose own message is empty.
  const cause = error instanceof AggregateError ? error.errors.find((each) => each instanceof Error) : undefined;
  const code = 'code' in error ? String(error.code) : '';
  return {
    name: error.name,
    status: metadata?.httpStatusCode,
    message: error.message || cause?.message || code || error.name,
  };
}
