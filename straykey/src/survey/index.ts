export { preferred } from './copies.ts';
export { Finder, type Found } from './find.ts';
export {
  derivedFrom,
  type InsideUseDay,
  inVpcOf,
  type Joined,
  join,
  type OutsideUse,
  type Unattributed,
} from './join.ts';
export { placeOddities } from './oddities.ts';
export { placeOf } from './place-cache.ts';
export { attributedLate, derivedCallers, Revisit, type SecondLook } from './revisit.ts';
export { callerOf, type Presigned, Survey, type SurveyFacts, type TallyKind } from './survey.ts';
