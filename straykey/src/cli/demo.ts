import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { Command } from 'commander';
import { loadConfig } from '../config/index.ts';
import type { Chapter, Organisation } from '../drill/index.ts';
import { formats } from '../outlets/formats/index.ts';
import type { Scanned } from '../pipeline.ts';
import { DEMO_ORGANISATION, writeDemoTrail } from '../trail-files.ts';
import { rows, wrap } from './layout.ts';
import { OddityLog } from './oddity-log.ts';
import { number } from './progress.ts';
import type { Rim } from './rim.ts';
import { openInput } from './scan.ts';
import { addressOf } from './serve.ts';
import { describeReport, reportOf } from './summary.ts';
import type { Terminal } from './terminal.ts';

const CONSOLE = new URL('../../console-dist/index.html', import.meta.url);

interface DemoFlags {
  readonly keep?: string;
  readonly console?: boolean;
}

export function demoCommand(terminal: Terminal, rim: Rim): Command {
  return new Command('demo')
    .summary('show what Straykey does, on an invented trail; no AWS account needed')
    .description(
      'Writes a week of CloudTrail of an invented organisation, with a theft inside, to a temporary folder, scans it as ' +
        '`straykey scan` would, and explains what it found and what it did not alarm about.',
    )
    .option('--keep <folder>', 'write the trail here and leave it, to look at it with scan and explain')
    .option('--console', 'show the same in a browser: serves the console with the demo until Ctrl-C')
    .action(async (flags: DemoFlags) => {
      if (flags.console) return await demoConsole(terminal, rim);
      const folder = flags.keep ?? mkdtempSync(join(tmpdir(), 'straykey-demo-'));
      try {
        await demo(folder, flags, terminal, rim);
      } finally {
        if (flags.keep === undefined) rmSync(folder, { recursive: true, force: true });
      }
    });
}

/** The console over a store that is gone afterwards. Nobody has to sign in: only this machine can reach it, and nothing in it is anybody's. */
async function demoConsole(terminal: Terminal, rim: Rim): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'straykey-demo-'));
  const defaults = loadConfig(undefined, {});
  const listen = addressOf(defaults.serve.listen);
  terminal.stdout(`The demo's console: http://${listen.host}:${listen.port}/console/  (Ctrl-C ends it)\n`);
  try {
    await rim.serve({
      role: 'serve',
      config: { ...defaults, dataDir, serve: { ...defaults.serve, unsignedFromLoopback: true } },
      dataDir,
      store: `sqlite:${join(dataDir, 'straykey.db')}`,
      listen,
      environment: {},
      stdin: terminal.stdin,
      stderr: terminal.stderr,
      now: terminal.now,
      logLevel: 'warn',
      demo: true,
    });
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function demo(folder: string, flags: DemoFlags, terminal: Terminal, rim: Rim): Promise<void> {
  const { stdout, columns } = terminal;
  const width = Math.min(100, columns);
  const head = (text: string) => `\n${terminal.color ? styleText('bold', text, { validateStream: false }) : text}\n\n`;
  const say = (text: string) =>
    stdout(
      wrap(text, width - 1)
        .join('\n')
        .concat('\n'),
    );

  stdout(head('Straykey demo: an invented organisation, one stolen key'));
  say('Everything happens on this machine, and nothing of it is yours.');
  const { played, files } = writeDemoTrail(folder);
  say(
    `Wrote ${played.days} days of CloudTrail of ${played.accounts} accounts and ${played.functions} Lambda functions: ` +
      `${number(recordsOf(played).length)} records in ${number(files.length)} files. Somebody steals a key in the fifth night.`,
  );

  stdout(head('1  Scan it, as `straykey scan FOLDER` does'));
  const started = terminal.now();
  const { scanned, summary } = await scanFolder(folder, terminal, rim, () => (terminal.now() - started) / 1000);
  stdout(summary);

  stdout(head('2  What it found'));
  stdout(formats.table(scanned.findings, { columns, color: terminal.color }));

  stdout(head('3  What it did not alarm about, and why'));
  stdout(silenceOf(played.chapters, scanned, width));

  stdout(head('4  Now yours'));
  const id = scanned.findings[0]?.id.slice(0, 8) ?? 'ID';
  stdout(nextSteps(id, flags.keep, width));
}

function recordsOf({ chapters }: Organisation) {
  return chapters.flatMap(({ records }) => records);
}

/** Scans with nothing of this machine's settings: the demo looks the same everywhere. One thread starts quickest. */
async function scanFolder(folder: string, terminal: Terminal, rim: Rim, seconds: () => number) {
  const log = new OddityLog();
  const plain = { ...terminal, environment: { STRAYKEY_DATA: join(folder, 'no-settings') } };
  const flags = { awsRanges: [], learning: true, jobs: 1, quiet: true };
  const { scanned, tables, close } = await openInput(
    [join(folder, 'AWSLogs', DEMO_ORGANISATION)],
    flags,
    plain,
    rim,
    log.add,
  );
  await close();
  const report = reportOf(scanned, log.counts(), tables);
  return { scanned, summary: describeReport(report, seconds(), terminal.columns, terminal.color) };
}

/** One line a chapter: how many calls, whose, why silent. Checked against the verdicts, so that the demo cannot claim too much. */
function silenceOf(chapters: readonly Chapter[], scanned: Scanned, columns: number): string {
  const alarmed = new Set(
    scanned.judged.filter(({ judgement }) => judgement.finding).map(({ use: { call } }) => call.eventId),
  );
  const silent = chapters.filter(({ records }) => !records.some(({ eventID }) => alarmed.has(String(eventID))));
  return rows(
    silent.map(({ what, why, records }) => [
      `${number(records.length).padStart(7)} calls`,
      `${what}${why === undefined ? '' : `: ${why}`}`,
    ]),
    columns,
  );
}

function nextSteps(id: string, kept: string | undefined, columns: number): string {
  const steps: [string, string][] = [
    // A checkout builds the console first, which the package has done.
    ['In a browser', existsSync(CONSOLE) ? 'npx straykey demo --console' : 'npm run console'],
    ['', "the same in Straykey's console, until Ctrl-C"],
    ['Your bucket', 'npx straykey scan s3://BUCKET/AWSLogs/'],
    ['Your files', 'npx straykey scan FOLDER'],
    ['A fire drill', 'npx straykey drill'],
    ['', 'writes a theft to put where your own alarms should see it'],
    ...(kept === undefined
      ? ([
          ['This trail', 'npx straykey demo --keep trail'],
          ['', `npx straykey explain ${id} trail`],
        ] as [string, string][])
      : ([['This trail', `npx straykey explain ${id} ${kept}`]] as [string, string][])),
    ['', 'argues every step of the finding'],
  ];
  return rows(steps, columns);
}
