// What is known about the record just walked: its questions hashed, its answers looked up. See SkimHooks in records/skim.ts for the questions.
import { BACKSLASH, either64, equal64, splat } from './bytes';
import {
  ACCOUNT_ID, AWS_REGION, EVENT_NAME, EVENT_SOURCE, EVENT_TIME, EVENT_TYPE, IN_SCOPE_OF,
  MANAGEMENT_EVENT, RECIPIENT_ACCOUNT_ID, SOURCE_IP_ADDRESS, VPC_ENDPOINT_ACCOUNT_ID, VPC_ENDPOINT_ID, lengthOf, startOf,
} from './fields';
import { clearControl, hashFields, sawControl } from './hash';
import { hashIssue } from './issue';
import { OUT, OUT_KIND, OUT_LIKE, OUT_PLAIN, OUT_STANDING, OUT_TALLY } from './layout';
import {
  answerOf, fileOf, findCaller, findKind, findLike, findTally, isFree, rememberCaller, rememberKind, rememberLike, rememberTally, setFile,
} from './memo';
import { count } from './tallies';
import { readTime } from './time';
import { sawTooDeep } from './structure';
import { plain } from './walk';

// Answers as the host gives them (scanner.ts keeps the same numbers): 0 is not known, 1 is to skim or to skip.
const KIND_READ: u32 = 2;
const KIND_READ_FUNCTION_ARN: u32 = 3;
const KIND_ISSUE: u32 = 4;
const STANDING_SKIP: u32 = 1;
const STANDING_READ: u32 = 2;
/** This and above: note, with the token added. */
const STANDING_NOTE: u32 = 3;

/** What the host has to do about a record. */
export const DONE: i32 = 0;
export const PARSE: i32 = 1;
/** Nobody is known to want it, but its caller is not known (then it is not counted yet) or to be noted, or it is an issue like another one. */
export const TELL: i32 = 2;

/** For OUT_LIKE: the record may be the first of many likes. */
const ASK: i32 = -1;

const DAY: i64 = 86400;
/** Length of `AwsCloudTrailInsight`, which no other eventType has. */
const INSIGHT_TYPE_LENGTH: u32 = 20;
const ACCOUNT_LENGTH: u32 = 12;

let tallyHash: u64 = 0;
let kindHash: u64 = 0;
let callerHash: u64 = 0;
/** 0 when the record is no issue, or one not in plain form. */
let issueHash: u64 = 0;
/** Number of the current file; notes are told once for each. */
let file: u32 = 0;

export function nextFile(): void {
  file++;
}

/** The record lies from `start` to `end`; its fields have just been filled. */
export function judge(start: usize, end: usize): i32 {
  const time = isPlain() ? readTime(startOf(EVENT_TIME), lengthOf(EVENT_TIME)) : -1;
  if (time < 0) return parseUnknown();
  clearControl();
  kindHash = hashFields(EVENT_SOURCE, EVENT_NAME, 0);
  tallyHash = hashTally();
  callerHash = hashCaller(time / DAY);
  if (sawControl) return parseUnknown();
  const tallyEntry = findTally(tallyHash);
  const kindEntry = findKind(kindHash);
  const callerEntry = findCaller(callerHash);
  const kind = answerOf(kindEntry);
  const standing = answerOf(callerEntry);
  const like = kind == KIND_ISSUE ? findLikes() : 0;
  if (isFree(tallyEntry) || standing == STANDING_READ || isWanted(kind, like, start, end)) {
    answer(1, isFree(tallyEntry) ? -1 : <i32>answerOf(tallyEntry), kind, standing, like);
    return PARSE;
  }
  if (standing != 0) count(answerOf(tallyEntry), <f64>time);
  const toNote = standing >= STANDING_NOTE && fileOf(callerEntry) != file;
  if (toNote) setFile(callerEntry, file);
  if (standing != 0 && !toNote && like == 0) return DONE;
  answer(1, <i32>answerOf(tallyEntry), kind, standing == 0 || toNote ? standing : STANDING_SKIP, like);
  return TELL;
}

