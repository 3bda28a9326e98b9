import { DUCKDB_1, DUCKDB_2, LIMIT, STRAYKEY, STRAYKEY_2 } from './lineup.ts';
import type { Run } from './measure.ts';

/** All rounds of one program; a program that was skipped or failed has a reason and no runs. */
export interface Measured {
  readonly name: string;
  readonly does: string;
  readonly runs: readonly Run[];
  /** `right`, `not checked`, or what was wrong; for programs without runs, why there are none. */
  readonly verdict: string;
}

/** A ratio of CPU seconds: median over rounds of the ratio within the round, and the ratio of the least seconds seen. */
export interface Ratio {
  readonly median: number;
  readonly least: number;
}

export interface Figures {
  readonly name: string;
  readonly does: string;
  readonly verdict: string;
  /** Median CPU seconds, wall seconds and peak MiB. */
  readonly cpu?: number;
  readonly wall?: number;
  readonly peak?: number;
  readonly toLimit?: Ratio;
  readonly toStraykey?: Ratio;
}

export interface Goal {
  readonly goal: string;
  readonly measured: string;
  /** `not judged` comes with its reason in `measured`. */
  readonly met: 'yes' | 'no' | 'not judged';
}

export function figures(all: readonly Measured[]): Figures[] {
  const limit = all.find((m) => m.name === LIMIT);
  const straykey = all.find((m) => m.name === STRAYKEY);
  return all.map((m) => {
    const head = { name: m.name, does: m.does, verdict: m.verdict };
    if (m.runs.length === 0) return head;
    const peaks = m.runs.flatMap((run) => (run.peak === undefined ? [] : [run.peak]));
    return {
      ...head,
      cpu: median(m.runs.map((run) => run.cpu)),
      wall: median(m.runs.map((run) => run.wall)),
      ...(peaks.length === 0 ? {} : { peak: Math.max(...peaks) }),
      ...optional('toLimit', ratio(m, limit)),
      ...optional('toStraykey', ratio(m, straykey)),
    };
  });
}

function ratio(of: Measured, to: Measured | undefined): Ratio | undefined {
  if (to === undefined || to.runs.length === 0 || to.runs.length !== of.runs.length) return undefined;
  const cpu = (m: Measured): number[] => m.runs.map((run) => run.cpu);
  return {
    median: median(of.runs.map((run, i) => run.cpu / to.runs[i]!.cpu)),
    least: Math.min(...cpu(of)) / Math.min(...cpu(to)),
  };
}

const optional = <K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } =>
  (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };

/** Whether each goal of the scan is met. Only the corpus of 1 GB with the 55 MB file is judged. */
export function goals(
  all: readonly Measured[],
  corpus: { readonly bytes: number; readonly largestFileBytes: number },
  cores: number,
): Goal[] {
  const table = figures(all);
  const by = (name: string): Figures | undefined => table.find((row) => row.name === name);
  const full = corpus.bytes >= 1_000_000_000 && corpus.largestFileBytes >= 54_000_000;
  const judge = (goal: string, value: number | undefined, unit: string, met: (v: number) => boolean): Goal => {
    if (value === undefined)
      return { goal, measured: 'not measured: a program it needs did not run', met: 'not judged' };
    const measured = `${value.toFixed(2)}${unit}`;
    return full
      ? { goal, measured, met: met(value) ? 'yes' : 'no' }
      : { goal, measured: `${measured}, but this is not the full corpus`, met: 'not judged' };
  };
  const straykey = by(STRAYKEY);
  const ducks = [by(DUCKDB_1), by(DUCKDB_2)].flatMap((row) =>
    row?.toStraykey === undefined ? [] : [row.toStraykey.median],
  );
  return [
    judge('CPU at most 3.6 times decompress-only', straykey?.toLimit?.median, ' times', (v) => v <= 3.6),
    judge(
      "at least 3.5 times less CPU than DuckDB's better run",
      ducks.length > 0 ? Math.min(...ducks) : undefined,
      ' times',
      (v) => v >= 3.5,
    ),
    judge('peak memory at most 220 MiB with one worker', straykey?.peak, ' MiB', (v) => v <= 220),
    twoWorkers(all, cores),
  ];
}

/** Cores that others may keep busy before a wall time says nothing about us. */
const QUIET = 0.15;

function twoWorkers(all: readonly Measured[], cores: number): Goal {
  const goal = '--jobs 2 at least 1.5 times faster than --jobs 1';
  const one = all.find((m) => m.name === STRAYKEY)?.runs ?? [];
  const two = all.find((m) => m.name === STRAYKEY_2)?.runs ?? [];
  if (one.length === 0 || one.length !== two.length) return { goal, measured: 'not measured', met: 'not judged' };
  const faster = median(one.map((run, i) => run.wall / two[i]!.wall));
  const measured = `${faster.toFixed(2)} times`;
  if (cores < 2) return { goal, measured: `${measured}, on one core`, met: 'not judged' };
  const others = [...one, ...two].map((run) => run.others);
  if (others.includes(undefined))
    return { goal, measured: `${measured}, and no way to see how busy the machine was`, met: 'not judged' };
  const busy = median(others as number[]);
  if (busy > QUIET)
    return { goal, measured: `${measured}, while others kept ${busy.toFixed(2)} cores busy`, met: 'not judged' };
  return { goal, measured, met: faster >= 1.5 ? 'yes' : 'no' };
}

export function table(rows: readonly Figures[]): string {
  const head = ['program', 'CPU s', 'to limit', 'to straykey', 'wall s', 'peak MiB', 'answer'];
  const cells = rows.map((row) => [
    row.name,
    row.cpu?.toFixed(2) ?? '-',
    ratioText(row.toLimit),
    ratioText(row.toStraykey),
    row.wall?.toFixed(2) ?? '-',
    row.peak?.toFixed(0) ?? '-',
    row.verdict,
  ]);
  const widths = head.map((title, i) =>
    Math.max(title.length, ...cells.map((line) => (i === 6 ? 0 : line[i]!.length))),
  );
  const text = (line: readonly string[]): string =>
    line
      .map((cell, i) => (i === 0 || i === 6 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd();
  return [text(head), ...cells.map(text)].join('\n');
}

const ratioText = (r: Ratio | undefined): string =>
  r === undefined ? '-' : `${r.median.toFixed(2)} [${r.least.toFixed(2)}]`;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
