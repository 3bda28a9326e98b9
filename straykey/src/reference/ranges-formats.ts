import { gunzipSync } from 'node:zlib';
import type { Oddity } from '../kit/index.ts';
import { formatCidr, parseCidr, type RangesHistory, type RangesRow } from '../where/index.ts';

/** A file of AWS ranges, read. Rows that could not be used are named in one oddity; the rest counts. */
export interface RangesFile {
  readonly kind: 'ranges';
  readonly history: RangesHistory;
  readonly oddities: readonly Oddity[];
}

/** Nothing in the file can be used. The reason says what was expected and what was found. */
export interface UnusableRanges {
  readonly kind: 'unusable';
  readonly reason: string;
}

/**
 * Largest file that is read, in bytes after decompression. AWS's list was 2.6 MB in 2026 and the history of eleven years 3 MB, so 128 MiB
 * leaves decades; a compressed bomb ends here.
 */
export const MAX_RANGES_BYTES = 128 * 1024 * 1024;

/**
 * A prefix wider than this (in bits) is not believed: one row `0.0.0.0/0` would make every caller AWS and every theft silent. AWS's widest
 * rows ever were an IPv4 /10 and an IPv6 /28.
 */
const WIDEST = { 4: 8, 6: 20 } as const;

/** Reads an `ip-ranges.json` or a history CSV, gzipped or not. `origin` names the file in messages. */
export function parseRanges(bytes: Uint8Array, origin: string): RangesFile | UnusableRanges {
  const text = inflated(bytes);
  if (text === undefined) return { kind: 'unusable', reason: `${origin}: not readable as gzip, or over 128 MiB` };
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  return /^\s*\{/.test(text.slice(start, start + 64))
    ? parseIpRangesJson(text.slice(start), origin)
    : parseHistoryCsv(text.slice(start), origin);
}

function inflated(bytes: Uint8Array): string | undefined {
  if (bytes.length > MAX_RANGES_BYTES) return undefined;
  try {
    const gzipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
    const plain = gzipped ? gunzipSync(bytes, { maxOutputLength: MAX_RANGES_BYTES }) : bytes;
    return new TextDecoder().decode(plain);
  } catch {
    return undefined;
  }
}

/** AWS's own format: one version. Its time is `syncToken`, or `createDate` where that is missing. */
function parseIpRangesJson(text: string, origin: string): RangesFile | UnusableRanges {
  const document = jsonObject(text);
  if (document === undefined) return { kind: 'unusable', reason: `${origin}: begins like JSON but cannot be parsed` };
  const time = versionTime(document);
  if (time === undefined) {
    return {
      kind: 'unusable',
      reason: `${origin}: expected an ip-ranges.json with syncToken or createDate, found neither`,
    };
  }
  const rows = new RowReader(origin);
  for (const [list, field] of [
    ['prefixes', 'ip_prefix'],
    ['ipv6_prefixes', 'ipv6_prefix'],
  ] as const) {
    const entries = document[list];
    for (const [i, entry] of (Array.isArray(entries) ? entries : []).entries()) {
      rows.take(`${list}[${i}]`, {
        prefix: textOf(entry?.[field]),
        region: textOf(entry?.region),
        service: textOf(entry?.service),
        networkBorderGroup: textOf(entry?.network_border_group),
        intervals: [time, Number.POSITIVE_INFINITY],
      });
    }
  }
  return rows.result([time]);
}

/**
 * A history: one line per (prefix, region, service, network border group) with the first and the last version that listed it. What came
 * between is taken as listed throughout, though a column `intervals` may count gaps. Every time in the file counts as a known version.
 */
function parseHistoryCsv(text: string, origin: string): RangesFile | UnusableRanges {
  const lines = text.split(/\r?\n/);
  const columns = cellsOf(lines[0] ?? '');
  const at = (name: string) => columns.indexOf(name);
  const [prefix, firstSeen, lastSeen] = [at('prefix'), at('first_seen'), at('last_seen')];
  if (prefix === -1 || firstSeen === -1 || lastSeen === -1) {
    const reason = `${origin}: expected an ip-ranges.json, or a CSV with the columns prefix, first_seen and last_seen`;
    return { kind: 'unusable', reason };
  }
  const [region, service, group] = [at('region'), at('service'), at('network_border_group')];
  const rows = new RowReader(origin);
  const versions = new Set<number>();
  const times = new Map<string, number | undefined>();
  const timeIn = (cell: string | undefined) => {
    const text = cell ?? '';
    if (!times.has(text)) times.set(text, timeOf(text));
    return times.get(text);
  };
  for (const [i, line] of lines.entries()) {
    if (i === 0 || line === '') continue;
    const cells = cellsOf(line);
    const first = timeIn(cells[firstSeen]);
    const last = cells[lastSeen] === '' ? Number.POSITIVE_INFINITY : timeIn(cells[lastSeen]);
    const usable = rows.take(`line ${i + 1}`, {
      prefix: textOf(cells[prefix]),
      region: textOf(cells[region]),
      service: textOf(cells[service]),
      networkBorderGroup: textOf(cells[group]),
      intervals: first === undefined || last === undefined || last < first ? [] : [first, last + 1],
    });
    if (!usable) continue;
    versions.add(first!);
    if (last !== Number.POSITIVE_INFINITY) versions.add(last!);
  }
  return rows.result([...versions].sort((a, b) => a - b));
}

/** Takes rows as read, keeps the usable ones and remembers what was wrong with the first that was not. */
class RowReader {
  private readonly rows: RangesRow[] = [];
  private readonly prefixes = new Map<string, { readonly text: string; readonly problem?: string }>();
  private readonly origin: string;
  private refused = 0;
  private firstRefusal = '';

  constructor(origin: string) {
    this.origin = origin;
  }

  /** False when the row cannot be used. */
  take(place: string, row: RangesRow): boolean {
    const prefix = this.canonical(row.prefix);
    const problem = prefix.problem ?? (row.intervals.length === 0 ? 'no usable dates' : undefined);
    if (problem !== undefined) {
      if (this.refused++ === 0) this.firstRefusal = `${place}: ${problem}`;
      return false;
    }
    this.rows.push({ ...row, prefix: prefix.text });
    return true;
  }

  /** Each prefix comes with several rows. */
  private canonical(text: string): { readonly text: string; readonly problem?: string } {
    const known = this.prefixes.get(text);
    if (known !== undefined) return known;
    const cidr = parseCidr(text);
    const wide = cidr !== undefined && cidr.length < WIDEST[cidr.base.family];
    const prefix =
      cidr === undefined
        ? { text, problem: `no prefix in ${JSON.stringify(text)}` }
        : wide
          ? { text, problem: `${text} is wider than AWS ever listed` }
          : { text: formatCidr(cidr) };
    this.prefixes.set(text, prefix);
    return prefix;
  }

  result(versions: readonly number[]): RangesFile | UnusableRanges {
    const refusals =
      this.refused === 0 ? '' : `${this.refused} rows could not be used, the first at ${this.firstRefusal}`;
    if (this.rows.length === 0) {
      return { kind: 'unusable', reason: `${this.origin}: holds no usable prefix${refusals && `; ${refusals}`}` };
    }
    const oddities = refusals === '' ? [] : [{ kind: 'ranges-rows-unusable', origin: this.origin, reason: refusals }];
    return { kind: 'ranges', history: { versions, rows: this.rows }, oddities };
  }
}

function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function versionTime(document: Readonly<Record<string, unknown>>): number | undefined {
  const token = document.syncToken;
  if ((typeof token === 'string' || typeof token === 'number') && /^[1-9][0-9]{8,10}$/.test(String(token))) {
    return Number(token);
  }
  return timeOf(document.createDate);
}

/** `2026-08-22-15-17-05` (AWS's createDate) or ISO 8601 in UTC; single digits occur (`2017-07-20-22-42-2`). Epoch seconds. */
function timeOf(value: unknown): number | undefined {
  const parts = typeof value === 'string' ? VERSION_TIME.exec(value.trim()) : null;
  if (parts === null) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const inRange = month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour < 24 && minute < 60 && second < 61;
  return inRange ? Date.UTC(year, month - 1, day, hour, minute, second) / 1000 : undefined;
}

const VERSION_TIME = /^(\d{4})-(\d{1,2})-(\d{1,2})[T -](\d{1,2})[:-](\d{1,2})[:-](\d{1,2})(?:\.\d+)?(?:Z|\+00:00)?$/;

/** Cells hold no commas; quotes around them are dropped. */
function cellsOf(line: string): string[] {
  const cells = line.split(',');
  return /["\s]/.test(line) ? cells.map((cell) => cell.replace(/^\s*"?|"?\s*$/g, '')) : cells;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
