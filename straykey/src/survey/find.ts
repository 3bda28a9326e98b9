import type { ApiCall, SkimHooks } from '../records/index.ts';

/** A record and where it lies. */
export interface Found {
  readonly call: ApiCall;
  readonly origin: string;
  /** Byte offset in the decompressed input. */
  readonly offset: number;
}

/** Reads every record of a file and keeps those with one id: for `explain`, on files known to hold the text. */
export class Finder implements SkimHooks {
  readonly found: Found[] = [];
  private readonly id: string;
  private origin = '';

  constructor(id: string) {
    this.id = id;
  }

  begin(origin: string): void {
    this.origin = origin;
  }

  kindOf(): 'read' {
    return 'read';
  }

  meet(): 'skip' {
    return 'skip';
  }

  likeOf(): number {
    return -1;
  }

  issued(): void {}

  note(): void {}

  read(call: ApiCall, offset: number): void {
    if (call.id === this.id || call.eventId === this.id) this.found.push({ call, origin: this.origin, offset });
  }

  tallyOf(): number {
    return 0;
  }

  oddity(): void {}
}
