import { reopen } from '../arrivals/index.ts';
import { ConfigError, dataDirOf, loadConfig, secretsFrom } from '../config/index.ts';
import type { Engine } from '../live/index.ts';
import { createLog, isLogLevel, type Log } from '../logging/index.ts';
import type { SourceObject } from '../sources/index.ts';
import { openStore } from '../store/index.ts';
import { assemble, discreet, type RunOptions } from './run.ts';
import { SWEEP_EVERY, sweep } from './sweep.ts';

/** The worker's parts for an AWS Lambda function: no loops, no sockets; each invocation turns them once. */
export interface LambdaParts {
  readonly engine: Pick<Engine, 'handle' | 'settle'>;
  readonly open: (origin: string) => SourceObject | undefined;
  readonly tell: () => Promise<void>;
  readonly sweep: () => Promise<void>;
  readonly log: Log;
  readonly now: () => number;
}

/** Never asked: Lambda receives, and the source only reads the objects that messages name. */
const NO_QUEUE = { type: 'sqs', name: 'lambda', queueUrl: 'https://sqs.invalid/000000000000/lambda' } as const;

/** @throws ConfigError for settings it cannot work with; StoreUnavailable when the database does not answer */
export async function openLambda(
  environment: Readonly<Record<string, string | undefined>>,
  stderr: (text: string) => void,
  now: () => number,
): Promise<LambdaParts> {
  const config = loadConfig(environment.STRAYKEY_CONFIG, environment);
  if (!/^postgres(?:ql)?:/.test(config.store ?? '')) {
    throw new ConfigError('STRAYKEY_STORE: expected postgres://…, because invocations share no disk.');
  }
  const level = environment.STRAYKEY_LOG_LEVEL ?? 'info';
  const log = createLog({ ...(isLogLevel(level) ? { level } : {}), write: stderr, now, fields: { role: 'lambda' } });
  const store = await openStore(config.store!, { now });
  const { dataDir, sources, ...rest } = config;
  const source = sources.find(({ type }) => type === 'sqs') ?? NO_QUEUE;
  const options: RunOptions = {
    role: 'worker',
    config: { ...rest, sources: [source] },
    dataDir: dataDirOf(config, environment),
    store: config.store!,
    environment,
    stdin: (async function* () {})(),
    stderr,
    now,
    logLevel: level,
    version: 'lambda',
  };
  const parts = assemble(options, store, log, discreet(secretsFrom(environment), log));
  let sweptAt = Number.NEGATIVE_INFINITY;
  return {
    engine: parts.engine,
    open: (origin) => reopen(parts.sources, origin),
    async tell() {
      while ((await parts.outbox.once()) > 0);
    },
    async sweep() {
      if (now() - sweptAt < SWEEP_EVERY) return;
      sweptAt = now();
      await sweep(store, config.retention, now());
    },
    log,
    now,
  };
}
