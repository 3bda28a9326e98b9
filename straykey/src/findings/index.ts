export type { AddressFacts, Case, FindingType, InsideUse, JudgedUse } from './case.ts';
