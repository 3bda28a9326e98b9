import { Command } from 'commander';
import { dataDirOf, loadConfig } from '../config/index.ts';
import { type Oddity, printable } from '../kit/index.ts';
import { describeBasis, locate, type Place } from '../where/index.ts';
import { rows } from './layout.ts';
import { number } from './progress.ts';
import type { Rim } from './rim.ts';
import { EXIT, Exit, type Terminal } from './terminal.ts';
import { parseTime } from './time.ts';

/** The parts of the rim that `straykey ranges` needs. */
export interface RangesRim extends Pick<Rim, 'loadTables'> {
  /** The versions of AWS's list kept in a data folder. */
  shelfIn(dataDir: string): Shelf;
}

/** Times in epoch seconds. Nothing here throws for bad files or a missing network. */
export interface Shelf {
  state(): State | Refusal;
  add(paths: readonly string[]): readonly (Added | Refusal)[];
  update(url?: string): Promise<Added | Refusal>;
}

interface State {
  readonly kind: 'state';
  readonly file: string;
  readonly list?: Summary;
  readonly announced: { readonly time: number; readonly ipv4Ranges: number; readonly ipv6Ranges: number };
}

interface Summary {
  readonly versions: number;
  readonly oldest: number;
  readonly newest: number;
  readonly ipv4Prefixes: number;
  readonly ipv6Prefixes: number;
}

interface Added {
  readonly kind: 'added';
  readonly origin: string;
  readonly summary: Summary;
  readonly oddities: readonly Oddity[];
}

interface Refusal {
  readonly kind: 'unusable';
  readonly reason: string;
}

/** After this many days `show` asks for an update: half of what makes findings lose confidence, so that there is time to act. */
const REMIND_AFTER_DAYS = 7;

export function rangesCommand(terminal: Terminal, rim: RangesRim): Command {
  const dataDir = (flags: ConfigFlag) => dataDirOf(configOf(flags, terminal), terminal.environment);
  const ranges = new Command('ranges')
    .summary("AWS's address list: what is known, fetch it, import old ones, ask about an address")
    .description(
      "Every version of AWS's published address list that was ever seen is kept, and calls are judged by the list of " +
        'their own day. Without any list, the prefixes that Amazon announces to the Internet decide, less surely.',
    );
  ranges
    .command('show')
    .summary('which versions are known and how old they are')
    .description("Prints which versions of AWS's list are known, and how old the newest is.")
    .option('--json', 'as JSON')
    .option('--config <file>', CONFIG_HELP)
    .action((flags: ConfigFlag & JsonFlag) => showRanges(rim.shelfIn(dataDir(flags)), flags, terminal));
  ranges
    .command('update')
    .summary("fetch AWS's current list")
    .description("Fetches AWS's current list from its official address and keeps it beside the older ones.")
    .option('--url <url>', 'fetch it from here instead, a mirror for example')
    .option('--config <file>', CONFIG_HELP)
    .action(async (flags: ConfigFlag & { readonly url?: string }) => {
      tellAdded([await rim.shelfIn(dataDir(flags)).update(flags.url)], terminal);
    });
  ranges
    .command('import')
    .summary('keep older lists, from files')
    .description('Reads ip-ranges.json files of any age, or a history CSV, gzipped or not, and keeps what they say.')
    .argument('<file...>', 'ip-ranges.json or history CSV')
    .option('--config <file>', CONFIG_HELP)
    .action((files: string[], flags: ConfigFlag) => tellAdded(rim.shelfIn(dataDir(flags)).add(files), terminal));
  ranges
    .command('check')
    .summary('where an address belongs, and belonged')
    .description('Says how a call from this address would be judged now, or at a time: 198.51.100.7@2024-03-01.')
    .argument('<address>', 'IPv4 or IPv6 address, as CloudTrail records it; @ and a date or time may follow')
    .option('--json', 'as JSON')
    .option('--aws-ranges <file>', 'use this list as well, without keeping it (repeatable)', collect, [])
    .option('--config <file>', CONFIG_HELP)
    .action((subject: string, flags: CheckFlags) => checkAddress(subject, flags, terminal, rim));
  return ranges;
}

const CONFIG_HELP = 'settings, see docs/configuration.md';

interface ConfigFlag {
  readonly config?: string;
}

interface JsonFlag {
  readonly json?: boolean;
}

