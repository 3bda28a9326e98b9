export {
  type Authenticator,
  type AuthenticatorPorts,
  createAuthenticator,
  type Demand,
  MOST_SKEW,
} from './authenticator.ts';
export type { Answer, Caller, Incoming, Refusal, Role } from './caller.ts';
export { queryOf } from './claim.ts';
export { ENCRYPTION_KEY_FILE, encryptionKeyFrom, NoEncryptionKey } from './encryption-key.ts';
export {
  isForwarded,
  isFromElsewhere,
  isLoopback,
  namesLoopback,
  type Received,
  receive,
  SERVER_LIMITS,
} from './incoming.ts';
export {
  ACCESS_KEY,
  type AccessKey,
  type By,
  callerBySecret,
  createKey,
  type KeyPorts,
  listKeys,
  type NewAccessKey,
  revokeKey,
} from './keys.ts';
