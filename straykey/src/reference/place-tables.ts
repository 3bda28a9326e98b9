import type { Oddity } from '../kit/index.ts';
import {
  buildAwsRanges,
  type HostFacts,
  hostFacts,
  mergeHistories,
  type PlaceTables,
  type RangesHistory,
} from '../where/index.ts';
import { type MmdbFiles, openMmdb } from './mmdb.ts';
import { type OwnNetworkSetting, readOwnNetworks } from './own-networks.ts';
import { loadAnnounced, openHostTables } from './packed-address-data.ts';
import { loadRangesFile, loadStoredRanges } from './ranges-store.ts';
import { UnusableReference } from './unusable-reference.ts';

/** Where the tables come from; the configuration has this shape. */
export interface TableSettings {
  /** Folder with what `ranges update` and `ranges import` stored. Absent: nothing stored is used. */
  readonly dataDir?: string | undefined;
  /** `ip-ranges.json` or history files, read beside the stored versions and not stored. */
  readonly awsRanges?: readonly string[];
  readonly ownNetworks?: readonly OwnNetworkSetting[];
  /** Accounts whose VPC endpoints count as own. */
  readonly accounts?: readonly string[];
  readonly documentationAddresses?: PlaceTables['documentationAddresses'];
  readonly maxmind?: MmdbFiles;
}

export interface Tables {
  /** Plain data and typed arrays: may be handed to another thread. */
  readonly places: PlaceTables;
  /** Loads the large tables when first asked. */
  readonly hostFacts: (address: string) => HostFacts;
}

/**
 * Reads everything `locate` wants: a few milliseconds without AWS's list, a fifth of a second with eleven years of it. `files` come on top
 * of those in the settings; rows left out of a file are told.
 *
 * @throws UnusableReference when a file or setting that was asked for cannot be used: judging without it would be another judgement
 */
export function loadTables(
  settings: TableSettings,
  files: readonly string[] = [],
  tell: (oddity: Oddity) => void = () => {},
): Tables {
  const { dataDir, awsRanges = [], ownNetworks = [], accounts = [], documentationAddresses, maxmind = {} } = settings;
  const history = loadHistory(dataDir, [...awsRanges, ...files], tell);
  const own = readOwnNetworks(ownNetworks);
  if (own.problems.length > 0) throw new UnusableReference(`Own networks: ${own.problems.join('; ')}.`);
  const overlay = openMmdb(maxmind);
  let tableFor: ReturnType<typeof openHostTables> | undefined;
  return {
    places: {
      announced: loadAnnounced(),
      ownNetworks: own.networks,
      ownAccounts: new Set(accounts),
      ...(history === undefined ? {} : { awsRanges: buildAwsRanges(history) }),
      ...(documentationAddresses === undefined ? {} : { documentationAddresses }),
    },
    hostFacts: (address) => {
      tableFor ??= openHostTables();
      const table = tableFor(address);
      return table === undefined ? {} : hostFacts(address, { ...table, overlay });
    },
  };
}

/** Stored versions and those of the files, as one history; undefined when there is none. */
function loadHistory(
  dataDir: string | undefined,
  files: readonly string[],
  tell: (oddity: Oddity) => void,
): RangesHistory | undefined {
  let history = dataDir === undefined ? undefined : orThrow(loadStoredRanges(dataDir)).history;
  for (const path of files) {
    const file = orThrow(loadRangesFile(path));
    file.oddities.forEach(tell);
    history = history === undefined ? file.history : mergeHistories(history, file.history);
  }
  return history;
}

function orThrow<Loaded extends { readonly kind: string }>(
  loaded: Loaded | { readonly kind: 'unusable'; readonly reason: string },
): Exclude<Loaded, { readonly kind: 'unusable' }> {
  if (loaded.kind === 'unusable') throw new UnusableReference(`AWS ranges: ${(loaded as { reason: string }).reason}.`);
  return loaded as Exclude<Loaded, { readonly kind: 'unusable' }>;
}
