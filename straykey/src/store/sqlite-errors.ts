import { StoreUnavailable } from './port.ts';

const BUSY = 5;
const LOCKED = 6;

/** Primary result codes of SQLite that say that the engine cannot now, with what to do. */
const UNAVAILABLE: Readonly<Record<number, string>> = {
  3: 'is not allowed to be used: check the owner and the mode of the file and its folder',
  [BUSY]: 'is busy with another process: try again later, or stop the other process',
  [LOCKED]: 'is locked: try again later',
  7: 'found no memory: give this process more',
  8: 'cannot be written to: check the mode of the file, its folder and the volume',
  10: 'met a disk error: look at the volume and the system log; restore a backup if it persists',
  11: 'is damaged: stop Straykey, run straykey store check, restore a backup',
  13: 'found the disk full: make room on the volume; nothing that was committed is lost',
  14: 'cannot be opened: check that its folder exists and may be written to',
  15: 'cannot be locked: the volume may be a network share, which SQLite cannot use safely',
  26: 'is not a Straykey store: another file has this name',
};

export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === BUSY || code === LOCKED;
}

/** As {@link StoreUnavailable} where the engine is the cause; our own mistakes as they are. */
export function sqliteError(error: unknown, name: string): unknown {
  const reason = UNAVAILABLE[resultCode(error) ?? -1];
  if (reason !== undefined) return new StoreUnavailable(`The store ${name} ${reason}.`, { cause: error });
  if (isClosed(error)) return new StoreUnavailable(`The store ${name} was closed.`, { cause: error });
  return error;
}

/** SQLite's primary result code: the lowest byte. */
function resultCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | undefined)?.errcode;
  return typeof code === 'number' ? code & 0xff : undefined;
}

function isClosed(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return code === 'ERR_INVALID_STATE' && /not open|finalized/.test(String(message));
}
