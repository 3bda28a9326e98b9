export { createGuardDutyApi, implemented, MOST_BODY } from './app.ts';
export { type DestinationBody, PUBLISHING_DESTINATION } from './destinations.ts';
export { detectorEnabled } from './detectors.ts';
export {
  type ActiveFilter,
  activeFilters,
  activeRules,
  applyFilters,
  FILTER,
  type FilterBody,
  type Filtered,
  MATCHED,
  ruleOf,
  SUPPRESSED,
} from './filters.ts';
export { type ListLoaderOptions, listLoader } from './load-list.ts';
export { type GuardDutyPorts, ListUnreachable, type LoadList } from './ports.ts';
export { type Search, searchAll, searchFor, searchPage } from './search.ts';
export { TRUSTED_CALLS, trustedAddresses } from './trusted.ts';
