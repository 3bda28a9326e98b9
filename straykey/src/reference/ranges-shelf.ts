import type { Oddity } from '../kit/index.ts';
import { mergeHistories, parseCidr, type RangesHistory } from '../where/index.ts';
import { loadAnnounced } from './packed-address-data.ts';
import { downloadRanges } from './ranges-download.ts';
import type { RangesFile, UnusableRanges } from './ranges-formats.ts';
import { addToStoredRanges, loadRangesFile, loadStoredRanges, rangesFileIn } from './ranges-store.ts';

/** What `straykey ranges` works on: the versions of AWS's list kept in a data folder. Nothing here throws for bad files or no network. */
export interface RangesShelf {
  state(): ShelfState | UnusableRanges;
  /** Files are read one by one, one bad file stops no other, and what could be read is stored in one step. */
  add(paths: readonly string[]): readonly (Added | UnusableRanges)[];
  update(url?: string): Promise<Added | UnusableRanges>;
}

/** Times in epoch seconds. */
export interface ShelfState {
  readonly kind: 'state';
  readonly file: string;
  /** Absent when no version is stored. */
  readonly list?: RangesSummary;
  readonly announced: { readonly time: number; readonly ipv4Ranges: number; readonly ipv6Ranges: number };
}

export interface RangesSummary {
  readonly versions: number;
  readonly oldest: number;
  readonly newest: number;
  /** Distinct prefixes that the newest version lists. */
  readonly ipv4Prefixes: number;
  readonly ipv6Prefixes: number;
}

export interface Added {
  readonly kind: 'added';
  readonly origin: string;
  readonly summary: RangesSummary;
  readonly oddities: readonly Oddity[];
}

export function shelfIn(dataDir: string): RangesShelf {
  return {
    state: () => stateOf(dataDir),
    add: (paths) =>
      store(
        dataDir,
        paths.map((path) => [path, loadRangesFile(path)]),
      ),
    update: async (url) => store(dataDir, [[url ?? '', await downloadRanges(url)]])[0]!,
  };
}

function stateOf(dataDir: string): ShelfState | UnusableRanges {
  const stored = loadStoredRanges(dataDir);
  if (stored.kind === 'unusable') return stored;
  const { time, ranges } = loadAnnounced();
  return {
    kind: 'state',
    file: rangesFileIn(dataDir),
    ...(stored.history === undefined ? {} : { list: summaryOf(stored.history) }),
    announced: { time, ipv4Ranges: ranges.v4.values.length, ipv6Ranges: ranges.v6.values.length },
  };
}

function store(
  dataDir: string,
  files: readonly (readonly [string, RangesFile | UnusableRanges])[],
): (Added | UnusableRanges)[] {
  const usable = files.flatMap(([, file]) => (file.kind === 'ranges' ? [file.history] : []));
  const stored = usable.length === 0 ? undefined : addToStoredRanges(dataDir, usable.reduce(mergeHistories));
  return files.map(([origin, file]) => {
    if (file.kind === 'unusable') return file;
    if (stored?.kind === 'unusable') return stored;
    return { kind: 'added', origin, summary: summaryOf(file.history), oddities: file.oddities };
  });
}

function summaryOf({ versions, rows }: RangesHistory): RangesSummary {
  const listed = rows.filter(({ intervals }) => intervals.at(-1) === Number.POSITIVE_INFINITY);
  const prefixes = [...new Set(listed.map(({ prefix }) => prefix))];
  const ipv4Prefixes = prefixes.filter((prefix) => parseCidr(prefix)?.base.family === 4).length;
  return {
    versions: versions.length,
    oldest: versions[0]!,
    newest: versions.at(-1)!,
    ipv4Prefixes,
    ipv6Prefixes: prefixes.length - ipv4Prefixes,
  };
}
