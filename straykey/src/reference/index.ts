export type { MmdbFiles } from './mmdb.ts';
export type { OwnNetworkSetting } from './own-networks.ts';
export { loadAnnounced, openHostTables } from './packed-address-data.ts';
export { loadTables, type TableSettings, type Tables } from './place-tables.ts';
export { DOWNLOAD_TIMEOUT_MS, downloadRanges, OFFICIAL_RANGES_URL } from './ranges-download.ts';
export { parseRanges, type RangesFile, type UnusableRanges } from './ranges-formats.ts';
export { type Added, type RangesShelf, type RangesSummary, type ShelfState, shelfIn } from './ranges-shelf.ts';
export {
  addToStoredRanges,
  loadRangesFile,
  loadStoredRanges,
  rangesFileIn,
  type StoredRanges,
} from './ranges-store.ts';
export { UnusableReference } from './unusable-reference.ts';
