import { type FSWatcher, type Stats, statSync, watch } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Oddity } from '../kit/index.ts';
import { directorySource, fileObject, type SourceObject } from '../sources/index.ts';
import { type Found, type Listing, polledSource, Unreachable } from './polled.ts';
import type { ArrivedObject, LiveSource } from './port.ts';
import type { ArrivalPorts } from './ports.ts';
import { markOf, splitMarks } from './seen-window.ts';

export interface FolderSettings {
  readonly name: string;
  readonly path: string;
  /** Milliseconds between looks. */
  readonly every: number;
}

/**
 * Files below a folder, looked at again and again. A file is handed out when it is complete: its size and time stayed the same between two looks
 * or its last change is some while ago (it was moved in). One that is replaced or grows is handed out again, under a new identity.
 */
export function folderSource(settings: FolderSettings, ports: ArrivalPorts): LiveSource {
  return polledSource(new Folder(settings, ports), ports);
}

interface FoundFile extends Found {
  readonly mark: string;
}

interface Unsettled {
  readonly identity: string;
  /** Epoch ms of the first look that found it so. */
  readonly since: number;
}

/** Files after which timers and others get a turn; 1,000, some milliseconds of asking. */
const TURN_FILES = 1_000;
/** Share of its time that looking may take: a look of a second is followed by a pause of four. */
const PAUSE_PER_LOOK = 4;
/** Oddities told of at most; 10,000. */
const TOLD_MOST = 10_000;

class Folder implements Listing<FoundFile> {
  readonly name: string;
  readonly type = 'folder';
  /** Whoever drops files by hand is silent most of the time. */
  readonly silentAfter = Number.POSITIVE_INFINITY;
  readonly #path: string;
  readonly #every: number;
  readonly #ports: ArrivalPorts;
  /** Files done, oldest first. */
  readonly #done = new Set<string>();
  /** Marks of the files there at the last look. */
  #there: ReadonlySet<string> = new Set();
  /** Files that may still be written: path, how they look, and since when. */
  #unsettled: ReadonlyMap<string, Unsettled> = new Map();
  readonly #told = new Set<string>();
  #pause: number;

  constructor({ name, path, every }: FolderSettings, ports: ArrivalPorts) {
    this.name = name;
    this.#path = path;
    this.#every = every;
    this.#pause = every;
    this.#ports = ports;
  }

  get every(): number {
    return this.#unsettled.size > 0 ? Math.min(this.#pause, this.#ports.limits.fileRecheck) : this.#pause;
  }

  async load(): Promise<void> {
    const position = await this.#ports.store.positions.get(this.#place);
    const { version, files } = (position?.value ?? {}) as Readonly<Record<string, unknown>>;
    if (version === 1 && typeof files === 'string') for (const mark of splitMarks(files)) this.#done.add(mark);
  }

  async *look(inHand: (identity: string) => boolean, signal: AbortSignal): AsyncGenerator<FoundFile, void, void> {
    const began = this.#ports.now();
    const there = new Set<string>();
    const unsettled = new Map<string, Unsettled>();
    let files = 0;
    for (const { origin } of directorySource(this.#path).list((oddity) =>
      this.#tell(oddity),
    ) as Iterable<SourceObject>) {
      if (signal.aborted) return;
      files += 1;
      if (files % TURN_FILES === 0) await nextTurn();
      const found = fileAt(origin);
      // Empty ones are about to be written; gone ones were never meant.
      if (found === undefined || found.size === 0) continue;
      const { identity, mark } = found;
      there.add(mark);
      if (this.#done.has(mark) || inHand(identity)) continue;
      const looked = this.#unsettled.get(origin);
      const since = looked?.identity === identity ? looked.since : began;
      if (this.#settled(found, since)) yield found;
      else unsettled.set(origin, { identity, since });
    }
    this.#there = there;
    this.#unsettled = unsettled;
    this.#pause = Math.max(this.#every, PAUSE_PER_LOOK * (this.#ports.now() - began));
  }

  /** A clock that was set makes it take at once, or wait for one more look: it comes again if it grows. */
  #settled({ eventTime }: FoundFile, since: number): boolean {
    const now = this.#ports.now();
    const { fileSettled, fileRecheck } = this.#ports.limits;
    return Math.abs(now - since) >= fileRecheck || (eventTime !== undefined && now - eventTime > fileSettled);
  }

  /** @throws Unreachable when it is the folder itself that cannot be listed */
  #tell(oddity: Oddity & Parameters<ArrivalPorts['tell']>[0]): void {
    if (oddity.origin === this.#path) throw new Unreachable(`${this.#path}: ${oddity.reason}`);
    const once = JSON.stringify([oddity.kind, oddity.origin]);
    if (this.#told.has(once) || this.#told.size >= TOLD_MOST) return;
    this.#told.add(once);
    this.#ports.tell(oddity);
  }

  done({ mark }: FoundFile): void {
    this.#done.add(mark);
  }

  places() {
    const most = Math.max(this.#ports.limits.filesRemembered, this.#there.size);
    // The oldest first, and never one that is there.
    for (const mark of this.#done) {
      if (this.#done.size <= most) break;
      if (!this.#there.has(mark)) this.#done.delete(mark);
    }
    return [{ source: this.#place, value: { version: 1, files: [...this.#done].join('') } }];
  }

  reopen(origin: string): SourceObject | undefined {
    const start = this.#path.endsWith(sep) ? this.#path : this.#path + sep;
    const inside = origin.startsWith(start) && !origin.slice(start.length).split(sep).includes('..');
    return inside ? fileObject(origin) : undefined;
  }

  /** Where the system tells of subfolders too, it does; elsewhere they wait for the next look. */
  watch(hint: () => void): () => void {
    let watcher: FSWatcher;
    try {
      watcher = watch(this.#path, { persistent: false, recursive: process.platform !== 'linux' }, () => hint());
    } catch {
      // Not there yet, or no watches left: looking is enough.
      return () => {};
    }
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  }

  async close(): Promise<void> {}

  get #place(): string {
    return `${this.name}:${this.#path}`;
  }
}

function fileAt(path: string): (FoundFile & { readonly size: number }) | undefined {
  let stats: Stats;
  try {
    stats = statSync(path);
  } catch {
    return undefined;
  }
  const { size, mtimeMs } = stats;
  const identity = `${path}#${size}-${mtimeMs}`;
  const eventTime = Math.round(mtimeMs);
  return { origin: path, identity, mark: markOf(identity), eventTime, size, open: () => arrivedFile(path, identity) };
}

function arrivedFile(path: string, identity: string): ArrivedObject {
  const object = fileObject(path);
  return {
    origin: object.origin,
    path,
    identity,
    again: true,
    open: () => object.open(),
    explain: (error) => object.explain(error),
  };
}

/** A word for a source without a name. */
export function folderWord(path: string): string {
  return basename(join(path, '.'));
}
