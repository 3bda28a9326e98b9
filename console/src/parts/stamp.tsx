import { clock, minute } from '../kit/time.ts';

/** A time of day and date, UTC, that stays on one line. */
export function Stamp({ at, seconds = true }: { readonly at: string | undefined; readonly seconds?: boolean }) {
  return <span className="nowrap">{seconds ? clock(at) : minute(at)}</span>;
}
