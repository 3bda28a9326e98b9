import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { mergeHistories, type RangesHistory } from '../where/index.ts';
import { MAX_RANGES_BYTES, parseRanges, type RangesFile, type UnusableRanges } from './ranges-formats.ts';

/** What the data folder holds: undefined when nothing was ever stored. */
export type StoredRanges = { readonly kind: 'ranges'; readonly history: RangesHistory | undefined } | UnusableRanges;

/** Every version seen, folded into one file: `ranges/history.json.gz` in the data folder. */
export function rangesFileIn(dataDir: string): string {
  return join(dataDir, 'ranges', 'history.json.gz');
}

export function loadStoredRanges(dataDir: string): StoredRanges {
  const file = rangesFileIn(dataDir);
  const bytes = readIfThere(file);
  if (bytes === undefined) return { kind: 'ranges', history: undefined };
  if (bytes instanceof Error) return { kind: 'unusable', reason: `${file}: ${bytes.message}` };
  try {
    return { kind: 'ranges', history: decode(gunzipSync(bytes, { maxOutputLength: MAX_RANGES_BYTES })) };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return { kind: 'unusable', reason: `${file}: damaged (${found}); move it away, then run: straykey ranges update` };
  }
}

/**
 * Adds versions to what is stored, by writing beside it and renaming: a reader sees the old file or the new one, whole. Of two commands
 * that add at the same moment, the later one's file stays; run the other again.
 */
export function addToStoredRanges(dataDir: string, added: RangesHistory): StoredRanges {
  const stored = loadStoredRanges(dataDir);
  if (stored.kind === 'unusable') return stored;
  const history = stored.history === undefined ? added : mergeHistories(stored.history, added);
  try {
    mkdirSync(join(dataDir, 'ranges'), { recursive: true });
    writeWhole(rangesFileIn(dataDir), gzipSync(encode(history)));
    return { kind: 'ranges', history };
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return { kind: 'unusable', reason: `${rangesFileIn(dataDir)}: cannot be written (${found})` };
  }
}

/** Reads ranges from a file without storing them. */
export function loadRangesFile(path: string): RangesFile | UnusableRanges {
  try {
    return parseRanges(readFileSync(path), path);
  } catch (error) {
    return { kind: 'unusable', reason: `${path}: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function readIfThere(file: string): Uint8Array | Error | undefined {
  try {
    return readFileSync(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    return error instanceof Error ? error : new Error(String(error));
  }
}

function writeWhole(file: string, bytes: Uint8Array): void {
  const beside = `${file}.${randomUUID()}.tmp`;
  const handle = openSync(beside, 'wx');
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(handle, bytes, done);
    fsyncSync(handle);
    closeSync(handle);
    renameSync(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

const FORMAT = 'straykey-ranges/1';

/** JSON has no infinity: an open interval ends in null. */
function encode(history: RangesHistory): string {
  const rows = history.rows.map((row) => [
    row.prefix,
    row.region,
    row.service,
    row.networkBorderGroup,
    row.intervals.map((edge) => (edge === Number.POSITIVE_INFINITY ? null : edge)),
  ]);
  return JSON.stringify({ format: FORMAT, versions: history.versions, rows });
}

type StoredRow = readonly [string, string, string, string, readonly (number | null)[]];

function decode(bytes: Uint8Array): RangesHistory {
  const document = JSON.parse(new TextDecoder().decode(bytes));
  if (document?.format !== FORMAT) throw new Error(`expected the format ${FORMAT}`);
  if (!Array.isArray(document.versions) || !Array.isArray(document.rows)) throw new Error('expected versions and rows');
  return {
    versions: document.versions,
    rows: document.rows.map(([prefix, region, service, networkBorderGroup, edges]: StoredRow) => ({
      prefix,
      region,
      service,
      networkBorderGroup,
      intervals: edges.map((edge) => edge ?? Number.POSITIVE_INFINITY),
    })),
  };
}
