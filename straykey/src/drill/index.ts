export { addressIn, awsAddress, awsAddressV6, drillRegions, outsideAddresses } from './addresses.ts';
export {
  assumeRoleBy,
  type CallDetails,
  coldStart,
  createFunction,
  createLogStream,
  environmentDecrypt,
  lambdaCall,
  lambdaIssue,
  onBehalf,
  presignedCall,
  s3DataEvent,
  serviceIssue,
  sessionCall,
} from './calls.ts';
export { type Delivery, deliver, deliveryPath, timeOf } from './delivery.ts';
export { type Exercise, type ExerciseSettings, exercise } from './exercise.ts';
export {
  agents,
  type FunctionSession,
  foreignIdentity,
  functionArn,
  type LambdaFunction,
  newFunction,
  newFunctionSession,
  newRole,
  newSession,
  newUser,
  type Role,
  roleArn,
  type Session,
  sessionIdentity,
  type User,
  userIdentity,
} from './identities.ts';
export * as operations from './operations.ts';
export { type Chapter, type Organisation, organisation } from './organisation.ts';
export { Random } from './random.ts';
export {
  type Circumstances,
  type Generation,
  isoTime,
  type Operation,
  type TrailRecord,
  writeRecord,
} from './record.ts';
export { type Loot, type Theft, theft } from './theft.ts';
