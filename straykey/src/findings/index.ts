export type { AddressFacts, Case, FindingType, InsideUse, JudgedUse } from './case.ts';
export {
  type Calls,
  type Confidence,
  EVIDENCE_TYPE,
  type Evidence,
  evidenceOf,
  type Learning,
  type Listed,
  type Reason,
  type Statement,
  type Step,
  type Suppression,
} from './evidence.ts';
export type { AwsApiCallAction, Finding, RemoteIpDetails, Resource, Service } from './finding.ts';
export { type Digest, detectorIdOf, findingId } from './identity.ts';
export { type RaiseSettings, raise } from './raise.ts';
export { checked, FORMS, type Form, quoted } from './shell.ts';
export { count, jsonText, recordId, several } from './text.ts';
export { type TypeSheet, typeSheets } from './types/index.ts';
