import type { Oddity } from '../kit/index.ts';
import type { ApiCall } from './api-call.ts';

/**
 * How to treat further records of a caller seen once: leave them, read each, or note (once a file) that they are there.
 * `again`: this record does not tell; remember nothing and ask at the caller's next record. `read-once`: the same, and hand over this one.
 */
export type Standing = 'skip' | 'read' | 'again' | 'read-once' | { readonly note: number };

/**
 * What the reader asks while it walks records, so that a record nobody needs is never parsed. The answers carry all meaning;
 * the reader only remembers them. Both lanes (the scanner over delivered files, plain parsing for every other envelope) ask the same
 * questions, so they reach the same result; every answer must be a function of what is asked, and every effect idempotent, because the
 * reader may forget an answer and ask again.
 */
export interface SkimHooks {
  /**
   * Asked once per distinct (eventSource, eventName). `read`: hand over each such record, whoever called. `read-function-arn`: hand over
   * those whose text contains `FunctionArn` or any `\u` escape. `skim`: the caller decides, see {@link meet}.
   */
  kindOf(eventSource: string, eventName: string): 'read' | 'issue' | 'read-function-arn' | 'skim';
  /**
   * Asked about records that are not handed over by their kind, once per distinct caller: (userIdentity's accessKeyId, principalId, arn, accountId, type, invokedBy and inScopeOf text; sourceIPAddress;
   * UTC day; vpcEndpointId and vpcEndpointAccountId, and with either also eventSource and awsRegion).
   *
   * The call may be an outline: these fields, time, eventName, eventType, recipientAccountId and eventCategory are as in the record;
   * everything else is empty or absent (testimony, userAgent, errorCode, resources …), and `id` is the eventID. Its identity has no
   * creationDate and no userName, and a roleArn without the role's path. So it is not to be kept: `read` and `read-once` hand over the
   * whole call. The caller of a record handed over by its kind is not met: {@link read} does all that would come of it.
   */
  meet(call: ApiCall): Standing;
  /**
   * A record of kind `read`, or of kind `read-function-arn` that (by its bytes) names a function, by an outline as for {@link meet} that
   * has also userAgent, errorCode and testimony. True when that told all that {@link read} would take from it; false hands over the whole
   * call. Where it is absent, every such call is handed over. The reader need not ask it first.
   */
  witness?(call: ApiCall): boolean;
  /**
   * Asked after the `read` of a record of kind `issue` (an AssumeRole): a number for all issues by the same caller (as for {@link meet}, without
   * the day) for the same requestParameters.roleArn and roleSessionName, eventName and awsRegion, that differ in nothing but time and key. -1: read each.
   */
  likeOf(issue: ApiCall): number;
  /**
   * One more successful issue like an earlier one: only `responseElements.credentials.accessKeyId` is new. Its caller is met and noted as for
   * a record that is not handed over. Repeats are harmless.
   */
  issued(like: number, accessKeyId: string): void;
  /** A record, not handed over by its kind, of a caller with standing `{ note }` is in this file. At least once a file and token; repeats are harmless. */
  note(token: number): void;
  /** A record that is wanted: by kind, by standing, or because a field the reader needs is not in its plain form. */
  read(call: ApiCall, offset: number): void;
  /**
   * Asked once per distinct (recipientAccountId, awsRegion, eventCategory, managementEvent, eventSource is s3.amazonaws.com). Returns a small
   * integer; the reader counts records and keeps the least and greatest eventTime under it.
   */
  tallyOf(sample: ApiCall): number;
  oddity(oddity: Oddity): void;
}

/** Counts kept by the reader under one number of {@link SkimHooks.tallyOf}. */
export interface Tally {
  readonly records: number;
  /** Epoch seconds; both 0 when no record had a readable time. */
  readonly firstTime: number;
  readonly lastTime: number;
}
