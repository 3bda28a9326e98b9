import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { Running } from './killed.ts';

/** A file system of some megabytes that only one process sees; it is gone with that process. */
export interface SmallDisk {
  /** Where that process sees it: an empty folder for everybody else. */
  readonly folder: string;
  /** Words before the command of that process, which mount it. */
  readonly through: readonly string[];
}

/** Why there can be none; undefined when there can. For `{ skip: … }`. */
export function smallDiskMissing(): string | undefined {
  if (process.platform !== 'linux') return 'a file system that one process sees needs Linux';
  const tried = spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', '/mnt'], {
    encoding: 'utf8',
  });
  return tried.status === 0 ? undefined : `no user namespaces to mount in: ${tried.stderr || String(tried.error)}`;
}

export function smallDisk(folder: string, megabytes: number): SmallDisk {
  const mount = `mount -t tmpfs -o size=${megabytes}m tmpfs "$0" && exec "$@"`;
  return { folder, through: ['unshare', '-rm', 'sh', '-c', mount, folder] };
}

/** The disk as seen by everybody, while the process runs. */
function outsideOf({ folder }: SmallDisk, { child }: Running, name: string): string {
  return join(`/proc/${child.pid}/root`, folder, name);
}

/** Takes all of the space that is left. */
export function fill(disk: SmallDisk, running: Running): void {
  const path = outsideOf(disk, running, 'filler');
  for (const size of [1 << 20, 1 << 12, 1]) {
    for (;;) {
      try {
        writeFileSync(path, Buffer.alloc(size), { flag: 'a' });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        break;
      }
    }
  }
}

export function makeRoom(disk: SmallDisk, running: Running): void {
  rmSync(outsideOf(disk, running, 'filler'));
}

/** Copies a SQLite file and its log to where it can be opened. Whole once nobody writes. */
export function copyOut(disk: SmallDisk, running: Running, name: string, to: string): void {
  for (const end of ['', '-wal']) {
    const from = outsideOf(disk, running, `${name}${end}`);
    if (existsSync(from)) copyFileSync(from, `${to}${end}`);
    else rmSync(`${to}${end}`, { force: true });
  }
}
