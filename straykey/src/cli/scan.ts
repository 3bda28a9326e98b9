import { Command, InvalidArgumentError, Option } from 'commander';
import { ConfigError, dataDirOf, loadConfig } from '../config/index.ts';
import type { ReadyRule } from '../criteria/index.ts';
import type { Finding } from '../findings/index.ts';
import { type FormatName, formatNames, formats } from '../outlets/formats/index.ts';
import { findRecords } from '../passes/index.ts';
import { type Scanned, scan } from '../pipeline.ts';
import type { Rules } from '../rules/index.ts';
import type { Source, SourceObject, Tell } from '../sources/index.ts';
import { feedbackOf } from '../statements/index.ts';
import type { Found } from '../survey/index.ts';
import type { PlaceTables } from '../where/index.ts';
import { OddityLog } from './oddity-log.ts';
import { type Progress, progressLine } from './progress.ts';
import type { Rim, RuleShelf, SourceOptions, Tables } from './rim.ts';
import { sift, whereFrom } from './sift.ts';
import { describeReport, isUnusable, type Report, reportOf } from './summary.ts';
import { EXIT, Exit, type Terminal } from './terminal.ts';
import { parseTime } from './time.ts';

/** Severities a finding may have for `--fail-on`, by GuardDuty's bands. */
const SEVERITY_FLOOR = { low: 1, medium: 4, high: 7 } as const;

export interface ScanFlags {
  readonly format?: FormatName;
  readonly output?: string;
  readonly report?: string;
  readonly from?: string;
  readonly to?: string;
  readonly awsRanges: readonly string[];
  readonly config?: string;
  readonly all?: boolean;
  readonly where?: readonly string[];
  readonly failOn?: keyof typeof SEVERITY_FLOOR;
  readonly strict?: boolean;
  readonly learning: boolean;
  readonly learn?: 'on' | 'ack';
  readonly jobs?: number;
  readonly quiet?: boolean;
}

/** Options of every command that reads and judges a trail. */
export function addScanOptions(command: Command): Command {
  return command
    .option('--from <time>', 'judge uses from this date or time on (UTC)')
    .option('--to <time>', 'judge uses up to this date or time (UTC)')
    .option('--aws-ranges <file>', "AWS's address list: ip-ranges.json or history CSV (repeatable)", collect, [])
    .option('--config <file>', 'settings, see docs/configuration.md')
    .option('--no-learning', 'every use from outside alarms')
    .addOption(
      new Option('--learn <mode>', 'ack: learn unattended only where a function never runs inside AWS').choices([
        'on',
        'ack',
      ]),
    )
    .option('--jobs <n>', 'reading threads (default: the cores of this machine, 1 for short work)', positiveInteger)
    .option('--quiet', 'no progress and no summary');
}

export function scanCommand(terminal: Terminal, rim: Rim): Command {
  const command = new Command('scan')
    .summary('judge history: find stolen credentials in CloudTrail files')
    .description(
      'Reads CloudTrail from folders, files, standard input (-) or s3://bucket/prefix, and prints a finding for each ' +
        'credential made for a Lambda function, ECS task or EC2 instance that was used from outside AWS. ' +
        'Findings go to standard output, everything else to standard error.',
    )
    .argument('<source...>', 'folder, file, - for standard input, or s3://bucket/prefix')
    .addOption(new Option('--format <format>', 'table on a terminal, else ndjson').choices(formatNames))
    .option('--output <file>', 'write findings to a file instead of standard output')
    .option('--report <file>', 'write what was read, and every oddity, as JSON')
    .option('--all', 'archived findings too: those that a suppression rule hides')
    .option(
      '--where <condition>',
      'only findings such as severity>=7 or type=…, see docs/configuration.md (repeatable)',
      collect,
      [],
    )
    .addOption(
      new Option('--fail-on <severity>', 'exit 1 when a finding is at least this severe').choices([
        'low',
        'medium',
        'high',
      ]),
    )
    .option('--strict', 'exit 3 when any input could not be used');
  return addScanOptions(command).action(async (sources: string[], flags: ScanFlags) => {
    const code = await runScan(sources, flags, terminal, rim);
    if (code !== EXIT.done) throw new Exit(code);
  });
}

export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 256)
    throw new InvalidArgumentError('expected a whole number from 1 to 256.');
  return value;
}

/** One scan from flags to exit code. */
export async function runScan(
  specs: readonly string[],
  flags: ScanFlags,
  terminal: Terminal,
  rim: Rim,
): Promise<number> {
  const started = terminal.now();
  const log = new OddityLog();
  const where = whereFrom(flags.where ?? []);
  const { scanned, tables, rules, close } = await openInput(specs, flags, terminal, rim, log.add);
  await close();
  const sieve = { rules, all: flags.all === true, ...(where === undefined ? {} : { where }) };
  const { told, ...sifted } = sift(scanned.findings, sieve, terminal.now());
  const report = { ...reportOf(scanned, log.counts(), tables), ...sifted, findings: told.length };
  tellFindings(told, flags, terminal, rim);
  if (flags.report !== undefined) rim.writeFile(flags.report, `${JSON.stringify(report, undefined, 2)}\n`);
  if (!flags.quiet) {
    terminal.stderr(describeReport(report, (terminal.now() - started) / 1000, terminal.columns, terminal.color));
  }
  return exitCodeOf(report, told, flags);
}

