import { Command, InvalidArgumentError } from 'commander';
import { type Config, ConfigError, dataDirOf, loadConfig } from '../config/index.ts';
import type { Rim } from './rim.ts';
import { EXIT, Exit, type Terminal } from './terminal.ts';

interface ServeFlags {
  readonly config?: string;
  readonly store?: string;
  readonly listen?: string;
  readonly logLevel?: string;
}

export function serveCommand(terminal: Terminal, rim: Rim): Command {
  return running(
    new Command('serve')
      .summary('run for good: read what arrives, judge it, tell people; API and console')
      .description(
        'Reads what arrives from the configured sources, keeps what matters in the store, raises findings and tells the ' +
          'outlets. Serves the GuardDuty API and the console (/console/), /healthz, /readyz and /metrics. ' +
          'Sources may also be given here. Ends on SIGTERM or Ctrl-C within 25 seconds, losing nothing.',
      )
      .option('--listen <host:port>', 'where to serve (default: 127.0.0.1:8787)'),
    'serve',
    terminal,
    rim,
  );
}

export function workerCommand(terminal: Terminal, rim: Rim): Command {
  return running(
    new Command('worker')
      .summary('the same without API and console, any number of them on one queue and one PostgreSQL')
      .description(
        'Reads what arrives from the configured sources and judges it, beside other workers on the same store. With --listen ' +
          'it serves /healthz, /readyz and /metrics.',
      )
      .option('--listen <host:port>', 'where to serve probes and metrics (default: nowhere)'),
    'worker',
    terminal,
    rim,
  );
}

function running(command: Command, role: 'serve' | 'worker', terminal: Terminal, rim: Rim): Command {
  return command
    .argument('[source...]', 'folder, s3://bucket/prefix, address of an SQS queue, or - for standard input')
    .option('--config <file>', 'settings, see docs/configuration.md')
    .option('--store <url>', 'sqlite:PATH or postgres://… (default: sqlite:straykey.db in the data folder)')
    .option('--log-level <level>', 'error, warn, info or debug', logLevel, 'info')
    .action(async (specs: string[], flags: ServeFlags) => {
      const { environment } = terminal;
      const config = settingsOf(flags, specs, environment);
      const dataDir = dataDirOf(config, environment);
      const listen = flags.listen ?? (role === 'serve' ? config.serve.listen : undefined);
      await rim.serve({
        role,
        config,
        dataDir,
        store: storeUrl(config, dataDir),
        environment,
        stdin: terminal.stdin,
        stderr: terminal.stderr,
        now: terminal.now,
        logLevel: flags.logLevel ?? 'info',
        ...(listen === undefined ? {} : { listen: addressOf(listen) }),
      });
    });
}

function logLevel(text: string): string {
  if (['error', 'warn', 'info', 'debug'].includes(text)) return text;
  throw new InvalidArgumentError('expected error, warn, info or debug.');
}

function settingsOf(flags: ServeFlags, specs: readonly string[], environment: Terminal['environment']): Config {
  const config = loadConfig(flags.config ?? environment.STRAYKEY_CONFIG, environment);
  const typed = specs.map(sourceFrom);
  return {
    ...config,
    sources: [...config.sources, ...typed],
    ...(flags.store === undefined ? {} : { store: flags.store }),
  };
}

/** What was typed, as the configuration would say it. */
function sourceFrom(spec: string): Config['sources'][number] {
  if (spec === '-') return { type: 'stdin' };
  if (spec.startsWith('s3://')) return { type: 's3', url: spec, every: 60_000 };
  if (/^https?:\/\//.test(spec)) return { type: 'sqs', queueUrl: spec };
  if (/^[a-z]+:\/\//.test(spec)) {
    throw new ConfigError(
      `Source ${JSON.stringify(spec)}: expected a folder, s3://bucket/prefix, the https address of an SQS queue, or -.`,
    );
  }
  return { type: 'folder', path: spec, every: 2_000 };
}

/** `--store`, else the configured one, else the embedded one in the data folder. */
export function storeUrl({ store }: Config, dataDir: string): string {
  return store ?? `sqlite:${dataDir}/straykey.db`;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** @throws Exit 2 for text that is no host and port */
export function addressOf(text: string): Address {
  const [, host, port] = /^\[?([^\s\]]+?)\]?:(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535) {
    throw new Exit(EXIT.usage, `--listen: expected host:port such as 127.0.0.1:8787, found ${JSON.stringify(text)}.`);
  }
  return { host, port: Number(port) };
}
