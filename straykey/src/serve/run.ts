import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { activeFilters, applyFilters, trustedAddresses } from '../api/guardduty/index.ts';
import { arrivalLimits, createLiveSources, type LiveSource, reopen } from '../arrivals/index.ts';
import { type Config, ConfigError, type SecretReader, secretsFrom, UnusableSecret } from '../config/index.ts';
import { steadyClock } from '../kit/index.ts';
import { Engine, type EnginePorts, type EngineWatch } from '../live/index.ts';
import { createLog, fieldsFirst, isLogLevel, type Log } from '../logging/index.ts';
import { createMetrics, type Metrics } from '../metrics/index.ts';
import {
  type Dispatcher,
  type DispatchWatch,
  dispatcher,
  noteDestination,
  openOutlets,
  UnusableOutlet,
} from '../outlets/index.ts';
import {
  claimServing,
  openStore,
  type Store,
  StoreRefusal,
  StoreTooNew,
  StoreUnavailable,
  StoreUrlError,
} from '../store/index.ts';
import { type ApiParts, createApis } from './apis.ts';
import { playDemo, reopenDemo } from './demo.ts';
import { EXPORTS_LOOK_EVERY, Exports } from './exports.ts';
import { FreshTables } from './fresh-tables.ts';
import { createHttp } from './http.ts';
import { type Listening, listen } from './listen.ts';
import { notifier, sampleNotifier } from './notify.ts';
import { oddityMeanings, unusableObjects } from './oddities.ts';
import { SWEEP_EVERY, sweep } from './sweep.ts';
import { VitalSigns, vitalLimits } from './vitals.ts';

export interface RunOptions {
  readonly role: 'serve' | 'worker';
  readonly config: Config;
  readonly dataDir: string;
  /** URL of the store. */
  readonly store: string;
  /** Nowhere when absent. */
  readonly listen?: { readonly host: string; readonly port: number };
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly stderr: (text: string) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly logLevel: string;
  readonly version: string;
  /** Begin with the demo's trail. */
  readonly demo?: boolean;
  /** Milliseconds to stop within; ECS and systemd kill after 30 s. */
  readonly stopWithin?: number;
}

/** Milliseconds to stop within; 25 s. */
const STOP_WITHIN = 25_000;
/** Of these, milliseconds kept for letting go of the store; 2 s. One that hangs is left. */
const LETTING_GO = 2_000;

/**
 * Runs until `signal` aborts: sources, engine, outlets, and what is served. Then it takes nothing new, finishes or gives back what it has, and
 * ends. Whatever was acknowledged is in the store by then, and also if it is killed at any moment.
 *
 * Answers whether everything was finished; what was not acknowledged comes again.
 *
 * @throws ConfigError for settings it cannot start with, and a store that cannot be opened or is served by another
 */
export async function run(options: RunOptions, signal: AbortSignal): Promise<boolean> {
  const { environment, now } = options;
  const log = createLog({
    ...(isLogLevel(options.logLevel) ? { level: options.logLevel } : {}),
    write: options.stderr,
    now,
    fields: { role: options.role },
  });
  const store = await orRefused(() => openStore(options.store, { now }));
  try {
    const release = await orRefused(() => claimServing(store));
    try {
      const parts = assemble(options, store, log, discreet(secretsFrom(environment), log));
      return await turn(parts, options, log, signal);
    } finally {
      await Promise.race([release(), forAWhile(LETTING_GO)]);
    }
  } finally {
    await Promise.race([store.close(), forAWhile(LETTING_GO)]);
    log.flush();
  }
}

/** At the start a store that cannot be used is a matter of settings: whoever started it should hear that at once, and may try again. */
async function orRefused<Result>(open: () => Promise<Result>): Promise<Result> {
  try {
    return await open();
  } catch (error) {
    const known = [StoreUnavailable, StoreRefusal, StoreTooNew, StoreUrlError].some((kind) => error instanceof kind);
    throw known ? new ConfigError((error as Error).message) : error;
  }
}

/** Whatever is looked up is struck out of the log from then on. */
export function discreet(read: SecretReader, log: Log): SecretReader {
  return (reference) => {
    const secret = read(reference);
    log.hide(secret);
    return secret;
  };
}

export interface Parts extends ApiParts {
  readonly sources: readonly LiveSource[];
  readonly outbox: Dispatcher;
  readonly metrics: Metrics;
}

