import { Command, InvalidArgumentError } from 'commander';
import { type Config, ConfigError, dataDirOf, type SecretReader } from '../config/index.ts';
import { printable } from '../kit/index.ts';
import { type OutletConfig, openSender, outletRule, sampleMessage, UnusableOutlet } from '../outlets/index.ts';
import { sampleFinding } from '../sample-finding.ts';
import type { OutboxLine, Store } from '../store/index.ts';
import { rows } from './layout.ts';
import { addStoreOption, type StoreFlags, settingsAsked, withStore } from './named-store.ts';
import type { Rim } from './rim.ts';
import { collect } from './scan.ts';
import { storeUrl } from './serve.ts';
import { EXIT, Exit, type Terminal } from './terminal.ts';

/** The parts of the rim that `straykey outlets` needs. */
export interface OutletsRim extends Pick<Rim, 'digest' | 'loadTables' | 'openStore'> {
  /** The secret behind `env:NAME` or `file:/path`. */
  readonly secret: SecretReader;
}

type TestFlags = StoreFlags & { readonly account?: string; readonly region?: string };
type ResendFlags = StoreFlags & { readonly id: readonly string[] };

/** Dead messages shown at once. */
const MOST_SHOWN = 100;

export function outletsCommand(terminal: Terminal, rim: OutletsRim): Command {
  const outlets = new Command('outlets')
    .summary('where findings are told: what waits, what was given up, and whether an outlet works')
    .description('Outlets are configured in straykey.yaml; docs/outlets.md says how. serve and worker send.');
  const verb = (name: string, summary: string, description: string) => {
    const command = new Command(name).summary(summary).description(description);
    outlets.addCommand(command.option('--config <file>', 'settings, see docs/configuration.md'));
    return command;
  };
  addStoreOption(
    verb('list', 'the outlets, and what waits for each', 'Lists the outlets with their rules and messages.'),
    'where messages wait',
  ).action((flags: StoreFlags) => list(flags, terminal, rim));
  verb(
    'test',
    'send a sample and print the answer',
    'Sends a finding of an invented theft, marked [SAMPLE], past the outbox, and prints what the receiver answered. Exit code 1 when it was not taken.',
  )
    .argument('<name>', 'the outlet')
    .option('--account <id>', 'account the sample is about: Security Hub takes only its own', twelveDigits)
    .option('--region <region>', 'region the sample is about')
    .action((name: string, flags: TestFlags) => test(name, flags, terminal, rim));
  addStoreOption(
    verb('dead', 'messages that were given up, and why', 'Lists messages that no receiver took.'),
    'where messages wait',
  )
    .argument('[name]', 'the outlet (default: all)')
    .action((name: string | undefined, flags: StoreFlags) => dead(name, flags, terminal, rim));
  addStoreOption(
    verb('resend', 'send again what was given up', 'Lets given-up messages wait again, as if they were new.'),
    'where messages wait',
  )
    .argument('<name>', 'the outlet')
    .option('--id <number>', 'only this message, as dead lists it (repeatable)', collect, [])
    .action((name: string, flags: ResendFlags) => resend(name, flags, terminal, rim));
  return outlets;
}

async function list(flags: StoreFlags, terminal: Terminal, rim: OutletsRim): Promise<void> {
  const { config } = settingsAsked(flags, terminal);
  const depth = await inStore(flags, terminal, rim, async ({ outbox }) => await outbox.depth());
  const names = new Set([...config.outlets.map(({ name }) => name), ...depth.map(({ outlet }) => outlet)]);
  if (names.size === 0) {
    terminal.stdout('No outlets are configured. docs/outlets.md says how.\n');
    return;
  }
  const lines = [...names].map((name): readonly [string, string] => {
    const outlet = config.outlets.find((each) => each.name === name);
    const mine = depth.filter((each) => each.outlet === name);
    const count = (state: OutboxLine['state']) => mine.find((each) => each.state === state)?.lines ?? 0;
    const oldest = mine.find(({ state }) => state === 'waiting')?.oldestDueAt;
    const late = oldest === undefined || oldest >= terminal.now() ? '' : `, the oldest due since ${minute(oldest)}`;
    const counts = `${count('waiting')} waiting${late}; ${count('sent')} sent; ${count('dead')} given up`;
    return [name, `${outlet === undefined ? 'not configured here' : describe(outlet)}. ${counts}`];
  });
  terminal.stdout(rows(lines, terminal.columns, undefined, widthOf(lines)));
}

function describe(outlet: OutletConfig): string {
  const read = outletRule(outlet);
  const told = outlet.where.length === 0 ? 'every finding' : outlet.where.join(' and ');
  const rule = read.kind === 'problem' ? `cannot be used: where: ${read.detail}` : told;
  return `${outlet.type}, ${rule}, updates every ${outlet.frequency}`;
}