/** Sources opened and judged; `close` when nothing more is asked of them. */
export interface Input {
  readonly scanned: Scanned;
  readonly tables: PlaceTables;
  readonly facts: Tables['hostFacts'];
  /** Suppression rules of the data folder. The findings are not yet held against them. */
  readonly rules: readonly ReadyRule[];
  /** Every record with an id, by reading the sources again. */
  find(id: string): Promise<readonly Found[]>;
  close(): Promise<void>;
}

/** Opens the sources that the operator typed and judges them. */
export async function openInput(
  specs: readonly string[],
  flags: ScanFlags,
  terminal: Terminal,
  rim: Rim,
  tell: Tell,
): Promise<Input> {
  const span = spanOf(flags);
  const config = loadConfig(flags.config ?? terminal.environment.STRAYKEY_CONFIG, terminal.environment);
  const dataDir = dataDirOf(config, terminal.environment);
  const tables = rim.loadTables({ ...config, dataDir }, flags.awsRanges, tell);
  const { statements, problems } = rim.statements(dataDir).read();
  if (problems.length > 0) throw new ConfigError(`Statements about hosts: ${problems.join('. ')}`);
  const rules = [...rulesOn(rim.suppressionRules(dataDir)).values()];
  const sources = rim.createSources(specs, span, tell);
  const shown = terminal.stderrIsTerminal && !flags.quiet;
  const files = await countFiles(sources, specs, shown ? Number.POSITIVE_INFINITY : WORTH_THREADS);
  const progress = shown ? progressLine(terminal, files) : NO_PROGRESS;
  const jobs = flags.jobs ?? ((files ?? 0) >= WORTH_THREADS ? rim.cores : 1);
  const passes = rim.passes(jobs, tables.places, { oddity: tell, progress: progress.update });
  const close = async () => {
    await passes.close();
    for (const source of sources) source.dispose?.();
  };
  try {
    const mode = !flags.learning ? 'off' : (flags.learn ?? config.learning.mode);
    const ports = { passes, tables: tables.places, hostFacts: tables.hostFacts, digest: rim.digest };
    const scanned = await scan(listAll(sources, tell), ports, {
      learning: { mode, feedbackFor: (principals) => feedbackOf(statements, principals) },
      ...span,
    });
    return {
      scanned,
      tables: tables.places,
      facts: tables.hostFacts,
      rules,
      find: (id) =>
        findRecords(
          listAll(sources, () => {}),
          id,
        ),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  } finally {
    progress.done();
  }
}

/**
 * The rules on a shelf.
 *
 * @throws ConfigError when any line of their file cannot be used: then nobody can say what they hide
 */
export function rulesOn(shelf: RuleShelf): Rules {
  const { rules, problem } = shelf.read();
  if (problem !== undefined) throw new ConfigError(`Suppression rules: ${problem}`);
  return rules;
}

const NO_PROGRESS: Progress = { update: () => {}, done: () => {} };

async function* listAll(sources: readonly Source[], tell: Tell): AsyncGenerator<SourceObject> {
  for (const source of sources) yield* source.list(tell);
}

/** Fewer files than this are read before a second thread has started. */
const WORTH_THREADS = 256;

/** Number of files of local sources, up to a limit; undefined for streams and buckets, whose listing is work itself. */
async function countFiles(
  sources: readonly Source[],
  specs: readonly string[],
  most: number,
): Promise<number | undefined> {
  if (specs.some((spec) => spec === '-' || spec.startsWith('s3://'))) return undefined;
  let files = 0;
  for await (const _object of listAll(sources, () => {})) if (++files >= most) break;
  return files;
}

function spanOf(flags: ScanFlags): SourceOptions {
  return {
    ...(flags.from === undefined ? {} : { from: parseTime(flags.from, '--from', false) }),
    ...(flags.to === undefined ? {} : { to: parseTime(flags.to, '--to', true) }),
  };
}

function tellFindings(findings: readonly Finding[], flags: ScanFlags, terminal: Terminal, rim: Rim): void {
  const toTerminal = terminal.stdoutIsTerminal && flags.output === undefined;
  const name = flags.format ?? (toTerminal ? 'table' : 'ndjson');
  const text = formats[name](findings, { columns: terminal.columns, color: terminal.color && toTerminal });
  if (flags.output === undefined) terminal.stdout(text);
  else rim.writeFile(flags.output, text);
}

function exitCodeOf(report: Report, findings: readonly Finding[], flags: ScanFlags): number {
  if (report.records === 0) return EXIT.nothingRead;
  const { failOn } = flags;
  if (failOn !== undefined && findings.some(({ severity }) => severity >= SEVERITY_FLOOR[failOn])) return EXIT.findings;
  if (flags.strict && report.oddities.some(isUnusable)) return EXIT.unusable;
  return EXIT.done;
}
