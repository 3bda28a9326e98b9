import type { LearningState, Scope } from '../model/index.ts';
import type { Derived, IssuedTo, Rung } from '../sessions/index.ts';
import type { Finding } from './finding.ts';

/** `additionalInfo.type` of this shape. Raised when a reader of the old shape would misread the new one. */
export const EVIDENCE_TYPE = 'straykey/1';

/**
 * Everything Straykey knows beyond GuardDuty's fields: JSON text in `service.additionalInfo.value`. Sentences are safe to print;
 * names and ids are as recorded. Lists are bounded, and say what they leave out.
 */
export interface Evidence {
  readonly credential: {
    readonly issuedTo: IssuedTo;
    /** Rung of the newest alarming call, and the sentence that proves it. */
    readonly rung: Rung;
    readonly proof: string;
    /** Alarming calls by rung, strongest first. */
    readonly rungs: readonly { readonly rung: Rung; readonly calls: number }[];
    /** Lambda's own control plane session: never seen outside AWS in honest use. */
    readonly platform: boolean;
  };
  readonly place: {
    /** Address or IPv6 /64, or the pool's network. */
    readonly host: string;
    /** Addresses the alarming calls came from, most calls first. */
    readonly addresses: Listed<{ readonly address: string; readonly calls: number }>;
    /** Which data decided "outside", and its date. */
    readonly basis: string;
    readonly weak: boolean;
    readonly asn?: number;
    readonly organisation?: string;
    readonly registeredCountry?: string;
  };
  /** Alarming calls by who really sent them. */
  readonly delegation: { readonly direct: number; readonly identityProof: number; readonly other: number };
  readonly confidence: Confidence;
  /** In the order one would argue: whose credential, from where, who sent it, what it did, what speaks against. */
  readonly statements: readonly Statement[];
  readonly calls: Calls;
  readonly keys: Listed<{
    readonly accessKeyId: string;
    readonly firstSeen: string;
    readonly lastSeen: string;
    readonly calls: number;
  }>;
  /** Ids of the alarming calls, oldest first: what to look up in CloudTrail. */
  readonly eventIds: Listed<string>;
  /** Printable, most calls first. */
  readonly userAgents: Listed<{ readonly userAgent: string; readonly calls: number }>;
  readonly derived: Listed<Derived>;
  /** Signed by the function, sent by others: no finding, listed so that nothing is hidden. */
  readonly presigned: { readonly calls: number; readonly addresses: number };
  readonly inside: {
    /** UTC dates with use of the same resource's credentials inside AWS. */
    readonly days: Listed<string>;
    readonly inVpc?: boolean;
  };
  readonly learning: Learning;
  readonly suppression: Suppression;
  readonly response: readonly Step[];
}

/** At most a fixed number of items; `total` counts all of them. */
export interface Listed<Item> {
  readonly total: number;
  readonly listed: readonly Item[];
}

export interface Calls {
  readonly alarming: number;
  /** Calls from the same host that were expected and stayed silent. */
  readonly silenced: number;
  /** Alarming calls that failed. */
  readonly failed: number;
  /** Alarming calls, most first. */
  readonly byApi: Listed<{
    readonly service: string;
    readonly api: string;
    readonly calls: number;
    readonly errors: number;
  }>;
  readonly byRegion: Listed<{ readonly region: string; readonly calls: number }>;
  /** UTC dates, oldest first; the newest ones are kept. */
  readonly byDay: Listed<{ readonly day: string; readonly alarming: number; readonly silenced: number }>;
}

/** A sentence an analyst can argue with. */
export interface Statement {
  readonly says: string;
  readonly because: string;
  /** The field or record to look at. */
  readonly source: string;
  readonly wrongIf: string;
}

export interface Confidence {
  readonly level: 'high' | 'medium' | 'low';
  readonly for: readonly Reason[];
  readonly against: readonly Reason[];
}

export interface Reason {
  /** Stable name, `ALSO_USED_INSIDE`. */
  readonly name: string;
  readonly says: string;
}

/** What the model said of the newest alarming call. */
export interface Learning {
  readonly state: LearningState;
  /** Union over the alarming calls, sorted. */
  readonly reasons: readonly string[];
  /** Greatest over the alarming calls, 1 to 99; orders findings. */
  readonly score: number;
  readonly scope: Scope;
  readonly evidenceDays: number;
  readonly required: number;
  readonly parts: readonly { readonly name: string; readonly days: number }[];
  readonly firstEvidence?: string;
  readonly lastEvidence?: string;
  readonly silentSince?: string;
  readonly silencedCalls: number;
  readonly insideDays: number;
  readonly routed: boolean;
  readonly vouchingRoles: readonly string[];
  readonly nearbyPool?: readonly string[];
  /** What is missing before such a call is silent, one clause each. */
  readonly missing: readonly string[];
  readonly text: string;
}

/** A ready-made rule for when the use is expected. Nothing applies it. */
export interface Suppression {
  /** GuardDuty CreateFilter, wire form. */
  readonly rule: {
    readonly name: string;
    readonly description: string;
    readonly action: 'ARCHIVE';
    readonly rank: number;
    readonly findingCriteria: { readonly criterion: Readonly<Record<string, { readonly equals: readonly string[] }>> };
  };
  /** What else the rule would silence. */
  readonly covers: string;
}

/** One step of the response plan. Commands are text for a person to read and run; nothing is executed. */
export interface Step {
  readonly phase: 'verify' | 'contain' | 'scope' | 'eradicate' | 'recover' | 'prevent';
  readonly does: string;
  readonly why: string;
  readonly commands: readonly string[];
}

/** Reads the evidence back from a finding; undefined for findings of others (real GuardDuty's, samples) and other versions. */
export function evidenceOf(finding: Finding): Evidence | undefined {
  const { type, value } = finding.service.additionalInfo;
  if (type !== EVIDENCE_TYPE) return undefined;
  try {
    return JSON.parse(value) as Evidence;
  } catch {
    return undefined;
  }
}
