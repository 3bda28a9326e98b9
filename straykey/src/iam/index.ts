export { arnOfQueue, partitionOf } from './arns.ts';
export { type AwsCall, CALLS, type Feature, type Target } from './calls.ts';
export { type PolicyDocument, type PolicyNeeds, policiesFor, type RolePolicy, type Statement } from './policy.ts';
