import type { Counts } from '../passes/index.ts';
import type { Terminal } from './terminal.ts';

/** How often the line is redrawn, in milliseconds: smooth to the eye, free for the scan. */
const REDRAW = 120;
/** No line before this many milliseconds: short work needs no bar. */
const PATIENCE = 600;

export interface Progress {
  update(counts: Counts): void;
  /** Removes the line. */
  done(): void;
}

/** One line on standard error, which is a terminal, while long work runs: files, records, MB/s, and time left when the total is known. */
export function progressLine(terminal: Terminal, totalFiles: number | undefined): Progress {
  const start = terminal.now();
  let drawn = start + PATIENCE - REDRAW;
  let visible = false;
  return {
    update(counts) {
      const now = terminal.now();
      if (now - drawn < REDRAW) return;
      drawn = now;
      visible = true;
      terminal.stderr(`\r\u001b[K${describeProgress(counts, totalFiles, (now - start) / 1000, terminal.columns)}`);
    },
    done() {
      if (visible) terminal.stderr('\r\u001b[K');
    },
  };
}

export function describeProgress(
  counts: Counts,
  totalFiles: number | undefined,
  seconds: number,
  columns: number,
): string {
  const rate = `${(counts.bytes / 1e6 / seconds).toFixed(0)} MB/s`;
  const files = `${number(counts.files)}${totalFiles === undefined ? '' : ` of ${number(totalFiles)}`} files`;
  const parts = [files, `${number(counts.records)} records`, rate];
  const share = totalFiles === undefined || totalFiles === 0 ? undefined : Math.min(1, counts.files / totalFiles);
  if (share !== undefined && share > 0.01) parts.push(`${duration((seconds / share) * (1 - share))} left`);
  const text = parts.join(' · ');
  const room = columns - text.length - 4;
  const bar = share !== undefined && room >= 10 ? `${drawBar(share, Math.min(room, 24))} ` : '';
  return `${bar}${text}`.slice(0, columns - 1);
}

function drawBar(share: number, width: number): string {
  const full = Math.round(share * width);
  return `${'█'.repeat(full)}${'░'.repeat(width - full)}`;
}

function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 3600) return `${Math.ceil(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

export function number(value: number): string {
  return value.toLocaleString('en-US');
}
