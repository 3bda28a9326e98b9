export { ConfigError, dataDirOf, loadConfig } from './load.ts';
export { type Config, configSchema } from './schema.ts';
