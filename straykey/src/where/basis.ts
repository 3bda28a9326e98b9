import type { Place } from './place.ts';
import type { PlaceTables } from './tables.ts';

export interface Basis {
  /** For people: which data decides, and how old it was at the time of the event. */
  readonly basis: string;
  /** A place may be wrong because of the age or kind of that data. Lowers the confidence of a finding. */
  readonly weak: boolean;
}

/**
 * An AWS list older than the event by more than this many seconds decides weakly. Fourteen days: AWS changes the list several
 * times a week and added 6.5 million addresses in eight months of 2026, so each month of age makes new false alarms.
 */
export const STALE_AFTER_SECONDS = 14 * 86_400;

/** The address data for a moment, whatever the place: for the summary of a scan, with the time of the latest record. */
export function basisOf(time: number, tables: PlaceTables): Basis {
  const { announced } = tables;
  const routed = announced === undefined ? 'no routing data is loaded' : `routing data of ${dateOf(announced.time)}`;
  const list = listClause(time, tables);
  return { basis: `${list.charAt(0).toUpperCase()}${list.slice(1)}; ${routed}.`, weak: isStale(time, tables) };
}

/**
 * The sentence that a finding carries about its place. Weak: no AWS list is loaded; or the version in force was older than
 * the event by more than {@link STALE_AFTER_SECONDS} and the next known one came as long after it; or only routing data put the address inside AWS.
 * Not weak: a list younger than the event, since AWS removes far less than it adds. Places that no address data decides are never weak.
 */
export function describeBasis(place: Place, time: number, tables: PlaceTables): Basis {
  switch (place.kind) {
    case 'service':
      return { basis: 'CloudTrail names an AWS service as the caller.', weak: false };
    case 'endpoint':
      return { basis: endpointSentence(place), weak: false };
    case 'private':
      return { basis: 'A private address; the record names no VPC endpoint.', weak: false };
    case 'own':
      return { basis: ownSentence(place.label, place.network), weak: false };
    case 'unknown':
      return { basis: UNKNOWN_SENTENCES[place.reason], weak: false };
    case 'aws':
      if (place.basis === 'announced') {
        return {
          basis: `Inside ${place.network}, ${announcedClause(tables)}; ${listClause(time, tables)}.`,
          weak: true,
        };
      }
      return { basis: `Inside ${place.network}; ${listClause(time, tables)}.`, weak: isStale(time, tables) };
    case 'outside':
      return { basis: outsideSentence(time, tables), weak: isStale(time, tables) };
  }
}

const UNKNOWN_SENTENCES = {
  empty: 'The record names no address.',
  malformed: 'The recorded text is not an address.',
  reserved: 'A reserved address that no caller on the Internet can have.',
  documentation: 'A documentation address: somebody replaced the true one.',
} as const;

function ownSentence(label: string, network: string): string {
  return `A network declared as your own: ${label === '' ? network : `${label} (${network})`}.`;
}

function endpointSentence(place: Extract<Place, { kind: 'endpoint' }>): string {
  const through = place.vpcEndpointId === undefined ? 'a VPC endpoint' : `VPC endpoint ${place.vpcEndpointId}`;
  const owner = {
    own: `owned by account ${place.accountId}, one of yours`,
    foreign: `owned by account ${place.accountId}, not one of yours`,
    unknown: 'whose owner the record does not name',
  }[place.owner];
  return `CloudTrail names ${through}, ${owner}.`;
}

function outsideSentence(time: number, tables: PlaceTables): string {
  const { announced } = tables;
  if (tables.awsRanges === undefined && announced === undefined) {
    return 'No AWS address data is loaded: every public address counts as outside.';
  }
  const routed = announced === undefined ? 'no routing data loaded' : `not ${announcedClause(tables)}`;
  return `In no AWS prefix known: ${listClause(time, tables)}; ${routed}.`;
}

function announcedClause(tables: PlaceTables): string {
  const { announced } = tables;
  const when = announced === undefined ? '' : ` (routing data of ${dateOf(announced.time)})`;
  return `announced by Amazon's networks${when}`;
}

function listClause(time: number, tables: PlaceTables): string {
  const { relation, version, next } = inForce(time, tables);
  if (version === undefined) return "AWS's own list is not loaded";
  if (relation === 'before')
    return `AWS's earliest list known, ${dateOf(version)}, is ${days(version - time)} younger than the event`;
  const age = `AWS's list of ${dateOf(version)}, ${days(time - version)} old at the event`;
  if (next === undefined || time - version <= STALE_AFTER_SECONDS) return age;
  return `${age}, the next known of ${dateOf(next)}`;
}

function isStale(time: number, tables: PlaceTables): boolean {
  const { relation, version, next } = inForce(time, tables);
  if (version === undefined) return true;
  if (relation === 'before') return false;
  return time - version > STALE_AFTER_SECONDS && (next === undefined || next - time > STALE_AFTER_SECONDS);
}

/** How AWS's list, as known, stands to a moment. Times in epoch seconds. */
interface InForce {
  /**
   * `none`: no list is loaded. `before`: the earliest known version is younger than the event and is used. `between`: the version in force
   * and a younger one are known. `after`: the newest known version is in force.
   */
  readonly relation: 'none' | 'before' | 'between' | 'after';
  /** The version used; absent only with `none`. */
  readonly version?: number;
  /** The first version after the event, with `between`. */
  readonly next?: number;
}

function inForce(time: number, tables: PlaceTables): InForce {
  const versions = tables.awsRanges?.versions ?? new Float64Array();
  const [first] = versions;
  if (first === undefined) return { relation: 'none' };
  if (time < first) return { relation: 'before', version: first };
  const after = versions.findIndex((version) => version > time);
  const version = versions.at(after === -1 ? -1 : after - 1)!;
  return after === -1 ? { relation: 'after', version } : { relation: 'between', version, next: versions[after]! };
}

function days(seconds: number): string {
  const count = Math.floor(seconds / 86_400);
  if (count === 0) return 'less than a day';
  return count === 1 ? '1 day' : `${count} days`;
}

/** UTC date. A time no date can show is shown as the number it is. */
function dateOf(time: number): string {
  const date = new Date(time * 1000);
  return Number.isNaN(date.getTime()) ? `second ${time}` : date.toISOString().slice(0, 10);
}
