import { createHash } from 'node:crypto';

/** What stands for a name: 66 bits, so that no new name is ever taken for an old one. */
export function markOf(name: string): string {
  return createHash('sha256').update(name).digest('base64url').slice(0, MARK);
}

const MARK = 11;
const DAY_MS = 86_400_000;

/** Days since 1970. */
export function dayOf(milliseconds: number): number {
  return Math.floor(milliseconds / DAY_MS);
}

/** `YYYY/MM/DD`: as a `StartAfter` it stands just before that day's folder. */
export function dayPath(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '/');
}

/**
 * Which things were done, by the day they belong to: everything before a day, and single ones since. Late things are found as long as they belong
 * to a day that is still open.
 */
export class SeenWindow {
  #open: number;
  readonly #days: Map<number, Set<string>>;

  /** `open`: the first day not done as a whole. */
  constructor(open: number, days: ReadonlyMap<number, Set<string>> = new Map()) {
    this.#open = open;
    this.#days = new Map(days);
  }

  get open(): number {
    return this.#open;
  }

  has(day: number, mark: string): boolean {
    return day < this.#open || this.#days.get(day)?.has(mark) === true;
  }

  add(day: number, mark: string): void {
    if (day < this.#open) return;
    const marks = this.#days.get(day);
    if (marks === undefined) this.#days.set(day, new Set([mark]));
    else marks.add(mark);
  }

  /**
   * Closes days: all that lie `lateDays` and more before the newest one done, and the oldest while more than `most` marks are kept. Never the newest, never one from
   * `keepFrom` on (something of it is in hand), and a day after `today` does not count as newest: names can lie.
   */
  advance({ lateDays, most, keepFrom, today }: Advance): void {
    const days = [...this.#days.keys()].filter((day) => day <= today).sort((a, b) => a - b);
    const newest = days.at(-1);
    if (newest === undefined) return;
    let open = newest - lateDays;
    let kept = days.reduce((sum, day) => sum + (day < open ? 0 : this.#days.get(day)!.size), 0);
    for (const day of days) {
      if (kept <= most || day >= newest) break;
      if (day < open) continue;
      kept -= this.#days.get(day)!.size;
      open = day + 1;
    }
    this.#open = Math.max(this.#open, Math.min(open, keepFrom));
    for (const day of this.#days.keys()) if (day < this.#open) this.#days.delete(day);
  }

  /** JSON: the open day, then pairs of a day and its marks, one after the other without separators. */
  toValue(): SeenValue {
    const days = [...this.#days].sort(([a], [b]) => a - b).map(([day, marks]) => [day, [...marks].join('')] as const);
    return { version: 1, open: this.#open, days };
  }

  /** `undefined` for what is no such value: then everything is new, which errs towards repeating. */
  static fromValue(value: unknown): SeenWindow | undefined {
    const { version, open, days } = (value ?? {}) as Readonly<Record<string, unknown>>;
    if (version !== 1 || !Number.isSafeInteger(open) || !Array.isArray(days)) return undefined;
    const read = new Map<number, Set<string>>();
    for (const pair of days as readonly unknown[]) {
      const [day, marks] = Array.isArray(pair) ? (pair as readonly unknown[]) : [];
      if (typeof day !== 'number' || typeof marks !== 'string') return undefined;
      read.set(day, new Set(splitMarks(marks)));
    }
    return new SeenWindow(open as number, read);
  }
}

export interface Advance {
  readonly lateDays: number;
  readonly most: number;
  /** Infinite when nothing is in hand. */
  readonly keepFrom: number;
  readonly today: number;
}

export interface SeenValue {
  readonly version: 1;
  readonly open: number;
  readonly days: readonly (readonly [day: number, marks: string])[];
}

/** Marks written one after the other. */
export function splitMarks(text: string): string[] {
  return Array.from({ length: Math.floor(text.length / MARK) }, (_, index) =>
    text.slice(index * MARK, (index + 1) * MARK),
  );
}