@inline
function isWanted(kind: u32, like: i32, start: usize, end: usize): bool {
  if (kind == KIND_READ_FUNCTION_ARN) return mayNameFunction(start, end);
  return kind == 0 || kind == KIND_READ || (kind == KIND_ISSUE && like <= 0);
}

/** For OUT_LIKE. */
function findLikes(): i32 {
  issueHash = hashIssue();
  if (issueHash == 0) return 0;
  const entry = findLike(issueHash);
  return isFree(entry) ? ASK : <i32>answerOf(entry) + 1;
}

/** The record has to be parsed to know what it asks. */
function parseUnknown(): i32 {
  answer(0, -1, 0, 0, 0);
  return PARSE;
}

/** Whether the members name the record's questions as they are. Insights events look alike but for two members. */
@inline
function isPlain(): bool {
  return (
    plain && !sawTooDeep && lengthOf(EVENT_SOURCE) != 0 && lengthOf(EVENT_NAME) != 0 &&
    lengthOf(EVENT_TYPE) != INSIGHT_TYPE_LENGTH
  );
}

function answer(known: i32, tally: i32, kind: u32, standing: u32, like: i32): void {
  store<i32>(OUT, known, OUT_PLAIN);
  store<i32>(OUT, tally, OUT_TALLY);
  store<u32>(OUT, kind, OUT_KIND);
  store<u32>(OUT, standing, OUT_STANDING);
  store<i32>(OUT, like, OUT_LIKE);
}

@inline
function hashTally(): u64 {
  const flag = startOf(MANAGEMENT_EVENT);
  // 0 absent, 't' or 'f'; and whether the source is s3.amazonaws.com.
  let beside: u64 = (flag == 0 ? 0 : <u64>load<u8>(flag) << 1) | (isS3() ? 1 : 0);
  // The caller's account stands in for a recipient that is absent, empty or `null`: for any that is no account id, to be safe.
  if (lengthOf(RECIPIENT_ACCOUNT_ID) != ACCOUNT_LENGTH) beside += hashFields(ACCOUNT_ID, ACCOUNT_ID, beside);
  return hashFields(RECIPIENT_ACCOUNT_ID, AWS_REGION, beside);
}

@inline
function hashCaller(day: i64): u64 {
  const byEndpoint = startOf(VPC_ENDPOINT_ID) != 0 || startOf(VPC_ENDPOINT_ACCOUNT_ID) != 0;
  const beside = byEndpoint ? hashFields(AWS_REGION, EVENT_SOURCE, <u64>day) : <u64>day;
  return hashFields(SOURCE_IP_ADDRESS, IN_SCOPE_OF, beside);
}

/** `s3.amazonaws.com`, 16 bytes. */
@inline
function isS3(): bool {
  const name = i8x16(115, 51, 46, 97, 109, 97, 122, 111, 110, 97, 119, 115, 46, 99, 111, 109);
  return lengthOf(EVENT_SOURCE) == 16 && v128.all_true<u8>(v128.eq<u8>(v128.load(startOf(EVENT_SOURCE)), name));
}

/** Whether the bytes hold `FunctionArn`, or a backslash and `u`, behind which it may hide. */
function mayNameFunction(start: usize, end: usize): bool {
  for (let p = start; p < end; p += 64) {
    const u = equal64(p + 1, splat(0x75));
    let found = u & (either64(p, splat(0x46), splat(BACKSLASH)));
    while (found != 0) {
      const at = p + <usize>ctz<u64>(found);
      // 'Function', 'onArn'; a match that begins before the record's end but reaches over it is harmless: the host looks again.
      if (load<u8>(at) == 0x5c || (load<u64>(at) == 0x6e6f6974636e7546 && load<u32>(at, 7) == 0x6e72416e)) return true;
      found &= found - 1;
    }
  }
  return false;
}

// The host's answers about the record last handed to it.

export function storeTally(slot: u32): void {
  rememberTally(tallyHash, slot);
}

export function storeKind(kind: u32): void {
  rememberKind(kindHash, kind);
}

export function storeStanding(standing: u32): void {
  rememberCaller(callerHash, standing, file);
}

export function storeLike(like: u32): void {
  rememberLike(issueHash, like);
}
