import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { type Rim, runProgram, type Terminal } from './cli/index.ts';
import { ConfigError, secretsFrom } from './config/index.ts';
import { alone, crew } from './passes/index.ts';
import { loadTables, shelfIn, UnusableReference } from './reference/index.ts';
import { appendEvents, readRules } from './rules/index.ts';
import { createSources } from './sources/index.ts';
import { addStatement, readStatements } from './statements/index.ts';

/** The only place that picks adapters. */
function rim(terminal: Terminal, version: string): Rim {
  return {
    createSources: (specs, options, tell) => createSources(specs, { ...options, stdin: terminal.stdin }, tell),
    loadTables: (config, files, tell) => orConfigError(() => loadTables(config, files, tell)),
    passes: (jobs, tables, watch) => (jobs === 1 ? alone(tables, watch) : crew(jobs, tables, watch)),
    digest: (text) => createHash('sha256').update(text).digest('hex'),
    cores: Math.min(8, availableParallelism()),
    shelfIn,
    statements: (dataDir) => {
      const path = join(dataDir, 'statements.jsonl');
      return { path, read: () => readStatements(path), add: (statement) => addStatement(path, statement) };
    },
    suppressionRules: (dataDir) => {
      const path = join(dataDir, 'suppression-rules.jsonl');
      return { path, read: () => readRules(path), append: (events) => appendEvents(path, events) };
    },
    writeFile: (path, text) => writeFileSync(path, text),
    openStore: async (url, options) => {
      const { openStore } = await import('./store/index.ts');
      return await openStore(url, { ...options, now: terminal.now });
    },
    secret: (reference) => secretsFrom(terminal.environment)(reference),
    doctorDoors: async () => {
      const { awsDoor, networkDoor } = await import('./doctor/index.ts');
      const { environment, now } = terminal;
      return { aws: awsDoor(environment, now), network: networkDoor(), secret: secretsFrom(environment) };
    },
    serve: async (options) => {
      const { runServe } = await import('./serve/index.ts');
      await runServe({ ...options, version });
    },
  };
}

/** Address data that the operator named and that cannot be used stops the start like any other wrong setting. */
function orConfigError<Result>(load: () => Result): Result {
  try {
    return load();
  } catch (error) {
    if (error instanceof UnusableReference) throw new ConfigError(error.message);
    throw error;
  }
}

/** Runs one command line; resolves to the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  // Records parsed and dropped make V8 grow the space for new objects, which costs 50 MB and saves no time.
  setFlagsFromString('--semi-space-growth-factor=1');
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const terminal = realTerminal();
  return await runProgram(argv, version, terminal, rim(terminal, version));
}

function realTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process;
  for (const stream of [stdout, stderr]) stream.on('error', endOfReader);
  return {
    stdin,
    stdout: (text) => void stdout.write(text),
    stderr: (text) => void stderr.write(text),
    columns: stdout.columns ?? stderr.columns ?? 80,
    stdoutIsTerminal: stdout.isTTY === true,
    stderrIsTerminal: stderr.isTTY === true,
    color: stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb',
    environment: env,
    now: Date.now,
  };
}

/** `straykey scan … | head` closes the pipe early: that is the reader's right, not an error. */
function endOfReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}