export function assemble(options: RunOptions, store: Store, log: Log, secret: SecretReader): Parts {
  const { config, dataDir, now, version } = options;
  const outlets = orConfigError(() => openOutlets(config.outlets, { now, secret }));
  const exports = new Exports(outlets, now);
  // What is due by it must come due, whatever becomes of the computer's clock.
  const steady = steadyClock(now, () => performance.now());
  const sourceLog = fieldsFirst(log, 'source');
  const sources = createLiveSources(config.sources, {
    now,
    random: Math.random,
    store,
    log: sourceLog,
    tell: (oddity) => log.info('set-aside', oddity.reason, { kind: oddity.kind, origin: oddity.origin }),
    stdin: options.stdin,
    limits: arrivalLimits,
    deadLetter: (source, kind) => metrics.deadLetter(source, kind),
  });
  const tables = new FreshTables(config, dataDir, {
    now,
    tell: ({ kind, origin, reason }) => log.warn('address-data', reason, { kind, origin }),
    failed: (error) =>
      log.error('address-data', 'Newer address data cannot be used; the older stays in force.', { error }),
  });
  const metrics = createMetrics({
    version,
    sources: sources.map(({ name }) => name),
    outlets: outlets.rules.map(({ name }) => name),
    oddityKinds: oddityMeanings.keys(),
    now,
    snapshot: async () => vitals.snapshot(),
  });
  const outbox = dispatcher({
    outbox: store.outbox,
    senders: exports.senders,
    now: steady,
    random: Math.random,
    watch: dispatchWatch(metrics, log, (outlet, reached) => noted(store, exports, outlet, reached, steady(), log)),
  });
  const records = new Map<string, number>();
  const enginePorts: EnginePorts = {
    store,
    now: steady,
    get tables() {
      return tables.current.places;
    },
    hostFacts: (address) => tables.current.hostFacts(address),
    digest,
    learning: { mode: config.learning.mode },
    reopen: (origin) => reopen(sources, origin) ?? reopenDemo(origin, dataDir),
    screen: async (inside) => {
      const filters = await activeFilters(inside, now());
      return (finding) => applyFilters(filters, finding);
    },
    trusted: remembered(trustedAddresses, now),
    notify: notifier((inside) => exports.rules(inside), steady),
    watch: watchWith(metrics, log, records, () => outbox.nudge(), steady),
  };
  const engine = new Engine(enginePorts);
  const vitals = new VitalSigns({ store, engine, sources, now, log });
  const tellSample = sampleNotifier((inside) => exports.rules(inside), steady);
  return {
    store,
    engine,
    enginePorts,
    sources,
    outbox,
    vitals,
    metrics,
    exports,
    secret,
    tables,
    digest,
    records,
    tellSample,
  };
}

function dispatchWatch(metrics: Metrics, log: Log, note: (outlet: string, reached: boolean) => void): DispatchWatch {
  return {
    sent: (outlet, latencyMs) => {
      metrics.delivery(outlet, 'sent', latencyMs / 1000);
      note(outlet, true);
    },
    retried: (outlet, reason) => {
      metrics.delivery(outlet, 'retried', 0);
      log.warn('outlet-retry', `Outlet ${outlet} will be tried again: ${reason}`, { outlet });
      note(outlet, false);
    },
    dead: (outlet, reason) => {
      metrics.delivery(outlet, 'dead', 0);
      log.error('outlet-dead', `Outlet ${outlet} did not take a notification: ${reason}`, { outlet });
      note(outlet, false);
    },
    unavailable: (reason) => log.warn('store-unavailable', reason),
  };
}

