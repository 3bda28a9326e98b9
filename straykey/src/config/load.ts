import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { nearest } from '../kit/index.ts';
import { type Config, configSchema } from './schema.ts';

/** Settings that cannot be used. Stops the start; the message says what was expected, what was found, what to do. */
export class ConfigError extends Error {}

type Environment = Readonly<Record<string, string | undefined>>;

/** Environment variables and the settings they stand for. Flags win over them, they win over the file. */
const VARIABLES: Readonly<Record<string, (value: string) => Partial<v.InferInput<typeof configSchema>>>> = {
  STRAYKEY_DATA: (value) => ({ dataDir: value }),
  STRAYKEY_ACCOUNTS: (value) => ({ accounts: value.split(',').map((each) => each.trim()) }),
  STRAYKEY_AWS_RANGES: (value) => ({ awsRanges: value.split(',').map((each) => each.trim()) }),
  STRAYKEY_DOCUMENTATION_ADDRESSES: (value) => ({ documentationAddresses: value as 'unknown' }),
  STRAYKEY_STORE: (value) => ({ store: value }),
  STRAYKEY_LEARNING: (value) => ({ learning: { mode: value as 'on' } }),
};

/**
 * Settings from a file (YAML; `undefined`: none), overlaid by `STRAYKEY_*` variables. Flags are laid over the result by the command.
 *
 * @throws ConfigError for a file that cannot be read, an unknown key (with the nearest known one) or a wrong value
 */
export function loadConfig(path: string | undefined, environment: Environment): Config {
  const fromFile = path === undefined ? {} : readYaml(path);
  const overlays = Object.entries(VARIABLES).flatMap(([name, overlay]) => {
    const value = environment[name];
    return value === undefined || value === '' ? [] : [overlay(value)];
  });
  return check(Object.assign({}, fromFile, ...overlays), path ?? 'the environment');
}

/** The data folder: configured, else `$XDG_DATA_HOME/straykey`, else `~/.local/share/straykey`. */
export function dataDirOf(config: Config, environment: Environment): string {
  return config.dataDir ?? join(environment.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'straykey');
}

function readYaml(path: string): object {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(
      `Configuration file ${path} cannot be read: ${(error as Error).message}. Check --config or STRAYKEY_CONFIG.`,
    );
  }
  // Loaded when there is a file to read: most runs have none, and it is a tenth of the start-up.
  const { parse } = createRequire(import.meta.url)('yaml') as typeof import('yaml');
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new ConfigError(`Configuration file ${path} is not YAML: ${(error as Error).message}`);
  }
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new ConfigError(
      `Configuration file ${path}: expected keys and values, found ${Array.isArray(value) ? 'a list' : typeof value}.`,
    );
  }
  return value;
}

function check(value: object, origin: string): Config {
  const result = v.safeParse(configSchema, value);
  if (result.success) return Object.freeze(result.output);
  throw new ConfigError(
    `Configuration in ${origin}:\n${result.issues.map((issue) => `  ${describe(issue)}`).join('\n')}`,
  );
}

function describe(issue: v.BaseIssue<unknown>): string {
  const path = (issue.path ?? []).map((item) => String(item.key)).join('.');
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const last = issue.path?.at(-1);
    const known = last?.type === 'object' ? knownKeys(issue) : [];
    const guess = nearest(String(last?.key), known);
    return `${path}: unknown key${guess === undefined ? '' : `; did you mean ${guess}?`} Known: ${known.join(', ')}.`;
  }
  return `${path}: expected ${issue.expected ?? issue.message}, found ${issue.received}. ${issue.message}`;
}

/** Keys of the object in which the unknown one stands, by walking the schema along the issue's path. */
function knownKeys(issue: v.BaseIssue<unknown>): string[] {
  let schema: unknown = configSchema;
  for (const item of (issue.path ?? []).slice(0, -1)) {
    schema = step(unwrap(schema), item.key);
  }
  const entries = (unwrap(schema) as { entries?: object } | undefined)?.entries;
  return entries === undefined ? [] : Object.keys(entries);
}

function unwrap(schema: unknown): unknown {
  const wrapped = (schema as { wrapped?: unknown } | undefined)?.wrapped;
  return wrapped === undefined ? schema : unwrap(wrapped);
}

function step(schema: unknown, key: unknown): unknown {
  const { entries, item } = (schema ?? {}) as { entries?: Record<string, unknown>; item?: unknown };
  return entries?.[String(key)] ?? item;
}
