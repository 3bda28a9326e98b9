import { type DayRecord, volumeOf } from './day-record.ts';
import type { Principal } from './habits.ts';
import { readHost } from './host.ts';
import type { Settings } from './settings.ts';
import { decodePrincipal, type StoredPrincipal } from './snapshot.ts';

/**
 * The earliest day on which two stored states of one principal differ; undefined when they say the same. Verdicts that rest on
 * that day, its own and those of principals at the same hosts, have to be given again.
 */
export function firstChangedDay(
  before: StoredPrincipal | undefined,
  after: StoredPrincipal,
  settings: Settings,
): number | undefined {
  const known = before === undefined ? new Map<string, string>() : linesOf(before, settings);
  const now = linesOf(after, settings);
  let first: number | undefined;
  const look = (key: string) => {
    if (known.get(key) === now.get(key)) return;
    const day = Number(key.slice(0, key.indexOf(' ')));
    first = first === undefined ? day : Math.min(first, day);
  };
  for (const key of known.keys()) look(key);
  for (const key of now.keys()) look(key);
  return first;
}

/** `day host` to what is known of it. */
function linesOf(stored: StoredPrincipal, settings: Settings): Map<string, string> {
  const { hosts, inside }: Pick<Principal, 'hosts' | 'inside'> = decodePrincipal(stored, (address) =>
    readHost(address, settings),
  );
  const lines = new Map<string, string>();
  for (const { host, days } of hosts.values()) {
    for (const [day, record] of days) lines.set(`${day} ${host.unit}`, lineOf(record, settings));
  }
  for (const [day, { pub, svcs }] of inside) lines.set(`${day} inside`, `${pub} ${svcs}`);
  return lines;
}

function lineOf(record: Readonly<DayRecord>, { sketch }: Settings): string {
  const { cats, clients, creds, crit, den, ok, regions, svcs, un } = record;
  return JSON.stringify([ok, un, crit, cats, clients, regions, svcs, creds, den, volumeOf(record, sketch)]);
}
