import { Command, Option } from 'commander';
import { count, type Finding, jsonText, recordId } from '../findings/index.ts';
import type { Judged } from '../judge-uses.ts';
import { printable } from '../kit/index.ts';
import type { Scanned } from '../pipeline.ts';
import { type Entry as StoredEntry, storedTimeline } from '../timeline/index.ts';
import { evidenceIn, readFindingsFile } from './findings-file.ts';
import { wrap } from './layout.ts';
import { addStoreOption, oneStored, type StoreFlags, settingsAsked, withStore } from './named-store.ts';
import { oneFinding } from './one-finding.ts';
import type { Rim } from './rim.ts';
import { addScanOptions, openInput, type ScanFlags } from './scan.ts';
import { EXIT, Exit, type Terminal } from './terminal.ts';

type TimelineFlags = Omit<ScanFlags, 'format'> & StoreFlags & { readonly format: 'table' | 'json' };

/** What an entry has to do with the finding. */
type Relation = 'finding' | 'sibling' | 'same-host' | 'derived' | 'inside';

interface Entry {
  /** ISO, UTC; a date alone for `inside`, which is known by day. */
  readonly time: string;
  readonly relation: Relation;
  /** Function, task or instance; for `derived` what the new credential acts as. */
  readonly who: string;
  readonly address?: string;
  readonly api?: string;
  readonly region?: string;
  readonly errorCode?: string;
  readonly accessKeyId?: string;
  readonly eventId?: string;
  /** Judged and found expected: no alarm. */
  readonly silent?: boolean;
  /** Calls under a derived credential; services used through endpoints, for `inside`. */
  readonly note?: string;
}

export function timelineCommand(terminal: Terminal, rim: Rim): Command {
  const command = new Command('timeline')
    .summary('what happened around a finding, in order')
    .description(
      'Lists the calls of a finding with what belongs to it: other keys and hosts of the same function, credentials made with ' +
        'the stolen one, other functions used from the same host, and the days of use inside AWS.',
    )
    .argument('<finding>', 'a finding id, or its first digits (at least 6)')
    .argument(
      '[source...]',
      'the trail to judge: folder, file, - or s3://bucket/prefix; none with --store, for what is stored',
    )
    .addOption(
      new Option('--format <format>', 'for people or for programs').choices(['table', 'json']).default('table'),
    );
  addStoreOption(command, 'the store of straykey serve, instead of a trail');
  return addScanOptions(command).action(async (id: string, sources: string[], flags: TimelineFlags) => {
    const { finding, entries, omitted } =
      sources.length > 0
        ? await fromTrail(id, sources, flags, terminal, rim)
        : await fromStore(id, flags, terminal, rim);
    if (omitted > 0) {
      terminal.stderr(`straykey: ${omitted} older entries are left out\n`);
    }
    terminal.stdout(
      flags.format === 'json'
        ? `${jsonText({ finding: finding.id, entries }, 2)}\n`
        : describe(finding, entries, Math.min(120, Math.max(64, terminal.columns))),
    );
  });
}

interface Told {
  readonly finding: Finding;
  readonly entries: readonly Entry[];
  /** Older entries that are left out. */
  readonly omitted: number;
}

async function fromTrail(
  id: string,
  sources: readonly string[],
  { format: _, ...flags }: TimelineFlags,
  terminal: Terminal,
  rim: Rim,
): Promise<Told> {
  if (sources.some((source) => readFindingsFile(source) !== undefined)) {
    throw new Exit(EXIT.usage, 'A findings file holds no single calls: name the trail it was made from.');
  }
  const { scanned, close } = await openInput(sources, flags, terminal, rim, () => {});
  await close();
  const finding = oneFinding(id, scanned.findings);
  return { finding, entries: timelineOf(finding, scanned), omitted: 0 };
}

async function fromStore(id: string, flags: TimelineFlags, terminal: Terminal, rim: Rim): Promise<Told> {
  const { store: url } = settingsAsked(flags, terminal);
  if (url === undefined)
    throw new Exit(EXIT.usage, 'Name the trail that the finding is from, or a store that holds it: --store URL.');
  return await withStore(url, rim, async (store) => {
    const stored = await oneStored(id, store);
    const { entries, omitted } = await storedTimeline(store, stored);
    return { finding: stored.finding, entries: entries.map(entryOf), omitted };
  });
}

const RELATIONS: Readonly<Record<StoredEntry['relation'], Relation>> = {
  finding: 'finding',
  silenced: 'finding',
  sibling: 'sibling',
  derived: 'derived',
  host: 'same-host',
  'inside-day': 'inside',
};

