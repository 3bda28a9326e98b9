import { styleText } from 'node:util';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type Config, ConfigError, dataDirOf, loadConfig } from '../config/index.ts';
import { type AwsDoor, examine, type Line, type NetworkDoor } from '../doctor/index.ts';
import { policiesFor, type RolePolicy } from '../iam/index.ts';
import { printable } from '../kit/index.ts';
import { wrap } from './layout.ts';
import type { Rim } from './rim.ts';
import { storeUrl } from './serve.ts';
import { EXIT, Exit, type Terminal } from './terminal.ts';

/** The parts of the rim that `straykey doctor` needs. */
export interface DoctorRim extends Pick<Rim, 'openStore' | 'shelfIn'> {
  doctorDoors(): Promise<DoctorDoors>;
}

export interface DoctorDoors {
  readonly aws: AwsDoor;
  readonly network: NetworkDoor;
  /** The secret behind `env:NAME` or `file:/path`; throws a sentence that names the reference only. */
  readonly secret: (reference: string) => string;
}

interface DoctorFlags {
  readonly config?: string;
  readonly store?: string;
  readonly format: 'table' | 'json';
  readonly policy?: boolean;
  readonly for?: string;
  readonly region?: string;
  readonly account?: string;
  readonly bucket: readonly string[];
  readonly kmsKey: readonly string[];
  readonly deadLetterQueue: readonly string[];
  readonly backfill?: boolean;
}

