/** Why a call of AWS failed, in terms of what the operator can change. */
export interface Trouble {
  readonly found: string;
  readonly todo: string;
  /** The permission that is missing, when that is the reason. */
  readonly missing?: string;
}

const EXPIRED: ReadonlySet<string> = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'RequestExpired',
  'TokenRefreshRequired',
]);
const UNKNOWN_KEY: ReadonlySet<string> = new Set([
  'InvalidClientTokenId',
  'InvalidAccessKeyId',
  'UnrecognizedClientException',
  'SignatureDoesNotMatch',
]);
const ABSENT: ReadonlySet<string> = new Set([
  'NoSuchBucket',
  'NoSuchKey',
  'NotFound',
  'NotFoundException',
  'QueueDoesNotExist',
  'AWS.SimpleQueueService.NonExistentQueue',
  'ResourceNotFoundException',
  'TrailNotFoundException',
]);

/** `action`: the permission that the call asks for. A refusal that names another one (`kms:Decrypt`) is believed. */
export function explainTrouble(error: unknown, action: string, what: string): Trouble {
  const { name, status, message } = partsOf(error);
  if (name === 'CredentialsProviderError')
    return {
      found: `no AWS credentials were found (${message})`,
      todo: 'Sign in (aws sso login), set AWS_PROFILE, or run where a role is attached.',
    };
  if (EXPIRED.has(name)) return { found: `the AWS credentials have expired (${message})`, todo: 'Sign in again.' };
  if (UNKNOWN_KEY.has(name))
    return {
      found: `AWS does not accept the credentials (${name}: ${message})`,
      todo: 'Look which key is used: aws sts get-caller-identity.',
    };
  if (ABSENT.has(name))
    return { found: `${what} does not exist (${name})`, todo: 'Check its name, account and region.' };
  if (
    status === 401 ||
    status === 403 ||
    /AccessDenied|NotAuthorized|AuthorizationError|UnauthorizedOperation/.test(name)
  ) {
    const missing = /not authorized to perform:? ([a-z0-9-]+:[A-Za-z]+)/.exec(message)?.[1] ?? action;
    return {
      found: `refused (${message || name})`,
      todo: `Allow ${missing} on ${what}: straykey doctor --policy prints the whole policy.`,
      missing,
    };
  }
  if (name === 'PermanentRedirect' || name === 'AuthorizationHeaderMalformed')
    return { found: `${what} lies in another region (${message})`, todo: 'Set region: in straykey.yaml.' };
  if (status === undefined)
    return {
      found: `cannot be reached (${message})`,
      todo: 'Check network, proxy, VPC endpoints and the endpoint setting.',
    };
  return {
    found: `AWS answered ${status} ${name}: ${message}`,
    todo: 'Try again; if it stays, look at the AWS Health Dashboard.',
  };
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
