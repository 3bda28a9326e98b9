/** In the order in which they are examined. */
export type Area =
  | 'configuration'
  | 'credentials'
  | 'clock'
  | 'source'
  | 'trail'
  | 'coverage'
  | 'store'
  | 'outlet'
  | 'addresses'
  | 'learning'
  | 'permissions';

/** One thing looked at. */
export interface Line {
  readonly area: Area;
  /** Which one: the name of a source, a trail's ARN; empty when there is only one. */
  readonly subject: string;
  /** `fail`: Straykey cannot do its work. `warn`: it works, and something is worse than it could be. `unchecked`: cannot be known from here. */
  readonly status: 'ok' | 'warn' | 'fail' | 'unchecked';
  /** May hold text from outside: escape before printing. */
  readonly found: string;
  /** Absent for `ok`. */
  readonly todo?: string;
}

export const ok = (area: Area, subject: string, found: string): Line => ({ area, subject, status: 'ok', found });
export const warn = (area: Area, subject: string, found: string, todo: string): Line => ({
  area,
  subject,
  status: 'warn',
  found,
  todo,
});
export const fail = (area: Area, subject: string, found: string, todo: string): Line => ({
  area,
  subject,
  status: 'fail',
  found,
  todo,
});
export const unchecked = (area: Area, subject: string, found: string, todo: string): Line => ({
  area,
  subject,
  status: 'unchecked',
  found,
  todo,
});
