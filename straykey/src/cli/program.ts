import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config/index.ts';
import { printable } from '../kit/index.ts';
import type { Rim } from './rim.ts';
import { EXIT, Exit, type Terminal } from './terminal.ts';

type Load = (terminal: Terminal, rim: Rim) => Promise<Command>;

/** The verbs, in the order of the help. Each loads its own modules: a scan should not wait for the drill's. */
const COMMANDS: Readonly<Record<string, Load>> = {
  scan: async (terminal, rim) => (await import('./scan.ts')).scanCommand(terminal, rim),
  explain: async (terminal, rim) => (await import('./explain.ts')).explainCommand(terminal, rim),
  timeline: async (terminal, rim) => (await import('./timeline.ts')).timelineCommand(terminal, rim),
  respond: async (terminal, rim) => (await import('./respond.ts')).respondCommand(terminal, rim),
  demo: async (terminal, rim) => (await import('./demo.ts')).demoCommand(terminal, rim),
  findings: async (terminal, rim) => (await import('./findings.ts')).findingsCommand(terminal, rim),
  serve: async (terminal, rim) => (await import('./serve.ts')).serveCommand(terminal, rim),
  worker: async (terminal, rim) => (await import('./serve.ts')).workerCommand(terminal, rim),
  drill: async (terminal, rim) => (await import('./drill.ts')).drillCommand(terminal, rim),
  hosts: async (terminal, rim) => (await import('./hosts.ts')).hostsCommand(terminal, rim),
  suppress: async (terminal, rim) => (await import('./suppress.ts')).suppressCommand(terminal, rim),
  expected: async (terminal, rim) => (await import('./expected.ts')).expectedCommand(terminal, rim),
  outlets: async (terminal, rim) => (await import('./outlets.ts')).outletsCommand(terminal, rim),
  backfill: async (terminal) => (await import('./backfill.ts')).backfillCommand(terminal),
  doctor: async (terminal, rim) => (await import('./doctor.ts')).doctorCommand(terminal, rim),
  keys: async (terminal, rim) => (await import('./keys.ts')).keysCommand(terminal, rim),
  store: async (terminal, rim) => (await import('./store.ts')).storeCommand(terminal, rim),
  ranges: async (terminal, rim) => (await import('./ranges.ts')).rangesCommand(terminal, rim),
  model: async (terminal) => (await import('./model.ts')).modelCommand(terminal),
};

/** The one command that was typed; all of them for help and for a word that is none. */
async function commandsFor(word: string | undefined, terminal: Terminal, rim: Rim): Promise<Command[]> {
  const loads = word !== undefined && Object.hasOwn(COMMANDS, word) ? [COMMANDS[word]!] : Object.values(COMMANDS);
  return await Promise.all(loads.map((load) => load(terminal, rim)));
}

/** The whole command line. Returns the exit code; never throws for what the operator typed or gave. */
export async function runProgram(
  argv: readonly string[],
  version: string,
  terminal: Terminal,
  rim: Rim,
): Promise<number> {
  const program = new Command('straykey')
    .description('Says when a credential AWS made for one of your Lambda functions is used from outside AWS.')
    .version(version, '--version', 'print the version')
    .helpOption('--help', 'print this help')
    .addHelpText('after', '\nStart with: straykey demo');
  const commands = await commandsFor(argv[0], terminal, rim);
  for (const command of commands) program.addCommand(command);
  for (const command of [program, ...allOf(commands)]) {
    command
      .exitOverride()
      .showSuggestionAfterError()
      .configureHelp({ helpWidth: Math.min(terminal.columns, 100) })
      .configureOutput({
        writeOut: terminal.stdout,
        writeErr: terminal.stderr,
        getOutHelpWidth: () => terminal.columns,
        getErrHelpWidth: () => terminal.columns,
      });
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return EXIT.done;
  } catch (error) {
    return explain(error, terminal);
  }
}

function allOf(commands: readonly Command[]): Command[] {
  return commands.flatMap((command) => [command, ...allOf(command.commands)]);
}

function explain(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof Exit) {
    if (error.message !== '') terminal.stderr(`straykey: ${printable(error.message, 2000)}\n`);
    return error.code;
  }
  if (error instanceof ConfigError) {
    terminal.stderr(`straykey: ${error.message}\n`);
    return EXIT.usage;
  }
  if (error instanceof Error && 'syscall' in error) {
    terminal.stderr(`straykey: ${printable(error.message, 2000)}\n`);
    return EXIT.usage;
  }
  // A bug of ours. Not exit code 1, which means findings.
  terminal.stderr(
    `straykey: unexpected error, please report it\n${error instanceof Error ? error.stack : String(error)}\n`,
  );
  return EXIT.broken;
}
