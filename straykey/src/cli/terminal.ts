/** The world as commands see it; `main.ts` hands in the real one, tests another. */
export interface Terminal {
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Columns of the terminal; 80 when unknown. */
  readonly columns: number;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  /** Colour on standard output: a terminal, and neither NO_COLOR nor TERM=dumb. */
  readonly color: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Ends a command with an exit code and a sentence for standard error. */
export class Exit extends Error {
  readonly code: number;
  constructor(code: number, message = '') {
    super(message);
    this.code = code;
  }
}

/** Exit codes, DESIGN section 7. */
export const EXIT = {
  done: 0,
  findings: 1,
  usage: 2,
  unusable: 3,
  nothingRead: 4,
  /** Our own mistake (sysexits' EX_SOFTWARE). */
  broken: 70,
} as const;
