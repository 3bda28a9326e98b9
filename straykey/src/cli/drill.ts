import { Command, InvalidArgumentError } from 'commander';
import { dataDirOf, loadConfig } from '../config/index.ts';
import {
  deliveryPath,
  drillRegions,
  type Exercise,
  type ExerciseSettings,
  exercise,
  outsideAddresses,
  Random,
} from '../drill/index.ts';
import { trailText, writeDelivery, writeTrailFile } from '../trail-files.ts';
import { canonicalIp, locate } from '../where/index.ts';
import { rows } from './layout.ts';
import type { Rim } from './rim.ts';
import { EXIT, Exit, type Terminal } from './terminal.ts';
import { parseTime } from './time.ts';

interface DrillFlags {
  readonly seed: number;
  readonly account: string;
  readonly function: string;
  readonly role?: string;
  readonly region: string;
  readonly fromAddress: string;
  readonly out?: string;
  readonly dir: string;
  readonly time?: string;
  readonly documentationAddresses?: boolean;
  readonly benignOnly?: boolean;
}

/** The default seed: any number would do. */
const SEED = 1;

export function drillCommand(terminal: Terminal, rim: Pick<Rim, 'loadTables'>): Command {
  return new Command('drill')
    .summary('write a CloudTrail file of a theft, to test any pipeline')
    .description(
      "Writes one CloudTrail file: a Lambda function's credential at its normal work and then used from outside AWS, beside a " +
        'second credential of the same function that is not stolen. Put it where your pipeline reads, and see whether it tells the two ' +
        'apart. The same seed and time give the same file, and with --benign-only the same but for the theft.',
    )
    .option('--seed <n>', 'another number, other keys and ids', wholeNumber, SEED)
    .option('--account <id>', 'account of the function', pattern(/^\d{12}$/, 'twelve digits.'), '111122223333')
    .option(
      '--function <name>',
      'name of the function',
      pattern(/^[A-Za-z0-9_-]{1,64}$/, 'a function name: letters, digits, - and _, at most 64.'),
      'straykey-drill',
    )
    .option(
      '--role <name>',
      'its execution role (default: FUNCTION-role)',
      pattern(/^[\w+=,.@-]{1,64}$/, 'a role name: letters, digits and +=,.@_-, at most 64.'),
    )
    .option('--region <region>', `one of ${drillRegions.join(', ')}`, knownRegion, 'eu-west-1')
    .option(
      '--from-address <ip>',
      'where the stolen key is used (by default a Tor exit of Stiftung Erneuerbare Freiheit)',
      outsideAddresses.torExit,
    )
    .option('--documentation-addresses', 'allow 192.0.2.0/24 and the like, which most pipelines take for no real host')
    .option('--time <time>', 'when the story ends, UTC (default: now)')
    .option('--benign-only', 'the benign twin: the same function, no theft')
    .option('--out <file>', 'write here; gzip when it ends in .gz; - for standard output')
    .option(
      '--dir <folder>',
      'without --out: write under this folder, at the path CloudTrail would use',
      'straykey-drill',
    )
    .action((flags: DrillFlags) => drill(flags, terminal, rim));
}

function drill(flags: DrillFlags, terminal: Terminal, rim: Pick<Rim, 'loadTables'>): void {
  const time = flags.time === undefined ? Math.floor(terminal.now() / 1000) : parseTime(flags.time, '--time', true);
  const fromAddress = addressFor(flags, time, terminal, rim);
  const settings = {
    seed: flags.seed,
    accountId: flags.account,
    functionName: flags.function,
    roleName: flags.role ?? `${flags.function}-role`.slice(0, 64),
    region: flags.region,
    fromAddress,
    time,
    benignOnly: flags.benignOnly === true,
  };
  const played = exercise(settings);
  if (flags.out === '-') {
    terminal.stdout(trailText(played.records));
    terminal.stderr(describe(played, settings, '-', flags, terminal.columns));
    return;
  }
  const file = write(played, settings, flags);
  terminal.stdout(describe(played, settings, file, flags, terminal.columns));
}

/** Only an address outside AWS can make the finding that a drill is for. */
function addressFor(flags: DrillFlags, time: number, terminal: Terminal, rim: Pick<Rim, 'loadTables'>): string {
  const given = flags.fromAddress;
  const address = canonicalIp(given);
  if (address === undefined) throw usage(`expected an IPv4 or IPv6 address, found ${JSON.stringify(given)}.`);
  const config = loadConfig(terminal.environment.STRAYKEY_CONFIG, terminal.environment);
  const { places } = rim.loadTables({ ...config, dataDir: dataDirOf(config, terminal.environment) }, []);
  const place = locate(
    { sourceIPAddress: address, time, accounts: [] },
    { ...places, documentationAddresses: 'unknown' },
  );
  if (place.kind === 'outside') return address;
  if (place.kind === 'unknown' && place.reason === 'documentation') {
    if (flags.documentationAddresses) return address;
    throw usage(
      `${address} is reserved for documentation. Straykey, and most pipelines, take it for no real host and stay silent. ` +
        'Use a public address, or add --documentation-addresses if yours is made for them.',
    );
  }
  const found = place.kind === 'unknown' ? place.reason : place.kind;
  throw usage(`expected an address outside AWS, found ${address}, which is ${found}: its use would be no theft.`);
}

function usage(sentence: string): Exit {
  return new Exit(EXIT.usage, `--from-address: ${sentence}`);
}

function write({ records }: Exercise, settings: ExerciseSettings, flags: DrillFlags): string {
  if (flags.out !== undefined) {
    writeTrailFile(flags.out, records);
    return flags.out;
  }
  const { accountId, region, time } = settings;
  const random = new Random(`file ${settings.seed} ${settings.benignOnly}`);
  return writeDelivery(flags.dir, { path: deliveryPath(random, { accountId, region, lastTime: time }), records });
}

function describe(
  played: Exercise,
  settings: ExerciseSettings,
  file: string,
  flags: DrillFlags,
  columns: number,
): string {
  const { records, functionArn, stolenCalls, stolenKey, innocentKey } = played;
  const next = `${flags.documentationAddresses ? 'STRAYKEY_DOCUMENTATION_ADDRESSES=outside ' : ''}straykey scan ${quoted(file)}`;
  const lines: [string, string][] = [
    ['Wrote', `${records.length} records to ${file === '-' ? 'standard output' : file}`],
    ['Function', functionArn],
  ];
  if (settings.benignOnly) {
    lines.push(
      ['Story', `normal work under ${stolenKey} and ${innocentKey}, and a presigned download by a browser; no theft`],
      ['Expect', 'no finding'],
    );
  } else {
    lines.push(
      ['Stolen key', `${stolenKey}: ${stolenCalls} calls from ${settings.fromAddress}, three more with a role it took`],
      ['Benign twin', `${innocentKey}: the same function, never outside AWS; and a presigned download by a browser`],
      ['Expect', `one finding, High, for ${stolenCalls} calls from ${settings.fromAddress}; nothing for the twin`],
    );
  }
  // On a line of its own, unbroken, so that it can be copied.
  return `${rows(lines, columns)}\n${next}\n`;
}

/** For a shell. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidArgumentError('expected a whole number.');
  return value;
}

function pattern(shape: RegExp, expected: string): (text: string) => string {
  return (text) => {
    if (!shape.test(text)) throw new InvalidArgumentError(`expected ${expected}`);
    return text;
  };
}

function knownRegion(text: string): string {
  if (!drillRegions.includes(text)) throw new InvalidArgumentError(`expected one of ${drillRegions.join(', ')}.`);
  return text;
}
