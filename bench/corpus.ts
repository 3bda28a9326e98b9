// Writes the benchmark's corpus: `node bench/corpus.ts --mb 1024 --files 4000 --seed 1 --out bench/corpus/full`.
// The same options give the same bytes (with the same zlib); nothing here reads a clock.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { DECOYS } from './generator/decoys.ts';
import { awsPrefixes } from './generator/prefixes.ts';
import { Random } from './generator/random.ts';
import { functionIssue, type Row } from './generator/records.ts';
import { layOut, rowText } from './generator/styles.ts';
import { type PlantedUse, plantThefts } from './generator/thefts.ts';
import { burst, type Scene, whereOf } from './generator/traffic.ts';
import {
  append,
  type CorpusOptions,
  type FilePlan,
  type LambdaSession,
  makeWorld,
  streamKey,
  type World,
} from './generator/world.ts';

export type { CorpusOptions } from './generator/world.ts';

/** `expected.json`: the right answer, and what the corpus is made of. */
export interface Expected {
  readonly options: CorpusOptions;
  /** Every call from outside AWS under a key made for a function, presigned S3 object calls aside; sorted by event id. */
  readonly uses: readonly PlantedUse[];
  /** What they amount to: one finding per function and address; sorted. */
  readonly findings: readonly { readonly functionArn: string; readonly address: string }[];
  readonly statistics: Statistics;
}

export interface Statistics {
  readonly files: number;
  readonly records: number;
  /** Decompressed and compressed bytes of all files. */
  readonly bytes: number;
  readonly gzBytes: number;
  readonly meanRecordBytes: number;
  readonly medianFileBytes: number;
  readonly p90FileBytes: number;
  readonly largestFileBytes: number;
  readonly oneRecordFiles: number;
  /** Keys made for functions. */
  readonly sessions: number;
  readonly decoys: Readonly<Record<string, number>>;
}

/** At least this many of each kind of decoy, and more at this chance before each run of ordinary records. */
const DECOYS_OF_EACH = 5;
const DECOY_CHANCE = 1 / 300;
/** Issues go to files that hold more than a few records, so that one-record files stay as common as they are. */
const ISSUE_FILE_BYTES = 8_000;
/** Files being compressed at once, and their decompressed size: the bound on memory. */
const PENDING_FILES = 4;
const PENDING_BYTES = 96 * 2 ** 20;
const compress = promisify(gzip);

/**
 * Writes `out/trail/AWSLogs/…` (the corpus), `out/expected.json` and `out/aws-prefixes.txt`, in place of an older corpus.
 * @throws RangeError when there are too few files to place every kind of theft (200 are enough), or when `out` holds
 *   something else than a corpus.
 */
export async function writeCorpus(options: CorpusOptions, out: string): Promise<Expected> {
  const world = makeWorld(options);
  const planted = plantThefts(world);
  const issues = placeIssues(world);
  const forced = placeDecoys(world);
  const counts = new Counts();
  clear(out);
  mkdirSync(join(out, 'trail'), { recursive: true });
  const pending = new Map<Promise<void>, number>();
  for (const file of world.files) {
    const special = planted.rows.get(file.index) ?? [];
    const rows = planted.alone.has(file.index)
      ? special
      : addTraffic(world, file, special, issues.get(file.index) ?? [], forced.get(file.index) ?? [], counts);
    const bytes = Buffer.from(layOut(rows, file.style));
    counts.file(rows.length, bytes.length);
    const job: Promise<void> = save(join(out, 'trail', file.path), bytes, counts).then(() => void pending.delete(job));
    pending.set(job, bytes.length);
    while (pending.size >= PENDING_FILES || total(pending.values()) > PENDING_BYTES) await Promise.race(pending.keys());
  }
  await Promise.all(pending.keys());
  const expected = expectedOf(options, planted.uses, counts.statistics(world));
  writeFileSync(join(out, 'expected.json'), `${JSON.stringify(expected, null, 1)}\n`);
  writeFileSync(join(out, 'aws-prefixes.txt'), `${awsPrefixes().join('\n')}\n`);
  return expected;
}

/** Removes an older corpus; anything else in the way is left alone. */
function clear(out: string): void {
  const names = existsSync(out) ? readdirSync(out) : [];
  if (names.length > 0 && !names.includes('trail'))
    throw new RangeError(`${out}: expected no such folder, an empty one or an older corpus`);
  rmSync(out, { recursive: true, force: true });
}

function expectedOf(options: CorpusOptions, planted: readonly PlantedUse[], statistics: Statistics): Expected {
  const uses = [...planted].sort((a, b) => (a.eventID < b.eventID ? -1 : 1));
  const pairs = [...new Set(uses.map((use) => `${use.functionArn} ${use.address}`))].sort();
  const findings = pairs.map((pair) => {
    const [functionArn, address] = pair.split(' ') as [string, string];
    return { functionArn, address };
  });
  return { options, uses, findings, statistics };
}

