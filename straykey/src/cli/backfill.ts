import { Command } from 'commander';
import { type BackfillProgress, BackfillStopped, backfill } from '../arrivals/index.ts';
import { printable } from '../kit/index.ts';
import { number } from './progress.ts';
import { EXIT, Exit, type Terminal } from './terminal.ts';
import { parseTime } from './time.ts';

interface Flags {
  readonly queue?: string;
  readonly from?: string;
  readonly to?: string;
  readonly after?: string;
  readonly dryRun?: boolean;
  readonly region?: string;
  readonly endpoint?: string;
  readonly quiet?: boolean;
}

/** How often progress is told, in milliseconds: rarely enough for a log, often enough to see it move. */
const TELL_EVERY = 2_000;

export function backfillCommand(terminal: Terminal): Command {
  return new Command('backfill')
    .summary('put the objects of a past period on the queue that workers read')
    .description(
      'Lists objects under S3 prefixes and announces them on an SQS queue, ten in a message, for `straykey serve` and `straykey worker` to read. ' +
        'Objects that were read before are known and read no further.',
    )
    .argument('<s3-url...>', 's3://bucket/prefix')
    .option('--queue <url>', 'the SQS queue that the workers read')
    .option('--from <time>', 'first day or time of the calls wanted')
    .option('--to <time>', 'last day or time of the calls wanted')
    .option('--after <s3-url>', 'go on behind this object, the last that an interrupted run announced')
    .option('--dry-run', 'count what would be announced; send nothing')
    .option('--region <region>', 'region of the queue, where its URL does not tell')
    .option('--endpoint <url>', 'endpoint of SQS, where its URL does not tell')
    .option('--quiet', 'no progress on standard error')
    .action((urls: string[], flags: Flags) => run(urls, flags, terminal));
}

async function run(urls: readonly string[], flags: Flags, terminal: Terminal): Promise<void> {
  const { queue, dryRun = false } = flags;
  if (queue === undefined && !dryRun)
    throw new Exit(EXIT.usage, '--queue: expected the URL of an SQS queue (or --dry-run).');
  checkUrls(urls, queue);
  const from = flags.from === undefined ? undefined : parseTime(flags.from, '--from', false);
  const to = flags.to === undefined ? undefined : parseTime(flags.to, '--to', true);
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    const progress = await backfill(
      {
        urls,
        queueUrl: queue ?? '',
        access: { region: flags.region, endpoint: flags.endpoint },
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
        after: flags.after,
        dryRun,
      },
      ({ origin, reason }) => {
        if (!flags.quiet) terminal.stderr(`straykey: ${printable(origin)}: ${printable(reason)}\n`);
      },
      flags.quiet ? () => {} : teller(terminal, dryRun),
      interrupted.signal,
    );
    terminal.stdout(`${summaryOf(progress, dryRun)}\n`);
  } catch (error) {
    if (!(error instanceof BackfillStopped)) throw error;
    const { progress } = error;
    const goOn = dryRun || progress.last === undefined ? '' : ` Go on with --after ${JSON.stringify(progress.last)}`;
    throw new Exit(EXIT.nothingRead, `Stopped: ${error.message}. ${summaryOf(progress, dryRun)}.${goOn}`);
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

function checkUrls(urls: readonly string[], queue: string | undefined): void {
  const wrong = urls.find((url) => !/^s3:\/\/[^/]/.test(url));
  if (wrong !== undefined) throw new Exit(EXIT.usage, `Expected s3://bucket/prefix, found ${JSON.stringify(wrong)}.`);
  if (queue !== undefined && !URL.canParse(queue)) {
    throw new Exit(EXIT.usage, `--queue: expected the URL of an SQS queue, found ${JSON.stringify(queue)}.`);
  }
}

function teller(terminal: Terminal, dryRun: boolean): (progress: BackfillProgress) => void {
  let told = terminal.now();
  return (progress) => {
    if (terminal.now() - told < TELL_EVERY) return;
    told = terminal.now();
    terminal.stderr(`straykey: ${summaryOf(progress, dryRun)} so far, up to ${printable(progress.last ?? '')}\n`);
  };
}

function summaryOf({ objects, bytes, messages }: BackfillProgress, dryRun: boolean): string {
  const size = `${number(objects)} ${objects === 1 ? 'object' : 'objects'}, ${(bytes / 1e6).toFixed(1)} MB`;
  const letters = `${number(messages)} ${messages === 1 ? 'message' : 'messages'}`;
  return dryRun ? `${size} would be announced in ${letters}` : `${size} announced in ${letters}`;
}
