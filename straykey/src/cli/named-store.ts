import type { Command } from 'commander';
import { type Config, loadConfig } from '../config/index.ts';
import type { Finding } from '../findings/index.ts';
import type { Store, StoredFinding } from '../store/index.ts';
import { idAsked, noFinding, severalFindings } from './one-finding.ts';
import type { Rim } from './rim.ts';
import { EXIT, Exit, type Terminal } from './terminal.ts';

export interface StoreFlags {
  readonly store?: string;
  readonly config?: string;
}

export function addStoreOption(command: Command, what: string): Command {
  return command.option('--store <url>', `${what}: sqlite:PATH or postgres://… (default: $STRAYKEY_STORE)`);
}

/** Settings, and the store that was named by flag, variable or file; no store when none was. */
export function settingsAsked(
  flags: StoreFlags,
  { environment }: Terminal,
): { readonly config: Config; readonly store?: string } {
  const config = loadConfig(flags.config ?? environment.STRAYKEY_CONFIG, environment);
  const store = flags.store ?? config.store;
  return { config, ...(store !== undefined && { store }) };
}

/**
 * Works with a store and closes it.
 *
 * @throws Exit 2 when it cannot be opened or does not answer
 */
export async function withStore<Result>(
  url: string,
  rim: Pick<Rim, 'openStore'>,
  work: (store: Store) => Promise<Result>,
): Promise<Result> {
  try {
    const store = await rim.openStore(url);
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  } catch (error) {
    // By name: importing the class would load the engines for every command.
    if (error instanceof Error && /^Store[A-Z]/.test(error.name))
      throw new Exit(EXIT.usage, `--store: ${error.message}`);
    throw error;
  }
}

/**
 * The stored finding with this id, or whose id begins with these digits.
 *
 * @throws Exit 2 for what cannot be an id or fits several findings, 4 when none has it
 */
export async function oneStored(id: string, { findings }: Pick<Store, 'findings'>): Promise<StoredFinding> {
  idAsked(id);
  const [found, second] = await findings.page({
    where: [
      { column: 'id', operator: 'gte', values: [id] },
      // Behind every id that begins so: ids have no letter after f.
      { column: 'id', operator: 'lt', values: [`${id}g`] },
    ],
    orderBy: 'id',
    descending: false,
    limit: 2,
  });
  if (found === undefined) throw noFinding(id, 'The store has none that begins so.');
  if (second !== undefined) throw severalFindings(id, found.finding, second.finding);
  return found;
}

/** Findings opened at a time. */
const AT_ONCE = 500;

/** All findings that are not archived, newest first, page by page: a store holds more than memory. */
export async function* activeFindings({ findings }: Pick<Store, 'findings'>): AsyncGenerator<Finding> {
  let after: { readonly value: number; readonly id: string } | undefined;
  for (;;) {
    const page = await findings.page({
      where: [{ column: 'archived', operator: 'in', values: [0] }],
      orderBy: 'updatedAt',
      descending: true,
      ...(after !== undefined && { after }),
      limit: AT_ONCE,
    });
    for (const { finding } of page) yield finding;
    if (page.length < AT_ONCE) return;
    const last = page.at(-1)!.finding;
    after = { value: Date.parse(last.updatedAt), id: last.id };
  }
}
