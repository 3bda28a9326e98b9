import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import type { Finding } from '../findings/index.ts';
import type { Judged } from '../judge-uses.ts';
import type { Acceptable, LedgerEntry, Scope } from '../model/index.ts';
import type { Scanned } from '../pipeline.ts';
import { type Statement, statementFrom } from '../statements/index.ts';
import { cidrContains, parseCidr, parseIp } from '../where/index.ts';
import { hostsIn, type StatementKeeper, silentHosts, withStatements } from './hosts-keeper.ts';
import { describeHosts, describeStatements } from './hosts-text.ts';
import { rows } from './layout.ts';
import { addStoreOption, oneStored, type StoreFlags, settingsAsked, withStore } from './named-store.ts';
import { oneFinding } from './one-finding.ts';
import { number } from './progress.ts';
import type { Rim, Tables } from './rim.ts';
import { addScanOptions, openInput, type ScanFlags } from './scan.ts';
import { EXIT, Exit, type Terminal } from './terminal.ts';
import { parseTime } from './time.ts';

const ACCEPTABLE = ['RECON', 'SECRETS', 'ROLE_CHAIN', 'CRITICAL'] as const;
const SOURCES_HELP = 'the trail to judge: folder, file, - or s3://bucket/prefix';
const STORE_HELP = 'the store of straykey serve, instead of the file of the data folder';

interface SayFlags extends StoreFlags {
  readonly function?: string;
  readonly account?: string;
  readonly accept?: readonly Acceptable[];
  readonly days?: number;
  readonly since?: string;
  readonly reason: string;
  readonly by?: string;
}

export function hostsCommand(terminal: Terminal, rim: Rim): Command {
  const hosts = new Command('hosts')
    .summary('what is learned about remote hosts, why, and what people say of them')
    .description(
      'Which remote hosts are expected, being learned, or reopened, with the whole argument; and statements of people that ' +
        'overrule what was learned. Statements are kept with who, when and why, and are never deleted.',
    );
  for (const command of [
    listCommand(terminal, rim),
    showCommand(terminal, rim),
    sayCommand('expected', 'expect', terminal, rim),
    sayCommand('malicious', 'malicious', terminal, rim),
    sayCommand('clear', 'clear', terminal, rim),
    feedbackCommand(terminal, rim),
    exportCommand(terminal, rim),
  ]) {
    hosts.addCommand(command);
  }
  return hosts;
}

function listCommand(terminal: Terminal, rim: Rim): Command {
  const command = new Command('list')
    .summary('learned hosts and statements')
    .description(
      'Prints the hosts whose calls have been silenced, since when and on what evidence, and the statements in force.',
    )
    .argument('[source...]', `${SOURCES_HELP}; none with --store, for what is learned there`);
  return withOptions(command).action(async (sources: string[], flags: ScanFlags & StoreFlags) => {
    await withStatements(flags, terminal, rim, async (keeper) => {
      if (sources.length > 0) {
        const { scanned, facts, close } = await openInput(sources, flags, terminal, rim, () => {});
        await close();
        terminal.stdout(describeLedger(scanned, facts, terminal.columns));
      } else if (keeper.store !== undefined) {
        terminal.stdout(describeHosts(await silentHosts(keeper.store), terminal.columns));
      } else {
        terminal.stdout('Name a trail to see what is learned from it: straykey hosts list SOURCE\n');
      }
      terminal.stdout(describeStatements(await keeper.read(), terminal.columns));
    });
  });
}

function withOptions(command: Command): Command {
  return addStoreOption(addScanOptions(command), STORE_HELP);
}

