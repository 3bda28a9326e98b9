export type { ApiCall, Issue, Testimony } from './api-call.ts';
export type { Identity, InScopeOf, PlainIdentity, SessionIdentity } from './identity.ts';