/** What a store tells, in the words of a trail's timeline. */
function entryOf(entry: StoredEntry): Entry {
  const { accessKeyId, address, api, error, eventId, reasons, region, relation, service, time, who } = entry;
  const inside = relation === 'inside-day';
  const note = inside ? reasons.join(' and ') : relation === 'derived' ? reasons.join('; ') : '';
  return {
    time: inside ? time.slice(0, 10) : time,
    relation: RELATIONS[relation],
    who,
    ...(address !== '' && { address }),
    ...(api !== '' && { api: `${serviceName(service)}:${api}` }),
    ...(region !== '' && !inside && { region }),
    ...(error !== undefined && { errorCode: error }),
    ...(accessKeyId !== '' && { accessKeyId }),
    ...(eventId !== '' && { eventId }),
    ...(relation === 'silenced' && { silent: true }),
    ...(note !== '' && { note }),
  };
}

/** By time, then event id; the same records in any order give the same timeline. */
export function timelineOf(finding: Finding, scanned: Scanned): readonly Entry[] {
  const { issuedTo } = evidenceIn(finding).credential;
  const own = scanned.judged.filter(({ use }) => use.issuedTo.arn === issuedTo.arn);
  const ofFinding = own.filter((each) => hostOf(each) === hostIn(finding));
  const addresses = new Set(ofFinding.map(({ place }) => place.address));
  const entries = scanned.judged.flatMap((each): Entry[] => {
    if (each.use.issuedTo.arn === issuedTo.arn)
      return [callEntry(each, hostOf(each) === hostIn(finding) ? 'finding' : 'sibling')];
    return addresses.has(each.place.address) ? [callEntry(each, 'same-host')] : [];
  });
  const principals = new Set(own.map(({ principal }) => principal));
  return [...entries, ...derivedEntries(finding), ...insideEntries(scanned, principals)].sort(byTime);
}

function hostOf({ judgement: { scope } }: Judged): string {
  return scope.kind === 'pool' ? scope.network : scope.unit;
}

function hostIn(finding: Finding): string {
  return evidenceIn(finding).place.host;
}

function callEntry({ judgement, place, use }: Judged, relation: Relation): Entry {
  const { call, issuedTo } = use;
  return {
    time: new Date(call.time * 1000).toISOString(),
    relation,
    who: issuedTo.name,
    address: place.address,
    api: `${serviceName(call.eventSource)}:${call.eventName}`,
    region: call.awsRegion,
    ...(call.errorCode !== undefined && { errorCode: call.errorCode }),
    ...(call.identity.accessKeyId !== '' && { accessKeyId: call.identity.accessKeyId }),
    eventId: recordId(call),
    ...(!judgement.finding && { silent: true }),
  };
}

function serviceName(eventSource: string): string {
  return eventSource.replace(/\.amazonaws\.com(?:\.cn)?$/, '');
}

function derivedEntries(finding: Finding): Entry[] {
  return evidenceIn(finding).derived.listed.map(({ accessKeyId, actsAs, by, calls, time }) => ({
    time: new Date(time * 1000).toISOString(),
    relation: 'derived',
    who: actsAs,
    api: by,
    ...(accessKeyId !== undefined && { accessKeyId }),
    note: count(calls, 'call'),
  }));
}

function insideEntries({ joined }: Scanned, principals: ReadonlySet<string>): Entry[] {
  return joined.inside.flatMap(({ day, endpoint, principal, pub }): Entry[] => {
    if (!principals.has(principal)) return [];
    const via = [
      ...(pub ? ['public addresses of AWS'] : []),
      ...(endpoint.length > 0
        ? [`endpoints (${endpoint.map((each) => serviceName(each.split('@')[0]!)).join(', ')})`]
        : []),
    ];
    return [
      {
        time: new Date(day * 86_400_000).toISOString().slice(0, 10),
        relation: 'inside',
        who: principal.split('/').at(-1)!,
        note: via.join(' and '),
      },
    ];
  });
}