/** In which file each function's key is made known. Some issues lie before the trail begins; some are delivered late. */
function placeIssues(world: World): ReadonlyMap<number, readonly LambdaSession[]> {
  const r = new Random(`${world.options.seed}/issues`);
  const placed = new Map<number, LambdaSession[]>();
  for (const [stream, sessions] of world.sessions) {
    const files = (world.streams.get(stream) ?? [])
      .map((i) => world.files[i]!)
      .filter((f) => f.bytes > ISSUE_FILE_BYTES);
    for (const session of sessions) {
      const next = files.findIndex((f) => f.time >= session.createdAt + 120);
      const file = files[r.chance(0.08) ? next + 2 : next];
      if (next >= 0 && file !== undefined && session.createdAt >= world.files[0]!.time)
        append(placed, file.index, session);
    }
  }
  return placed;
}

function placeDecoys(world: World): ReadonlyMap<number, readonly string[]> {
  const r = new Random(`${world.options.seed}/decoys`);
  const placed = new Map<number, string[]>();
  const roomy = world.files.filter((f) => f.bytes > ISSUE_FILE_BYTES);
  for (const kind of Object.keys(DECOYS)) {
    for (let i = 0; i < DECOYS_OF_EACH; i++) append(placed, r.pick(roomy).index, kind);
  }
  return placed;
}

function addTraffic(
  world: World,
  file: FilePlan,
  planted: readonly Row[],
  issues: readonly LambdaSession[],
  forced: readonly string[],
  counts: Counts,
): Row[] {
  const r = new Random(`${world.options.seed}/file/${file.index}`);
  const scene = sceneOf(world, file, r);
  const groups: (readonly Row[])[] = planted.map((row) => [row]);
  const addDecoy = (kind: string): void => {
    if (scene.sessions.length === 0) return;
    groups.push(DECOYS[kind]!(scene));
    counts.decoys.set(kind, (counts.decoys.get(kind) ?? 0) + 1);
  };
  for (const session of issues) groups.push([functionIssue(whereOf(scene), session)]);
  for (const kind of forced) addDecoy(kind);
  const kinds = Object.keys(DECOYS);
  let bytes = total(groups.flat().map((row) => rowText(row).length));
  while (bytes < file.bytes || groups.length === 0) {
    if (r.chance(DECOY_CHANCE)) addDecoy(r.pick(kinds));
    const run: Row[] = [];
    for (const row of burst(scene)) {
      if (bytes >= file.bytes && run.length > 0) break;
      run.push(row);
      bytes += rowText(row).length + 1;
    }
    groups.push(run);
  }
  shuffle(groups, r);
  return groups.flat();
}

/** The keys alive at the file's time, and of those a handful that grows with the file. */
function sceneOf(world: World, file: FilePlan, r: Random): Scene {
  const stream = streamKey(file.account, file.region);
  const alive = (world.sessions.get(stream) ?? []).filter(
    (s) => s.createdAt < file.time - 700 && s.expiresAt > file.time,
  );
  const handful = 3 + Math.round(2 * Math.sqrt(file.bytes / 1600));
  const sessions = alive.length <= handful ? alive : Array.from({ length: handful }, () => r.pick(alive));
  return { file, sessions, callers: world.callers.get(stream)!, r };
}

async function save(path: string, bytes: Buffer, counts: Counts): Promise<void> {
  const packed = await compress(bytes, { level: 6 });
  counts.gzBytes += packed.length;
  mkdirSync(dirname(path), { recursive: true });
  await writeFile(path, packed);
}

class Counts {
  readonly decoys = new Map<string, number>();
  gzBytes = 0;
  #sizes: number[] = [];
  #records = 0;
  #single = 0;

  file(records: number, bytes: number): void {
    this.#records += records;
    this.#sizes.push(bytes);
    if (records === 1) this.#single++;
  }

  statistics(world: World): Statistics {
    const sizes = this.#sizes.toSorted((a, b) => a - b);
    const bytes = total(sizes);
    return {
      files: sizes.length,
      records: this.#records,
      bytes,
      gzBytes: this.gzBytes,
      meanRecordBytes: Math.round(bytes / this.#records),
      medianFileBytes: sizes[Math.floor(sizes.length / 2)]!,
      p90FileBytes: sizes[Math.floor(sizes.length * 0.9)]!,
      largestFileBytes: sizes.at(-1)!,
      oneRecordFiles: this.#single,
      sessions: total([...world.sessions.values()].map((list) => list.length)),
      decoys: Object.fromEntries([...this.decoys].sort(([a], [b]) => (a < b ? -1 : 1))),
    };
  }
}

function total(numbers: Iterable<number>): number {
  let sum = 0;
  for (const n of numbers) sum += n;
  return sum;
}

function shuffle<T>(list: T[], r: Random): void {
  for (let i = list.length - 1; i > 0; i--) {
    const j = r.int(i + 1);
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      mb: { type: 'string', default: '1024' },
      files: { type: 'string', default: '4000' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string', default: 'bench/corpus/full' },
    },
  });
  const options = { mb: Number(values.mb), files: Number(values.files), seed: Number(values.seed) };
  const { statistics, uses, findings } = await writeCorpus(options, values.out);
  console.log(JSON.stringify(statistics, null, 1));
  console.log(`${uses.length} planted uses, ${findings.length} findings, written to ${values.out}`);
}
