export { type AlertDay, alertDaysOf } from './alert-days.ts';
export { type Category, categoryOf } from './categories.ts';
export type { Acceptable, Feedback, Inside, Outside } from './input.ts';
export type { Explanation, FacetDays, Judgement, LearningState, Scope } from './judgement.ts';
export { createModel, type JudgedEvent, join, type Model, restore } from './learn.ts';
export type { LedgerEntry, LedgerRecord } from './ledger.ts';
export { defaultSettings, type LoneMode, parameters, readSettings, type Settings } from './settings.ts';
export { SNAPSHOT_VERSION, type Snapshot, type StoredPrincipal } from './snapshot.ts';
export { withoutEvidence } from './unreadable.ts';
