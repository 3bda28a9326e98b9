import type { Oddity } from '../kit/index.ts';
import type { ApiCall } from './api-call.ts';

/** How to treat further records of a caller seen once: leave them, read each, or note (once a file) that they are there. */
export type Standing = 'skip' | 'read' | { readonly note: number };

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
  kindOf(eventSource: string, eventName: string): 'read' | 'read-function-arn' | 'skim';
  /**
   * Asked once per distinct caller: (userIdentity's accessKeyId, principalId, arn, accountId, type, invokedBy and inScopeOf text; sourceIPAddress;
   * UTC day; vpcEndpointId and vpcEndpointAccountId, and with either also eventSource and awsRegion).
   */
  meet(call: ApiCall): Standing;
  /** A record of a caller with standing `{ note }` is in this file. At least once a file and token; repeats are harmless. */
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
