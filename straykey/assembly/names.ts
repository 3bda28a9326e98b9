// Which member is this? Names are compared whole, with their closing quote; one look into a table says which single name it could be.
import {
  ACCESS_KEY_ID, ACCOUNT_ID, ARN, ASSUMED_ROLE_USER, AWS_REGION, CREDENTIALS, ERROR_CODE, EVENT_CATEGORY, EVENT_ID, EVENT_NAME, EVENT_SOURCE,
  EVENT_TIME, EVENT_TYPE, IN_SCOPE_OF, INSIGHT_DETAILS, INVOKED_BY, ISSUED_KEY_ID, MANAGEMENT_EVENT, NONE, PRINCIPAL_ID,
  RECIPIENT_ACCOUNT_ID, REQUEST_PARAMETERS, RESPONSE_ELEMENTS, ROLE_ARN, ROLE_SESSION_NAME, SESSION_CONTEXT, SOURCE_IP_ADDRESS, TYPE,
  USER_AGENT, USER_IDENTITY, VPC_ENDPOINT_ACCOUNT_ID, VPC_ENDPOINT_ID,
} from './fields';
import { CREDENTIAL_NAMES, IDENTITY_NAMES, REQUEST_NAMES, RESPONSE_NAMES, TOP_NAMES } from './layout';

/** Entry: 32 bytes of the name and its quote, 32 bytes of mask, field number. */
const ENTRY: usize = 80;
const MASK: usize = 32;
const FIELD: usize = 64;

/** Told apart by first character, third from last, and length; the build fails nowhere if two names meet, so addName checks. */
@inline
function placeOf(name: usize, length: u32): usize {
  return <usize>((load<u8>(name) + load<u8>(name + length - 3) + 3 * length) & 63) * ENTRY;
}

/** Field number of the name of `length` bytes at `name`, or NONE. Names shorter than three bytes read the bytes before them: harmless. */
@inline
export function fieldAt(name: usize, length: u32, table: usize): i32 {
  const entry = table + placeOf(name, length);
  // Most names are not ours, and most of those meet no entry at all.
  if (load<i32>(entry, FIELD) == NONE) return NONE;
  const first = v128.and(v128.xor(v128.load(name), v128.load(entry)), v128.load(entry, MASK));
  const second = v128.and(v128.xor(v128.load(name, 16), v128.load(entry, 16)), v128.load(entry, MASK + 16));
  return v128.any_true(v128.or(first, second)) ? NONE : load<i32>(entry, FIELD);
}

function addName(table: usize, name: string, field: i32): void {
  const length = name.length;
  const scratch = table + 64 * ENTRY;
  for (let i = 0; i < length; i++) store<u8>(scratch + i, <u8>name.charCodeAt(i));
  store<u8>(scratch + length, 0x22);
  const entry = table + placeOf(scratch, length);
  if (load<i32>(entry, FIELD) != NONE) unreachable();
  memory.copy(entry, scratch, length + 1);
  memory.fill(entry + MASK, 0xff, length + 1);
  store<i32>(entry, field, FIELD);
}

export function fillNames(): void {
  addName(TOP_NAMES, 'eventID', EVENT_ID);
  addName(TOP_NAMES, 'eventTime', EVENT_TIME);
  addName(TOP_NAMES, 'eventType', EVENT_TYPE);
  addName(TOP_NAMES, 'recipientAccountId', RECIPIENT_ACCOUNT_ID);
  addName(TOP_NAMES, 'eventCategory', EVENT_CATEGORY);
  addName(TOP_NAMES, 'eventName', EVENT_NAME);
  addName(TOP_NAMES, 'eventSource', EVENT_SOURCE);
  addName(TOP_NAMES, 'awsRegion', AWS_REGION);
  addName(TOP_NAMES, 'sourceIPAddress', SOURCE_IP_ADDRESS);
  addName(TOP_NAMES, 'vpcEndpointId', VPC_ENDPOINT_ID);
  addName(TOP_NAMES, 'vpcEndpointAccountId', VPC_ENDPOINT_ACCOUNT_ID);
  addName(TOP_NAMES, 'managementEvent', MANAGEMENT_EVENT);
  addName(TOP_NAMES, 'userIdentity', USER_IDENTITY);
  addName(TOP_NAMES, 'insightDetails', INSIGHT_DETAILS);
  addName(TOP_NAMES, 'errorCode', ERROR_CODE);
  addName(TOP_NAMES, 'userAgent', USER_AGENT);
  addName(TOP_NAMES, 'requestParameters', REQUEST_PARAMETERS);
  addName(TOP_NAMES, 'responseElements', RESPONSE_ELEMENTS);
  addName(IDENTITY_NAMES, 'accessKeyId', ACCESS_KEY_ID);
  addName(IDENTITY_NAMES, 'principalId', PRINCIPAL_ID);
  addName(IDENTITY_NAMES, 'arn', ARN);
  addName(IDENTITY_NAMES, 'accountId', ACCOUNT_ID);
  addName(IDENTITY_NAMES, 'type', TYPE);
  addName(IDENTITY_NAMES, 'invokedBy', INVOKED_BY);
  addName(IDENTITY_NAMES, 'inScopeOf', IN_SCOPE_OF);
  addName(IDENTITY_NAMES, 'sessionContext', SESSION_CONTEXT);
  addName(REQUEST_NAMES, 'roleArn', ROLE_ARN);
  addName(REQUEST_NAMES, 'roleSessionName', ROLE_SESSION_NAME);
  addName(RESPONSE_NAMES, 'credentials', CREDENTIALS);
  addName(RESPONSE_NAMES, 'assumedRoleUser', ASSUMED_ROLE_USER);
  addName(CREDENTIAL_NAMES, 'accessKeyId', ISSUED_KEY_ID);
}
