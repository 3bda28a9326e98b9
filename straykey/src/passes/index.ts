export { alone, SurveyPass, UNREADABLE } from './alone.ts';
export { crew } from './crew.ts';
export { findRecords } from './find.ts';
export type { Counts, FirstPass, KindTally, Passes, Watch } from './passes.ts';
