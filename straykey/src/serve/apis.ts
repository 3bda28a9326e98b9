import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Hono } from 'hono';
import { createGuardDutyApi, listLoader } from '../api/guardduty/index.ts';
import { createOwnApi, createSessions, type OutletTest, withSessions } from '../api/own/index.ts';
import { createAuthenticator, encryptionKeyFrom, NoEncryptionKey } from '../api/signing/index.ts';
import type { SecretReader } from '../config/index.ts';
import { ConfigError } from '../config/index.ts';
import { detectorIdOf } from '../findings/index.ts';
import { Engine, type EnginePorts } from '../live/index.ts';
import { fieldsFirst, type Log } from '../logging/index.ts';
import { formats } from '../outlets/formats/index.ts';
import { sampleFinding } from '../sample-finding.ts';
import type { Store, StoredFinding } from '../store/index.ts';
import { consoleTokenFrom } from './console-token.ts';
import { playDemo } from './demo.ts';
import type { Exports } from './exports.ts';
import type { FreshTables } from './fresh-tables.ts';
import { oddityMeanings } from './oddities.ts';
import { testOutlet } from './outlet-test.ts';
import type { RunOptions } from './run.ts';
import type { VitalSigns } from './vitals.ts';

/** What the APIs are made from. */
export interface ApiParts {
  readonly store: Store;
  readonly engine: Engine;
  readonly enginePorts: EnginePorts;
  readonly vitals: VitalSigns;
  readonly exports: Exports;
  readonly secret: SecretReader;
  readonly tables: FreshTables;
  readonly digest: (text: string) => string;
  /** Records read so far, by source. */
  readonly records: ReadonlyMap<string, number>;
  /** Puts a sample finding into the outbox. */
  readonly tellSample: (store: Store, sample: StoredFinding) => Promise<void>;
}

export interface Apis {
  readonly consoleFolder: string;
  readonly apis: readonly { readonly path: string; readonly app: Hono }[];
  /** Where the console's token lies, when Straykey made it. */
  readonly tokenFile?: string;
  /** Waits for work that outlives its request, for some seconds. */
  readonly background: () => Promise<void>;
}

/** Milliseconds that work begun by requests may take when stopping; 5 s. A list that is not loaded by then is loaded after the next start. */
const LAST_WORK = 5_000;

/** Where `npm run build` puts the console. */
const CONSOLE = fileURLToPath(new URL('../../console-dist/', import.meta.url));

/** GuardDuty's API at the root, our own under `/api/v1`, with one way to sign in to both. */
export function createApis(parts: ApiParts, options: RunOptions, log: Log): Apis {
  const { config, dataDir, environment, now, version } = options;
  const { engine, store } = parts;
  const { accountId, region } = config.serve;
  const random = (bytes: number) => new Uint8Array(randomBytes(bytes));
  const encryptionKey = orConfigError(() =>
    encryptionKeyFrom(config.serve.keyEncryption, dataDir, environment, random),
  );
  const token = consoleTokenFrom(config.serve.consoleToken, dataDir, parts.secret, random);
  log.hide(token.text);
  const sessions = createSessions({
    store,
    now,
    random,
    consoleToken: token.text,
    hosts: config.serve.hosts,
    ...(config.serve.proxyUserHeader === undefined
      ? {}
      : { proxy: { header: config.serve.proxyUserHeader.toLowerCase(), roleOf: roleFrom(config.serve.proxyAdmins) } }),
  });
  const signed = createAuthenticator({
    store,
    now,
    region,
    encryptionKey,
    unsignedFromLoopback: config.serve.unsignedFromLoopback,
  });
  const authenticator = withSessions(sessions, signed);
  const detectorId = detectorIdOf(accountId, parts.digest);
  const underWay = new Set<Promise<void>>();
  const guardDuty = createGuardDutyApi({
    store,
    authenticator,
    now,
    newId: () => randomUUID().replaceAll('-', ''),
    accountId,
    region,
    detectorId,
    loadList: listLoader({
      region,
      ...(environment.AWS_ENDPOINT_URL_S3 === undefined ? {} : { s3Endpoint: environment.AWS_ENDPOINT_URL_S3 }),
    }),
    log: fieldsFirst(log, 'guardduty-api'),
    tellSample: parts.tellSample,
    inBackground: (work) => {
      underWay.add(work);
      void work.finally(() => underWay.delete(work));
    },
  });
  const own = createOwnApi({
    store,
    now,
    newId: randomUUID,
    accountId,
    region,
    detectorId,
    version,
    sessions,
    authenticator,
    random,
    encryptionKey,
    sources: () => parts.vitals.sources(parts.records),
    outlets: config.outlets.map(({ name, type }) => ({ name, type })),
    outletTest: async (name): Promise<OutletTest> => {
      const { hostFacts, places } = parts.tables.current;
      const sample = await sampleFinding({ tables: places, hostFacts, digest: parts.digest }, now());
      return await testOutlet(name, parts.exports, sample, now());
    },
    oddityMeanings,
    hostFacts: (address) => parts.tables.current.hostFacts(address),
    explain: (finding) => formats.table([finding], { columns: 100, color: false }),
    statementsChanged: async () => await engine.judgeAllAgain(),
    // An engine of its own takes it in, because the other one is at work; whoever is free judges it.
    startDemo: async () => await playDemo(new Engine(parts.enginePorts), dataDir),
    failed: (error, request) => log.error('api', 'A request failed for a reason of ours.', { request, error }),
  });
  return {
    consoleFolder: CONSOLE,
    apis: [
      { path: '/api/v1', app: own as unknown as Hono },
      { path: '/', app: guardDuty as unknown as Hono },
    ],
    ...(token.file === undefined ? {} : { tokenFile: token.file }),
    background: async () => {
      await Promise.race([Promise.all(underWay), sleep(LAST_WORK, undefined, { ref: false })]);
    },
  };
}

function roleFrom(admins: readonly string[]): (user: string) => 'admin' | 'reader' {
  const known = new Set(admins);
  return (user) => (known.has(user) ? 'admin' : 'reader');
}

function orConfigError<Result>(make: () => Result): Result {
  try {
    return make();
  } catch (error) {
    if (error instanceof NoEncryptionKey) throw new ConfigError(error.message);
    throw error;
  }
}
