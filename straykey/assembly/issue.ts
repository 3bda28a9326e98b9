// An issue of a credential (AssumeRole and the like): which role and session, and the key that came back.
import {
  ASSUMED_ROLE_USER, AWS_REGION, ERROR_CODE, IN_SCOPE_OF, ISSUED_KEY_ID, REQUEST_PARAMETERS, RESPONSE_ELEMENTS, ROLE_ARN, ROLE_SESSION_NAME,
  isNull, lengthOf, startOf,
} from './fields';
import { hashFields } from './hash';
import { REQUEST_NAMES, RESPONSE_NAMES } from './layout';
import { walkKept } from './walk';

/** Length of an access key id, by IAM's own bounds. What publishers of trails put in its place (`null`, `****`) is shorter. */
const KEY_LEAST: u32 = 16;
const KEY_MOST: u32 = 128;

/**
 * Hash of all that makes an issue what it is but time and key: event, caller, region, role, session and, where the answer shows them, the
 * role's id. Takes as an issue only a record without error whose role, session and key are all there in plain form; 0 for any other,
 * which has to be read. Control characters need no look: a record that has one in these values is no JSON, so nothing is ever remembered
 * under its hash.
 */
export function hashIssue(): u64 {
  const isIssue =
    isWithoutError() && walkKept(REQUEST_PARAMETERS, REQUEST_NAMES) && walkKept(RESPONSE_ELEMENTS, RESPONSE_NAMES) &&
    lengthOf(ROLE_ARN) != 0 && lengthOf(ROLE_SESSION_NAME) != 0 && isKeyId();
  if (!isIssue) return 0;
  const answer = hashFields(ASSUMED_ROLE_USER, ASSUMED_ROLE_USER, 0);
  const request = hashFields(ROLE_ARN, ROLE_SESSION_NAME, answer);
  return hashFields(AWS_REGION, IN_SCOPE_OF, request);
}

/** errorCode absent or null: any other value may mean that the call failed. */
function isWithoutError(): bool {
  return startOf(ERROR_CODE) == 0 || isNull(ERROR_CODE);
}

/** ASCII without blanks, of a key's length. */
function isKeyId(): bool {
  const length = lengthOf(ISSUED_KEY_ID);
  if (length < KEY_LEAST || length > KEY_MOST) return false;
  const start = startOf(ISSUED_KEY_ID);
  for (let p = start; p < start + <usize>length; p++) if (<u32>load<u8>(p) - 0x21 > 0x5d) return false;
  return true;
}
