import { EXIT, Exit } from './terminal.ts';

/**
 * `2026-03-01`, `2026-03-01T12:00`, with or without seconds and zone (UTC unless said); epoch seconds. As an end of a span a bare
 * date means its last second.
 *
 * @throws Exit 2 for anything else
 */
export function parseTime(text: string, flag: string, end: boolean): number {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(Z|[+-]\d{2}:?\d{2})?)?$/.exec(text);
  const time = match === null ? Number.NaN : Date.parse(`${match[1]}T${match[2] ?? '00:00'}${match[3] ?? 'Z'}`);
  if (Number.isNaN(time)) {
    throw new Exit(
      EXIT.usage,
      `${flag}: expected a date (2026-03-01) or a time (2026-03-01T12:00Z), found ${JSON.stringify(text)}.`,
    );
  }
  return time / 1000 + (end && match![2] === undefined ? 86_399 : 0);
}
