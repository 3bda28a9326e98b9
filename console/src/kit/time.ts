/** ISO 8601 text to `2026-08-14 02:48:08`, UTC. What cannot be read comes back as it is: it is said to be a time, nothing more. */
export function clock(iso: string | undefined): string {
  const time = Date.parse(iso ?? '');
  return Number.isNaN(time) ? (iso ?? '') : new Date(time).toISOString().slice(0, 19).replace('T', ' ');
}

/** Without seconds, for tables. */
export function minute(iso: string | undefined): string {
  return clock(iso).slice(0, 16);
}

const STEPS: readonly (readonly [seconds: number, one: string, many: string])[] = [
  [86_400, 'day', 'days'],
  [3_600, 'hour', 'hours'],
  [60, 'minute', 'minutes'],
  [1, 'second', 'seconds'],
];

/** 5_400 to `1 hour`: the greatest unit, cut off, because lag and age need no more. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [size, one, many] = STEPS.find(([unit]) => whole >= unit) ?? STEPS[3]!;
  const count = Math.floor(whole / size);
  return `${count} ${count === 1 ? one : many}`;
}

export function ago(iso: string | undefined, now: number): string {
  const time = Date.parse(iso ?? '');
  if (Number.isNaN(time)) return 'never';
  const seconds = (now - time) / 1000;
  return seconds < 5 ? 'just now' : `${span(seconds)} ago`;
}
