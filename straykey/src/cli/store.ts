import { Command } from 'commander';
import { dataDirOf } from '../config/index.ts';
import { printable } from '../kit/index.ts';
import type { Store, Upkeep } from '../store/index.ts';
import { addStoreOption, type StoreFlags, settingsAsked, withStore } from './named-store.ts';
import { storeUrl } from './serve.ts';
import { EXIT, Exit, type Terminal } from './terminal.ts';

/** The parts of the rim that `straykey store` needs. */
export interface StoreRim {
  /** `create: false`: a file that is not there is an error. */
  openStore(url: string, options?: { readonly create?: boolean }): Promise<Store>;
}

export function storeCommand(terminal: Terminal, rim: StoreRim): Command {
  const store = new Command('store')
    .summary('what is remembered: back it up, check it, give space back')
    .description(
      'Findings with their history, what was learned, rules, and notifications that wait, in a SQLite file or in PostgreSQL. All of ' +
        'these may be used while straykey serve runs.',
    );
  const verb = (name: string, summary: string, description: string) => {
    const command = new Command(name).summary(summary).description(description);
    store.addCommand(
      addStoreOption(command, 'the store').option('--config <file>', 'settings, see docs/configuration.md'),
    );
    return command;
  };
  verb(
    'backup',
    'copy a SQLite store to a new file',
    'Writes a copy as of one moment. PostgreSQL is backed up with pg_dump.',
  )
    .argument('<file>', 'file to write; must not exist')
    .action((path: string, flags: StoreFlags) => backup(path, flags, terminal, rim));
  verb('check', 'is it whole?', 'Reads everything. Exit code 1 when something is wrong.').action((flags: StoreFlags) =>
    check(flags, terminal, rim),
  );
  verb(
    'vacuum',
    'give space back to the disk',
    'Rewrites the tables without gaps. A SQLite file needs as much free space again, and whoever writes waits meanwhile.',
  ).action((flags: StoreFlags) => vacuum(flags, terminal, rim));
  return store;
}

async function backup(path: string, flags: StoreFlags, terminal: Terminal, rim: StoreRim): Promise<void> {
  await withUpkeep(flags, terminal, rim, async (upkeep, name) => {
    await upkeep.backup(path);
    terminal.stdout(`Copied ${printable(name)} to ${printable(path)}.\n`);
  });
}

async function check(flags: StoreFlags, terminal: Terminal, rim: StoreRim): Promise<void> {
  await withUpkeep(flags, terminal, rim, async (upkeep, name) => {
    const problems = await upkeep.check();
    if (problems.length === 0) {
      terminal.stdout(`${printable(name)} is whole.\n`);
      return;
    }
    for (const problem of problems) terminal.stdout(`${printable(problem)}\n`);
    throw new Exit(
      EXIT.findings,
      `${name} is damaged. Stop Straykey, keep a copy of the store as it is, and restore a backup.`,
    );
  });
}

async function vacuum(flags: StoreFlags, terminal: Terminal, rim: StoreRim): Promise<void> {
  await withUpkeep(flags, terminal, rim, async (upkeep, name) => {
    await upkeep.vacuum();
    terminal.stdout(`${printable(name)} takes no more space than it needs.\n`);
  });
}

/** The store named, else the one that `serve` uses by default. Never makes one. */
async function withUpkeep(
  flags: StoreFlags,
  terminal: Terminal,
  rim: StoreRim,
  work: (upkeep: Upkeep, name: string) => Promise<void>,
): Promise<void> {
  const { config, store: url } = settingsAsked(flags, terminal);
  const named = url ?? storeUrl(config, dataDirOf(config, terminal.environment));
  const existing = { openStore: (each: string) => rim.openStore(each, { create: false }) };
  await withStore(named, existing, async ({ upkeep, name }) => await work(upkeep!, name));
}
