import { buildOwnNetworks, type OwnNetwork, type OwnNetworks } from '../where/index.ts';

/** A network as the configuration file spells it. */
export interface OwnNetworkSetting {
  readonly cidr: string;
  readonly label: string;
  readonly kind: OwnNetwork['kind'];
  /** `2026-06-30` (counts through the end of that day, UTC) or a date and time with offset (counts until that moment). */
  readonly until?: string | undefined;
}

/** Every setting must be right: a network that is silently left out turns into false alarms, one that never expires into silence. */
export function readOwnNetworks(settings: readonly OwnNetworkSetting[]): {
  readonly networks: OwnNetworks;
  /** One sentence for each setting that cannot be used. */
  readonly problems: readonly string[];
} {
  const problems: string[] = [];
  const declared: OwnNetwork[] = [];
  for (const { until, ...network } of settings) {
    const end = until === undefined ? undefined : endOf(until);
    if (until !== undefined && end === undefined) {
      problems.push(
        `${network.cidr}: expected until as 2026-06-30 or 2026-06-30T18:00:00Z, found ${JSON.stringify(until)}`,
      );
    } else declared.push(end === undefined ? network : { ...network, until: end });
  }
  const { out, unreadable } = buildOwnNetworks(declared);
  for (const { cidr } of unreadable) {
    problems.push(`expected an address or a prefix such as 10.0.0.0/8, found ${JSON.stringify(cidr)}`);
  }
  return { networks: out, problems };
}

function endOf(until: string): number | undefined {
  const wholeDay = /^\d{4}-\d{2}-\d{2}$/.test(until);
  if (!wholeDay && !/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(until)) return undefined;
  const time = Date.parse(until) / 1000;
  if (Number.isNaN(time)) return undefined;
  return wholeDay ? time + 86_400 : time;
}