function showCommand(terminal: Terminal, rim: Rim): Command {
  const command = new Command('show')
    .summary('the whole argument about one host or network')
    .description(
      'Prints, for each function that called from the host or network, what is learned, what is missing and why.',
    )
    .argument('<host>', 'an address or CIDR')
    .argument('[source...]', `${SOURCES_HELP}; none with --store, for what is learned there`);
  return withOptions(command).action(async (host: string, sources: string[], flags: ScanFlags & StoreFlags) => {
    const cidr = hostArgument(host);
    if (sources.length === 0) return await showStored(cidr, flags, terminal, rim);
    const { scanned, facts, close } = await openInput(sources, flags, terminal, rim, () => {});
    await close();
    const about = scanned.judged.filter(({ place }) => contains(cidr, place.address));
    if (about.length === 0) {
      throw new Exit(
        EXIT.nothingRead,
        `No call from ${host} under a credential made for a function, task or instance was read.`,
      );
    }
    terminal.stdout(describeHost(about, facts, terminal.columns));
  });
}

async function showStored(host: string, flags: StoreFlags, terminal: Terminal, rim: Rim): Promise<void> {
  const { store: url } = settingsAsked(flags, terminal);
  if (url === undefined) {
    throw new Exit(EXIT.usage, 'Name the trail to learn from, or the store that has learned: --store URL.');
  }
  const hosts = await withStore(url, rim, async (store) => await hostsIn(store, host));
  if (hosts.length === 0) throw new Exit(EXIT.nothingRead, `No call from ${host} is known to the store.`);
  terminal.stdout(describeHosts(hosts, terminal.columns));
}

function sayCommand(verdict: Statement['verdict'], name: string, terminal: Terminal, rim: Rim): Command {
  const what = {
    expected:
      'Says that calls from a host are expected. Critical calls go on alarming unless accepted; sensitive ones too.',
    malicious: 'Says that a host is malicious: every call from it alarms, whatever was learned.',
    clear: 'Takes back what was said about a host; what was learned counts again.',
  }[verdict];
  const command = new Command(name)
    .summary(what.split(/[.:;]/, 1)[0]!)
    .description(what)
    .argument('<host>', 'an address or CIDR')
    .option('--function <name>', 'for one function: its name, or account/role/name (default: all)')
    .option('--account <id>', 'for functions of one account')
    .option('--since <time>', 'calls from this time on (default: now)')
    .requiredOption('--reason <text>', 'why, for whoever reads it in a year')
    .option('--by <who>', 'who says so (default: $USER)')
    .option('--config <file>', 'settings, see docs/configuration.md');
  if (verdict === 'expected') {
    command
      .addOption(
        new Option('--accept <category>', 'accept these too (repeatable)').choices(ACCEPTABLE).argParser(acceptable),
      )
      .option('--days <n>', 'lapses after so many days (default: 180)', positive);
  }
  return addStoreOption(command, STORE_HELP).action(async (host: string, flags: SayFlags) => {
    hostArgument(host);
    const statement: Statement = {
      ...said(flags, terminal),
      verdict,
      host,
      ...(flags.function === undefined ? {} : { function: flags.function }),
      ...(flags.account === undefined ? {} : { account: flags.account }),
      ...(flags.accept === undefined ? {} : { accept: flags.accept }),
      ...(flags.days === undefined ? {} : { ttlDays: flags.days }),
    };
    await withStatements(flags, terminal, rim, async (keeper) => await keep([statement], keeper, terminal));
  });
}

