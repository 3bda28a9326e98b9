export type { ApiCall, Issue, Testimony } from './api-call.ts';
export type { Identity, InScopeOf, PlainIdentity, SessionIdentity } from './identity.ts';
export { toIdentity } from './identity.ts';
export { type RecordOddity, recordOddities } from './oddities.ts';
export { toApiCall, type Unusable } from './parse.ts';
export { createReader, type Reader, type ReaderOptions } from './reader.ts';
export type { SkimHooks, Standing, Tally } from './skim.ts';
