import type { Judgement } from '../model/index.ts';
import type { CredentialUse, Delegation, Derived, IssuedTo } from '../sessions/index.ts';
import type { Place } from '../where/index.ts';

/** GuardDuty's type for Lambda and ECS, and its sibling for EC2. */
export type FindingType =
  | 'UnauthorizedAccess:IAMUser/ResourceCredentialExfiltration.OutsideAWS'
  | 'UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS';

/** One use from outside, placed and judged. */
export interface JudgedUse {
  readonly use: CredentialUse;
  readonly place: Extract<Place, { kind: 'outside' }>;
  readonly delegation: Delegation;
  readonly judgement: Judgement;
}

/**
 * Everything known about one finding: one (type, account, issued-to, remote host or learned pool). `findings/` turns it
 * into GuardDuty's JSON; nothing in here depends on the order, the number of copies or the files the records came in.
 */
export interface Case {
  readonly type: FindingType;
  /** The credential's account. */
  readonly accountId: string;
  readonly issuedTo: IssuedTo;
  /** Canonical address or IPv6 /64 of the host, or the pool's network in CIDR notation. */
  readonly host: string;
  /** Unique by `call.id`, sorted by (time, id), at least one with `judgement.finding`. */
  readonly uses: readonly JudgedUse[];
  /** Credentials made with the stolen one, at any depth, sorted. */
  readonly derived: readonly Derived[];
  readonly inside: InsideUse;
  /** Presigned S3 calls under the same resource's credentials: signed by the function, sent by others. No finding. */
  readonly presigned: { readonly calls: number; readonly addresses: readonly string[] };
  readonly address: AddressFacts;
}

/** Use of the same resource's credentials from inside AWS, as far as the trail shows. */
export interface InsideUse {
  /** UTC dates, sorted. */
  readonly days: readonly string[];
  /** Whether a record shows the function configured in a VPC; absent when no record says. */
  readonly inVpc?: boolean;
}

/** What the address tables say about the remote host, and how old they are. */
export interface AddressFacts {
  readonly asn?: number;
  readonly organisation?: string;
  /** Registered country, not location. */
  readonly countryCode?: string;
  readonly countryName?: string;
  /** One sentence: which data decided "outside" and its date. */
  readonly basis: string;
  /** True when the data is older than the event by more than the allowed age or the official AWS list is missing. */
  readonly weak: boolean;
}
