import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = join(import.meta.dirname, '..', '..');

/** CPU seconds of a process so far, threads included. Linux: /proc has it in ticks of 10 ms. */
export function cpuSeconds(pid: number): number {
  const { stime, utime } = statOf(pid);
  return (utime + stime) / 100;
}

/** The same for the server that this process started and everything it started in turn, processes that have ended included. */
export function serverCpuSeconds(name: string): number {
  const all = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        return [{ pid: Number(entry), ...statOf(Number(entry)) }];
      } catch {
        // Ended meanwhile.
        return [];
      }
    });
  const servers = all.filter((each) => each.name === name && each.parent === process.pid);
  const ticks = servers.reduce((sum, server) => {
    const children = all.filter(({ parent }) => parent === server.pid);
    const own = server.utime + server.stime + server.ended;
    return sum + own + children.reduce((of, { stime, utime }) => of + utime + stime, 0);
  }, 0);
  return ticks / 100;
}

/** In ticks; `ended`: of children that have ended. */
function statOf(pid: number) {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const end = text.lastIndexOf(')');
  const fields = text
    .slice(end + 2)
    .split(' ')
    .map(Number);
  const [utime = 0, stime = 0, childUtime = 0, childStime = 0] = fields.slice(11, 15);
  return {
    name: text.slice(text.indexOf('(') + 1, end),
    parent: fields[1],
    utime,
    stime,
    ended: childUtime + childStime,
  };
}

export interface AwsProcess {
  readonly endpoint: string;
  readonly pid: number;
  close(): Promise<void>;
}

export async function startAws(trail?: string): Promise<AwsProcess> {
  const script = join(import.meta.dirname, 'aws-server.ts');
  const child = spawn(process.execPath, [script, ...(trail === undefined ? [] : [trail])], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout!), 'line')) as [string];
  const { endpoint, pid } = JSON.parse(line) as { endpoint: string; pid: number };
  return { endpoint, pid, close: () => ended(child, () => child.stdin!.end()) };
}

export interface Worker {
  readonly pid: number;
  /** Sum over labels of a metric; 0 while it has none. */
  metric(name: string): Promise<number>;
  stop(): Promise<void>;
}

/** `straykey worker` as built (`npm run build`), or from the sources when there is no build. Resolves once /readyz says ok. */
export async function startWorker(config: string, environment: Readonly<Record<string, string>>): Promise<Worker> {
  const port = await freePort();
  const listen = `127.0.0.1:${port}`;
  const args = [
    join(ROOT, 'straykey', 'bin', 'straykey.js'),
    'worker',
    '--config',
    config,
    '--listen',
    listen,
    '--log-level',
    'warn',
  ];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { PATH: process.env.PATH, ...environment },
  });
  const text = async (path: string) => {
    const answer = await fetch(`http://${listen}${path}`).catch(() => undefined);
    return answer?.ok === true ? await answer.text() : undefined;
  };
  const metric = async (name: string) => {
    const lines = (await text('/metrics'))?.split('\n') ?? [];
    return lines
      .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  };
  for (let left = 300; (await text('/readyz')) === undefined; left--) {
    if (left === 0 || child.exitCode !== null) {
      child.kill('SIGKILL');
      throw new Error('a worker did not become ready within 30 s');
    }
    await sleep(100);
  }
  return { pid: child.pid!, metric, stop: () => ended(child, () => child.kill('SIGTERM')) };
}

async function ended(child: ChildProcess, ask: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  ask();
  await exit;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
