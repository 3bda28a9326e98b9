import type { OddityKind } from './oddities.ts';

/**
 * What an object's key says, where AWS lays down keys:
 * `…/AWSLogs/[o-…/]<account>/CloudTrail/<region>/YYYY/MM/DD/<account>_CloudTrail_<region>_<yyyymmddThhmmZ>_….json.gz`
 * (CloudTrail User Guide, "Finding your CloudTrail log files" and "CloudTrail log file name format").
 */
const SERVICE_FOLDER = /^(?:.*\/)?AWSLogs\/(?:o-[a-z0-9]+\/)?\d{12}\/([^/]+)\//;
const REGION_FOLDER = /^(?:.*\/)?AWSLogs\/(?:o-[a-z0-9]+\/)?\d{12}\/CloudTrail\/[a-z0-9-]+\//;
const DAY = /^(\d{4})\/(\d{2})\/(\d{2})\//;
const FILE_TIME = /_(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})Z_[^/]*$/;

/**
 * Folders of other services beside `CloudTrail/` in a shared log bucket; from each service's own page on log delivery.
 */
const OTHER_SERVICES: ReadonlySet<string> = new Set([
  'Config',
  'GuardDuty',
  'WAFLogs',
  'elasticloadbalancing',
  'network-firewall',
  'redshift',
  'vpcdnsquerylogs',
  'vpcflowlogs',
]);

/** When calls happened, in epoch seconds; either end may be open. */
export interface Period {
  readonly from?: number;
  readonly to?: number;
}

export const periodLimits = {
  /**
   * How long after a call its file may be delivered; 1 day. Delivery takes 5 minutes on average and hours in an outage;
   * what comes later still (corrections in an `addendum`) is found only with a later `to`.
   */
  lateness: 86_400,
  /**
   * How long before a call the credential may have been issued that made it; 12 hours, the longest role session.
   * Without the issue a call cannot be attributed, so files are read from this much before the period.
   */
  issue: 43_200,
  /**
   * How much earlier than its last call a file's name may claim to be; 15 minutes, for names cut to the minute and
   * clocks apart.
   */
  slack: 900,
} as const;

/** Set aside by its key, with a place from which the listing may go on: no key before it needs to be seen. */
export interface SetAside {
  readonly kind: OddityKind;
  /** The folder (or the object) that is meant: one is told for each. */
  readonly what: string;
  /** `StartAfter` of the next listing. */
  readonly resumeAfter: string;
}

/**
 * Whether a key need not be read, judged by its name alone. Silent (`undefined`, so the object is read) about every key
 * that is not laid out by CloudTrail or a service named above: it errs towards reading too much.
 */
export function setAside(key: string, period: Period): SetAside | undefined {
  const service = SERVICE_FOLDER.exec(key);
  if (service === null) return undefined;
  const kind = serviceKind(service[1]!);
  // `~` sorts after every character that AWS uses in keys; what sorts still later is judged by its own name.
  if (kind !== undefined) return { kind, what: service[0], resumeAfter: `${service[0]}~` };
  const region = REGION_FOLDER.exec(key);
  return region === null ? undefined : outsidePeriod(key, region[0], period);
}

function serviceKind(service: string): OddityKind | undefined {
  if (service === 'CloudTrail-Digest') return 'digest-folder';
  if (service === 'CloudTrail-Insight') return 'insights-folder';
  return OTHER_SERVICES.has(service) ? 'other-aws-log' : undefined;
}

/** A file holds calls from up to `lateness` before its time of delivery, and (but for `slack`) none from after it. */
function outsidePeriod(key: string, region: string, period: Period): SetAside | undefined {
  const day = DAY.exec(key.slice(region.length));
  if (day === null) return undefined;
  const first = period.from === undefined ? undefined : period.from - periodLimits.issue - periodLimits.slack;
  const last = period.to === undefined ? undefined : period.to + periodLimits.lateness;
  const dayStart = Date.UTC(Number(day[1]), Number(day[2]) - 1, Number(day[3])) / 1000;
  const aside = (resumeAfter: string): SetAside => ({ kind: 'outside-period', what: key, resumeAfter });
  // The folder's days are digits, so `:` (the next character) stands after all of them and before anything else.
  if (last !== undefined && dayStart > last) return aside(`${region}:`);
  if (first !== undefined && dayStart + 86_400 <= first) return aside(region + dayPath(first));
  const delivered = fileTime(key);
  if (delivered === undefined) return undefined;
  const outside = (first !== undefined && delivered < first) || (last !== undefined && delivered > last);
  return outside ? aside(key) : undefined;
}

function fileTime(key: string): number | undefined {
  const found = FILE_TIME.exec(key);
  if (found === null) return undefined;
  const [, year, month, day, hour, minute] = found;
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute)) / 1000;
}

/** `YYYY/MM/DD`: as a `StartAfter` it stands just before that day's folder. */
function dayPath(time: number): string {
  return new Date(time * 1000).toISOString().slice(0, 10).replaceAll('-', '/');
}
