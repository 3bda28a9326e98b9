import { type Evidence, type Finding, recordId } from '../findings/index.ts';
import { printable } from '../kit/index.ts';
import type { ApiCall } from '../records/index.ts';
import type { InsideDayRow } from '../store/index.ts';
import { type Ties, tiesOf } from './belongs.ts';
import type { Entry, Timeline } from './entry.ts';
import { type Word, wordOn } from './silent.ts';

/** What is stored around one finding. */
export interface Around {
  /** Calls from outside, of the finding's sessions and of others from its host. */
  readonly calls: readonly ApiCall[];
  readonly insideDays: readonly InsideDayRow[];
}

/** Most entries of a timeline: a reader looks at a few hundred, a plot at a few thousand. */
export const MOST_ENTRIES = 2000;

/**
 * What happened around a finding, in order: its own calls, silent ones, the same function from elsewhere, credentials made with the stolen
 * one, others from the same host, days inside AWS. The same calls in any order give the same timeline. Proves nothing by itself: relations
 * follow from the finding's evidence ({@link Ties}).
 */
export function timelineOf(finding: Finding, evidence: Evidence, { calls, insideDays }: Around): Timeline {
  const ties = tiesOf(finding, evidence);
  const derivedKeys = new Map(
    evidence.derived.listed.flatMap(({ accessKeyId, by }) =>
      accessKeyId === undefined ? [] : [[accessKeyId, by] as const],
    ),
  );
  const wordOf = wordOn(evidence);
  const unique = new Map(calls.map((call) => [call.id, call]));
  const entries = [
    ...[...unique.values()].flatMap((call) => callEntry(call, evidence, ties, derivedKeys, wordOf)),
    ...derivedEntries(evidence),
    ...insideEntries(evidence, insideDays, ties),
  ].sort(byTime);
  return { entries: entries.slice(-MOST_ENTRIES), omitted: Math.max(0, entries.length - MOST_ENTRIES) };
}

function callEntry(
  call: ApiCall,
  evidence: Evidence,
  ties: Ties,
  derivedKeys: ReadonlyMap<string, string>,
  wordOf: (call: ApiCall, eventId: string) => Word,
): Entry[] {
  const eventId = recordId(call);
  const key = call.identity.accessKeyId;
  const sameHost = ties.isSameHost(call.sourceIPAddress);
  const resource = evidence.credential.issuedTo.name;
  const made = derivedKeys.get(key);
  const entry = (relation: Entry['relation'], who: string, ...reasons: string[]): Entry[] => [
    { ...plainEntry(call, eventId), relation, who, reasons },
  ];
  if (made !== undefined) {
    return entry('derived', whoOf(call), `its key was made with the stolen one, by ${printable(made, 80)}`);
  }
  if (ties.isSameResource(call)) {
    if (!sameHost) return entry('sibling', resource, `the credential of ${printable(resource, 160)} from another host`);
    return entry(...wordEntry(wordOf(call, eventId), resource));
  }
  if (!sameHost) return [];
  return entry('host', whoOf(call), `another credential from the finding's host ${evidence.place.host}`);
}

function wordEntry(word: Word, who: string): [relation: Entry['relation'], who: string, reason: string] {
  switch (word) {
    case 'alarmed':
      return ['finding', who, 'counted by this finding'];
    case 'silent':
      return ['silenced', who, 'judged expected when it happened'];
    case 'presigned':
      return ['silenced', who, 'signed by the function beforehand, sent by somebody else'];
    case 'either':
      return ['finding', who, 'counted by this finding or expected: more calls than the evidence lists'];
  }
}

function plainEntry(call: ApiCall, eventId: string): Omit<Entry, 'relation' | 'who' | 'reasons'> {
  return {
    time: isoTime(call.time),
    place: 'outside',
    api: call.eventName,
    service: call.eventSource,
    region: call.awsRegion,
    accountId: call.identity.accountId || call.recipientAccountId,
    accessKeyId: call.identity.accessKeyId,
    address: call.sourceIPAddress,
    ...(call.errorCode !== undefined && { error: call.errorCode }),
    userAgent: call.userAgent,
    eventId,
  };
}

function whoOf({ identity }: ApiCall): string {
  return identity.kind === 'session' ? identity.sessionName : identity.arn || identity.principalId;
}

function derivedEntries({ derived }: Evidence): Entry[] {
  return derived.listed.map(({ accessKeyId = '', actsAs, by, calls, parentKey, time }): Entry => {
    const [service = '', api = ''] = by.split(':');
    return {
      time: isoTime(time),
      place: 'outside',
      relation: 'derived',
      who: actsAs,
      api,
      service: `${service}.amazonaws.com`,
      region: '',
      accountId: /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(actsAs)?.[1] ?? '',
      accessKeyId,
      address: '',
      userAgent: '',
      eventId: '',
      reasons: [
        `made with ${printable(parentKey, 40)}; ${calls === 1 ? '1 call' : `${calls} calls`} from outside with it are known`,
      ],
    };
  });
}

/** Days as the finding knows them, and with the ways in where those are stored. */
function insideEntries(evidence: Evidence, rows: readonly InsideDayRow[], ties: Ties): Entry[] {
  const { accountId, name, region } = evidence.credential.issuedTo;
  const ways = new Map<string, Set<string>>(evidence.inside.days.listed.map((day) => [day, new Set()]));
  for (const { day, session, via } of rows) {
    if (!ties.isSameSession(session)) continue;
    const date = isoTime(day * 86_400).slice(0, 10);
    ways.set(date, (ways.get(date) ?? new Set()).add(via));
  }
  return [...ways].map(([day, vias]): Entry => {
    const endpoints = [...vias].filter((via) => via !== 'public').sort();
    return {
      time: `${day}T00:00:00.000Z`,
      place: 'inside',
      relation: 'inside-day',
      who: name,
      api: '',
      service: '',
      region,
      accountId,
      accessKeyId: '',
      address: '',
      userAgent: '',
      eventId: '',
      reasons: [
        ...(vias.has('public') ? ['public addresses of AWS'] : []),
        ...(endpoints.length > 0 ? [`endpoints: ${printable(endpoints.map(shortVia).join(', '), 300)}`] : []),
      ],
    };
  });
}

/** `s3.amazonaws.com@eu-west-1` to `s3 in eu-west-1`. */
function shortVia(via: string): string {
  const [service = '', region = ''] = via.split('@');
  return `${service.replace(/\.amazonaws\.com(?:\.cn)?$/, '')} in ${region}`;
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

function byTime(a: Entry, b: Entry): number {
  // A call stands before the credential it made in the same second.
  const key = ({ accessKeyId, eventId, relation, time, who }: Entry) =>
    JSON.stringify([time, relation === 'derived' && eventId === '' ? 1 : 0, eventId, accessKeyId, who]);
  const [x, y] = [key(a), key(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}