function byTime(a: Entry, b: Entry): number {
  // A call stands before the credential it made in the same second.
  const key = ({ time, eventId = '', relation, who }: Entry) =>
    JSON.stringify([time, relation === 'derived' ? 1 : 0, eventId, who]);
  const [x, y] = [key(a), key(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Entries told one by one; more are grouped by day, because nobody reads more than a few screens. */
const MOST_SINGLE = 200;
/** Lines of a grouped timeline; a year of days with a few lines each. */
const MOST_LINES = 400;

const MARKS: Readonly<Record<Relation, string>> = {
  finding: 'finding',
  sibling: 'same function',
  'same-host': 'same host',
  derived: 'made with it',
  inside: 'inside AWS',
};
const MARK_WIDTH = 13;

function describe(finding: Finding, entries: readonly Entry[], width: number): string {
  const host = hostIn(finding);
  const days = Map.groupBy(entries, ({ time }) => time.slice(0, 10));
  const single = entries.length <= MOST_SINGLE;
  const lines = [...days].flatMap(([day, ofDay]) => [
    '',
    day,
    ...(single ? ofDay.map((each) => entryLine(each, host)) : groupLines(ofDay, host)),
  ]);
  const shown = lines.slice(0, MOST_LINES);
  return [
    ...wrap(`Timeline of ${printable(finding.title, 200)}`, width),
    `Finding ${finding.id}, from ${printable(host, 60)}; times in UTC`,
    ...shown,
    ...(lines.length > shown.length
      ? ['', `… and ${lines.length - shown.length} more lines; --format json has all.`]
      : []),
    '',
    ...wrap(totalsLine(entries), width),
  ]
    .map((line) => `${cut(line, width)}\n`)
    .join('');
}

function entryLine(entry: Entry, host: string): string {
  const { time } = entry;
  const at = time.length > 10 ? time.slice(11, 19) : 'all day ';
  const text = [...whoseWords(entry, host), ...whatWords(entry)].filter((each) => each !== undefined).join('  ');
  return `  ${at}  ${MARKS[entry.relation].padEnd(MARK_WIDTH)}  ${printable(text, 400)}`;
}

/** The head of the timeline names the function and its host, so lines of the finding need not. */
function whoseWords({ address, relation, who }: Entry, host: string): (string | undefined)[] {
  switch (relation) {
    case 'inside':
    case 'derived':
      return [];
    case 'finding':
      return [address === host ? undefined : address];
    case 'sibling':
      return [address];
    case 'same-host':
      return [who, address === host ? undefined : address];
  }
}

function whatWords({ api, errorCode, note, region, relation, silent, who }: Entry): (string | undefined)[] {
  if (relation === 'inside') return [note];
  if (relation === 'derived') return [api, who.replace(/^arn:[^:]*:[^:]*:[^:]*:(?:\d+:)?/, ''), note];
  return [api, errorCode, silent ? 'expected' : undefined, region];
}

/** One line for each relation, resource and address of a day. */
function groupLines(entries: readonly Entry[], host: string): string[] {
  const groups = Map.groupBy(entries, ({ address = '', relation, who }) => JSON.stringify([relation, who, address]));
  return [...groups.values()].flatMap((group) => {
    const first = group[0]!;
    const last = group.at(-1)!;
    if (group.length === 1 || first.relation === 'inside' || first.relation === 'derived')
      return group.map((each) => entryLine(each, host));
    const apis = [...new Set(group.map(({ api }) => api))];
    const failed = group.filter(({ errorCode }) => errorCode !== undefined).length;
    const expected = group.filter(({ silent }) => silent).length;
    const text = [
      ...whoseWords(first, host),
      `${group.length} calls to ${last.time.slice(11, 19)}`,
      `${apis.slice(0, 3).join(', ')}${apis.length > 3 ? ` and ${apis.length - 3} more` : ''}`,
      failed > 0 ? `${failed} failed` : undefined,
      expected > 0 ? `${expected} expected` : undefined,
    ];
    return [
      `  ${first.time.slice(11, 19)}  ${MARKS[first.relation].padEnd(MARK_WIDTH)}  ${printable(text.filter((each) => each !== undefined).join('  '), 400)}`,
    ];
  });
}

function totalsLine(entries: readonly Entry[]): string {
  const of = (wanted: Relation) => entries.filter(({ relation }) => relation === wanted).length;
  return [
    `${count(of('finding'), 'call')} of this finding`,
    `${of('sibling')} by the same function from elsewhere outside`,
    `${of('same-host')} by other functions from the same host`,
    `${count(of('derived'), 'credential')} made with it`,
    `${count(of('inside'), 'day')} of use inside AWS.`,
  ].join(', ');
}

/** One line an entry whatever a trail holds. */
function cut(line: string, width: number): string {
  const characters = [...line];
  return characters.length > width ? `${characters.slice(0, width - 1).join('')}…` : line;
}