/** What DescribePublishingDestination says of exports that clients asked for. One that this process does not know yet did not fail. */
function noted(store: Store, exports: Exports, outlet: string, reached: boolean, at: number, log: Log): void {
  if (!exports.senders.has(outlet)) return;
  noteDestination(store, outlet, reached, at).catch((error: unknown) => {
    log.warn('store-unavailable', `noting the state of ${outlet}: ${error instanceof Error ? error.message : error}`);
  });
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Milliseconds that lists are remembered; 30 s: they are large and change rarely. */
const LISTS_REMEMBERED = 30_000;

function remembered<Value>(
  load: (store: Store) => Promise<Value>,
  now: () => number,
): (store: Store) => Promise<Value> {
  let known: { readonly value: Value; readonly at: number } | undefined;
  return async (store) => {
    if (known === undefined || Math.abs(now() - known.at) >= LISTS_REMEMBERED) {
      known = { value: await load(store), at: now() };
    }
    return known.value;
  };
}

function watchWith(
  metrics: Metrics,
  log: Log,
  read: Map<string, number>,
  nudge: () => void,
  now: () => number,
): EngineWatch {
  return {
    oddity({ kind, origin, reason }) {
      metrics.oddity(kind);
      if (unusableObjects.has(kind)) log.warn('unreadable', reason, { kind, origin });
      else log.debug('oddity', reason, { kind, origin });
    },
    ingested({ announcedAt, bytes, milliseconds, objects, records, source }) {
      read.set(source, (read.get(source) ?? 0) + records);
      metrics.objectsRead(source, { objects, bytes, records });
      metrics.batchCommitted(now(), milliseconds / 1000);
      if (source !== '') for (const at of announcedAt) metrics.objectLatency((now() - at) / 1000);
      log.debug('batch', 'A batch was taken in.', { objects, records, milliseconds: Math.round(milliseconds) });
    },
    wrote: (milliseconds, outcome) => metrics.storeCall('ingest', milliseconds / 1000, outcome),
    judged({ changed, milliseconds, topics, uses }) {
      metrics.storeCall('judge', milliseconds / 1000, 'ok');
      log.debug('judged', 'Functions were judged.', { topics, uses, milliseconds: Math.round(milliseconds) });
      for (const { after, before } of changed) {
        const change = after.archived
          ? 'suppressed'
          : before === undefined
            ? 'new'
            : before.archived
              ? 'reopened'
              : 'updated';
        metrics.finding(change);
        const { accountId, id, service, title, type } = after.finding;
        if (change !== 'updated') {
          log.info(`finding-${change}`, title, { id, type, accountId, count: service.count, revision: after.revision });
        }
      }
      if (changed.length > 0) nudge();
    },
    trouble(what, error) {
      metrics.batchFailed();
      if (error instanceof StoreUnavailable) log.warn('store-unavailable', `${what}: ${error.message}`);
      else log.error('unexpected', `${what} failed; please report it`, { error });
    },
  };
}

async function turn(parts: Parts, options: RunOptions, log: Log, signal: AbortSignal): Promise<boolean> {
  const { engine, outbox, sources, vitals } = parts;
  const ended = new AbortController();
  await vitals.look();
  const { background, server, tokenFile } = await serving(parts, options, log);
  const orTold = async (what: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      log.warn('store-unavailable', `${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const look = () => orTold('looking for publishing destinations', () => parts.exports.look(parts.store));
  await look();
  const loops = [
    every(vitalLimits.every, ended.signal, () => vitals.look()),
    every(vitalLimits.every, ended.signal, async () => vitals.pulse()),
    every(EXPORTS_LOOK_EVERY, ended.signal, look),
    every(SWEEP_EVERY, ended.signal, () =>
      orTold('sweeping', async () => {
        const dropped = await sweep(parts.store, options.config.retention, options.now());
        log.info('swept', 'What is older than the retention times was dropped.', dropped);
      }),
    ),
  ];
  outbox.start();
  const sourceNames = sources.map(({ name, type }) => `${name} (${type})`);
  log.info('started', `Straykey ${options.version} reads ${sourceNames.join(', ') || 'no source yet'}.`, {
    store: parts.store.name,
    ...(server === undefined ? {} : { listen: `http://${hostAndPort(server.address)}` }),
  });
  if (server !== undefined && tokenFile !== undefined) {
    const console = `http://${hostAndPort(server.address)}/console/`;
    log.info('console', `The console is at ${console}. Sign in with the token in ${tokenFile}.`, {
      console,
      tokenFile,
    });
  }
  signal.addEventListener('abort', () => {
    vitals.stopping = true;
    log.info('stopping', 'Takes nothing new; finishes or gives back what it has.');
  });
  if (options.demo) await playDemo(engine, options.dataDir);
  const work = engine.run(sources, signal).then(async () => {
    // Sources that end by themselves (standard input) leave the rest running; only a worker with nothing else to do ends.
    if (options.role === 'serve' || server !== undefined) await aborted(signal);
  });
  const finishing = async (): Promise<true> => {
    // Sends under way end while the engine finishes its batch.
    await Promise.all([work, Promise.race([work, aborted(signal)]).then(() => outbox.stop())]);
    ended.abort();
    await Promise.all([...sources.map((source) => source.close()), server?.close(), vitals.close(), background?.()]);
    await Promise.all(loops);
    return true;
  };
  const stopWithin = (options.stopWithin ?? STOP_WITHIN) - 2 * LETTING_GO;
  const finished = await Promise.race([finishing(), limit(signal, stopWithin)]);
  if (finished) log.info('stopped', 'Stopped.');
  else log.error('stop-overdue', 'Not everything could be finished in time; what was not acknowledged comes again.');
  return finished;
}

async function serving(
  parts: Parts,
  options: RunOptions,
  log: Log,
): Promise<{ readonly server?: Listening; readonly tokenFile?: string; readonly background?: () => Promise<void> }> {
  if (options.listen === undefined) return {};
  const { metrics, vitals } = parts;
  const probes = { health: () => vitals.health(), metrics: () => metrics.scrape() };
  if (options.role === 'worker') return { server: await listen(createHttp({ ...probes, apis: [] }), options.listen) };
  const { background, tokenFile, ...apis } = createApis(parts, options, log);
  const server = await listen(createHttp({ ...probes, ...apis }), options.listen);
  return { server, background, ...(tokenFile === undefined ? {} : { tokenFile }) };
}

function hostAndPort({ address, family, port }: { address: string; family: string; port: number }): string {
  return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
}

async function every(milliseconds: number, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await sleep(milliseconds, undefined, { signal }).catch(() => {});
    if (!signal.aborted) await work();
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** After the signal, the time that is left. */
async function limit(signal: AbortSignal, milliseconds: number): Promise<false> {
  await aborted(signal);
  await forAWhile(milliseconds);
  return false;
}

async function forAWhile(milliseconds: number): Promise<void> {
  await sleep(milliseconds, undefined, { ref: false });
}

function orConfigError<Result>(open: () => Result): Result {
  try {
    return open();
  } catch (error) {
    if (error instanceof UnusableOutlet || error instanceof UnusableSecret) throw new ConfigError(error.message);
    throw error;
  }
}
