export type { CredentialUse, Derived, IssuedTo, Rung } from './credential-use.ts';
export { type Delegation, delegationOf } from './delegation.ts';
