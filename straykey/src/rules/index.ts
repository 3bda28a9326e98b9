export { appendEvents, type RulesRead, readRules } from './file.ts';
export { type KeptReadyRule, type Replayed, type RuleEvent, type Rules, replay } from './trail.ts';
