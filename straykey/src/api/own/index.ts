export { createOwnApi } from './app.ts';
export type * from './contract.ts';
export type { OwnEnv } from './env.ts';
export type { OwnApiPorts } from './ports.ts';
export { createSessions, type Live, type SessionPorts, type Sessions, TOKEN_USER } from './sessions.ts';
export { STATEMENT } from './statements.ts';
export { withSessions } from './with-sessions.ts';
