export {
  type AwsRanges,
  buildAwsRanges,
  LISTING_LENIENCY_SECONDS,
  type Listing,
  listingOf,
  type RangesHistory,
  type RangesRow,
} from './aws-ranges.ts';
export { type Basis, basisOf, describeBasis, STALE_AFTER_SECONDS } from './basis.ts';
export { type HostFacts, type HostTable, hostFacts } from './host-facts.ts';
export {
  type Cidr,
  canonicalIp,
  cidrContains,
  compareIp,
  formatCidr,
  formatIp,
  hostOf,
  type Ip,
  lastOf,
  networkOf,
  nextIp,
  parseCidr,
  parseIp,
  prefixOf,
} from './ip.ts';
export { locate, placeKindOf, placeMayVary } from './locate.ts';
export { mergeHistories } from './merge-histories.ts';
export { buildOwnNetworks, type OwnNetwork, type OwnNetworks } from './own-networks.ts';
export type { Located, Place, PlaceKind } from './place.ts';
export { networkAt, type Ranges, type RangeTable, valueAt } from './range-table.ts';
export type { Announced, PlaceTables } from './tables.ts';
