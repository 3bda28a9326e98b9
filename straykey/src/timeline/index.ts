export type { Entry, Relation, Timeline } from './entry.ts';
export { storedTimeline } from './stored.ts';
export { type Around, MOST_ENTRIES, timelineOf } from './timeline.ts';
