// The values Straykey's questions are about, by number. The order makes each question a run of neighbours (see judge.ts).
import { QUOTE } from './bytes';
import { FIELDS } from './layout';

/** Some value we do not look at. */
export const NONE: i32 = 0;
// Text, inside an issue's requestParameters and responseElements …
export const ISSUED_KEY_ID: i32 = 1;
export const ROLE_ARN: i32 = 2;
export const ROLE_SESSION_NAME: i32 = 3;
// … at the record's top level …
export const EVENT_ID: i32 = 4;
export const EVENT_TIME: i32 = 5;
export const EVENT_TYPE: i32 = 6;
export const RECIPIENT_ACCOUNT_ID: i32 = 7;
export const EVENT_CATEGORY: i32 = 8;
export const AWS_REGION: i32 = 9;
export const EVENT_SOURCE: i32 = 10;
export const EVENT_NAME: i32 = 11;
export const SOURCE_IP_ADDRESS: i32 = 12;
export const VPC_ENDPOINT_ID: i32 = 13;
export const VPC_ENDPOINT_ACCOUNT_ID: i32 = 14;
// … and inside userIdentity.
export const ACCESS_KEY_ID: i32 = 15;
export const PRINCIPAL_ID: i32 = 16;
export const ARN: i32 = 17;
export const ACCOUNT_ID: i32 = 18;
export const TYPE: i32 = 19;
export const INVOKED_BY: i32 = 20;
export const LAST_TEXT: i32 = INVOKED_BY;
// Any value, kept as written. Two inside userIdentity, one inside an issue's responseElements, the rest at the top level.
export const IN_SCOPE_OF: i32 = 21;
export const SESSION_CONTEXT: i32 = 22;
export const ASSUMED_ROLE_USER: i32 = 23;
export const ERROR_CODE: i32 = 24;
export const USER_AGENT: i32 = 25;
export const REQUEST_PARAMETERS: i32 = 26;
export const RESPONSE_ELEMENTS: i32 = 27;
export const LAST_KEPT: i32 = RESPONSE_ELEMENTS;
/** `true` or `false`. */
export const MANAGEMENT_EVENT: i32 = 28;
// An object, entered.
export const USER_IDENTITY: i32 = 29;
export const CREDENTIALS: i32 = 30;
/** Never plain: it tells an Insights event from a record. */
export const INSIGHT_DETAILS: i32 = 31;
const FIELD_COUNT: i32 = 32;

/** `null`, little-endian. */
const NULL: u32 = 0x6c6c756e;

@inline
export function setField(field: i32, start: usize, end: usize): void {
  store<u64>(FIELDS + ((<usize>field) << 3), <u64>start | (<u64>(end - start) << 32));
}

/** 0 when the record has no such member. */
@inline
export function startOf(field: i32): usize {
  return <usize>load<u32>(FIELDS + ((<usize>field) << 3));
}

@inline
export function lengthOf(field: i32): u32 {
  return load<u32>(FIELDS + ((<usize>field) << 3), 4);
}

@inline
export function clearFields(): void {
  clear(NONE, FIELD_COUNT);
}

@inline
export function clearIdentity(): void {
  clear(ACCESS_KEY_ID, SESSION_CONTEXT + 1);
}

@inline
export function clearIssuedKey(): void {
  clear(ISSUED_KEY_ID, ISSUED_KEY_ID + 1);
}

/** Whether a value kept as written is text, quotes left out. */
export function isQuoted(field: i32): bool {
  return load<u8>(startOf(field) - 1) == QUOTE;
}

/** Whether a value kept as written is null. */
export function isNull(field: i32): bool {
  return lengthOf(field) == 4 && load<u32>(startOf(field)) == NULL && !isQuoted(field);
}

/** Vector stores: for so few bytes memory.fill costs more than a whole member's walk. */
@inline
function clear(first: i32, behind: i32): void {
  let at = FIELDS + ((<usize>first) << 3);
  const stop = FIELDS + ((<usize>behind) << 3);
  for (; at + 16 <= stop; at += 16) v128.store(at, i64x2.splat(0));
  if (at < stop) store<u64>(at, 0);
}
