/** What the model says of one outside use: MODEL.md 2.6 to 2.8. Pure data, the same for the same records. */
export interface Judgement {
  /** True: the use makes (or joins) a finding. False: it is expected and stays silent. */
  readonly finding: boolean;
  /** In the order of MODEL.md 2.6, `NEW_CATEGORY:SECRETS` style; empty exactly when `finding` is false. */
  readonly reasons: readonly string[];
  /** 1 to 99. Orders findings; not a probability. */
  readonly score: number;
  readonly scope: Scope;
  readonly explanation: Explanation;
}

/** What counts as "the same remote host" for a principal: one unit, or a learned egress pool of a network. */
export type Scope =
  | { readonly kind: 'host' /** Canonical /32 address or IPv6 /64. */; readonly unit: string }
  | {
      readonly kind: 'pool';
      /** /24 or /48. */
      readonly network: string;
      /** /28 or /60 blocks, sorted. */
      readonly blocks: readonly string[];
    };

export type LearningState = 'new' | 'learning' | 'learned' | 'reopened' | 'dormant' | 'expected' | 'malicious';

/** One property of a call and how usual it is at this scope. */
export interface FacetDays {
  readonly facet: string;
  readonly days: number;
  readonly needed: number;
  /** Such calls are not learned at all: critical ones, and sensitive ones of functions that are not routed. */
  readonly never?: boolean;
}

/** Why, in numbers a person can check. Text for people is made from this. */
export interface Explanation {
  readonly state: LearningState;
  /** Evidence days counted, and their weight in days (A/64). */
  readonly evidenceDays: number;
  readonly weight: number;
  /** Days needed, and how that sum came about: `base 14`, `NO_RUNTIME_MARKER +3`, … */
  readonly required: number;
  readonly parts: readonly { readonly name: string; readonly days: number }[];
  /** UTC dates `YYYY-MM-DD`; absent without evidence. */
  readonly firstEvidence?: string;
  readonly lastEvidence?: string;
  /** First UTC date on which a call of this principal from this scope was silent, when known. */
  readonly silentSince?: string;
  /** Other roles whose routed functions use this host. */
  readonly vouchingRoles: readonly string[];
  /** Category, client and region of this call, with the evidence days that showed each and the days each needs. */
  readonly facets: readonly FacetDays[];
  /** Days with inside use among the evidence days: the signal a thief cannot forge. */
  readonly insideDays: number;
  readonly routed: boolean;
  /** A pool in the host's network that does not contain it: its blocks. */
  readonly nearbyPool?: readonly string[];
  /** What is missing before such a call is silent, one clause each. Empty when it is silent already. */
  readonly missing: readonly string[];
  /** The paragraph of MODEL.md 2.8 for a tired analyst. */
  readonly text: string;
}
