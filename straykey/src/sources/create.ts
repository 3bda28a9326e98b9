import { createReadStream, type Stats, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { directorySource, fileSource, specialFile } from './directory.ts';
import { explainFileError } from './file.ts';
import { parseS3Address, s3Source } from './s3.ts';
import type { Period } from './s3-keys.ts';
import type { Problem, Source, Tell } from './source.ts';
import { streamSource } from './stream.ts';

/** The period is for sources that can tell an object's time from its name (S3). */
export interface SourceOptions extends Period {
  /** Standard input. */
  readonly stdin: AsyncIterable<Uint8Array>;
}

/**
 * The places that `SOURCE` arguments mean: a folder, a file, a pipe by its path, `-` for standard input,
 * `s3://bucket/prefix`. One that means nothing is told as an oddity, and the others stand. The same argument twice
 * counts once.
 */
export function createSources(specs: readonly string[], options: SourceOptions, tell: Tell): Source[] {
  const sources: Source[] = [];
  for (const spec of new Set(specs)) {
    const made = createSource(spec, options);
    if ('kind' in made) tell({ ...made, origin: spec });
    else sources.push(made);
  }
  return sources;
}

function createSource(spec: string, options: SourceOptions): Source | Problem {
  if (spec === '-') return streamSource('stdin', () => options.stdin);
  if (spec.startsWith('file://')) return fromFileUrl(spec);
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(spec)) return fromPath(spec);
  const address = parseS3Address(spec);
  return address === undefined ? invalid(spec) : s3Source(address, { period: options });
}

function fromFileUrl(spec: string): Source | Problem {
  try {
    return fromPath(fileURLToPath(spec));
  } catch {
    return invalid(spec);
  }
}

function fromPath(path: string): Source | Problem {
  let found: Stats;
  try {
    found = statSync(path);
  } catch (error) {
    return missing(path, error);
  }
  if (found.isDirectory()) return directorySource(path);
  if (found.isFile()) return fileSource(path);
  if (found.isFIFO() || found.isCharacterDevice()) return streamSource(path, () => createReadStream(path));
  return specialFile(found);
}

function missing(path: string, error: unknown): Problem {
  const problem = explainFileError(error);
  return problem.kind === 'vanished'
    ? { kind: 'not-found', reason: `expected a file or folder at ${JSON.stringify(path)}, found nothing` }
    : problem;
}

function invalid(spec: string): Problem {
  return {
    kind: 'invalid-source',
    reason: `expected a folder, a file, "-" or "s3://bucket/prefix", found ${JSON.stringify(spec)}`,
  };
}
