import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A program that takes part, or the reason why it does not. */
export type Entry = Program | Skipped;

export interface Program {
  readonly name: string;
  /** What it does, for the table. */
  readonly does: string;
  readonly command: (corpus: string) => readonly string[];
  /** What its output must say: the planted uses, the findings, the number of bytes, or nothing that could be checked. */
  readonly answers: 'uses' | 'findings' | 'bytes' | 'nothing';
}

export interface Skipped {
  readonly name: string;
  readonly skipped: string;
}

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const BUILD = join(HERE, 'build');
/** Not in the lockfile: its platform binary is missing in some mirrors of the registry. */
const DUCKDB = '@duckdb/node-api@1.5.6-r.1';

const trail = (corpus: string): string => join(corpus, 'trail');
const prefixes = (corpus: string): string => join(corpus, 'aws-prefixes.txt');
const program = (file: string): string => join(HERE, 'programs', file);

export const LIMIT = 'decompress only (C++ libdeflate)';
export const SIMDJSON = 'C++ libdeflate + simdjson';
export const STRAYKEY = 'straykey --jobs 1';
export const STRAYKEY_2 = 'straykey --jobs 2';
export const DUCKDB_1 = 'DuckDB, 1 thread';
export const DUCKDB_2 = 'DuckDB, 2 threads';
const NAIVE = 'naive Node';
const RIPGREP = 'gzip -dc | rg LITERAL';
const JQ = 'gzip -dc | jq';

/**
 * Builds and installs what it can of the wanted programs. Whatever cannot take part is in the list with its reason.
 * Decompress-only is always wanted: without it there is nothing to compare with.
 */
export function lineup(wanted: (name: string) => boolean): readonly Entry[] {
  mkdirSync(BUILD, { recursive: true });
  const groups: readonly (readonly [readonly string[], () => Entry[]])[] = [
    [[LIMIT], limit],
    [[SIMDJSON], simdjson],
    [[STRAYKEY, STRAYKEY_2], straykey],
    [[DUCKDB_1, DUCKDB_2], duckdb],
    [[NAIVE], naive],
    [[RIPGREP], ripgrep],
    [[JQ], jq],
  ];
  const isWanted = (name: string): boolean => name === LIMIT || wanted(name);
  return groups.flatMap(([names, make]) =>
    names.some(isWanted) ? make().filter((entry) => isWanted(entry.name)) : [],
  );
}

const limit = (): Entry[] => {
  const facts = {
    name: LIMIT,
    does: 'inflates and checks the CRC of every file, nothing else',
    answers: 'bytes',
  } as const;
  return [native(facts, 'limit', ['-ldeflate'], (corpus) => [trail(corpus)])];
};

const simdjson = (): Entry[] => {
  const facts = { name: SIMDJSON, does: 'the whole question', answers: 'uses' } as const;
  return [native(facts, 'question', ['-ldeflate', '-lsimdjson'], (corpus) => [trail(corpus), prefixes(corpus)])];
};

function native(
  facts: Omit<Program, 'command'>,
  source: string,
  libraries: readonly string[],
  args: (corpus: string) => readonly string[],
): Entry {
  const binary = join(BUILD, source);
  const code = join(HERE, 'native', `${source}.cpp`);
  const flags = ['-O3', '-march=native', '-std=c++17', code, '-o', binary, ...libraries];
  const outcome = spawnSync('g++', flags, { encoding: 'utf8' });
  if (!outcome.error && outcome.status === 0) return { ...facts, command: (corpus) => [binary, ...args(corpus)] };
  const why = outcome.error
    ? 'no g++ here'
    : `does not build: ${outcome.stderr.split('\n').find((line) => line.includes('error')) ?? outcome.stderr.slice(0, 200)}`;
  return { name: facts.name, skipped: `${why}; on Debian: apt-get install g++ libdeflate-dev libsimdjson-dev` };
}

function straykey(): Entry[] {
  const build = spawnSync(process.execPath, [join(ROOT, 'scripts', 'build.ts')], { cwd: ROOT, encoding: 'utf8' });
  const built = build.status === 0;
  if (!built)
    console.log(
      `npm run build failed (${firstLine(build.stdout + build.stderr)}): measuring the sources, which start more slowly`,
    );
  const entry = built ? program('built-straykey.mjs') : join(ROOT, 'straykey', 'bin', 'straykey.js');
  const command = (jobs: number) => (corpus: string) => [
    process.execPath,
    entry,
    ...['scan', '--format', 'ndjson', '--no-learning', '--quiet', '--jobs', String(jobs), trail(corpus)],
  ];
  const does = 'the whole question and more: every rung, places, delegation, findings';
  return [
    { name: STRAYKEY, does, answers: 'findings', command: command(1) },
    { name: STRAYKEY_2, does: 'the same with two workers', answers: 'findings', command: command(2) },
  ];
}

function duckdb(): Entry[] {
  const names = [DUCKDB_1, DUCKDB_2];
  if (!existsSync(join(BUILD, 'node_modules', '@duckdb', 'node-api'))) {
    writeFileSync(join(BUILD, 'package.json'), '{ "private": true }\n');
    const npm = spawnSync('npm', ['install', '--no-audit', '--no-fund', DUCKDB], { cwd: BUILD, encoding: 'utf8' });
    if (npm.status !== 0) {
      const why = npm.stderr?.split('\n').find((line) => line.startsWith('npm error')) ?? 'npm cannot be run';
      return names.map((name) => ({ name, skipped: `${DUCKDB} cannot be installed (${why})` }));
    }
  }
  return names.map((name, i) => ({
    name,
    does: 'the whole question; only the needed members declared, one pass, then the join',
    answers: 'uses',
    command: (corpus) => [process.execPath, program('duckdb.ts'), trail(corpus), prefixes(corpus), String(i + 1)],
  }));
}

const naive = (): Entry[] => [
  {
    name: NAIVE,
    does: 'the whole question; gunzipSync and JSON.parse',
    answers: 'uses',
    command: (corpus) => [process.execPath, program('naive.ts'), trail(corpus), prefixes(corpus)],
  },
];

/** `sh -c` with the folder and a further file as $1 and $2, so that no name needs quoting. */
const shell = (script: string, corpus: string, file = ''): string[] => ['sh', '-c', script, 'sh', trail(corpus), file];

function ripgrep(): Entry[] {
  if (!works('rg')) return [{ name: RIPGREP, skipped: 'no rg here; on Debian: apt-get install ripgrep' }];
  const script = `find "$1" -name '*.gz' -print0 | xargs -0 gzip -dc | rg -a -c -F AWS::Lambda::Function`;
  const does = 'looks for one string, answers nothing';
  return [{ name: RIPGREP, does, answers: 'nothing', command: (corpus) => shell(script, corpus) }];
}

function jq(): Entry[] {
  if (!works('jq')) return [{ name: JQ, skipped: 'no jq here; on Debian: apt-get install jq' }];
  const script = `find "$1" -name '*.gz' -print0 | xargs -0 gzip -dc | jq -r -f "$2"`;
  const command = (corpus: string): string[] => shell(script, corpus, program('candidates.jq'));
  return [{ name: JQ, does: 'lists candidates: no addresses, no join', answers: 'nothing', command }];
}

const firstLine = (text: string): string => text.trim().split('\n', 1)[0] ?? '';

const works = (tool: string): boolean => spawnSync(tool, ['--version']).status === 0;
