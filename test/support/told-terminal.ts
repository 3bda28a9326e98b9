import type { Terminal } from '../../straykey/src/cli/index.ts';

/** What a command said, and with which code it ended. */
export interface Told {
  stdout: string;
  stderr: string;
  code: number;
}

/** A terminal of 80 columns that is none, which keeps what is said. */
export function toldTerminal(dataDir: string, now: number): { readonly told: Told; readonly terminal: Terminal } {
  const told: Told = { stdout: '', stderr: '', code: 0 };
  const terminal: Terminal = {
    stdin: (async function* () {})(),
    stdout: (text) => {
      told.stdout += text;
    },
    stderr: (text) => {
      told.stderr += text;
    },
    columns: 80,
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    color: false,
    environment: { STRAYKEY_DATA: dataDir },
    now: () => now,
  };
  return { told, terminal };
}
