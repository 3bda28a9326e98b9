import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { spanOf } from '../../health/index.ts';
import type { Store } from '../../store/index.ts';
import { fail, type Line, ok, unchecked, warn } from '../line.ts';
import type { DoctorPorts } from '../ports.ts';

export const storeLimits = {
  /** Bytes free on the disk worth a word; 2 GiB, some days' growth of a busy store. */
  warn: 2 * 2 ** 30,
  /** Bytes free below which SQLite may stop any time; 200 MiB. */
  fail: 200 * 2 ** 20,
  /** Milliseconds without a write worth a word; 1 hour. */
  quiet: 3_600_000,
} as const;

/** Opens the store as `serve` would, asks it something, and looks at its disk. A SQLite file that is not there yet is not made. */
export async function checkStore<Result>(
  ports: DoctorPorts,
  lookInto: (store: Store) => Promise<Result>,
): Promise<{ readonly lines: readonly Line[]; readonly inside?: Result }> {
  const file = /^sqlite:(?!:memory:)(.+)$/.exec(ports.storeUrl)?.[1];
  const disk = file === undefined ? [] : diskLines(file);
  if (file !== undefined && !existsSync(file)) return { lines: [...newStoreLines(file), ...disk] };
  let store: Store | undefined;
  try {
    store = await ports.openStore(ports.storeUrl);
    const started = ports.now();
    await store.ping();
    const took = ports.now() - started;
    const found = `${store.name} opens, its schema is this version’s, and it answers in ${Math.max(1, Math.round(took))} ms`;
    const inside = await lookInto(store);
    return { lines: [ok('store', '', found), ...(await ageLines(store, ports.now())), ...disk], inside };
  } catch (error) {
    const found = `cannot be used: ${(error as Error).message}`;
    return {
      lines: [
        fail('store', '', found, 'Check store: in straykey.yaml, the database, and who may write there.'),
        ...disk,
      ],
    };
  } finally {
    await store?.close();
  }
}

function newStoreLines(file: string): Line[] {
  const folder = nearestFolder(resolve(file));
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return [ok('store', '', `${file} is not there yet; serve or worker makes it`)];
  } catch {
    const found = `${file} is not there, and ${folder} cannot be written`;
    return [
      fail('store', '', found, 'Name a place that the user who runs Straykey may write to: --store sqlite:PATH.'),
    ];
  }
}

function nearestFolder(path: string): string {
  const parent = dirname(path);
  return existsSync(parent) || parent === path ? parent : nearestFolder(parent);
}

function diskLines(file: string): Line[] {
  const { bavail, bsize } = statfsSync(nearestFolder(resolve(file)), { bigint: true });
  return [diskLine(Number(bavail * bsize))];
}

export function diskLine(free: number): Line {
  const found = `${(free / 2 ** 30).toFixed(1)} GiB free on its disk`;
  const todo =
    'Free some space or move the store: SQLite stops when the disk is full. Nothing is lost; it goes on once there is room.';
  if (free < storeLimits.fail) return fail('store', 'disk', found, todo);
  return free < storeLimits.warn ? warn('store', 'disk', found, todo) : ok('store', 'disk', found);
}

async function ageLines(store: Store, now: number): Promise<Line[]> {
  const [positions, counters] = await Promise.all([store.positions.list(), store.counters.list('')]);
  const times = [...positions, ...counters].map(({ at }) => at);
  if (times.length === 0)
    return [unchecked('store', 'last write', 'nothing was written yet', 'Start straykey serve or worker.')];
  const age = now - Math.max(...times);
  const found = `${spanOf(Math.max(0, age))} ago`;
  return [
    age > storeLimits.quiet
      ? warn('store', 'last write', found, 'Look whether serve or a worker runs, and whether the trail still delivers.')
      : ok('store', 'last write', found),
  ];
}
