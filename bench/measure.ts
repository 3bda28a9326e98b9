import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname } from 'node:path';

/** One run of one program, its children included. */
export interface Run {
  /** User plus system, seconds. */
  readonly cpu: number;
  /** Seconds. */
  readonly wall: number;
  /** Largest resident set of any one process of the run, MiB; absent without GNU time. */
  readonly peak?: number;
  /** Cores that other work on the machine kept busy meanwhile; absent where /proc/stat is. */
  readonly others?: number;
}

/** A run that did not end well, in words. */
export interface Failed {
  readonly failed: string;
}

/** GNU time counts a process with all its children to 10 ms and knows the peak; macOS's own `time` is another program. */
const GNU_TIME = '/usr/bin/time';
export const hasGnuTime = (): boolean =>
  existsSync(GNU_TIME) && spawnSync(GNU_TIME, ['-f', '%M', 'true'], { encoding: 'utf8' }).status === 0;

/** Half an hour: ten times the slowest program on the full corpus. */
const TIMEOUT_MS = 30 * 60_000;

/** Runs `command` with its standard output in `outFile` and measures it. */
export function run(command: readonly string[], outFile: string): Run | Failed {
  mkdirSync(dirname(outFile), { recursive: true });
  const timesFile = `${outFile}.times`;
  const wrapped = hasGnuTime()
    ? [GNU_TIME, '-q', '-f', '%U %S %e %M', '-o', timesFile, ...command]
    : ['bash', '-c', `TIMEFORMAT='%U %S %R'; { time "$@" 2>&3; } 3>&2 2>"$0"`, timesFile, ...command];
  const before = busySeconds();
  const out = openSync(outFile, 'w');
  const child = spawnSync(wrapped[0]!, wrapped.slice(1), {
    stdio: ['ignore', out, 'pipe'],
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  });
  closeSync(out);
  const after = busySeconds();
  if (child.error) return { failed: child.error.message };
  if (child.status !== 0)
    return { failed: `exit ${child.status ?? child.signal}: ${child.stderr.trim().split('\n').slice(-3).join(' | ')}` };
  const [user = 0, system = 0, wall = 0, kib] = readFileSync(timesFile, 'utf8').trim().split(/\s+/).map(Number);
  rmSync(timesFile);
  const cpu = user + system;
  return {
    cpu,
    wall,
    ...(kib === undefined ? {} : { peak: kib / 1024 }),
    ...(before === undefined || after === undefined
      ? {}
      : { others: Math.max(0, (after - before - cpu) / Math.max(wall, 0.01)) }),
  };
}

export const isFailed = (outcome: Run | Failed): outcome is Failed => 'failed' in outcome;

/** Seconds all cores together have been busy since the machine started (Linux: /proc/stat in 10 ms ticks). */
function busySeconds(): number | undefined {
  if (!existsSync('/proc/stat')) return undefined;
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)[0]!
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) / 100;
}

/** What the figures were measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly platform: string;
  readonly node: string;
  /** One-minute load average when the bench began. */
  readonly load: number;
}

export const machine = (): Machine => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  platform: `${process.platform}-${process.arch}`,
  node: process.version,
  load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
});
