import { Command, InvalidArgumentError, Option } from 'commander';
import { type Search, searchAll, searchFor, searchPage } from '../api/guardduty/index.ts';
import { dataDirOf } from '../config/index.ts';
import { printable } from '../kit/index.ts';
import { type FormatName, formatNames, formats } from '../outlets/formats/index.ts';
import type { Change, FindingEvent, Store, StoredFinding } from '../store/index.ts';
import { rows } from './layout.ts';
import { addStoreOption, oneStored, type StoreFlags, settingsAsked, withStore } from './named-store.ts';
import type { Rim } from './rim.ts';
import { collect } from './scan.ts';
import { storeUrl } from './serve.ts';
import { whereFrom } from './sift.ts';
import { EXIT, Exit, type Terminal } from './terminal.ts';

type Parts = Pick<Rim, 'openStore'>;

interface ListFlags extends StoreFlags {
  readonly where: readonly string[];
  readonly all?: boolean;
  readonly limit: number;
  readonly format?: FormatName;
}

interface ChangeFlags extends StoreFlags {
  readonly where: readonly string[];
  readonly reason?: string;
  readonly by?: string;
}

/** Lines of a finding's history that are shown: the newest. */
const MOST_EVENTS = 1_000;

export function findingsCommand(terminal: Terminal, rim: Parts): Command {
  const findings = new Command('findings')
    .summary('findings that are kept: list, get, history, archive, unarchive')
    .description('Asks the store of a running Straykey. Conditions are those of GuardDuty, as for scan --where.');
  findings.addCommand(
    asking(
      new Command('list')
        .summary('what was found, newest activity first')
        .description(
          'Prints findings. Archived ones are left out unless asked for: --all, or --where service.archived=true.',
        ),
    )
      .option('--all', 'archived findings too')
      .option('--limit <n>', 'at most so many', whole, 100)
      .addOption(formatOption())
      .action((flags: ListFlags) => list(flags, terminal, rim)),
  );
  findings.addCommand(
    withSettings(
      new Command('get')
        .summary('one finding, with all its evidence')
        .argument('<finding>', 'finding id, or its first digits (at least 6)')
        .addOption(formatOption()),
    ).action((id: string, flags: StoreFlags & { readonly format?: FormatName }) => get(id, flags, terminal, rim)),
  );
  findings.addCommand(
    withSettings(
      new Command('history')
        .summary('everything that happened to a finding, oldest first')
        .argument('<finding>', 'finding id, or its first digits (at least 6)')
        .option('--json', 'as JSON lines, with the document of each revision'),
    ).action((id: string, flags: StoreFlags & { readonly json?: boolean }) => history(id, flags, terminal, rim)),
  );
  for (const verb of ['archive', 'unarchive'] as const) {
    findings.addCommand(
      asking(
        new Command(verb)
          .summary(verb === 'archive' ? 'take findings off the current list' : 'put findings back on the current list')
          .argument('[finding...]', 'finding ids, or their first digits; or choose with --where'),
      )
        .option('--reason <text>', 'why, for the history')
        .option('--by <who>', 'who says so (default: $USER)')
        .action((ids: string[], flags: ChangeFlags) => change(verb, ids, flags, terminal, rim)),
    );
  }
  return findings;
}

async function list(flags: ListFlags, terminal: Terminal, rim: Parts): Promise<void> {
  const search = searchOf(flags.where, flags.all === true ? undefined : false);
  const { presented } = await import('../store/index.ts');
  await inStore(flags, terminal, rim, async (store) => {
    const found: StoredFinding[] = [];
    let after: Parameters<typeof searchPage>[3];
    do {
      const page: Awaited<ReturnType<typeof searchPage>> = await searchPage(
        store,
        search,
        { column: 'updatedAt', descending: true },
        after,
        flags.limit - found.length,
      );
      found.push(...page.found);
      after = page.next;
    } while (after !== undefined && found.length < flags.limit);
    print(found.map(presented), flags.format, terminal);
    if (after !== undefined) terminal.stderr(`There may be more: these are the newest ${found.length}. See --limit.\n`);
  });
}

async function get(
  id: string,
  flags: StoreFlags & { readonly format?: FormatName },
  terminal: Terminal,
  rim: Parts,
): Promise<void> {
  const { presented } = await import('../store/index.ts');
  await inStore(flags, terminal, rim, async (store) => {
    print([presented(await oneStored(id, store))], flags.format, terminal);
  });
}

