/** Why something stands in a finding's timeline. */
export type Relation =
  /** A call that the finding counts. */
  | 'finding'
  /** The same credential from the same host, judged expected or signed beforehand: no alarm. */
  | 'silenced'
  /** The same function, task or instance from elsewhere outside AWS. */
  | 'sibling'
  /** A credential made with a stolen one, or a call with such a credential. */
  | 'derived'
  /** Somebody else's credential from the same host. */
  | 'host'
  /** A day of use inside AWS. */
  | 'inside-day';

/** One line of a timeline. Text is as recorded in the trail: escape it for the medium that shows it. What is not known is empty. */
export interface Entry {
  /** ISO, UTC, with milliseconds; midnight for `inside-day`, which is known by day. */
  readonly time: string;
  readonly place: 'outside' | 'inside';
  readonly relation: Relation;
  /** Function, task or instance; what the new credential acts as, for the making of a derived one. */
  readonly who: string;
  readonly api: string;
  /** Service host name, `s3.amazonaws.com`. */
  readonly service: string;
  readonly region: string;
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly address: string;
  /** Only on calls that failed. */
  readonly error?: string;
  readonly userAgent: string;
  readonly eventId: string;
  /** Sentences, safe to print. */
  readonly reasons: readonly string[];
}

export interface Timeline {
  /** Oldest first. */
  readonly entries: readonly Entry[];
  /** Entries that were left out: older ones, or stored calls that cannot be read. */
  readonly omitted: number;
}
