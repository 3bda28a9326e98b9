import { closeSync, openSync, readSync } from 'node:fs';
import type { OpenFile, Problem, SourceObject } from './source.ts';

/** A file on disk, by its path. Light, since the pipeline may keep many; opens nothing until asked. */
export function fileObject(path: string): SourceObject {
  return new FileObject(path);
}

class FileObject implements SourceObject {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  get origin(): string {
    return this.path;
  }

  get again(): boolean {
    return true;
  }

  /** Synchronous: the page cache is quicker than a hop to another thread. */
  open(): OpenFile {
    const fd = openSync(this.path, 'r');
    return {
      read: (into) => readSync(fd, into, 0, into.length, null),
      close: () => closeSync(fd),
    };
  }

  explain(error: unknown): Problem {
    return explainFileError(error);
  }
}

/** Names an error of `node:fs` on something that the listing saw. */
export function explainFileError(error: unknown): Problem {
  const code = errorCode(error);
  const found = error instanceof Error ? error.message : String(error);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return { kind: 'vanished', reason: `was there when listed, is gone now (${found})` };
    case 'EACCES':
    case 'EPERM':
      return { kind: 'access-denied', reason: `the file system refused; give read permission (${found})` };
    case 'EISDIR':
      return { kind: 'unreadable-file', reason: `expected a file, found a folder (${found})` };
    default:
      return { kind: 'unreadable-file', reason: found };
  }
}

export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
