import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import type { Random, TrailRecord } from '../../straykey/src/drill/index.ts';
import { trailOf } from '../property/trails.ts';

const PROGRAM = join(import.meta.dirname, '..', '..', 'straykey', 'bin', 'straykey.js');

/** A `straykey` process and what it wrote to standard error. */
export interface Running {
  readonly child: ChildProcess;
  readonly log: () => string;
}

/** `through`: a program that becomes this one, with its arguments. */
export function runStraykey(
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
  through: readonly string[] = [],
): Running {
  const [program, ...given] = [...through, process.execPath, PROGRAM, ...argv];
  const child = spawn(program!, given, {
    env: { ...process.env, NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr!.on('data', (piece: Buffer) => {
    log = (log + piece).slice(-100_000);
  });
  return { child, log: () => log };
}

/** SIGKILL: no handler runs, no buffer is written. */
export async function killed({ child }: Running): Promise<void> {
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await gone;
}

/** SIGTERM; answers the exit code. */
export async function stopped({ child }: Running): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const gone = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  child.kill('SIGTERM');
  return await gone;
}

export async function until(what: string, holds: () => Promise<boolean>, milliseconds = 60_000): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`${what}: not within ${milliseconds / 1000} s`);
    await wait(100);
  }
}

/**
 * Trails of several organisations, their records spread over objects without any order; one record in five lies in two objects, as when two
 * trails deliver it.
 */
export function scattered(random: Random, trails: number, objects: number): Map<string, string> {
  const files = Array.from({ length: objects }, (): TrailRecord[] => []);
  for (let trail = 0; trail < trails; trail++) {
    for (const record of trailOf(trail)) {
      files[random.int(objects)]!.push(record);
      if (random.int(5) === 0) files[random.int(objects)]!.push(record);
    }
  }
  return new Map(
    files.map((Records, at) => [
      `AWSLogs/111122223333/CloudTrail/eu-west-1/2026/08/18/111122223333_CloudTrail_eu-west-1_20260818T${String(2000 + (at % 60)).padStart(4, '0')}Z_${String(at).padStart(16, '0')}.json`,
      JSON.stringify({ Records }),
    ]),
  );
}

export function shuffled<Item>(random: Random, items: readonly Item[]): Item[] {
  const list = [...items];
  for (let at = list.length - 1; at > 0; at--) {
    const other = random.int(at + 1);
    [list[at], list[other]] = [list[other]!, list[at]!];
  }
  return list;
}
