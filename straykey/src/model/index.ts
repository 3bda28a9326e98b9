export type { Explanation, Judgement, LearningState, Scope } from './judgement.ts';
