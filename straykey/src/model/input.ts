/** One call from outside AWS under a credential made for a function. MODEL.md 2.1; upstream decides what is outside. */
export interface Outside {
  /** CloudTrail's eventID: copies of a record share it and count once. */
  readonly id: string;
  /** eventTime, seconds since 1970. The only time the model knows. */
  readonly t: number;
  /** account/role/function; account/role when the function is not known. */
  readonly principal: string;
  /** account/role: functions of one role do not vouch for each other. */
  readonly role: string;
  /** accessKeyId. */
  readonly key: string;
  readonly ip: string;
  readonly ua?: string;
  /** eventSource, such as `s3.amazonaws.com`. */
  readonly source: string;
  /** eventName. */
  readonly name: string;
  readonly readOnly?: boolean;
  readonly region: string;
  /** errorCode; absent or empty for a successful call. */
  readonly error?: string;
}

/** The same credentials used inside AWS. One record per (principal, UTC day, kind) suffices. */
export interface Inside {
  readonly inside: true;
  readonly t: number;
  readonly principal: string;
  /** False: from an AWS-owned public address. True: through a VPC endpoint, with source and region. */
  readonly vpce: boolean;
  readonly source?: string;
  readonly region?: string;
}

/** What a person said about a host. Kept by id; the newest matching statement is in force. */
export interface Feedback {
  readonly id: string;
  readonly t: number;
  readonly verdict: 'expected' | 'malicious' | 'clear';
  /** Default `*`: every principal. */
  readonly principal?: string;
  /** An address or CIDR; default: every host. */
  readonly cidr?: string;
  /** With `expected`: the calls that are never learned by default and pass all the same. */
  readonly accept?: readonly Acceptable[];
  /** With `expected`: days until it lapses; default: the setting `ttlDays`. */
  readonly ttlDays?: number;
}

export type Acceptable = 'RECON' | 'SECRETS' | 'ROLE_CHAIN' | 'CRITICAL';

const SECONDS_A_DAY = 86_400;

/** UTC days since 1970: "day(t) = floor(t/86400)". */
export function dayOf(t: number): number {
  return Math.floor(t / SECONDS_A_DAY);
}

/** First second of a day. */
export function startOf(day: number): number {
  return day * SECONDS_A_DAY;
}

/** `YYYY-MM-DD` of a day number. */
export function dateOf(day: number): string {
  return new Date(startOf(day) * 1000).toISOString().slice(0, 10);
}