async function history(
  id: string,
  flags: StoreFlags & { readonly json?: boolean },
  terminal: Terminal,
  rim: Parts,
): Promise<void> {
  await inStore(flags, terminal, rim, async (store) => {
    const { finding } = await oneStored(id, store);
    const events = await store.findings.history(finding.id, MOST_EVENTS);
    terminal.stdout(
      flags.json
        ? events.map((event) => `${JSON.stringify(event)}\n`).join('')
        : rows(
            events.map((event) => [new Date(event.at).toISOString(), told(event)]),
            terminal.columns,
            undefined,
            26,
          ),
    );
  });
}

function told({ kind, by, reason, revision, finding }: FindingEvent): string {
  const what =
    finding === undefined
      ? ''
      : `, revision ${revision}: ${finding.service.count} calls, the last ${finding.service.eventLastSeen}`;
  return `${kind} by ${by}${what}${reason === undefined ? '' : ` (${reason})`}`;
}

async function change(
  verb: 'archive' | 'unarchive',
  ids: readonly string[],
  flags: ChangeFlags,
  terminal: Terminal,
  rim: Parts,
): Promise<void> {
  if ((ids.length === 0) === (flags.where.length === 0)) {
    throw new Exit(EXIT.usage, `Name the findings to ${verb} by their ids, or choose them with --where.`);
  }
  const search = searchOf(flags.where, undefined);
  const how: Change = {
    at: terminal.now(),
    by: flags.by ?? terminal.environment.USER ?? 'unknown',
    ...(flags.reason === undefined ? {} : { reason: flags.reason }),
  };
  const changed = await inStore(flags, terminal, rim, async (store) => {
    const chosen: string[] = [];
    for (const id of ids) chosen.push((await oneStored(id, store)).finding.id);
    if (ids.length === 0) for await (const { finding } of searchAll(store, search)) chosen.push(finding.id);
    return verb === 'archive'
      ? await store.findings.archive(chosen, { kind: 'person' }, how)
      : await store.findings.unarchive(chosen, how);
  });
  for (const id of changed) terminal.stdout(`${printable(id)}\n`);
  terminal.stderr(`${changed.length} ${changed.length === 1 ? 'finding' : 'findings'} ${verb}d.\n`);
}

/** `archived`: what is asked where the conditions do not say; undefined: either. */
function searchOf(where: readonly string[], archived: boolean | undefined): Search {
  const asked = whereFrom(where);
  const criterion = {
    ...asked?.criteria.criterion,
    ...(archived === undefined || asked?.fields.has('service.archived') === true
      ? {}
      : { 'service.archived': { equals: [String(archived)] } }),
  };
  const read = searchFor({ criterion }, Object.keys(criterion).length === 0 ? 'search' : 'filter');
  // whereFrom has checked the conditions; one more field may be over the limit.
  if (read.kind === 'problems')
    throw new Exit(EXIT.usage, `--where: ${read.problems.map(({ detail }) => detail).join('; ')}.`);
  return read.search;
}

function print(
  found: Parameters<(typeof formats)['json']>[0],
  format: FormatName | undefined,
  terminal: Terminal,
): void {
  const name = format ?? (terminal.stdoutIsTerminal ? 'table' : 'ndjson');
  terminal.stdout(formats[name](found, { columns: terminal.columns, color: terminal.color }));
}

/** In the store named, else the one that `serve` uses by default. */
async function inStore<Result>(
  flags: StoreFlags,
  terminal: Terminal,
  rim: Parts,
  work: (store: Store) => Promise<Result>,
): Promise<Result> {
  const { config, store } = settingsAsked(flags, terminal);
  return await withStore(store ?? storeUrl(config, dataDirOf(config, terminal.environment)), rim, work);
}

function asking(command: Command): Command {
  return withSettings(command).option(
    '--where <condition>',
    'only findings such as severity>=7 or type=…, see docs/configuration.md (repeatable)',
    collect,
    [],
  );
}

function withSettings(command: Command): Command {
  return addStoreOption(command, 'the store').option('--config <file>', 'settings, see docs/configuration.md');
}

function formatOption(): Option {
  return new Option('--format <format>', 'table on a terminal, else ndjson').choices(formatNames);
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 100_000) {
    throw new InvalidArgumentError('expected a whole number from 1 to 100000.');
  }
  return value;
}