interface CheckFlags extends ConfigFlag, JsonFlag {
  readonly awsRanges: readonly string[];
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

function configOf(flags: ConfigFlag, terminal: Terminal) {
  return loadConfig(flags.config ?? terminal.environment.STRAYKEY_CONFIG, terminal.environment);
}

function showRanges(shelf: Shelf, flags: JsonFlag, terminal: Terminal): void {
  const state = shelf.state();
  if (state.kind === 'unusable') throw new Exit(EXIT.usage, state.reason);
  const text = flags.json
    ? jsonOf(stateDocument(state))
    : describeState(state, terminal.now() / 1000, terminal.columns);
  terminal.stdout(text);
}

function stateDocument({ file, list, announced }: State) {
  return {
    file,
    awsList: list === undefined ? null : { ...list, oldest: isoOf(list.oldest), newest: isoOf(list.newest) },
    announced: { ...announced, time: isoOf(announced.time) },
  };
}

type Row = readonly [label: string, text: string];

function describeState({ file, list, announced }: State, now: number, columns: number): string {
  const listRows: Row[] =
    list === undefined
      ? [['Versions', 'none known. Fetch one: straykey ranges update']]
      : [
          ['Versions', number(list.versions)],
          ['Oldest', isoOf(list.oldest)],
          ['Newest', `${isoOf(list.newest)}, ${ageOf(now - list.newest)}`],
          ['Lists', `${prefixCount(list)} prefixes`],
        ];
  const announcedRows: Row[] = [
    ['Routing data', `${isoOf(announced.time).slice(0, 10)}, part of this program`],
    ['Ranges', `${number(announced.ipv4Ranges)} IPv4 and ${number(announced.ipv6Ranges)} IPv6`],
  ];
  return [
    "AWS's published list\n",
    rows([...listRows, ['Kept in', file]], columns),
    "\nAnnounced by Amazon's networks (decides where the list does not)\n",
    rows(announcedRows, columns),
  ].join('');
}

function ageOf(seconds: number): string {
  const days = Math.max(0, Math.floor(seconds / 86_400));
  const age = days === 1 ? '1 day old' : `${number(days)} days old`;
  return days > REMIND_AFTER_DAYS ? `${age}. Renew it: straykey ranges update` : age;
}

function tellAdded(results: readonly (Added | Refusal)[], terminal: Terminal): void {
  for (const result of results) {
    if (result.kind === 'unusable') {
      terminal.stderr(`straykey: ${printable(result.reason)}\n`);
      continue;
    }
    const { origin, summary, oddities } = result;
    for (const { reason } of oddities) terminal.stderr(`straykey: ${printable(origin)}: ${printable(reason)}\n`);
    const span =
      summary.versions === 1
        ? `the list of ${isoOf(summary.newest)}`
        : `${number(summary.versions)} versions, ${isoOf(summary.oldest)} to ${isoOf(summary.newest)}`;
    terminal.stdout(`Kept ${span}:\n  ${prefixCount(summary)} prefixes, from ${printable(origin)}\n`);
  }
  if (results.every(({ kind }) => kind === 'unusable')) throw new Exit(EXIT.nothingRead);
}

function checkAddress(subject: string, flags: CheckFlags, terminal: Terminal, rim: RangesRim): void {
  const at = subject.lastIndexOf('@');
  const address = at === -1 ? subject : subject.slice(0, at);
  const time =
    at === -1 ? Math.floor(terminal.now() / 1000) : parseTime(subject.slice(at + 1), 'The time after @', false);
  const config = configOf(flags, terminal);
  const withFolder = { ...config, dataDir: dataDirOf(config, terminal.environment) };
  const { places, hostFacts } = rim.loadTables(withFolder, flags.awsRanges);
  const place = locate({ sourceIPAddress: address, time, accounts: [] }, places);
  const answer = { address, time: isoOf(time), place, ...describeBasis(place, time, places), ...hostFacts(address) };
  terminal.stdout(flags.json ? jsonOf(answer) : describeAnswer(answer, terminal.columns));
}

type Answer = ReturnType<typeof describeBasis> &
  ReturnType<ReturnType<Rim['loadTables']>['hostFacts']> & {
    readonly address: string;
    readonly time: string;
    readonly place: Place;
  };

function describeAnswer(answer: Answer, columns: number): string {
  const { place, asn, organisation, countryCode, countryName } = answer;
  const lines: Row[] = [['Place', headingOf(place)]];
  if ('network' in place) lines.push(['Prefix', place.network]);
  if (place.kind === 'aws' && place.region !== undefined) lines.push(['Region', place.region]);
  if (place.kind === 'aws' && place.service !== undefined) lines.push(['Service', place.service]);
  lines.push(['Decided by', answer.basis]);
  if (answer.weak) lines.push(['', 'Weak: newer address data may say otherwise. Renew it: straykey ranges update']);
  if (asn !== undefined) lines.push(['AS number', `AS${asn}`]);
  if (organisation !== undefined) lines.push(['Organisation', organisation]);
  if (countryCode !== undefined) lines.push(['Registered in', `${countryName ?? countryCode} (${countryCode})`]);
  return `${printable(answer.address)} at ${answer.time}\n${rows(lines, columns)}`;
}

function headingOf(place: Place): string {
  switch (place.kind) {
    case 'service':
      return 'service: an AWS service itself';
    case 'endpoint':
      return 'endpoint: through a VPC endpoint';
    case 'private':
      return 'private: inside a network';
    case 'own':
      return `own: ${place.label || place.network}`;
    case 'aws':
      return `aws: ${place.basis}`;
    case 'outside':
      return 'outside AWS';
    case 'unknown':
      return `unknown: ${place.reason}`;
  }
}

function prefixCount({ ipv4Prefixes, ipv6Prefixes }: Summary): string {
  return `${number(ipv4Prefixes)} IPv4 and ${number(ipv6Prefixes)} IPv6`;
}

function isoOf(time: number): string {
  return new Date(time * 1000).toISOString().replace('.000Z', 'Z');
}

function jsonOf(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
