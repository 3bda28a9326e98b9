export { ConfigError, dataDirOf, loadConfig } from './load.ts';
export { type Config, configSchema } from './schema.ts';
export { isReference, redacted, type SecretReader, secretsFrom, UnusableSecret } from './secrets.ts';
