/** A roster as plain data. */
export type RosterFacts = readonly (readonly [caller: string, files: readonly number[]])[];

/**
 * Callers seen from outside whose credential no record had attributed yet, and the files that hold their calls. When a later file
 * proves the credential Lambda's, only these files are read again; so issue and use may come in any order without keeping every
 * human's calls in memory.
 */
export class Roster {
  /** Caller to token. */
  private readonly tokens = new Map<string, number>();
  private readonly callers: string[] = [];
  /** By token: numbers of files, ascending as they were met. */
  private readonly files: number[][] = [];
  private last = -1;

  tokenOf(caller: string): number {
    let token = this.tokens.get(caller);
    if (token === undefined) {
      token = this.callers.length;
      this.tokens.set(caller, token);
      this.callers.push(caller);
      this.files.push([]);
    }
    return token;
  }

  /** Number of the file noted last; -1 before any. */
  get lastFile(): number {
    return this.last;
  }

  note(token: number, file: number): void {
    this.last = file;
    const files = this.files[token];
    if (files !== undefined && files.at(-1) !== file) files.push(file);
  }

  *entries(): Iterable<readonly [caller: string, files: readonly number[]]> {
    for (const [token, caller] of this.callers.entries()) yield [caller, this.files[token]!];
  }

  facts(): RosterFacts {
    return [...this.entries()];
  }

  absorb(other: RosterFacts): void {
    for (const [caller, files] of other) {
      const token = this.tokenOf(caller);
      for (const file of files) this.note(token, file);
    }
  }
}