function feedbackCommand(terminal: Terminal, rim: Rim): Command {
  const command = new Command('feedback')
    .summary('tell from a finding: NOT_USEFUL (it was expected) or USEFUL (it was theft)')
    .description(
      'NOT_USEFUL makes the host expected for the function, with the sensitive categories the finding shows. ' +
        'USEFUL makes the host malicious for all functions. Scans the sources to find the finding.',
    )
    .argument('<finding>', 'a finding id, or its first digits')
    .addArgument(new Argument('<feedback>').choices(['USEFUL', 'NOT_USEFUL']))
    .argument('[source...]', `${SOURCES_HELP}; none with --store, which holds the finding`)
    .option('--accept-critical', 'critical calls that the finding shows are expected too')
    .option('--days <n>', 'lapses after so many days (default: 180)', positive)
    .option('--since <time>', 'calls from this time on (default: now)')
    .requiredOption('--reason <text>', 'why')
    .option('--by <who>', 'who says so (default: $USER)');
  return withOptions(command).action(
    async (id: string, feedback: 'USEFUL' | 'NOT_USEFUL', sources: string[], flags: FeedbackFlags) => {
      await withStatements(flags, terminal, rim, async (keeper) => {
        const finding = await findingOf(id, sources, flags, keeper, terminal, rim);
        const statements = statementFrom(finding, feedback, said(flags, terminal), {
          ...(flags.acceptCritical === undefined ? {} : { acceptCritical: flags.acceptCritical }),
          ...(flags.days === undefined ? {} : { ttlDays: flags.days }),
        });
        await keep(statements ?? [], keeper, terminal);
      });
    },
  );
}

type FeedbackFlags = ScanFlags & SayFlags & { readonly acceptCritical?: boolean };

async function findingOf(
  id: string,
  sources: readonly string[],
  flags: FeedbackFlags,
  { store }: StatementKeeper,
  terminal: Terminal,
  rim: Rim,
): Promise<Finding> {
  if (sources.length === 0 && store !== undefined) return (await oneStored(id, store)).finding;
  if (sources.length === 0) {
    throw new Exit(EXIT.usage, 'Name the trail that the finding is from, or a store that holds it: --store URL.');
  }
  const { scanned, close } = await openInput(sources, flags, terminal, rim, () => {});
  await close();
  return oneFinding(id, scanned.findings);
}

function exportCommand(terminal: Terminal, rim: Rim): Command {
  const command = new Command('export')
    .summary('the ledger of learned hosts and all statements, as JSON')
    .description('Prints the ledger of learned hosts and all statements as one JSON document.')
    .argument('[source...]', SOURCES_HELP);
  return withOptions(command).action(async (sources: string[], flags: ScanFlags & StoreFlags) => {
    const statements = await withStatements(flags, terminal, rim, async (keeper) => await keeper.read());
    let ledger: readonly LedgerEntry[] = [];
    if (sources.length > 0) {
      const { scanned, close } = await openInput(sources, flags, terminal, rim, () => {});
      await close();
      ledger = scanned.ledger;
    }
    terminal.stdout(`${JSON.stringify({ version: 1, ledger, statements }, undefined, 2)}\n`);
  });
}

function said(flags: SayFlags, terminal: Terminal): Pick<Statement, 'id' | 'made' | 'since' | 'by' | 'reason'> {
  const made = Math.floor(terminal.now() / 1000);
  return {
    id: `statement-${terminal.now()}`,
    made,
    since: flags.since === undefined ? made : parseTime(flags.since, '--since', false),
    by: flags.by ?? terminal.environment.USER ?? 'unknown',
    reason: flags.reason,
  };
}

async function keep(statements: readonly Statement[], keeper: StatementKeeper, terminal: Terminal): Promise<void> {
  await keeper.add(statements);
  terminal.stdout(describeStatements(statements, terminal.columns));
  terminal.stdout(
    rows(
      [
        ['Kept in', keeper.where],
        ['Takes effect', keeper.takesEffect],
      ],
      terminal.columns,
    ),
  );
}

function acceptable(value: string, before: readonly Acceptable[] = []): readonly Acceptable[] {
  if (!(ACCEPTABLE as readonly string[]).includes(value)) {
    throw new InvalidArgumentError(`expected one of ${ACCEPTABLE.join(', ')}.`);
  }
  return [...before, value as Acceptable];
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number of days.');
  return value;
}

function hostArgument(text: string): string {
  if (parseCidr(text) === undefined) {
    throw new Exit(
      EXIT.usage,
      `expected an address or CIDR such as 198.51.100.7 or 198.51.100.0/28, found ${JSON.stringify(text)}.`,
    );
  }
  return text;
}

