import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { dataDirOf, loadConfig } from '../config/index.ts';
import type { Judged } from '../judge-uses.ts';
import type { Acceptable, LedgerEntry, Scope } from '../model/index.ts';
import type { Scanned } from '../pipeline.ts';
import { type Statement, statementFrom } from '../statements/index.ts';
import { cidrContains, parseCidr, parseIp } from '../where/index.ts';
import { rows } from './layout.ts';
import { number } from './progress.ts';
import type { Rim, StatementShelf, Tables } from './rim.ts';
import { addScanOptions, openInput, type ScanFlags } from './scan.ts';
import { EXIT, Exit, type Terminal } from './terminal.ts';
import { parseTime } from './time.ts';

const ACCEPTABLE = ['RECON', 'SECRETS', 'ROLE_CHAIN', 'CRITICAL'] as const;
const SOURCES_HELP = 'the trail to judge: folder, file, - or s3://bucket/prefix';

interface SayFlags {
  readonly function?: string;
  readonly account?: string;
  readonly accept?: readonly Acceptable[];
  readonly days?: number;
  readonly since?: string;
  readonly reason: string;
  readonly by?: string;
  readonly config?: string;
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
    .argument('[source...]', SOURCES_HELP);
  return addScanOptions(command).action(async (sources: string[], flags: ScanFlags) => {
    const { statements } = shelfOf(flags, terminal, rim).read();
    if (sources.length > 0) {
      const { scanned, facts, close } = await openInput(sources, flags, terminal, rim, () => {});
      await close();
      terminal.stdout(describeLedger(scanned, facts, terminal.columns));
    } else {
      terminal.stdout('Name a trail to see what is learned from it: straykey hosts list SOURCE\n');
    }
    terminal.stdout(describeStatements(statements, terminal.columns));
  });
}

function showCommand(terminal: Terminal, rim: Rim): Command {
  const command = new Command('show')
    .summary('the whole argument about one host or network')
    .description(
      'Prints, for each function that called from the host or network, what is learned, what is missing and why.',
    )
    .argument('<host>', 'an address or CIDR')
    .argument('<source...>', SOURCES_HELP);
  return addScanOptions(command).action(async (host: string, sources: string[], flags: ScanFlags) => {
    const cidr = hostArgument(host);
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
  return command.action((host: string, flags: SayFlags) => {
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
    keep([statement], shelfOf(flags, terminal, rim), terminal);
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
    .argument('<source...>', SOURCES_HELP)
    .option('--accept-critical', 'critical calls that the finding shows are expected too')
    .option('--days <n>', 'lapses after so many days (default: 180)', positive)
    .option('--since <time>', 'calls from this time on (default: now)')
    .requiredOption('--reason <text>', 'why')
    .option('--by <who>', 'who says so (default: $USER)');
  return addScanOptions(command).action(
    async (
      id: string,
      feedback: 'USEFUL' | 'NOT_USEFUL',
      sources: string[],
      flags: ScanFlags & SayFlags & { acceptCritical?: boolean },
    ) => {
      const { scanned, close } = await openInput(sources, flags, terminal, rim, () => {});
      await close();
      const finding = scanned.findings.find((each) => each.id.startsWith(id));
      if (finding === undefined) throw new Exit(EXIT.usage, `No finding with id ${id} in these sources.`);
      const statements = statementFrom(finding, feedback, said(flags, terminal), {
        ...(flags.acceptCritical === undefined ? {} : { acceptCritical: flags.acceptCritical }),
        ...(flags.days === undefined ? {} : { ttlDays: flags.days }),
      });
      keep(statements ?? [], shelfOf(flags, terminal, rim), terminal);
    },
  );
}

function exportCommand(terminal: Terminal, rim: Rim): Command {
  const command = new Command('export')
    .summary('the ledger of learned hosts and all statements, as JSON')
    .description('Prints the ledger of learned hosts and all statements as one JSON document.')
    .argument('[source...]', SOURCES_HELP);
  return addScanOptions(command).action(async (sources: string[], flags: ScanFlags) => {
    const { statements } = shelfOf(flags, terminal, rim).read();
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

function keep(statements: readonly Statement[], shelf: StatementShelf, terminal: Terminal): void {
  for (const statement of statements) shelf.add(statement);
  terminal.stdout(describeStatements(statements, terminal.columns));
  terminal.stdout(
    rows(
      [
        ['Kept in', shelf.path],
        ['Takes effect', 'at the next scan, for calls from the time given on (--since)'],
      ],
      terminal.columns,
    ),
  );
}

function shelfOf(flags: { readonly config?: string }, terminal: Terminal, rim: Rim): StatementShelf {
  const config = loadConfig(flags.config ?? terminal.environment.STRAYKEY_CONFIG, terminal.environment);
  return rim.statements(dataDirOf(config, terminal.environment));
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

function describeStatements(statements: readonly Statement[], columns: number): string {
  if (statements.length === 0) return 'No statements about hosts.\n';
  const lines = statements.flatMap((statement): (readonly [string, string])[] => [
    [
      statement.host,
      `${statement.verdict} for ${aboutText(statement)}, from ${new Date(statement.since * 1000).toISOString().slice(0, 16)}Z on${termsText(statement)}`,
    ],
    ['', `${statement.by}, ${new Date(statement.made * 1000).toISOString().slice(0, 16)}Z: ${statement.reason}`],
  ]);
  return `Statements\n\n${rows(lines, columns, undefined, 20)}`;
}

function aboutText({ function: name, account }: Statement): string {
  const who = name ?? 'all functions';
  return account === undefined ? who : `${who} of ${account}`;
}

function termsText({ verdict, accept, ttlDays }: Statement): string {
  if (verdict !== 'expected') return '';
  return ` for ${ttlDays ?? 180} days${accept === undefined ? '' : `, ${accept.join(', ')} accepted`}`;
}