async function test(name: string, flags: TestFlags, terminal: Terminal, rim: OutletsRim): Promise<void> {
  const { config } = settingsAsked(flags, terminal);
  const outlet = configured(name, config);
  const sender = orConfigError(() => openSender(outlet, { now: terminal.now, secret: rim.secret }));
  const { environment, now } = terminal;
  const { hostFacts, places } = rim.loadTables({ ...config, dataDir: dataDirOf(config, environment) }, []);
  const made = await sampleFinding({ tables: places, hostFacts, digest: rim.digest }, now());
  const finding = {
    ...made,
    ...(flags.account === undefined
      ? {}
      : { accountId: flags.account, arn: made.arn.replaceAll(made.accountId, flags.account) }),
    ...(flags.region === undefined ? {} : { region: flags.region }),
  };
  try {
    const [result] = await sender.send([sampleMessage(finding, now())]);
    if (result!.kind !== 'delivered') {
      throw new Exit(EXIT.findings, `Outlet ${name} (${outlet.type}) did not take the sample: ${result!.reason}`);
    }
    terminal.stdout(`Outlet ${name} (${outlet.type}) took the sample: ${printable(result!.answer)}\n`);
  } finally {
    sender.close?.();
  }
}

async function dead(name: string | undefined, flags: StoreFlags, terminal: Terminal, rim: OutletsRim): Promise<void> {
  const lines = await inStore(flags, terminal, rim, ({ outbox }) => outbox.list('dead', MOST_SHOWN + 1, name));
  if (lines.length === 0) {
    terminal.stdout('Nothing was given up.\n');
    return;
  }
  const shown = lines.slice(0, MOST_SHOWN).map((line): readonly [string, string] => {
    const { at, error = '', finding, findingId, id, kind, outlet, revision } = line;
    const what = `${kind}, finding ${findingId.slice(0, 12)} revision ${revision}: ${printable(finding.title, 200)}`;
    return [String(id), `${outlet}, given up ${minute(at)}. ${error} (${what})`];
  });
  terminal.stdout(rows(shown, terminal.columns, undefined, widthOf(shown)));
  if (lines.length > MOST_SHOWN) terminal.stdout(`and more; the newest ${MOST_SHOWN} are shown\n`);
  terminal.stdout('\nstraykey outlets resend NAME sends them again\n');
}

async function resend(name: string, flags: ResendFlags, terminal: Terminal, rim: OutletsRim): Promise<void> {
  const ids = flags.id.map((text) => {
    if (!/^\d{1,15}$/.test(text)) {
      throw new Exit(
        EXIT.usage,
        `--id: expected a number that straykey outlets dead lists, found ${JSON.stringify(text)}.`,
      );
    }
    return Number(text);
  });
  const sent = await inStore(flags, terminal, rim, async (store) => {
    const count = await store.outbox.resend(name, ids.length === 0 ? undefined : ids, terminal.now());
    const by = terminal.environment.USER ?? 'unknown';
    const entry = {
      at: terminal.now(),
      by,
      action: 'outlet.resend',
      subject: `outlet/${name}`,
      detail: { count, ids },
    };
    if (count > 0) await store.audit.append(entry);
    return count;
  });
  if (sent === 0)
    throw new Exit(
      EXIT.usage,
      `Nothing of outlet ${name} was given up${ids.length === 0 ? '' : ' under this number'}.`,
    );
  terminal.stdout(
    `${sent} ${sent === 1 ? 'message waits' : 'messages wait'} again; serve and worker send ${sent === 1 ? 'it' : 'them'} at once.\n`,
  );
}

async function inStore<Result>(
  flags: StoreFlags,
  terminal: Terminal,
  rim: OutletsRim,
  work: (store: Store) => Promise<Result>,
): Promise<Result> {
  const { config, store } = settingsAsked(flags, terminal);
  return await withStore(store ?? storeUrl(config, dataDirOf(config, terminal.environment)), rim, work);
}

function configured(name: string, { outlets }: Config): OutletConfig {
  const outlet = outlets.find((each) => each.name === name);
  if (outlet !== undefined) return outlet;
  const known =
    outlets.length === 0 ? 'None is configured.' : `Known are ${outlets.map((each) => each.name).join(', ')}.`;
  throw new Exit(EXIT.usage, `There is no outlet ${JSON.stringify(name)}. ${known}`);
}

function orConfigError<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof UnusableOutlet) throw new ConfigError(`${error.message}.`);
    throw error;
  }
}

function widthOf(lines: readonly (readonly [string, string])[]): number {
  return Math.min(30, Math.max(...lines.map(([label]) => label.length)) + 2);
}

function minute(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function twelveDigits(text: string): string {
  if (!/^\d{12}$/.test(text)) throw new InvalidArgumentError('expected twelve digits.');
  return text;
}