function contains(text: string, address: string): boolean {
  const cidr = parseCidr(text);
  const ip = parseIp(address);
  return cidr !== undefined && ip !== undefined && cidrContains(cidr, ip);
}

/** The learned-host ledger for people. */
function describeLedger({ ledger, joined }: Scanned, facts: Tables['hostFacts'], columns: number): string {
  if (ledger.length === 0)
    return `No host is learned: every call from outside AWS alarmed (${number(joined.uses.length)} calls).\n`;
  const lines = ledger.flatMap((entry): (readonly [string, string])[] => [
    [hostText(entry.scope), `${entry.principal.split('/').at(-1)} (${entry.principal})`],
    ['', networkText(entry.scope, facts)],
    [
      '',
      `silent since ${entry.silentSince}: ${entry.evidenceDays} evidence days of ${entry.required} needed then; ${number(entry.silencedCalls)} calls silenced, the last ${new Date(entry.lastSilenced * 1000).toISOString().slice(0, 16)}Z`,
    ],
  ]);
  return `Learned hosts\n\n${rows(lines, columns, undefined, 20)}\n`;
}

function hostText(scope: Scope): string {
  return scope.kind === 'pool' ? scope.blocks.join(' ') : scope.unit;
}

function networkText(scope: Scope, facts: Tables['hostFacts']): string {
  const address = (scope.kind === 'pool' ? scope.network : scope.unit).split('/')[0]!;
  const { asn, organisation, countryName } = facts(address);
  const parts = [
    asn === undefined ? undefined : `AS${asn}`,
    organisation,
    countryName === undefined ? undefined : `registered in ${countryName}`,
  ];
  const pool = scope.kind === 'pool' ? `egress pool in ${scope.network}; ` : '';
  return pool + (parts.filter((part) => part !== undefined).join(', ') || 'network unknown');
}

/** What is known of each function at a host: the newest judgement's argument, and the days behind it. */
function describeHost(judged: readonly Judged[], facts: Tables['hostFacts'], columns: number): string {
  const newest = new Map<string, Judged>();
  const counts = new Map<string, { alarmed: number; silenced: number }>();
  for (const each of judged) {
    const key = `${each.principal} ${hostText(each.judgement.scope)}`;
    newest.set(key, each);
    const count = counts.get(key) ?? { alarmed: 0, silenced: 0 };
    if (each.judgement.finding) count.alarmed++;
    else count.silenced++;
    counts.set(key, count);
  }
  return [...newest]
    .map(([key, { principal, judgement, use }]) => {
      const { explanation } = judgement;
      const count = counts.get(key)!;
      return rows(
        [
          [hostText(judgement.scope), networkText(judgement.scope, facts)],
          ['Function', principal],
          ['State', `${explanation.state}: ${explanation.evidenceDays} of ${explanation.required} evidence days`],
          [
            'Days needed',
            explanation.parts.map(({ name, days }) => `${name} ${days > 0 ? '+' : ''}${days}`).join(', '),
          ],
          [
            'Calls',
            `${number(count.alarmed)} alarmed, ${number(count.silenced)} silenced; the last at ${new Date(use.call.time * 1000).toISOString().slice(0, 16)}Z`,
          ],
          [
            'Vouched by',
            explanation.vouchingRoles.length === 0 ? 'no other role' : explanation.vouchingRoles.join(', '),
          ],
          [
            'Seen',
            explanation.facets
              .map(
                ({ facet, days, needed, never }) =>
                  `${facet} on ${days} days (${never ? 'never learned' : `${needed} needed`})`,
              )
              .join('; ') || 'nothing yet',
          ],
          ['Argument', explanation.text],
        ],
        columns,
        undefined,
        20,
      );
    })
    .join('\n');
}
