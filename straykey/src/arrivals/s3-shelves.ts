import { type SetAside, setAside } from '../sources/index.ts';

/** Part of a bucket that is listed on its own. */
export interface Shelf {
  /** What to list. */
  readonly prefix: string;
  /**
   * CloudTrail's own folder of one account and region, under which keys begin with their day: it can be listed from a day on.
   * Absent: keys tell nothing, and all of them are listed every time.
   */
  readonly dated?: string;
  /** Only what lies directly under the prefix. */
  readonly shallow?: true;
}

/** What lies directly under a prefix. */
export interface Level {
  /** Ending in `/`. */
  readonly folders: readonly string[];
  readonly hasObjects: boolean;
}

const REGION = /^((?:.*\/)?AWSLogs\/(?:o-[a-z0-9]+\/)?\d{12}\/CloudTrail\/[a-z0-9-]+\/)/;
/** A place on the way from `AWSLogs/` down to a region's folder. */
const ON_THE_WAY = /^(?:.*\/)?AWSLogs\/(?:o-[a-z0-9]+\/)?(?:\d{12}\/(?:CloudTrail\/)?)?$/;

/** Folders beside each other that are searched for a trail of their own; 50. With more, the whole prefix is listed as it is. */
const SEARCHED = 50;

/**
 * Divides what lies under a prefix into shelves, anew at each look: accounts and regions appear. Trails are found at the prefix, one folder below
 * it, or around it. Everything belongs to some shelf, except what is set aside by name.
 */
export async function findShelves(
  prefix: string,
  list: (prefix: string) => Promise<Level>,
  aside: (folder: SetAside) => void,
): Promise<Shelf[]> {
  const region = REGION.exec(prefix)?.[1];
  if (region !== undefined) return [{ prefix, dated: region }];
  if (ON_THE_WAY.test(prefix)) return await down(prefix, list, aside);
  const top = await list(prefix);
  const levels =
    top.folders.some(isTrail) || top.folders.length > SEARCHED
      ? new Map([[prefix, top]])
      : new Map([
          [prefix, top],
          ...(await Promise.all(top.folders.map(async (folder) => [folder, await list(folder)] as const))),
        ]);
  const withTrails = [...levels].filter(([, { folders }]) => folders.some(isTrail));
  if (withTrails.length === 0) return [{ prefix }];
  const entered = new Set([prefix, ...withTrails.map(([folder]) => folder)]);
  const shelves: Shelf[] = [];
  for (const folder of entered) {
    const { folders, hasObjects } = levels.get(folder)!;
    if (hasObjects) shelves.push({ prefix: folder, shallow: true });
    for (const each of folders.filter((below) => !entered.has(below))) {
      if (isTrail(each)) shelves.push(...(await down(each, list, aside)));
      else shelves.push({ prefix: each });
    }
  }
  return shelves;
}

function isTrail(folder: string): boolean {
  return folder.endsWith('/AWSLogs/') || folder === 'AWSLogs/';
}

/** From `AWSLogs/` down to the regions. */
async function down(
  prefix: string,
  list: (prefix: string) => Promise<Level>,
  aside: (folder: SetAside) => void,
): Promise<Shelf[]> {
  if (REGION.test(prefix)) return [{ prefix, dated: prefix }];
  const known = setAside(prefix, {});
  if (known !== undefined) {
    aside(known);
    return [];
  }
  if (!ON_THE_WAY.test(prefix)) return [{ prefix }];
  const { folders, hasObjects } = await list(prefix);
  const below = await Promise.all(folders.map((folder) => down(folder, list, aside)));
  return [...(hasObjects ? [{ prefix, shallow: true } as const] : []), ...below.flat()];
}
