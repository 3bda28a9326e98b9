import assert from 'node:assert/strict';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadConfig } from '../../straykey/src/config/index.ts';
import type { Finding } from '../../straykey/src/findings/index.ts';
import { loadTables } from '../../straykey/src/reference/index.ts';
import { openStore, type Store } from '../../straykey/src/store/index.ts';
import { type Running, until } from '../support/killed.ts';
import { inOneLine, scanned } from '../support/live.ts';

export const tables = loadTables({ ...loadConfig(undefined, {}), dataDir: join(import.meta.dirname, 'no-data') }, []);

export function same(actual: readonly Finding[], expected: readonly Finding[]): void {
  assert.deepEqual(actual.map(inOneLine).sort(), expected.map(inOneLine).sort());
  const byId = (findings: readonly Finding[]) => [...findings].sort((a, b) => (a.id < b.id ? -1 : 1));
  assert.deepEqual(byId(actual), byId(expected));
}

/** The findings of one `scan` over these objects; at least one, or the test would prove nothing. */
export async function expectedOf(objects: ReadonlyMap<string, string>): Promise<readonly Finding[]> {
  const expected = await scanned(new Map([...objects].map(([key, text]) => [key, Buffer.from(text)])), tables);
  assert.ok(expected.length > 0);
  return expected;
}

/** Puts objects into a watched folder, each at once and whole. */
export function deliver(folder: string, objects: Iterable<readonly [key: string, text: string]>): void {
  for (const [key, text] of objects) {
    const path = join(folder, key);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.part`, text);
    renameSync(`${path}.part`, path);
  }
}

/** Waits until so many objects are in and judged. */
export async function settled(store: Store, objects: number): Promise<void> {
  await until('every object is in', async () => (await takenIn(store)) >= objects);
  await until('everything is judged', async () => (await store.evidence.waiting()).topics === 0);
}

async function takenIn(store: Store): Promise<number> {
  const [counted] = await store.counters.list('objects');
  return counted?.value ?? 0;
}

/** The store of a running program, opened beside it. */
export async function beside<Result>(url: string, work: (store: Store) => Promise<Result>): Promise<Result> {
  const store = await openStore(url, { now: Date.now });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

export async function started(running: Running): Promise<void> {
  await until('it has started', async () => {
    assert.equal(running.child.exitCode, null, running.log());
    return logged(running, 'started').length > 0;
  });
}

/** Lines of the log with this event. */
export function logged(running: Running, event: string): Readonly<Record<string, unknown>>[] {
  const lines = running.log().split('\n').slice(0, -1);
  return lines
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => line.event === event);
}

interface Probe {
  readonly status: number;
  readonly reasons: readonly { readonly what: string; readonly found: string; readonly costs: string }[];
}

/** What a probe of a program started with `--listen` says. */
export async function probed(running: Running, path: '/healthz' | '/readyz'): Promise<Probe> {
  const [line] = logged(running, 'started');
  const answer = await fetch(`${line!.listen}${path}`);
  const { reasons } = (await answer.json()) as Pick<Probe, 'reasons'>;
  return { status: answer.status, reasons };
}

/** Waits until /readyz is as wanted; answers its reasons. It is alive all the while: no fault is cured by a restart. */
export async function ready(running: Running, wanted: boolean): Promise<Probe['reasons']> {
  let last: Probe | undefined;
  await until(`ready: ${wanted}`, async () => {
    const health = await probed(running, '/healthz');
    assert.equal(health.status, 200, JSON.stringify(health));
    last = await probed(running, '/readyz');
    return (last.status === 200) === wanted;
  });
  return last!.reasons;
}
