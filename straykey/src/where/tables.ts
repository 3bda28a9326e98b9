import type { AwsRanges } from './aws-ranges.ts';
import type { OwnNetworks } from './own-networks.ts';
import type { RangeTable } from './range-table.ts';

/** Everything `locate` knows besides the call. Each part may be missing; {@link describeBasis} then says so. */
export interface PlaceTables {
  /** AWS's published list, every known version. */
  readonly awsRanges?: AwsRanges;
  readonly announced?: Announced;
  readonly ownNetworks?: OwnNetworks;
  /** Accounts whose VPC endpoints are the operator's own, besides the credential's and the trail's. */
  readonly ownAccounts?: ReadonlySet<string>;
  /**
   * Documentation addresses (192.0.2.0/24 and the like) in a trail are somebody's redaction: `unknown`, the default. `outside`
   * treats them as ordinary public addresses, for drills and tests.
   */
  readonly documentationAddresses?: 'unknown' | 'outside';
}

/** Prefixes announced by Amazon's cloud networks. */
export interface Announced {
  /** Epoch seconds: when the routing data was made. */
  readonly time: number;
  /** Values are AS numbers. */
  readonly ranges: RangeTable;
}
