import { explainS3Error, type Problem } from '../sources/index.ts';

/** Names an error of reading one object, in terms of what the operator can change; KMS and role problems more exactly than the listing does. */
export function explainObjectError(
  error: unknown,
  attempt: { readonly bucket: string; readonly key?: string },
): Problem {
  const { name, message } = partsOf(error);
  if (isRoleError(name, message))
    return { kind: 'access-denied', reason: `the role cannot be assumed (${message}); ${ROLE}` };
  if (isKmsError(name, message)) {
    return {
      kind: 'access-denied',
      reason: `the KMS key that encrypts it refused (${name}: ${message}); ${KMS_OBJECT}`,
    };
  }
  return explainS3Error(error, attempt);
}

/** Names an error of SQS in a sentence for status and logs. */
export function explainQueueError(error: unknown, queueUrl: string): string {
  const { name, message, status } = partsOf(error);
  if (isRoleError(name, message)) return `the role cannot be assumed (${message}); ${ROLE}`;
  if (isKmsError(name, message)) {
    return `the KMS key of the queue refused (${name}: ${message}); needs kms:Decrypt on the key that encrypts ${queueUrl}`;
  }
  if (/QueueDoesNotExist|NonExistentQueue/.test(name))
    return `the queue ${queueUrl} does not exist; check queueUrl and region`;
  if (name === 'CredentialsProviderError') return `no AWS credentials were found (${message})`;
  if (/^ExpiredToken|^TokenRefreshRequired|^InvalidClientTokenId$|^UnrecognizedClient/.test(name)) {
    return `the AWS credentials are not valid any more (${message})`;
  }
  if (status === 401 || status === 403 || /AccessDenied/.test(name)) {
    return (
      `SQS refused (${name}: ${message}); needs sqs:ReceiveMessage, sqs:DeleteMessage, sqs:ChangeMessageVisibility and ` +
      `sqs:GetQueueAttributes on ${queueUrl}`
    );
  }
  return status === undefined
    ? `the queue cannot be reached (${message})`
    : `SQS answered ${status} ${name}: ${message}`;
}

const ROLE =
  'needs sts:AssumeRole on roleArn, and the role must trust this account and the externalId, if it asks for one';
const KMS_OBJECT = 'needs kms:Decrypt on that key, in the key policy too if it belongs to another account';

function isRoleError(name: string, message: string): boolean {
  return /sts:AssumeRole/i.test(message) && /Denied|Unauthorized/i.test(`${name}${message}`);
}

function isKmsError(name: string, message: string): boolean {
  return /^Kms|^KMS/.test(name) || /\bkms:[A-Z]\w+|\bKMS key\b/.test(message);
}

function partsOf(error: unknown): {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
} {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), status: undefined };
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  // A connection tried over several addresses fails with an aggregate whose own message is empty.
  const cause = error instanceof AggregateError ? error.errors.find((each) => each instanceof Error) : undefined;
  const code = 'code' in error ? String(error.code) : '';
  return { name: error.name, message: error.message || cause?.message || code || error.name, status };
}
