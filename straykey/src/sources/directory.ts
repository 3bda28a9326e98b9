import { type Dirent, existsSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { explainFileError, fileObject } from './file.ts';
import type { Problem, Source, Tell } from './source.ts';

/** One file, whatever its name: an operator who names it means it. */
export function fileSource(path: string): Source {
  return { name: path, list: () => [fileObject(path)] };
}

/**
 * All files below a folder, in the order of their names. Which of them are trails is told by their content, later; only
 * names that begin with a dot are left out (CloudTrail writes none), and what is neither file nor folder. Links are
 * followed; every real folder is listed once, so circles end, and a folder reached by a link is listed under its own
 * name if that lies in the tree.
 */
export function directorySource(path: string): Source {
  return {
    name: path,
    *list(tell) {
      for (const file of walkTree(path, tell)) yield fileObject(file);
    },
  };
}

function* walkTree(root: string, tell: Tell): Generator<string, void, void> {
  const state: Walk = { links: [root], listed: new Set(), tell };
  // Links to folders wait until the tree before them is listed: a folder keeps its own name if it has one there.
  for (let start = state.links.shift(); start !== undefined; start = state.links.shift()) {
    const real = realPath(start, tell);
    if (real === undefined) continue;
    if (state.listed.has(real))
      tell({ kind: 'already-listed', origin: start, reason: `leads to ${real}, listed already` });
    else yield* walk(start, real, state);
  }
}

interface Walk {
  /** Paths of folders still to be listed: the root, then links to folders. */
  readonly links: string[];
  /** Real paths of the folders listed. */
  readonly listed: Set<string>;
  readonly tell: Tell;
}

function* walk(folder: string, real: string, state: Walk): Generator<string, void, void> {
  if (state.listed.has(real)) return;
  state.listed.add(real);
  for (const path of readNames(folder, state)) {
    if (path.endsWith(sep)) yield* walk(path.slice(0, -1), join(real, basename(path)), state);
    else yield path;
  }
}

function realPath(path: string, tell: Tell): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    tell({ ...explainFileError(error), origin: path });
    return undefined;
  }
}

/** Paths to list or to descend into (those end in a separator), as plain text: a folder may hold a million. */
function readNames(folder: string, state: Walk): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    state.tell({ ...explainFileError(error), origin: folder });
    return [];
  }
  const paths: string[] = [];
  // What `join` would put before every name, found once.
  const before = join(folder, 'name').slice(0, -'name'.length);
  for (const entry of entries.sort(byName)) {
    const path = before + entry.name;
    const kind = entry.name.startsWith('.') ? hidden : kindOf(entry, path);
    if (kind === 'file') paths.push(path);
    else if (kind === 'folder') paths.push(path + sep);
    else if (kind === 'linked-folder') state.links.push(path);
    else state.tell({ ...kind, origin: path });
  }
  return paths;
}

/** By code unit: the same everywhere, whatever the locale. */
function byName(a: Dirent, b: Dirent): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

const hidden: Problem = { kind: 'hidden-file', reason: 'its name begins with a dot' };

function kindOf(entry: Dirent, path: string): 'file' | 'folder' | 'linked-folder' | Problem {
  if (entry.name.includes('\ufffd') && !existsSync(path))
    return { kind: 'unreadable-file', reason: 'its name is not valid UTF-8; rename it' };
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  if (!entry.isSymbolicLink()) return specialFile(entry);
  let target: Stats;
  try {
    target = statSync(path);
  } catch (error) {
    return { kind: 'unreadable-file', reason: `a link that leads nowhere (${explainFileError(error).reason})` };
  }
  if (target.isFile()) return 'file';
  return target.isDirectory() ? 'linked-folder' : specialFile(target);
}

/** Names what is neither file nor folder. */
export function specialFile(found: Dirent | Stats): Problem {
  const what = found.isFIFO()
    ? 'a named pipe'
    : found.isSocket()
      ? 'a socket'
      : found.isBlockDevice() || found.isCharacterDevice()
        ? 'a device'
        : 'something else';
  return { kind: 'unsupported-file', reason: `expected a file or a folder, found ${what}` };
}
