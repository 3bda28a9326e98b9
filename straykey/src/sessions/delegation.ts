import type { ApiCall } from '../records/index.ts';

/**
 * Who really sent a call that carries a function's signature. (A call that an AWS service made on the function's behalf has
 * place `service` and never gets here.)
 *
 * - `direct`: signed in the header by whoever holds the key.
 * - `presigned`: an S3 object verb with the signature in the query string. The function signed, somebody else sent it.
 * - `identity-proof`: `sts:GetCallerIdentity`, which Vault and EKS send for the function to prove who it is.
 */
export type Delegation = 'direct' | 'presigned' | 'identity-proof';

/** S3 operations that applications presign: read or write one object. Listing and deleting are not among them. */
const PRESIGNED_VERBS: ReadonlySet<string> = new Set([
  'GetObject',
  'HeadObject',
  'PutObject',
  'UploadPart',
  'CreateMultipartUpload',
  'CompleteMultipartUpload',
  'AbortMultipartUpload',
  'PostObject',
]);

/**
 * Proof: `additionalEventData.AuthenticationMethod`, which S3 writes and the caller cannot. Silent (presigned) only for object
 * verbs on S3; query-string signing of anything else is an attack tool's habit and stays `direct`. Errs towards silence
 * when a thief presigns object reads on the stolen key: these are counted and listed, never learned.
 */
export function delegationOf(call: ApiCall): Delegation {
  if (isPresigned(call)) return 'presigned';
  if (call.eventSource === 'sts.amazonaws.com' && call.eventName === 'GetCallerIdentity') return 'identity-proof';
  return 'direct';
}

function isPresigned(call: ApiCall): boolean {
  return (
    call.eventSource === 's3.amazonaws.com' &&
    call.authenticationMethod !== undefined &&
    call.authenticationMethod !== 'AuthHeader' &&
    PRESIGNED_VERBS.has(call.eventName)
  );
}