export function doctorCommand(terminal: Terminal, rim: DoctorRim): Command {
  return new Command('doctor')
    .summary('will it work? credentials, permissions, trail, queue, store, outlets, address data')
    .description(
      'Asks the real things, changes nothing, and says what was found and what to do. It sends no message and takes none from a queue. ' +
        'Exit code 1 when something fails, 0 otherwise. With --policy it asks nobody and prints the least-privilege IAM policy for the configuration.',
    )
    .option('--config <file>', 'settings, see docs/configuration.md')
    .option('--store <url>', 'sqlite:PATH or postgres://… (default: sqlite:straykey.db in the data folder)')
    .addOption(new Option('--format <format>', 'how to print').choices(['table', 'json']).default('table'))
    .option('--policy', 'print the IAM policy instead')
    .option('--for <arn>', 'with --policy: for this role, which the configuration assumes')
    .option(
      '--region <region>',
      'with --policy: where sources and outlets name none (default: AWS_REGION, else us-east-1)',
    )
    .option('--account <id>', 'with --policy: account of event buses and Security Hub', accountId)
    .option('--bucket <s3://bucket/prefix>', 'with --policy: where the trail of a queue lies (repeatable)', collect, [])
    .option('--kms-key <arn>', 'with --policy: key that encrypts trail, queue or topic (repeatable)', collect, [])
    .option('--dead-letter-queue <arn>', 'with --policy: the queue’s dead-letter queue (repeatable)', collect, [])
    .option('--backfill', 'with --policy: may also fill the queue with history')
    .action((flags: DoctorFlags) => (flags.policy ? printPolicy(flags, terminal) : doctor(flags, terminal, rim)));
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

function accountId(text: string): string {
  if (/^\d{12}$/.test(text)) return text;
  throw new InvalidArgumentError('expected twelve digits.');
}

async function doctor(flags: DoctorFlags, terminal: Terminal, rim: DoctorRim): Promise<void> {
  const print = flags.format === 'json' ? jsonPrinter(terminal) : tablePrinter(terminal);
  const settings = settingsOf(flags, terminal);
  if ('line' in settings) {
    print.line(settings.line);
    print.end();
    throw new Exit(EXIT.findings);
  }
  const { config, configFrom } = settings;
  const dataDir = dataDirOf(config, terminal.environment);
  const doors = await rim.doctorDoors();
  try {
    const ports = {
      ...doors,
      config,
      configFrom,
      dataDir,
      storeUrl: flags.store ?? storeUrl(config, dataDir),
      now: terminal.now,
      openStore: (url: string) => rim.openStore(url),
      addressData: () => rim.shelfIn(dataDir).state(),
    };
    for await (const line of examine(ports)) print.line(line);
  } finally {
    doors.aws.close();
  }
  print.end();
  if (print.failed()) throw new Exit(EXIT.findings);
}

type Settings = { readonly config: Config; readonly configFrom: string } | { readonly line: Line };

/** A configuration that cannot be used is the first thing found, not a reason to say nothing. */
function settingsOf(flags: DoctorFlags, { environment }: Terminal): Settings {
  const path = flags.config ?? environment.STRAYKEY_CONFIG;
  try {
    return { config: loadConfig(path, environment), configFrom: path ?? 'no file, defaults and STRAYKEY_* variables' };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const todo = 'Mend it, then run straykey doctor again: nothing else was looked at.';
    return { line: { area: 'configuration', subject: path ?? '', status: 'fail', found: error.message, todo } };
  }
}

interface Printer {
  line(line: Line): void;
  end(): void;
  failed(): boolean;
}

const SIGNS = { ok: 'ok  ', warn: 'warn', fail: 'FAIL', unchecked: '-   ' } as const;
const STYLES = { ok: 'green', warn: 'yellow', fail: 'red', unchecked: 'dim' } as const;
const INDENT = 20;

/** Each line as soon as it is known: some of them take seconds. */
function tablePrinter({ stdout, columns, color }: Terminal): Printer {
  const counts = { ok: 0, warn: 0, fail: 0, unchecked: 0 };
  const width = Math.max(30, columns - INDENT - 1);
  return {
    line({ area, subject, status, found, todo }) {
      counts[status] += 1;
      const sign = color ? styleText(STYLES[status], SIGNS[status], { validateStream: false }) : SIGNS[status];
      const text = subject === '' ? found : `${subject}: ${found}`;
      const [first = '', ...rest] = text.split('\n').flatMap((part) => wrap(printable(part.trimEnd(), 2000), width));
      const advice =
        todo === undefined || status === 'ok'
          ? []
          : wrap(printable(todo, 2000), width - 2).map((part, i) => `${i === 0 ? '> ' : '  '}${part}`);
      stdout(`${sign}  ${area.padEnd(INDENT - 6)}${first}\n`);
      for (const more of [...rest, ...advice]) stdout(`${' '.repeat(INDENT)}${more}\n`);
    },
    end: () =>
      stdout(
        `\n${counts.ok} ok, ${counts.warn} to look at, ${counts.fail} failed, ${counts.unchecked} could not be checked\n`,
      ),
    failed: () => counts.fail > 0,
  };
}

function jsonPrinter({ stdout }: Terminal): Printer {
  const lines: Line[] = [];
  const count = (status: Line['status']) => lines.filter((line) => line.status === status).length;
  return {
    line: (line) => void lines.push(line),
    end() {
      const summary = { ok: count('ok'), warn: count('warn'), fail: count('fail'), unchecked: count('unchecked') };
      stdout(`${JSON.stringify({ lines, summary }, undefined, 2)}\n`);
    },
    failed: () => count('fail') > 0,
  };
}

/** The document alone goes to standard output, so that it can be piped into `aws iam`; remarks go beside it. */
function printPolicy(flags: DoctorFlags, terminal: Terminal): void {
  const { environment } = terminal;
  const config = loadConfig(flags.config ?? environment.STRAYKEY_CONFIG, environment);
  const policies = policiesFor({
    sources: config.sources,
    outlets: config.outlets,
    region: flags.region ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? 'us-east-1',
    ...(flags.account === undefined ? {} : { account: flags.account }),
    ...orAbsent('buckets', flags.bucket),
    ...orAbsent('keys', flags.kmsKey),
    ...orAbsent('deadLetterQueues', flags.deadLetterQueue),
    backfill: flags.backfill === true,
  });
  const chosen = policies.find(({ role }) => role === flags.for);
  if (chosen === undefined) {
    const roles = policies.flatMap(({ role }) => role ?? []);
    throw new Exit(EXIT.usage, `--for: the configuration assumes ${roles.join(', ') || 'no role'}, not ${flags.for}.`);
  }
  terminal.stdout(`${JSON.stringify(chosen.policy, undefined, 2)}\n`);
  for (const note of [...chosen.notes, ...otherRoles(policies, flags.for)])
    terminal.stderr(`straykey: ${printable(note, 2000)}\n`);
}

function orAbsent<Name extends string>(name: Name, list: readonly string[]): { [Key in Name]?: readonly string[] } {
  return (list.length === 0 ? {} : { [name]: list }) as { [Key in Name]?: readonly string[] };
}

function otherRoles(policies: readonly RolePolicy[], chosen: string | undefined): string[] {
  if (chosen !== undefined) return [];
  return policies.flatMap(({ role }) =>
    role === undefined ? [] : [`${role} needs a policy of its own: straykey doctor --policy --for ${role}`],
  );
}
