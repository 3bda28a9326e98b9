export { type Attribution, attribute, issuedToOfScope, roleKeyFor } from './attribute.ts';
export type { CredentialUse, Derived, IssuedTo, Rung } from './credential-use.ts';
export { type Delegation, delegationOf } from './delegation.ts';
export {
  type Descent,
  type KnownFunction,
  Ledger,
  type LedgerFacts,
  type ServiceIssue,
  serviceIssueOf,
  sessionKey,
} from './ledger.ts';
export { edgeParts, isPlatformSession, mayNameFunction, partitionOf, roleKeyOf, roleKeyOfSession } from './names.ts';
